"""The upper abdomen as far as in view: liver, spleen, kidneys, gas of the stomach, the rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from groundct.anatomy._hu.abdomen.liver import find_liver
from groundct.anatomy._hu.bone.spine import Spine
from groundct.anatomy._hu.chest import Chest, axial_hulls, base_heights, find_chest
from groundct.anatomy._hu.grid import Working
from groundct.anatomy._hu.lung.lungs import Lungs
from groundct.anatomy._hu.structure import Stage, Structure
from groundct.core.volume import Abstention, BoolArray
from groundct.imaging.components import components, fill_holes_by_slice, largest_component
from groundct.imaging.distances import close_mm, dilate_mm, distance_mm, erode_mm

NOT_TOLD = {
    "stomach": "its wall and contents are not told from bowel; see its gas",
    "gallbladder": "it is not told from bowel",
    "pancreas": "it is not told from bowel and vessels",
    "left adrenal gland": "it is too thin to be found surely",
    "right adrenal gland": "it is too thin to be found surely",
}
"""What is not looked for, and why."""

ORGANS = (
    "liver",
    "spleen",
    "right kidney",
    "left kidney",
    "stomach gas",
    "abdominal tissue",
)
BONE_HU = 180
LUNG_HU = -400.0
BASE_ML = 15.0
WALL_MM = 7.0
SKIN_MM = 22.0
SPLEEN_HU = (28.0, 220.0)
SPREAD_HU = 26.0
SPLEEN_CUT_MM = 7.0
SPLEEN_ML = (25.0, 900.0)
SEED_MM = (4.0, 26.0)
RING_SHARE = 0.3
KIDNEY_HU = (-12.0, 320.0)
KIDNEY_CUT_MM = 6.0
KIDNEY_ML = (12.0, 320.0)
KIDNEY_FAT_SHARE = 0.5
KIDNEY_CUT_SHARE = 0.06
SPLEEN_DEPTH_MM = 62.0
SPLEEN_FRONT_MM = 65.0
SPLEEN_BEYOND = 0.15
GAS_UNDER_DOME_MM = 55.0
FAT_HU = (-160.0, -20.0)
TISSUE_HU = -10.0
GAS_HU = -500.0
GAS_ML = 4.0
LEVEL_SHARE = 0.5
MIN_TISSUE_ML = 50.0


@dataclass(frozen=True, eq=False)
class Belly:
    """What lies below the diaphragm and within the wall, on the working grid.

    ``free`` is (i, j, k) without what is taken; ``x_mm`` (i, k) and ``y_mm`` (j, k) are distances
    to the right and to the front of the canal, or of where it would be; ``depth_mm`` (i, j, k) is
    the depth under the wall in the axial plane.
    """

    grid: Working
    free: BoolArray
    chest: Chest
    lungs: Lungs
    smooth: NDArray[np.float32]
    depth_mm: NDArray[np.float32]
    x_mm: NDArray[np.float32]
    y_mm: NDArray[np.float32]


def find_abdomen(
    grid: Working,
    body: BoolArray,
    lungs: Lungs,
    chest: Chest,
    spine: Spine | None,
    taken: BoolArray,
) -> Stage:
    """The organs of the upper abdomen, and why others are not given.

    Args:
        grid: the working grid.
        body: with its cavities.
        lungs: both or one of them.
        chest: their hull and the diaphragm.
        spine: None where it was not found; then the body's middle stands for it.
        taken: lungs, airways, bones, heart and vessels.
    """
    belly = _belly(grid, body, lungs, chest, spine, taken)
    out: list[Structure | Abstention] = []
    used = np.zeros(body.shape, dtype=np.bool_, order="F")
    liver = None
    if lungs.right is not None:
        middle = float(np.interp(0.0, belly.x_mm[:, 0], np.arange(body.shape[0])))
        liver = find_liver(grid, belly.free, lungs.right, middle)
    if liver is None:
        out.append(Abstention(name="liver", reason="no even organ lies under the right dome"))
    else:
        used |= liver
        out.append(Structure("liver", liver, "shape prior", 0.75))
    spleen = _spleen(belly, used)
    if spleen is None:
        why = "no even organ of its size lies at the ribs under the left lung"
        out.append(Abstention(name="spleen", reason=why))
    else:
        used |= spleen
        out.append(Structure("spleen", spleen, "shape prior", 0.6))
    for name, side in (("right kidney", 1), ("left kidney", -1)):
        kidney = _kidney(belly, used, side)
        if kidney is None:
            why = "nothing of its form in fat beside the spine is in view"
            out.append(Abstention(name=name, reason=why))
        else:
            used |= kidney
            out.append(Structure(name, kidney, "shape prior", 0.6))
    gas = _stomach_gas(belly)
    if gas is None:
        why = "no gas with a level under the left dome; other gas may be the colon's"
        out.append(Abstention(name="stomach gas", reason=why))
    else:
        used |= gas
        out.append(Structure("stomach gas", gas, "spatial prior", 0.5))
    fatty = (belly.smooth > FAT_HU[0]) & (belly.smooth < TISSUE_HU)
    rest = np.asarray(belly.free & ~used & fatty)
    if np.count_nonzero(rest) * grid.voxel_ml < MIN_TISSUE_ML:
        out.append(Abstention(name="abdominal tissue", reason="the scan ends at the diaphragm"))
    else:
        note = "fat below the diaphragm; bowel and vessels lie in it and have no mask"
        out.append(Structure("abdominal tissue", rest, "intensity", 0.5, note=note))
    out += [Abstention(name=name, reason=why) for name, why in NOT_TOLD.items()]
    return tuple(out)


def abdomen_alone(
    grid: Working, body: BoolArray, lungs: Lungs | None, spine: Spine | None, vessels: Stage
) -> Stage:
    """The upper abdomen of a scan without a whole chest: lungs or spine were not found."""
    lungs = lung_bases(grid, body) if lungs is None else lungs
    if lungs is None:
        why = "no lung is in view under which it would lie"
        return tuple(Abstention(name=name, reason=why) for name in (*ORGANS, *NOT_TOLD))
    taken = lungs.both | (body & (grid.hu > BONE_HU))
    for one in vessels:
        if isinstance(one, Structure) and isinstance(one.mask, np.ndarray):
            taken |= one.mask
    chest = find_chest(grid, lungs.both, lungs.both if lungs.right is None else lungs.right)
    return find_abdomen(grid, body, lungs, chest, spine, taken)


def lung_bases(grid: Working, body: BoolArray) -> Lungs | None:
    """The lowest parts of lungs at the top of a scan of the abdomen; None where there are none.

    They lie to the back; gas of the colon that reaches as high lies in front.
    """
    air = body & (grid.hu < LUNG_HU)
    labels, sizes = components(np.asarray(air), 6)
    line_i, line_j = (np.flatnonzero(body.any(axis=axes)) for axes in ((1, 2), (0, 2)))
    middle, half = line_i.mean(), line_j.mean()
    sides: dict[bool, BoolArray] = {}
    for label in range(1, min(sizes.size, 9)):
        piece = np.asarray(labels == label)
        at = np.argwhere(piece).mean(axis=0)
        if sizes[label] * grid.voxel_ml < BASE_ML or not piece[:, :, -1].any() or at[1] > half:
            continue
        right = bool(at[0] > middle)
        sides[right] = sides.get(right, np.zeros_like(piece)) | piece
    if not sides:
        return None
    both = np.asarray(np.logical_or.reduce(list(sides.values())))
    return Lungs(sides.get(False), sides.get(True), both)


def _belly(
    grid: Working,
    body: BoolArray,
    lungs: Lungs,
    chest: Chest,
    spine: Spine | None,
    taken: BoolArray,
) -> Belly:
    ni, nj, nk = body.shape
    if spine is not None:
        centers = spine.centers
    else:
        # The canal's usual place: in the middle, at a fifth of the depth.
        line_i, line_j = (np.flatnonzero(body.any(axis=axes)) for axes in ((1, 2), (0, 2)))
        at = (line_i.mean(), line_j[0] + 0.22 * (line_j[-1] - line_j[0]))
        centers = np.tile(np.array(at), (nk, 1))
    x = (np.arange(ni)[:, None] - centers[None, :, 0]) * grid.spacing_mm[0]
    y = (np.arange(nj)[:, None] - centers[None, :, 1]) * grid.spacing_mm[1]
    padded = np.pad(body, ((1, 1), (1, 1), (0, 0)))
    depth = distance_mm(padded, (*grid.spacing_mm[:2], 1000.0))[1:-1, 1:-1]
    room = axial_hulls(lungs.both)
    inside = erode_mm(room, WALL_MM, grid.spacing_mm) | (depth > SKIN_MM)
    under = distance_mm(np.pad(room, ((1, 1), (1, 1), (0, 0))), (*grid.spacing_mm[:2], 1000.0))
    under = np.maximum(under[1:-1, 1:-1], depth - SKIN_MM)
    above = chest.above_floor if _dome_in_view(lungs.both, room) else lungs.both
    free = body & inside & ~above & ~taken & (y > -30)[None]
    # Beside and behind the canal lie muscles of the back.
    free &= (np.abs(x)[:, None, :] > 45) | (y > 12)[None]
    smooth = ndimage.gaussian_filter(grid.hu.astype(np.float32), [2.0 / s for s in grid.spacing_mm])
    return Belly(
        grid, free, chest, lungs, smooth, under, x.astype(np.float32), y.astype(np.float32)
    )


def _dome_in_view(lungs: BoolArray, room: BoolArray) -> bool:
    """Not where the scan begins below it: its first slice holds but a ring of lung."""
    highest = int(np.flatnonzero(lungs.any(axis=(0, 1)))[-1])
    if highest < lungs.shape[2] - 1:
        return True
    filled = np.count_nonzero(lungs[:, :, highest]) / np.count_nonzero(room[:, :, highest])
    return bool(filled > RING_SHARE)


def _spleen(belly: Belly, used: BoolArray) -> BoolArray | None:
    """Even tissue under the hind and outer part of the left lung's base."""
    if belly.lungs.left is None:
        return None
    grid, spacing = belly.grid, belly.grid.spacing_mm
    left = (belly.x_mm < -35)[:, None, :] & (belly.y_mm < 95)[None]
    free = belly.free & ~used & left
    seed = free & _under(grid, belly.lungs.left, belly) & (belly.y_mm < 60)[None]
    values = belly.smooth[seed]
    values = values[(values > SPLEEN_HU[0]) & (values < SPLEEN_HU[1])]
    if values.size * grid.voxel_ml < 5:
        return None
    counts, edges = np.histogram(values, bins=np.arange(SPLEEN_HU[0], SPLEEN_HU[1] + 8, 8))
    counts = ndimage.uniform_filter1d(counts.astype(np.float64), 3)
    center = float(edges[int(counts.argmax())] + 4)
    spread = SPREAD_HU + max(0.0, 0.2 * (center - 90))
    even = free & (np.abs(belly.smooth - center) < spread)
    core = erode_mm(np.asarray(even), SPLEEN_CUT_MM, spacing)
    labels, sizes = components(core, 6)
    if sizes.size < 2:
        return None
    votes = np.bincount(labels[seed], minlength=sizes.size)[: sizes.size]
    votes[0] = 0
    if votes.max() == 0:
        return None
    chosen = np.asarray(labels == int(votes.argmax()))
    grown = dilate_mm(chosen, SPLEEN_CUT_MM + 1.5, spacing)
    spleen = fill_holes_by_slice(close_mm(grown & _near(grid, center, spread) & free, 3.0, spacing))
    # No spleen is thicker: what lies deeper is stomach or bowel of equal density.
    deep = belly.depth_mm > SPLEEN_DEPTH_MM
    deep |= (belly.y_mm > SPLEEN_FRONT_MM)[None] & (belly.depth_mm > SPLEEN_DEPTH_MM / 2)
    if np.count_nonzero(spleen & deep) > SPLEEN_BEYOND * np.count_nonzero(spleen):
        return None
    spleen = largest_component(spleen & ~deep, 6)
    volume = np.count_nonzero(spleen) * grid.voxel_ml
    y = float(np.average(belly.y_mm.mean(axis=1), weights=spleen.sum(axis=(0, 2))))
    return spleen if SPLEEN_ML[0] <= volume <= SPLEEN_ML[1] and y < 65 else None


