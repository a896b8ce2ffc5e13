"""Organs in boxes: spine, shoulder bones, heart, great vessels, airways, esophagus, abdomen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from groundct.phantom.canvas import Canvas
from groundct.phantom.draw_body import FIRST_RIB_Z, RIB_PITCH_MM
from groundct.phantom.labels import FAT, LABEL, OVERLAY, SPINE
from groundct.phantom.shapes import HEART_CENTRE, Body, heart_frame, spine_lean, spine_y
from groundct.phantom.tubes import paint_bone, paint_solid, polyline

Point = tuple[float, float, float]
CARINA: Point = (0.0, -25.0, 20.0)


def spine_at(z: float) -> float:
    """The y of the vertebral bodies' middle at one level."""
    return float(spine_y(np.array([z], dtype=np.float32))[0])


def draw_spine(canvas: Canvas) -> None:
    """Vertebrae with arch, spinous and transverse processes, discs, canal and cord."""
    top = canvas.axes[2]
    patch = canvas.patch((-50, -140, float(top[0])), (50, 0, float(top[-1])))
    if not patch.labels.size:
        return
    back = spine_y(patch.z) - patch.y
    body = (patch.x / 17.0) ** 2 + (back / 13.5) ** 2
    patch.put((body < 1.35) & (patch.labels > 0), LABEL["muscle"], 50)
    paraspinal = ((np.abs(patch.x) - 21) / 20) ** 2 + ((back - 34) / 15) ** 2
    fat = (patch.labels == FAT) | (patch.labels == LABEL["subcutaneous fat"])
    patch.put((paraspinal < 1) & fat, LABEL["muscle"], 50)
    patch.put(body < 1, FAT, 85)
    for n, name in enumerate(SPINE):
        _vertebra(canvas, name, FIRST_RIB_Z - (n - 2) * RIB_PITCH_MM)
    canal = patch.x**2 + (back - 21.5) ** 2
    patch.put(canal < 8.0**2, LABEL["spinal canal"], 12)
    patch.put((patch.x / 5.2) ** 2 + ((back - 21) / 4.2) ** 2 < 1, LABEL["spinal cord"], 38)


def _vertebra(canvas: Canvas, name: str, middle: float) -> None:
    patch = canvas.patch((-34, -140, middle - 40), (34, -8, middle + 34))
    if not patch.labels.size:
        return
    back = spine_y(patch.z) - patch.y
    body = (patch.x / 17.0) ** 2 + (back / 13.5) ** 2
    canal = patch.x**2 + (back - 21.5) ** 2
    # It stands across the spine's own line, which leans forwards at the neck.
    dz = patch.z - np.float32(middle) - np.float32(spine_lean(middle)) * back
    label = LABEL[name]
    solid = (body < 1) & (np.abs(dz) < 9.0)
    patch.put(solid, label, 480)
    patch.put(solid & (body < 0.83) & (np.abs(dz) < 7.6), label, 175)
    ring = (canal < 12.5**2) & (canal >= 8.0**2) & (back > 8)
    arch = ring & (np.abs(dz + 3) < 8.5)
    spinous = (np.abs(patch.x) < 3.2) & (back > 31) & (back < 54)
    spinous = spinous & (np.abs(dz + 6 + (back - 31) * 0.65) < 6)
    transverse = (np.abs(patch.x) > 9) & (np.abs(patch.x) < 31)
    lean = back - 20 - (np.abs(patch.x) - 9) * 0.45
    transverse = transverse & (lean**2 + (dz - 1) ** 2 < 5.0**2)
    bone = arch | spinous | transverse
    patch.put(bone, label, 520)
    patch.put(transverse & (lean**2 + (dz - 1) ** 2 < 3.2**2), label, 230)


