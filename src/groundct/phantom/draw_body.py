"""The body in slabs: skin, fat, muscle, lungs and lobes, mediastinum, ribs, scapulae, table."""

from __future__ import annotations

import numpy as np

from groundct.core.volume import BoolArray
from groundct.phantom.canvas import Canvas, FloatArray, Patch
from groundct.phantom.labels import FAT, LABEL, OVERLAY
from groundct.phantom.shapes import (
    Body,
    apex_z,
    cage_middle_y,
    cage_radius,
    diaphragm_z,
    horizontal_fissure_mm,
    lung_mask,
    oblique_fissure_mm,
    skin_radius,
    spine_lean,
)

RIB_PITCH_MM = 22.5
FIRST_RIB_Z = 126.0
_RIB_DROP_MM = (48, 70, 86, 98, 106, 110, 112, 110, 100, 84, 58, 40)
_RIB_ABOVE_MM, _TRANSVERSE_MM = 3.0, 30.0
"""How far a rib begins above the middle of its vertebra, and how far behind it."""
_RIB_END_RAD = (2.45, 2.5, 2.5, 2.5, 2.45, 2.4, 2.3, 2.15, 2.0, 1.85, 1.45, 1.1)


def draw_body(canvas: Canvas, body: Body) -> None:
    """Everything that is drawn from surfaces, slab by slab."""
    for slab in canvas.slabs():
        radius = skin_radius(slab.x, slab.y, slab.z)
        inside = radius < 1
        if body.female:
            inside |= _breasts(slab)
        depth = _depth_mm(slab, radius)
        slab.put(inside, LABEL["subcutaneous fat"], -109)
        slab.put(inside & (depth < 2.0), LABEL["skin"], 20)
        cage = cage_radius(slab.x, slab.y, slab.z)
        _wall(slab, depth, cage, body)
        if body.female:
            _breast_tissue(slab, depth)
        _inside_of_cage(slab, cage < 1, body)
        _ribs(slab, cage)
        _scapulae(slab, cage)


def draw_table(canvas: Canvas) -> None:
    """The scanner's table under the body."""
    for slab in canvas.slabs():
        _table(slab)


def _depth_mm(slab: Patch, radius: FloatArray) -> FloatArray:
    """Depth under the skin, measured towards the middle."""
    length = np.sqrt(slab.x**2 + (slab.y + 10) ** 2)
    return np.asarray(length / np.maximum(radius, 0.05) - length, dtype=np.float32)


def _outside_cage_mm(slab: Patch, cage: FloatArray) -> FloatArray:
    length = np.sqrt(slab.x**2 + (slab.y - cage_middle_y(slab.z)) ** 2)
    return np.asarray(length - length / np.maximum(cage, 0.05), dtype=np.float32)


def _wall(slab: Patch, depth: FloatArray, cage: FloatArray, body: Body) -> None:
    """Muscle between the subcutaneous fat and the ribs, with fat between its layers."""
    fat_mm = body.fat_mm * (1 + 0.35 * np.cos(slab.x / 40) * np.sin(slab.y / 35 + slab.z / 60))
    muscle = (depth > fat_mm) & (cage > 1)
    slab.put(muscle, LABEL["muscle"], 52)
    outside = _outside_cage_mm(slab, cage)
    wave = 2.5 * np.sin(slab.x / 17 + slab.z / 23) + 2 * np.cos(slab.y / 13 - slab.z / 31)
    # Fat between muscles is wide in some places and not seen in others.
    for n, at in enumerate((13.5, 25.0, 40.0)):
        gone = np.sin(slab.x / 27 + 2.1 * n + slab.z / 41) * np.sin(slab.y / 21 - slab.z / 37 + n)
        plane = np.abs(outside - at - wave * (1 + 0.4 * n)) < (0.9 + at / 40) * (0.55 + 1.1 * gone)
        slab.put(muscle & plane & (np.abs(slab.x) > 24), FAT, -95)
    axilla = ((np.abs(slab.x) - 146) / 24) ** 2 + ((slab.y - 2 + slab.z / 6) / 22) ** 2
    axilla = axilla + ((slab.z - 84) / 52) ** 2 + 0.5 * np.sin(slab.x / 5 + slab.y / 7)
    slab.put(muscle & (axilla < 1) & (outside > 12), FAT, -100)


