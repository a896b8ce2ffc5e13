"""From a PhantomSpec to a synthetic thorax with its whole truth."""

from __future__ import annotations

from dataclasses import dataclass, replace

import edt
import numpy as np
from numpy.typing import NDArray

from groundct.core.report import Reading, Report
from groundct.core.volume import (
    BoolArray,
    LabelMap,
    RegionMask,
    Segment,
    Volume,
    label_map_of_masks,
)
from groundct.imaging.shape import longest_axial_diameter_mm
from groundct.phantom.canvas import Canvas
from groundct.phantom.draw_body import draw_body, draw_table
from groundct.phantom.draw_lungs import Filling, draw_segments, draw_vessels_and_bronchi
from groundct.phantom.draw_organs import (
    draw_abdomen,
    draw_airways_and_gullet,
    draw_heart,
    draw_nodes,
    draw_shoulders,
    draw_spine,
    draw_vessels,
)
from groundct.phantom.extras import draw_calcifications, draw_devices
from groundct.phantom.finish import Scanner, add_blur_and_noise, averaged
from groundct.phantom.labels import LUNG_LABELS, PLEURAL_SPACE, organ_segments
from groundct.phantom.lesions.place import place_finding
from groundct.phantom.lesions.site import Ground, does_not_fit
from groundct.phantom.lines import Placed
from groundct.phantom.report import write_report
from groundct.phantom.shapes import Body
from groundct.phantom.spec import PLEURAL, FindingSpec, Group, PhantomSpec, at_wall, group_of
from groundct.phantom.tissue import Tissue, add_texture, blood_hu
from groundct.phantom.warp import Warp
from groundct.vocabulary.segments import segments

_THIN_MM = 1.1
"""Slices are cut into thin ones of about this thickness, to be averaged."""


@dataclass(frozen=True, eq=False)
class PlacedFinding:
    """A finding that was drawn: its masks, one an instance, and the size measured in them.

    ``measured_mm`` is the longest axial diameter of the largest instance; for pleural layers the
    greatest depth from front to back, for what lies at the wall the largest ball's diameter.
    """

    finding_id: str
    spec: FindingSpec
    masks: tuple[RegionMask, ...]
    measured_mm: float


@dataclass(frozen=True, eq=False)
class Phantom:
    """A synthetic thorax and everything that is true of it.

    ``organs`` holds structures by RadGenome's names, ``segments`` the 18 lung segments by the
    vocabulary's names, ``extras`` calcifications and devices; finding ``f<n>`` of ``reading`` is
    ``findings[n]``.
    """

    spec: PhantomSpec
    volume: Volume
    organs: LabelMap
    segments: LabelMap
    extras: LabelMap
    findings: tuple[PlacedFinding, ...]
    report: Report
    reading: Reading


def make_phantom(spec: PhantomSpec) -> Phantom:
    """Draw the thorax of a spec; equal specs give equal voxels and texts.

    Raises DoesNotFitError (a DataError) when a finding has no room in its site.
    """
    body_seed, tree_seed, noise_seed, lesion_seed, more_seed = np.random.SeedSequence(
        spec.seed
    ).spawn(5)
    thin = _thin(spec)
    canvas, warp, scale = _anatomy(thin, np.random.default_rng(body_seed))
    add_texture(canvas, _tissue(spec), np.random.default_rng(more_seed))
    more = np.random.default_rng(more_seed.spawn(1)[0])
    extras = draw_calcifications(canvas, warp, spec.calcifications, more)
    lung_segments = draw_segments(canvas, warp)
    axes = tuple(a * np.float32(s) for a, s in zip(canvas.axes, scale, strict=True))
    used = np.zeros(canvas.labels.shape, dtype=np.bool_)
    ground = Ground(canvas, lung_segments, (axes[0], axes[1], axes[2]), used, ())
    # Pleural findings push the lung away before vessels grow in it; focal ones come last.
    masks = _placed(ground, spec, lesion_seed, "pleural")
    arteries, veins = blood_hu(spec.contrast)
    filling = Filling(1000 if canvas.step < 1.3 else 420, arteries, veins)
    bronchi = draw_vessels_and_bronchi(canvas, warp, filling, np.random.default_rng(tree_seed))
    ground = replace(ground, bronchi=bronchi)
    diffuse = _placed(ground, spec, lesion_seed, "diffuse")
    masks |= _placed(ground, spec, lesion_seed, "focal")
    masks |= {n: tuple(_without(m, used) for m in own) for n, own in diffuse.items()}
    extras += draw_devices(canvas, warp, spec.devices, more)
    drawn = _Drawn(canvas, lung_segments, masks, tuple(extras))
    hu = _scanned(spec, drawn, np.random.default_rng(noise_seed))
    return _assembled(spec, hu, _as_sliced(spec, drawn))