def draw_shoulders(canvas: Canvas) -> None:
    """Clavicles and the heads of the humeri; arms are raised out of the scan."""
    for side, s in (("right", 1), ("left", -1)):
        bar = polyline(
            [(s * 17, 44, 84), (s * 60, 44, 100), (s * 105, 18, 114), (s * 142, -18, 128)],
            [8, 6, 5.5, 6],
        )
        paint_bone(canvas, bar, LABEL[f"{side} clavicle"])
        head = polyline(
            [(s * 158, -30, 122), (s * 172, -34, 152), (s * 176, -30, 175)], [21, 19, 13]
        )
        paint_bone(canvas, head, LABEL[f"{side} humerus"], 2.0)


def draw_heart(canvas: Canvas, body: Body) -> None:
    """The four chambers in one ovoid; the fat in the grooves between them stays in the heart."""
    centre = np.add(HEART_CENTRE, body.heart_shift)
    patch = canvas.patch(centre - 75, centre + 75)
    u, v, w = heart_frame(patch.x, patch.y, patch.z, body)
    heart = (u * u + v * v + w * w < 1) & (patch.labels == LABEL["mediastinal tissue"])
    q = u * u + v * v + w * w
    sac = (q >= 1.06) & (q < 1.16) & (patch.labels == LABEL["mediastinal tissue"])
    patch.overlay[sac] = OVERLAY["pericardium"]
    patch.hu[sac & (q > 1.09) & (q < 1.13)] = 15
    atria = u + 0.35 * w < -0.22
    right = v + 0.55 * w - 0.35 * u > -0.02
    for name, where, hu in (
        ("left heart ventricle", ~atria & ~right, 46),
        ("right heart ventricle", ~atria & right, 41),
        ("left heart atrium", atria & ~right, 40),
        ("right heart atrium", atria & right, 40),
    ):
        patch.put(heart & where, LABEL[name], hu)
    groove = (np.abs(u + 0.35 * w + 0.22) < 0.05) & (u * u + v * v + w * w > 0.62)
    patch.hu[heart & groove] = -40


def draw_vessels(canvas: Canvas) -> None:
    """Aorta with its branches, pulmonary artery, venae cavae and their tributaries."""
    ys = spine_at
    _vessel(
        canvas,
        "inferior vena cava",
        [(20, 8, -62), (20, 2, -90), (22, -4, -130), (20, ys(-170) + 22, -170)],
        [10, 11, 11.5, 11.5],
    )
    _vessel(
        canvas,
        "superior vena cava",
        [(27, 12, 58), (27, 8, 40), (26, 8, 0), (22, 12, -18)],
        [8.5, 9, 10, 11],
    )
    for name, points, radii in (
        ("right", [(27, 12, 58), (28, 12, 78), (33, 10, 100), (40, 6, 128)], [8, 8, 7, 6.5]),
        (
            "left",
            [(27, 12, 58), (22, 34, 66), (0, 42, 76), (-24, 28, 96), (-38, 8, 126)],
            [8, 7, 7, 7, 6.5],
        ),
    ):
        _vessel(canvas, f"{name} brachiocephalic vein", points, radii)
    arms: tuple[tuple[str, list[Point]], ...] = (
        ("brachiocephalic trunk", [(6, 8, 62), (12, 4, 85), (24, 0, 108)]),
        ("left common carotid artery", [(-5, 0, 62), (-12, -2, 95), (-20, 0, 150)]),
        ("left subclavian artery", [(-14, -12, 62), (-24, -20, 95), (-40, -18, 126)]),
    )
    for name, course in arms:
        _vessel(canvas, name, course, [6, 5, 4.5])
    down: list[Point] = [(-27, ys(z) + 24, z) for z in (40, 0, -60, -110)]
    down += [(-20, ys(-145) + 22, -145), (-14, ys(-175) + 22, -175)]
    arch: list[Point] = [(18, 26, 38), (12, 18, 54), (-4, 0, 60), (-20, -22, 56), down[0]]
    _vessel(canvas, "aortic arch", arch, [15, 14.5, 13.5, 13, 13])
    _vessel(canvas, "descending aorta", down, [13, 12.5, 12, 11.5, 11, 10.5])
    root: list[Point] = [(2, 20, -14), (14, 27, 10), (18, 26, 38)]
    _vessel(canvas, "heart ascending aorta", root, [15, 16, 15])
    left = [(-20, 2, 18), (-36, -22, 16), (-46, -34, 6)]
    _vessel(canvas, "pulmonary artery branches", left, [13, 11, 9])
    right = [(-19, 8, 14), (4, -4, 8), (30, -12, 4), (42, -18, -4)]
    _vessel(canvas, "pulmonary artery branches", right, [12, 10.5, 10, 8.5])
    trunk = [(-18, 36, -12), (-20, 24, 8), (-20, 2, 18)]
    _vessel(canvas, "pulmonary trunk", trunk, [14, 14, 13])
    azygos: list[Point] = [(6, ys(z) + 17, z) for z in (-120, -60, 0, 30)]
    _vessel(canvas, "azygos vein", [*azygos, (14, -34, 40), (24, -12, 38)], [3, 3, 3.5, 4, 4.5, 5])