def _breasts(slab: Patch) -> BoolArray:
    q = ((np.abs(slab.x) - 72) / 62) ** 2 + ((slab.y - 96) / 46) ** 2
    return np.asarray(q + ((slab.z + 18) / 58) ** 2 < 1)


def _breast_tissue(slab: Patch, depth: FloatArray) -> None:
    breast = _breasts(slab) & (depth < 10)
    gland = ((np.abs(slab.x) - 74) / 34) ** 2 + ((slab.y - 112) / 20) ** 2
    gland = gland + ((slab.z + 20) / 32) ** 2 + 0.3 * np.sin(slab.x / 5) * np.cos(slab.z / 6)
    for side, where in (("right", slab.x > 0), ("left", slab.x < 0)):
        slab.put(breast & where, LABEL[f"{side} breast"], -100)
        slab.put(breast & where & (gland < 1), LABEL[f"{side} breast"], 25)


def _inside_of_cage(slab: Patch, cage: BoolArray, body: Body) -> None:
    x, y, z = slab.x, slab.y, slab.z
    above = z - diaphragm_z(x, y, body)
    slab.put(cage & (above > 0), LABEL["mediastinal tissue"], -97)
    slab.put(cage & (above <= 0), LABEL["muscle"], 48)
    slab.put(cage & (above <= -3), LABEL["abdominal tissue"], -106)
    slab.put(cage & (z > apex_z(x, y)) & (np.abs(x) > 34), LABEL["muscle"], 48)
    lung = lung_mask(x, y, z, body)
    oblique = oblique_fissure_mm(x, y, z, body)
    horizontal = horizontal_fissure_mm(x, y, z)
    # A slope along the chest: dependent lung holds more blood.
    base = np.broadcast_to(body.lung_hu - 0.38 * y - 0.05 * z, lung.shape).astype(np.int16)
    slab.hu[lung] = base[lung]
    right, upper = x > 0, oblique > 0
    _lobes(slab, lung, right, upper, horizontal)
    _fissures(slab, lung, right & upper, oblique, horizontal)


def _lobes(
    slab: Patch, lung: BoolArray, right: BoolArray, upper: BoolArray, horizontal: FloatArray
) -> None:
    slab.labels[lung & right & ~upper] = LABEL["right lung lower lobe"]
    slab.labels[lung & ~right & ~upper] = LABEL["left lung lower lobe"]
    slab.labels[lung & ~right & upper] = LABEL["left lung upper lobe"]
    slab.labels[lung & right & upper & (horizontal > 0)] = LABEL["right lung upper lobe"]
    slab.labels[lung & right & upper & (horizontal <= 0)] = LABEL["right lung middle lobe"]


def _fissures(
    slab: Patch, lung: BoolArray, beside: BoolArray, oblique: FloatArray, horizontal: FloatArray
) -> None:
    """Thin bright lines, weaker in some places; the overlay holds where each surface runs."""
    x, y, z = slab.x, slab.y, slab.z
    seen = np.clip(0.85 + 0.6 * np.sin(x / 23 + z / 31) * np.cos(y / 27 - z / 19), 0.1, 1)
    for number, where, away in (
        (OVERLAY["right oblique fissure"], lung & (x > 0), oblique),
        (OVERLAY["left oblique fissure"], lung & (x <= 0), oblique),
        (OVERLAY["right horizontal fissure"], lung & beside, horizontal),
    ):
        gap = np.abs(away)
        near = where & (gap < 1.0)
        slab.overlay[near] = number
        line = np.clip(1.0 - gap, 0, 1) * seen
        slab.hu[near] += (190 * line[near]).astype(np.int16)