@dataclass(frozen=True, eq=False)
class _Drawn:
    """All that was drawn, with its truth, on one grid; arrays are (k, j, i)."""

    canvas: Canvas
    segments: NDArray[np.uint8]
    masks: dict[int, tuple[RegionMask, ...]]
    extras: tuple[tuple[str, RegionMask], ...]


def _anatomy(
    spec: PhantomSpec, generator: np.random.Generator
) -> tuple[Canvas, Warp, tuple[float, float, float]]:
    """This person's anatomy without what fills the lungs; the body's size along x, y, z."""
    body, scale = _individual(spec, generator)
    canvas = Canvas.of(spec.geometry, scale)
    draw_body(canvas, body)
    draw_spine(canvas)
    draw_shoulders(canvas)
    draw_abdomen(canvas)
    draw_heart(canvas, body)
    draw_nodes(canvas, generator)
    draw_vessels(canvas)
    draw_airways_and_gullet(canvas)
    kyphosis_mm = 5.0 + 0.22 * max(0, spec.age - 50) + float(generator.normal(0, 2))
    warp = Warp.random(canvas, kyphosis_mm, generator)
    canvas = warp.apply(canvas)
    draw_table(canvas)
    return canvas, warp, scale


def _thin(spec: PhantomSpec) -> PhantomSpec:
    """The spec with its slices cut into an odd number of thin ones, where slices are thick."""
    every = _thin_slices(spec)
    i, j, k = spec.geometry.spacing_mm
    a, b, c = spec.shape
    return spec.model_copy(update={"shape": (a, b, c * every), "spacing_mm": (i, j, k / every)})


def _thin_slices(spec: PhantomSpec) -> int:
    if spec.slice_mm is None:
        return 1
    return 2 * round((spec.geometry.spacing_mm[2] / _THIN_MM - 1) / 2) + 1


def _tissue(spec: PhantomSpec) -> Tissue:
    return Tissue(spec.age, spec.contrast, 1.0 + 0.01 * (spec.age - 50))