def _vessel(canvas: Canvas, name: str, points: Sequence[Point], radii_mm: Sequence[float]) -> None:
    """A vessel full of blood without contrast."""
    paint_solid(canvas, polyline(points, radii_mm), LABEL[name], 40)


def draw_airways_and_gullet(canvas: Canvas) -> None:
    """Esophagus, thyroid, trachea, main and lobar bronchi with their walls."""
    ys = spine_at
    gullet = [(-3, ys(z) + 21, z) for z in (175, 120, 60, 10, -40)]
    gullet += [(-9, ys(-80) + 26, -80), (-24, ys(-112) + 44, -112), (-44, 10, -122)]
    paint_solid(canvas, polyline(gullet, [6.8] * 5 + [7, 7.5, 8]), LABEL["esophagus"], 42)
    inner = polyline(gullet[1:4], [1.4, 1.8, 1.4])
    paint_solid(canvas, inner, LABEL["esophagus"], -420)
    for side, s in (("right", 1), ("left", -1)):
        gland = polyline([(s * 17, 6, 138), (s * 18, 2, 165)], [9, 8])
        paint_solid(canvas, gland, LABEL[f"{side} thyroid"], 105)
    windpipe = polyline([(0, 4, 178), (1, -6, 130), (2, -16, 70), CARINA], [9, 9, 9, 9])
    bronchi = {
        "right main bronchus": polyline([CARINA, (18, -29, 6), (24, -29, 2)], [7.5, 7.2, 7.0]),
        "left main bronchus": polyline([CARINA, (-22, -30, 5), (-40, -31, -6)], [7, 6.6, 6]),
        "bronchus intermedius": polyline(
            [(24, -29, 2), (30, -29, -4), (32, -28, -24)], [6.6, 6.0, 5.4]
        ),
        "right upper lobe bronchus": polyline([(24, -29, 2), (40, -26, 14)], [5.2, 4.4]),
        "right middle lobe bronchus": polyline([(32, -28, -24), (40, -20, -36)], [4.6, 4.0]),
        "right lower lobe bronchus": polyline([(32, -28, -24), (38, -40, -44)], [5.0, 4.4]),
        "left upper lobe bronchus": polyline([(-40, -31, -6), (-48, -18, 2)], [4.8, 4.2]),
        "left lower lobe bronchus": polyline([(-40, -31, -6), (-44, -42, -30)], [5.2, 4.6]),
    }
    paint_solid(canvas, (t.widened(1, 1.6) for t in windpipe), LABEL["trachea"], 30)
    for name in reversed(bronchi):
        paint_solid(canvas, (t.widened(1, 1.3) for t in bronchi[name]), LABEL[name], 25)
    for name in reversed(bronchi):
        paint_solid(canvas, bronchi[name], LABEL[name], -985)
    # The windpipe ends where the bronchi part; the carina is the ridge between them.
    paint_solid(canvas, windpipe, LABEL["trachea"], -985)
    at = np.array(CARINA) - (0, 0, 9)
    patch = canvas.patch(at - 6, at + 6)
    away = (patch.x - at[0]) ** 2 + (patch.y - at[1]) ** 2 + (patch.z - at[2]) ** 2
    patch.overlay[away < 36] = OVERLAY["carina"]