def _ribs(slab: Patch, cage: FloatArray) -> None:
    """Twelve pairs of slanted arcs in a shell around the cage, found on the shell's voxels."""
    outside = _outside_cage_mm(slab, cage)
    k, j, i = np.nonzero((outside > 0.5) & (outside < 11.5))
    x, z = slab.x[0, 0, i], slab.z[k, 0, 0]
    dy = slab.y[0, j, 0] - cage_middle_y(z)
    angle = np.arctan2(np.abs(x), -dy)
    hu, label = slab.hu[k, j, i], slab.labels[k, j, i]
    rise = (1 - np.cos(angle)) / 4 + angle / (2 * np.pi)
    across = (outside[k, j, i] - 6.0) / 4.2
    for n, (drop, end) in enumerate(zip(_RIB_DROP_MM, _RIB_END_RAD, strict=True)):
        level = FIRST_RIB_Z - n * RIB_PITCH_MM
        # It begins at the transverse process, which stands higher than the body where the spine
        # leans forwards; its front end does not.
        lift = np.float32(_RIB_ABOVE_MM + _TRANSVERSE_MM * spine_lean(level))
        middle = level - drop * rise + lift * np.clip(1 - angle / end, 0, 1)
        along = (z - middle) / 6.6
        q = across * across + along * along
        rib = (q < 1) & (angle < end) & (angle > 0.22)
        for side, where in (("right", x > 0), ("left", x < 0)):
            chosen = rib & where
            label[chosen] = LABEL[f"{side} rib {n + 1}"]
        hu[rib] = np.where(q[rib] > 0.5, 800, 240)
        if n < 10:
            bend = np.clip(angle - end, 0, None) * (10 + 6 * n)
            q = across * across + ((z - middle - bend) / 7.0) ** 2
            cartilage = (q < 1) & (angle >= end) & (np.abs(x) > 12)
            label[cartilage], hu[cartilage] = LABEL["costal cartilage"], 105
    slab.hu[k, j, i], slab.labels[k, j, i] = hu, label
    plate = (outside > 0.5) & (outside < 12.5) & (slab.y > cage_middle_y(slab.z))
    half = np.interp(slab.z, (-72, -60, -20, 40, 52, 80, 90), (3, 14, 17, 13, 16, 27, 24))
    wide = np.abs(slab.x) < half
    bone = plate & wide & (slab.z > -72) & (slab.z < 88)
    core = bone & (outside > 2.2) & (outside < 10.8) & (np.abs(slab.x) < half - 2)
    joint = np.abs(slab.z - 44) < 2
    for name, where in (("sternum", slab.z < 44), ("manubrium of sternum", slab.z >= 44)):
        slab.put(bone & where, LABEL[name], 560)
        slab.put(core & where, LABEL[name], 150)
    slab.put(bone & joint, LABEL["costal cartilage"], 110)


def _scapulae(slab: Patch, cage: FloatArray) -> None:
    """A thin blade behind the ribs on each side, with a ridge."""
    if slab.z.max() < 5 or slab.z.min() > 128:
        return
    outside = _outside_cage_mm(slab, cage)
    angle = np.arctan2(np.abs(slab.x), cage_middle_y(slab.z) - slab.y)
    low = 0.62 + 0.1 * np.abs(slab.z - 70) / 60
    high = 0.62 + np.clip((slab.z - 5) / 115, 0, 1) * 1.0
    zone = (angle > low) & (angle < high) & (slab.z > 5) & (slab.z < 128)
    blade = zone & (np.abs(outside - 19 - (slab.z - 60) / 22) < 2.6)
    rim = zone & (high - angle < 0.14) & (np.abs(outside - 21) < 6.5)
    ridge = zone & (np.abs(slab.z - 103 - 14 * (angle - 1)) < 4) & (outside > 20) & (outside < 34)
    bone = blade | rim | ridge
    for side, where in (("right", slab.x > 0), ("left", slab.x < 0)):
        slab.put(bone & where, LABEL[f"{side} scapula"], 520)
        slab.put(rim & where & (np.abs(outside - 21) < 4), LABEL[f"{side} scapula"], 200)


def _table(slab: Patch) -> None:
    curve = slab.y + 150 - 0.0007 * slab.x**2
    free = (slab.labels == 0) & (np.abs(slab.x) < 196)
    foam = free & (curve < 10) & (curve > -6)
    slab.hu[foam] = -930
    slab.hu[free & (np.abs(curve) < 1.1)] = 60
    slab.hu[free & (np.abs(curve + 14) < 1.1)] = -150