def _near(grid: Working, center: float, spread: float) -> BoolArray:
    """Voxels about as dense as an organ, its border, half filled with fat, included."""
    return np.asarray((grid.hu > center - 2 * spread) & (grid.hu < center + 2 * spread))


def _under(grid: Working, lung: BoolArray, belly: Belly) -> BoolArray:
    """A slab under the lung's base, its outer and hind part."""
    lowest = base_heights(lung)
    k = np.arange(lung.shape[2])[None, None, :]
    low = lowest[:, :, None] - grid.voxels(SEED_MM[1], 2)
    high = lowest[:, :, None] - grid.voxels(SEED_MM[0], 2)
    slab = (lowest >= 0)[:, :, None] & (k >= low) & (k <= high)
    # And what lies within the ring of lung around the dome.
    ring = axial_hulls(lung) & (k < belly.chest.dome)
    return np.asarray(slab | (ring & ~lung))


def _kidney(belly: Belly, used: BoolArray, side: int) -> BoolArray | None:
    """A body in fat beside the spine, with or without contrast agent."""
    grid, spacing = belly.grid, belly.grid.spacing_mm
    x = side * belly.x_mm
    zone = ((x > 18) & (x < 105))[:, None, :] & ((belly.y_mm > -22) & (belly.y_mm < 62))[None]
    free = belly.free & ~used & zone
    soft = free & (belly.smooth > KIDNEY_HU[0]) & (belly.smooth < KIDNEY_HU[1])
    core = erode_mm(np.asarray(soft), KIDNEY_CUT_MM, spacing)
    labels, sizes = components(core, 6)
    best, most = None, 0.0
    for label in range(1, min(sizes.size, 8)):
        kidney = dilate_mm(np.asarray(labels == label), KIDNEY_CUT_MM + 1.0, spacing)
        kidney &= free & (grid.hu > KIDNEY_HU[0] - 20)
        volume = np.count_nonzero(kidney) * grid.voxel_ml
        if not KIDNEY_ML[0] <= volume <= KIDNEY_ML[1]:
            continue
        weights = kidney.sum(axis=1)
        across = float((x * weights).sum() / weights.sum())
        rows = kidney.sum(axis=0)
        along = float((belly.y_mm * rows).sum() / rows.sum())
        shell = dilate_mm(kidney, 5.0, spacing) & ~kidney & ~_ends(kidney)
        if not shell.any():  # nothing around it is in view
            continue
        fat = float(((grid.hu > FAT_HU[0]) & (grid.hu < FAT_HU[1]))[shell].mean())
        # What goes on beyond the zone is bowel or muscle.
        cut = float((~zone & (grid.hu > 0))[shell].mean())
        if fat < KIDNEY_FAT_SHARE or cut > KIDNEY_CUT_SHARE:
            continue
        if not (32 < across < 88 and -2 < along < 45):
            continue
        if fat * volume > most:
            best, most = kidney, fat * volume
    if best is None:
        return None
    # Sinus fat, calyces and cysts at the hilum stay part of it where it surrounds them.
    return fill_holes_by_slice(close_mm(best, 4.0, spacing))