def draw_nodes(canvas: Canvas, generator: np.random.Generator) -> None:
    """Small lymph nodes in the fat of the mediastinum and the armpits."""
    for _ in range(26):
        place = generator.uniform((-34, -40, -40), (34, 40, 90))
        half = generator.uniform(1.6, 4.2) * np.array([1.0, 0.7, 1.3])
        patch = canvas.patch(place - half, place + half)
        if not patch.labels.size:
            continue
        q = [((c - a) / h) ** 2 for c, a, h in zip(patch[3:], place, half, strict=True)]
        free = patch.labels == LABEL["mediastinal tissue"]
        patch.put(free & (q[0] + q[1] + q[2] < 1), LABEL["lymph node"], 35)


def draw_abdomen(canvas: Canvas) -> None:
    """Liver under the right dome, stomach with its bubble and spleen under the left, kidneys.

    Kidneys lie in fat, of which 4 mm are left between them and the liver.
    """
    bottom = float(canvas.axes[2][0])
    patch = canvas.patch((-150, -110, bottom), (150, 110, -40))
    free = patch.labels == LABEL["abdominal tissue"]
    x, y, z = patch.x, patch.y, patch.z
    away = ((x - 8) / 46) ** 2 + ((y + 62) / 52) ** 2
    edge = -34 - 0.9 * (y - 10) - 0.5 * np.minimum(z + 95, 0) + 0.003 * (y - 30) ** 2
    patch.put(free & (away > 1) & (x > edge) & (x > -62), LABEL["liver"], 57)
    for at, half, gas in (
        ((-92, 30, -108), (30, 30, 15), True),
        ((-20, 48, -150), (70, 16, 14), True),
        ((-40, 20, -168), (34, 26, 16), False),
        ((70, 60, -160), (30, 20, 16), True),
    ):
        q = sum(((c - a) / h) ** 2 for c, a, h in zip((x, y, z), at, half, strict=True))
        loop = free & (patch.labels == LABEL["abdominal tissue"]) & (q < 1)
        patch.put(loop, LABEL["bowel"], 32)
        patch.hu[loop & (q < 0.8) & ((y > at[1] + 2) | (not gas))] = -960 if gas else 18
    stomach = ((x + 66) / 46) ** 2 + ((y - 22) / 44) ** 2 + ((z + 128) / 42) ** 2
    patch.put(free & (stomach < 1), LABEL["stomach wall and content"], 38)
    content = free & (stomach < 0.84)
    patch.hu[content] = 15
    patch.put(content & (y > 38), LABEL["stomach gas"], -970)
    spleen = ((x + 117) / 23) ** 2 + ((y + 38) / 46) ** 2 + ((z + 132) / 46) ** 2
    patch.put(free & (spleen < 1), LABEL["spleen"], 50)
    for side, s in (("right", 1), ("left", -1)):
        kidney = ((x - s * 60) / 26) ** 2 + ((y + 45) / 24) ** 2 + ((z + 178) / 44) ** 2
        capsule = ((x - s * 60) / 30) ** 2 + ((y + 45) / 28) ** 2 + ((z + 178) / 48) ** 2
        patch.put((capsule < 1) & free, LABEL["abdominal tissue"], -106)
        patch.put((kidney < 1) & free, LABEL[f"{side} kidney"], 32)
