"""From a PhantomSpec to a synthetic thorax with its whole truth."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from groundct.core.report import Reading, Report
from groundct.core.volume import BoolArray, LabelMap, RegionMask, Segment, Volume
from groundct.imaging.shape import longest_axial_diameter_mm
from groundct.phantom.canvas import Canvas
from groundct.phantom.draw_body import draw_body
from groundct.phantom.draw_lungs import draw_segments, draw_vessels_and_bronchi
from groundct.phantom.draw_organs import (
    draw_abdomen,
    draw_airways_and_gullet,
    draw_heart,
    draw_shoulders,
    draw_spine,
    draw_vessels,
)
from groundct.phantom.finish import add_blur_and_noise
from groundct.phantom.labels import LUNG_LABELS, organ_segments
from groundct.phantom.lesions.place import place_finding
from groundct.phantom.lesions.site import Ground, does_not_fit
from groundct.phantom.report import Placed, write_report
from groundct.phantom.shapes import Body
from groundct.phantom.spec import PLEURAL, FindingSpec, Group, PhantomSpec, group_of
from groundct.vocabulary.segments import segments


@dataclass(frozen=True, eq=False)
class PlacedFinding:
    """A finding that was drawn: its masks, one an instance, and the size measured in them.

    ``measured_mm`` is the longest axial diameter of the largest instance; for pleural findings the
    greatest depth from front to back.
    """

    finding_id: str
    spec: FindingSpec
    masks: tuple[RegionMask, ...]
    measured_mm: float


@dataclass(frozen=True, eq=False)
class Phantom:
    """A synthetic thorax and everything that is true of it.

    ``organs`` holds structures by RadGenome's names, ``segments`` the 18 lung segments by the
    vocabulary's names; finding ``f<n>`` of ``reading`` is ``findings[n]``.
    """

    spec: PhantomSpec
    volume: Volume
    organs: LabelMap
    segments: LabelMap
    findings: tuple[PlacedFinding, ...]
    report: Report
    reading: Reading


def make_phantom(spec: PhantomSpec) -> Phantom:
    """Draw the thorax of a spec; equal specs give equal voxels and texts.

    Raises DoesNotFitError (a DataError) when a finding has no room in its site.
    """
    body_seed, tree_seed, noise_seed, lesion_seed = np.random.SeedSequence(spec.seed).spawn(4)
    body, scale = _individual(spec, np.random.default_rng(body_seed))
    canvas = Canvas.of(spec.geometry, scale)
    draw_body(canvas, body)
    draw_spine(canvas)
    draw_shoulders(canvas)
    draw_abdomen(canvas)
    draw_heart(canvas, body)
    draw_vessels(canvas)
    draw_airways_and_gullet(canvas)
    lung_segments = draw_segments(canvas)
    axes = tuple(a * np.float32(s) for a, s in zip(canvas.axes, scale, strict=True))
    used = np.zeros(canvas.labels.shape, dtype=np.bool_)
    ground = Ground(canvas, lung_segments, (axes[0], axes[1], axes[2]), used, ())
    # Pleural findings push the lung away before vessels grow in it; focal ones come last.
    masks = _placed(ground, spec, lesion_seed, "pleural")
    bronchi = draw_vessels_and_bronchi(canvas, np.random.default_rng(tree_seed))
    ground = replace(ground, bronchi=bronchi)
    diffuse = _placed(ground, spec, lesion_seed, "diffuse")
    masks |= _placed(ground, spec, lesion_seed, "focal")
    masks |= {n: tuple(_without(m, used) for m in own) for n, own in diffuse.items()}
    for n in diffuse:
        if not any(mask.count for mask in masks[n]):
            raise does_not_fit(spec.findings[n], "focal findings took all of its voxels.")
    add_blur_and_noise(canvas, spec.noise_hu, np.random.default_rng(noise_seed))
    return _assembled(spec, canvas, lung_segments, masks)


def _individual(
    spec: PhantomSpec, generator: np.random.Generator
) -> tuple[Body, tuple[float, float, float]]:
    """This body's own form, and its size along x, y, z."""
    base = spec.size * (0.93 if spec.sex == "female" else 1.0)
    x, y, z = (base * float(generator.uniform(0.96, 1.04)) for _ in range(3))
    shift = tuple(float(generator.uniform(-4, 4)) for _ in range(3))
    domes = tuple(float(generator.uniform(-9, 9)) for _ in range(2))
    body = Body(
        heart_scale=float(generator.uniform(0.94, 1.06)),
        heart_shift=(shift[0], shift[1], shift[2]),
        dome_shift_mm=(domes[0], domes[1]),
        fat_mm=float(generator.uniform(7, 15)),
        fissure_tilt=float(generator.uniform(-0.08, 0.08)),
        female=spec.sex == "female",
    )
    return body, (x, y, z)


def _placed(
    ground: Ground, spec: PhantomSpec, seed: np.random.SeedSequence, group: Group
) -> dict[int, tuple[RegionMask, ...]]:
    """Draw the findings of a group; masks by their index in the spec."""
    own = seed.generate_state(2).tolist()
    return {
        n: place_finding(ground, finding, np.random.default_rng([*own, n, finding.seed]))
        for n, finding in enumerate(spec.findings)
        if group_of(finding) == group
    }


def _without(mask: RegionMask, used: BoolArray) -> RegionMask:
    """A diffuse finding's mask without the voxels that focal ones took."""
    i, j, k = mask.slices
    tight = RegionMask.of(mask.voxels & ~used[k, j, i].T)
    a, b, c = (o + own for o, own in zip(mask.offset, tight.offset, strict=True))
    return RegionMask((a, b, c), tight.voxels)


def _assembled(
    spec: PhantomSpec,
    canvas: Canvas,
    lung_segments: NDArray[np.uint8],
    masks: dict[int, tuple[RegionMask, ...]],
) -> Phantom:
    geometry, stored = spec.geometry, spec.stored
    # What a pleural finding took from the lung belongs to no segment.
    lung_segments[(canvas.labels < min(LUNG_LABELS)) | (canvas.labels > max(LUNG_LABELS))] = 0
    names = tuple(Segment(name=s.name, parts=((0, n),)) for n, s in enumerate(segments(), start=1))
    findings = tuple(
        PlacedFinding(f"f{n}", finding, masks[n], _measured_mm(spec, finding, masks[n]))
        for n, finding in enumerate(spec.findings)
    )
    report, reading = write_report(Placed(f.spec, max(1, round(f.measured_mm))) for f in findings)
    return Phantom(
        spec,
        Volume(canvas.hu.T, geometry, stored),
        LabelMap((canvas.labels.T,), organ_segments(), geometry, stored),
        LabelMap((lung_segments.T,), names, geometry, stored),
        findings,
        report,
        reading,
    )


def _measured_mm(spec: PhantomSpec, finding: FindingSpec, masks: tuple[RegionMask, ...]) -> float:
    if finding.category in PLEURAL:
        deepest = max(int(np.count_nonzero(m.voxels, axis=1).max()) for m in masks)
        return deepest * spec.geometry.spacing_mm[1]
    return max(longest_axial_diameter_mm(m, spec.geometry) for m in masks)