def _ends(mask: BoolArray) -> BoolArray:
    """The slices beyond the mask's first and last."""
    out = np.ones(mask.shape, dtype=np.bool_)
    levels = np.flatnonzero(mask.any(axis=(0, 1)))
    out[:, :, levels[0] : levels[-1] + 1] = False
    return out


def _stomach_gas(belly: Belly) -> BoolArray | None:
    """The largest gas under the left dome that ends in a level to the back."""
    if belly.lungs.left is None:
        return None
    grid = belly.grid
    zone = ((belly.x_mm > -130) & (belly.x_mm < 20))[:, None, :] & (belly.y_mm > 35)[None]
    levels = np.flatnonzero(belly.lungs.left.any(axis=(0, 1)))
    top = belly.chest.dome + grid.voxels(15, 2)
    planes = (np.arange(grid.hu.shape[2]) <= top) & (
        np.arange(grid.hu.shape[2]) >= levels[0] - grid.voxels(60, 2)
    )
    lowest = base_heights(belly.lungs.left)
    left_dome = float(np.quantile(lowest[lowest >= 0], 0.75))
    reach = left_dome - grid.voxels(GAS_UNDER_DOME_MM, 2)
    gas = belly.free & zone & planes & (grid.hu < GAS_HU)
    labels, sizes = components(np.asarray(gas), 6)
    for label in range(1, min(sizes.size, 5)):
        if sizes[label] * grid.voxel_ml < GAS_ML:
            break
        piece = np.asarray(labels == label)
        highest = int(np.flatnonzero(piece.any(axis=(0, 1)))[-1])
        if highest >= reach and _has_level(grid, piece):
            return np.asarray(dilate_mm(piece, 2.1, grid.spacing_mm) & (grid.hu < -250))
    return None


def _has_level(grid: Working, gas: BoolArray) -> bool:
    """Whether its back is one plane with something that is not gas behind it."""
    columns = gas.any(axis=1)
    back = np.where(columns, gas.argmax(axis=1), -1)
    rows = back[columns]
    usual = float(np.median(rows))
    flat = np.abs(rows - usual) * grid.spacing_mm[1] <= 2.5
    return bool(flat.mean() >= LEVEL_SHARE and np.count_nonzero(columns) >= 30)
