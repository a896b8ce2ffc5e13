"""What is inside the lungs as structures: lobes, the fissures between them, lung segments."""

from __future__ import annotations

import numpy as np

from groundct.anatomy._hu.airway.airway_tree import Branch
from groundct.anatomy._hu.grid import Working, to_working
from groundct.anatomy._hu.lobe.fissure_frame import places_mm
from groundct.anatomy._hu.lobe.fissures import Fissure
from groundct.anatomy._hu.lobe.lobes import LOBES, LungLobes, Side, find_lobes
from groundct.anatomy._hu.lobe.segments import find_segments
from groundct.anatomy._hu.structure import Stage, Structure
from groundct.core.volume import Abstention, RegionMask
from groundct.vocabulary.segments import segments as vocabulary_segments

SHEET_HALF_MM = 0.8
LEAST_SEEN = 0.15
"""A fissure that is seen over less of its surface is no structure of its own."""

NOWHERE = 1e6
"""A height that no voxel has."""

FISSURES: dict[Side, tuple[str, ...]] = {
    "left": ("left oblique fissure",),
    "right": ("right oblique fissure", "right horizontal fissure"),
}


def lung_parts(grid: Working, lungs: Stage, branches: tuple[Branch, ...]) -> Stage:
    """Lobes, fissures and segments of the lungs that were found; ``lungs`` holds their masks."""
    masks = {s.name: s.mask for s in lungs if isinstance(s, Structure)}
    out: list[Structure | Abstention] = []
    sides: tuple[Side, Side] = ("left", "right")
    for side in sides:
        lung = masks.get(f"{side} lung")
        if not isinstance(lung, RegionMask):
            out += _none(side, f"the {side} lung was not found")
            continue
        found = find_lobes(grid, side, lung, branches)
        if isinstance(found, str):
            out += _none(side, found)
            continue
        out += _lobes(found)
        out += _sheets(grid, lung, found)
        out += _segments(grid, lung, found, branches)
    return tuple(out)


def _none(side: Side, why: str) -> Stage:
    segments = (s.name for s in vocabulary_segments() if s.name.startswith(side))
    names = (*LOBES[side], *FISSURES[side], *segments)
    return tuple(Abstention(name=name, reason=why) for name in names)


def _lobes(found: LungLobes) -> Stage:
    """The lobes, with what was seen of their fissures."""
    out: list[Structure | Abstention] = []
    for name, mask in found.lobes.items():
        borders = [("oblique fissure", found.oblique)]
        if found.horizontal is not None and not name.endswith("lower lobe"):
            borders.append(("horizontal fissure", found.horizontal))
        seen = min(fissure.share_seen for _, fissure in borders)
        of_each = [f"{of} seen over {f.share_seen:.0%} of its surface" for of, f in borders]
        note = f"{'; '.join(of_each)}; the rest by bronchi, vessels and typical position"
        confidence = round(0.5 + 0.4 * seen, 2)
        out.append(
            Structure(name, mask, "shape prior", confidence, within=f"{found.side} lung", note=note)
        )
    missing = [name for name in LOBES[found.side] if name not in found.lobes]
    return (*out, *(Abstention(name=n, reason="no voxels are left for it") for n in missing))


def _segments(
    grid: Working, lung: RegionMask, found: LungLobes, branches: tuple[Branch, ...]
) -> Stage:
    """Every lobe's segments, none of which has a border that could be seen."""
    inside = to_working(grid, lung)
    out: list[Structure | Abstention] = []
    for name, lobe in found.lobes.items():
        parts = find_segments(grid, name, lobe, inside, branches)
        for segment, mask in parts.masks.items():
            seen = segment in parts.seen
            how = "typical place in its lobe, turned to its bronchus" if seen else "typical place"
            note = f"approximate: {how}"
            confidence = 0.45 if seen else 0.35
            out.append(
                Structure(segment, mask, "spatial prior", confidence, within=name, note=note)
            )
    here = {each.name for each in out}
    return (
        *out,
        *(
            Abstention(name=s.name, reason="no voxels are left for it")
            for s in vocabulary_segments()
            if s.name.startswith(found.side) and s.name not in here
        ),
    )


def _sheets(grid: Working, lung: RegionMask, found: LungLobes) -> Stage:
    """The fissures themselves, where they are seen."""
    out: list[Structure | Abstention] = []
    for name, fissure in zip(FISSURES[found.side], (found.oblique, found.horizontal), strict=False):
        if fissure is None or fissure.share_seen < LEAST_SEEN:
            out.append(Abstention(name=name, reason="no sheet is seen where it may lie"))
            continue
        note = f"where it is seen: {fissure.share_seen:.0%} of its surface"
        mask = _sheet(grid, lung, fissure)
        out.append(
            Structure(name, mask, "intensity", round(0.4 + 0.4 * fissure.share_seen, 2), note=note)
        )
    return tuple(out)


def _sheet(grid: Working, lung: RegionMask, fissure: Fissure) -> RegionMask:
    geometry = grid.volume.geometry
    x, y, z = (
        line[part] for line, part in zip(places_mm(geometry, geometry), lung.slices, strict=True)
    )
    seen = np.where(fissure.seen, fissure.heights, NOWHERE)
    away = np.abs(fissure.frame.height_above(seen, (x, y, z)))
    half = max(SHEET_HALF_MM, 0.5 * max(geometry.spacing_mm))
    sheet = RegionMask.of(np.asarray(lung.voxels & (away <= half)))
    i, j, k = (a + b for a, b in zip(lung.offset, sheet.offset, strict=True))
    return RegionMask((i, j, k), sheet.voxels)