def _individual(
    spec: PhantomSpec, generator: np.random.Generator
) -> tuple[Body, tuple[float, float, float]]:
    """This body's own form, and its size along x, y, z."""
    base = spec.size * (0.93 if spec.sex == "female" else 1.0)
    x, y, z = (base * float(generator.uniform(0.96, 1.04)) for _ in range(3))
    shift = tuple(float(generator.uniform(-4, 4)) for _ in range(3))
    # Without breath the domes stand higher and the lung is denser.
    rise = 20.0 * (1.0 - spec.inspiration)
    domes = tuple(float(generator.uniform(-9, 9)) + rise for _ in range(2))
    own_fat = float(generator.uniform(7, 15))
    body = Body(
        heart_scale=float(generator.uniform(0.94, 1.06)),
        heart_shift=(shift[0], shift[1], shift[2]),
        dome_shift_mm=(domes[0], domes[1]),
        fat_mm=own_fat if spec.fat_mm is None else spec.fat_mm,
        fissure_tilt=float(generator.uniform(-0.08, 0.08)),
        female=spec.sex == "female",
        lung_hu=-876.0 + 110.0 * (1.0 - spec.inspiration),
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


def _scanned(spec: PhantomSpec, drawn: _Drawn, generator: np.random.Generator) -> NDArray[np.int16]:
    """What the scanner makes of all that was drawn, (k, j, i)."""
    every, hu = _thin_slices(spec), drawn.canvas.hu
    spacing = spec.geometry.spacing_mm
    if spec.slice_mm is not None:
        hu = averaged(hu, every, max(1, round(spec.slice_mm / (spacing[2] / every))))
    scanner = Scanner(spec.noise_hu, spec.kernel, spacing[0], spec.padding_hu)
    add_blur_and_noise(hu, scanner, generator)
    return hu


def _as_sliced(spec: PhantomSpec, drawn: _Drawn) -> _Drawn:
    """The truth in the middle of each slice; DoesNotFitError when a finding is in none."""
    masks, every = drawn.masks, _thin_slices(spec)
    canvas, extras, lung_segments = drawn.canvas, drawn.extras, drawn.segments
    if every > 1:
        part = slice(every // 2, None, every)
        axes = (canvas.axes[0], canvas.axes[1], canvas.axes[2][part])
        canvas = Canvas(
            np.ascontiguousarray(canvas.labels[part]),
            canvas.hu[part],
            np.ascontiguousarray(canvas.overlay[part]),
            axes,
        )
        lung_segments = np.ascontiguousarray(lung_segments[part])
        masks = {n: tuple(_middles(m, every) for m in own) for n, own in masks.items()}
        extras = tuple((name, _middles(mask, every)) for name, mask in extras)
    for n, own in masks.items():
        if not any(mask.count for mask in own):
            raise does_not_fit(
                spec.findings[n], "focal findings took all of its voxels, or thick slices hide it."
            )
    # What a pleural finding took from the lung belongs to no segment and holds no vessel.
    beside = (canvas.labels < min(LUNG_LABELS)) | (canvas.labels > max(LUNG_LABELS))
    lung_segments[beside] = 0
    canvas.overlay[(canvas.labels == PLEURAL_SPACE)] = 0
    return _Drawn(canvas, lung_segments, masks, extras)


def _middles(mask: RegionMask, every: int) -> RegionMask:
    """A mask of thin slices at the middles of thick ones."""
    i, j, k = mask.offset
    first = -(-(k - every // 2) // every)
    tight = RegionMask.of(mask.voxels[:, :, first * every + every // 2 - k :: every])
    a, b, c = tight.offset
    return RegionMask((i + a, j + b, first + c), tight.voxels)


def _assembled(spec: PhantomSpec, hu: NDArray[np.int16], drawn: _Drawn) -> Phantom:
    geometry, stored, masks = spec.geometry, spec.stored, drawn.masks
    names = tuple(Segment(name=s.name, parts=((0, n),)) for n, s in enumerate(segments(), start=1))
    findings = tuple(
        PlacedFinding(f"f{n}", finding, masks[n], _measured_mm(spec, finding, masks[n]))
        for n, finding in enumerate(spec.findings)
    )
    report, reading = write_report(
        [Placed(f.spec, max(1, round(f.measured_mm))) for f in findings],
        spec.style,
        seed=spec.seed,
        extras=[name for name, mask in drawn.extras if mask.count],
        enhanced=spec.contrast != "none",
    )
    layers = (drawn.canvas.labels.T, drawn.canvas.overlay.T)
    return Phantom(
        spec,
        Volume(hu.T, geometry, stored),
        LabelMap(layers, organ_segments(), geometry, stored),
        LabelMap((drawn.segments.T,), names, geometry, stored),
        label_map_of_masks(drawn.extras, geometry, stored),
        findings,
        report,
        reading,
    )


def _measured_mm(spec: PhantomSpec, finding: FindingSpec, masks: tuple[RegionMask, ...]) -> float:
    if at_wall(finding):
        return max(_thickest_mm(mask, spec.geometry.spacing_mm) for mask in masks)
    if finding.category in PLEURAL:
        deepest = max(int(np.count_nonzero(m.voxels, axis=1).max()) for m in masks)
        return deepest * spec.geometry.spacing_mm[1]
    return max(longest_axial_diameter_mm(m, spec.geometry) for m in masks)


def _thickest_mm(mask: RegionMask, spacing_mm: tuple[float, float, float]) -> float:
    """The diameter of the largest ball inside a mask."""
    voxels = np.ascontiguousarray(np.pad(mask.voxels, 1))
    return 2 * float(edt.edt(voxels, anisotropy=spacing_mm).max()) - min(spacing_mm)
