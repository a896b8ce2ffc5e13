"""Pictures of cuts: each model's mask beside the others, with the reference's outline."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from html import escape
from typing import Final

import numpy as np
from PIL import Image

from groundct.benchmark.compare.cuts import Cut
from groundct.benchmark.compare.ranking import Hard, Ranking
from groundct.review._palette import Rgb
from groundct.review._planes import LUNG_WINDOW_HU, tint

HEIGHT_PX: Final = 150
_WIDEST_PX: Final = 260
REFERENCE: Final[Rgb] = (60, 255, 60)
_NO_CT: Final[Rgb] = (28, 32, 40)
MODELS: Final[tuple[Rgb, ...]] = (
    (86, 180, 233), (240, 137, 75), (53, 199, 157), (226, 138, 196), (224, 207, 77),
    (155, 208, 242), (255, 123, 114), (170, 182, 201), (168, 212, 106), (185, 163, 245),
)  # fmt: skip
"""The page's colours of models on a dark ground."""


def strip(hard: Hard, cut: Cut, ranking: Ranking) -> str:
    """A finding's pictures, one a model, with its value."""
    ground = ground_of(cut)
    parts = []
    for number, facts in enumerate(ranking.models):
        mask = cut.predictions.get(facts.model)
        picture = ground
        if mask is not None:
            color = MODELS[number % len(MODELS)]
            picture = tint(picture, mask, color, fill=0.35, line_px=1)
        picture = tint(picture, cut.reference, REFERENCE, fill=0.0, line_px=1)
        value = hard.values[number]
        words = "no mask" if mask is None else "–" if value is None else f"{value:.3f}"
        about = f"{facts.model} on {hard.case}, finding {hard.item}"
        parts.append(
            f'<figure><img src="{picture_uri(picture)}" alt="{escape(about)}" '
            f'width="{picture.width}" height="{picture.height}">'
            f"<figcaption>{escape(facts.model)} {words}</figcaption></figure>"
        )
    category = f", {hard.category}" if hard.category else ""
    lying = "" if cut.oriented else " · no file says how the voxels lie"
    title = f"{hard.case}, finding {hard.item}{category}{lying}"
    return f'<div><h4>{escape(title)}</h4><div class="pictures">{"".join(parts)}</div></div>'


def strips(ranking: Ranking, cuts: Mapping[tuple[str, str], Cut]) -> str:
    """The pictures of all hard findings that have a cut, each once."""
    seen: dict[tuple[str, str], Hard] = {}
    for hard in (*ranking.worst, *ranking.disputed):
        seen.setdefault((hard.case, hard.item), hard)
    return "".join(strip(hard, cuts[key], ranking) for key, hard in seen.items() if key in cuts)


def ground_of(cut: Cut, window_hu: tuple[float, float] = LUNG_WINDOW_HU) -> Image.Image:
    """The CT of a cut, or a plain ground where there is none."""
    width_mm, height_mm = (
        n * step for n, step in zip(cut.reference.shape, cut.spacing_mm, strict=True)
    )
    scale = min(HEIGHT_PX / height_mm, _WIDEST_PX / width_mm)
    size = max(1, round(width_mm * scale)), max(1, round(height_mm * scale))
    if cut.hu is None:
        return Image.new("RGB", size, _NO_CT)
    low, high = window_hu
    hu = np.ascontiguousarray(cut.hu[::-1, ::-1].T).astype(np.float32)
    grey = np.clip((hu - low) * (255.0 / (high - low)), 0, 255).astype(np.uint8)
    return Image.fromarray(grey).resize(size, Image.Resampling.BICUBIC).convert("RGB")


def picture_uri(picture: Image.Image) -> str:
    """A picture as an address that holds it."""
    stream = io.BytesIO()
    picture.quantize(96).save(stream, format="PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode("ascii")
