"""Anatomy sentinel: does a volume's content contradict its header? It flags, it never corrects.

Measured rates, and on what scans, stand in ``docs/quality/sentinel.md``.
"""

from __future__ import annotations

from collections.abc import Iterable

from groundct.anatomy.sentinel._axes import Lie, lie_of
from groundct.anatomy.sentinel._scale import Scale, scale_of
from groundct.anatomy.sentinel._thorax import find_thorax
from groundct.core.issues import Issue
from groundct.core.value import Value, digest
from groundct.core.volume import Volume
from groundct.imaging.resample import resample_volume

NAME = "sentinel"
VERSION = "1.0"

_WORKING_SPACING_MM = 4.0
_UPSIDE_DOWN_MM = -5.0
_BACK_TO_FRONT_MM = -15.0
_MIRRORED = -1.0
_LEFT_RIGHT_SEEN = 1.0
_SIDES = frozenset({"left-right-flipped", "axes-swapped"})


class Look(Value):
    """What the sentinel saw: the intensity scale, and how the chest lies (None: no two lungs)."""

    scale: Scale
    lie: Lie | None


def configuration_digest() -> str:
    """The digest of the thresholds."""
    thresholds = (_UPSIDE_DOWN_MM, _BACK_TO_FRONT_MM, _MIRRORED, _LEFT_RIGHT_SEEN)
    return digest([_WORKING_SPACING_MM, *thresholds])


def look(volume: Volume) -> Look:
    """Measure a volume on a coarse grid (under a second for 512 x 512 x 300)."""
    scale = scale_of(volume.hu)
    if scale.offset_hu != 0 or not scale.known:
        return Look(scale=scale, lie=None)
    coarse = resample_volume(volume, _WORKING_SPACING_MM)
    thorax = find_thorax(coarse)
    return Look(scale=scale, lie=lie_of(thorax) if thorax else None)


def flags(seen: Look, where: object) -> tuple[Issue, ...]:
    """The contradictions in a look, as issues of severity warning; a note for what is unsure."""
    if seen.scale.offset_hu != 0 or not seen.scale.known:
        return (_scale_flag(seen.scale, where),)
    if seen.lie is None:
        what = "no two lungs were found: not a chest, lungs out of view, or axes of wrong spacing."
        return (_flag("not-a-chest", where, what, "Look at the volume; leave it out if so."),)
    return _lie_flags(seen.lie, where)


def contradicted(flagged: Iterable[Issue]) -> bool:
    """Whether flags say that the scan is not what its header says; a note does not."""
    return any(issue.severity == "warning" for issue in flagged)


def sides_in_doubt(flagged: Iterable[Issue]) -> bool:
    """Whether flags say that the header's left may be the patient's right."""
    return any(issue.code in _SIDES for issue in flagged)


def _lie_flags(lie: Lie, where: object) -> tuple[Issue, ...]:
    if (lie.left_right_axis, lie.head_axis) != (0, 2):
        what = (
            f"the lungs lie side by side along axis {lie.left_right_axis} and the body runs along "
            f"axis {lie.head_axis}, where the header says 0 and 2 (in RAS order): axes are swapped."
        )
        return (
            _flag("axes-swapped", where, what, "Export the series again from its DICOM files."),
        )
    found: list[Issue] = []
    again = "Compare with the original series; correct the header or the voxel order at its origin."
    if lie.head < _UPSIDE_DOWN_MM:
        what = (
            f"the lungs are domed towards the feet ({lie.head:.0f} mm): head and feet are turned."
        )
        found.append(_flag("head-feet-flipped", where, what, again))
    if lie.front < _BACK_TO_FRONT_MM and lie.faces_back:
        what = (
            f"the lungs reach lower in front ({lie.front:.0f} mm) and the midline's bone lies "
            "there: front and back are turned."
        )
        found.append(_flag("front-back-flipped", where, what, again))
    elif lie.front * lie.spine < 0:
        what = "the lungs' bases and the midline's bone disagree about the back."
        found.append(
            _note(
                "front-back-unsure", where, what, "Check once by eye; large effusions do this too."
            )
        )
    if lie.right < _MIRRORED:
        what = (
            f"liver, heart and lung bases lie as in a mirror (score {lie.right:.1f}, usual 1 "
            "to 4): left and right are turned, or the patient has situs inversus."
        )
        found.append(_flag("left-right-flipped", where, what, again))
    elif lie.right < _LEFT_RIGHT_SEEN and not found:
        what = f"liver, heart and lung bases do not tell left from right (score {lie.right:.1f})."
        found.append(_note("left-right-unsure", where, what, "Check the side once by eye."))
    return tuple(found)


def _scale_flag(scale: Scale, where: object) -> Issue:
    if not scale.known:
        what = "no offset puts both air and soft tissue where Hounsfield units have them."
        return _flag("not-hounsfield", where, what, "Find out what the values are before use.")
    never = scale.offset_hu > 0
    what = (
        f"air and soft tissue stand {abs(scale.offset_hu)} {'above' if never else 'below'} their "
        f"Hounsfield units: the rescale intercept was applied {'never' if never else 'twice'}."
    )
    code = "rescaled-never" if never else "rescaled-twice"
    return _flag(code, where, what, "Read the original again with its slope and intercept once.")


def _flag(code: str, where: object, what: str, remedy: str) -> Issue:
    return Issue(code=code, where=str(where), what=what, remedy=remedy, severity="warning")


def _note(code: str, where: object, what: str, remedy: str) -> Issue:
    return _flag(code, where, what, remedy).model_copy(update={"severity": "note"})
