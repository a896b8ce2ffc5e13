"""A finding in short standard words, from its values alone."""

from __future__ import annotations

from groundct.core.report import Laterality, Measurement, Presence
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.findings import findings

_PREFIX: dict[Presence, str] = {"present": "", "absent": "No ", "uncertain": "Possible "}
_PAIRED = ("pleura", "hemithorax", "lung", "breast")


def standardized(
    kind: str,
    presence: Presence,
    measurements: tuple[Measurement, ...],
    where: tuple[tuple[str, ...], tuple[str, ...]],
    laterality: Laterality | None,
) -> str:
    """For example ``5 mm pulmonary nodule in the right upper lobe apical segment``.

    ``where`` holds the anatomy paths and the lung segments.
    """
    paths, segments = where
    name = findings().types[kind].name
    size = "".join(f"{size_text(m)} " for m in measurements[:1])
    places = [s.replace(" lung ", " ", 1) for s in segments] or [
        american(anatomy().leaf(path)) for path in paths
    ]
    text = f"{_PREFIX[presence]}{size}{name}"
    default = findings().types[kind].anatomy
    if places and paths != (default,):
        text += " in the " + ", ".join(places)
    elif laterality is not None and anatomy().top_region(default or "others") in _PAIRED:
        text += " bilaterally" if laterality == "bilateral" else f" on the {laterality}"
    return text[0].upper() + text[1:]


def size_text(measurement: Measurement) -> str:
    """A size as ``28 x 17 mm``."""
    return " x ".join(f"{value:g}" for value in measurement.values_mm) + " mm"


def american(name: str) -> str:
    """A structure's name as a report says it: ``right lung upper lobe`` -> ``right upper lobe``."""
    return (
        name.replace("lung upper", "upper")
        .replace("lung lower", "lower")
        .replace("lung middle", "middle")
    )
