"""Text and layout on pictures: lines, rows, stacks, letters that stay readable on any grey."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from groundct.review._palette import Rgb

GROUND: Rgb = (11, 14, 19)
GAP_PX = 26
WARNING: Rgb = (255, 122, 102)

Line = tuple[str, int, Rgb]
"""Text, its height in pixels, its colour."""

_PLAIN = str.maketrans(
    {"×": "x", "−": "-", "–": "-", "—": "-", "³": "3", "²": "2", "ı": "i", "ß": "ss", "µ": "u"}
)


def plain(text: str) -> str:
    """Text in the characters that Pillow's own font has: accents are dropped."""
    folded = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    kept = (c for c in folded if not unicodedata.combining(c))
    return "".join(c if c.isascii() or c == "·" else "?" for c in kept)


def font(height_px: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own font, which is there on every machine."""
    return ImageFont.load_default(height_px)


def lines(entries: Sequence[Line], width: int) -> Image.Image:
    """Lines of text under one another, wrapped at words to ``width`` pixels."""
    wrapped = [
        (part, height, color)
        for text, height, color in entries
        for part in _wrap(plain(text), height, width)
    ]
    total = sum(round(height * 1.4) for _, height, _ in wrapped)
    block = Image.new("RGB", (width, max(1, total)), GROUND)
    draw = ImageDraw.Draw(block)
    y = 0
    for text, height, color in wrapped:
        draw.text((0, y), text, fill=color, font=font(height))
        y += round(height * 1.4)
    return block


def row(blocks: Sequence[Image.Image]) -> Image.Image:
    """Blocks beside one another, their tops in line."""
    width = sum(block.width for block in blocks) + GAP_PX * (len(blocks) - 1)
    out = Image.new("RGB", (width, max(block.height for block in blocks)), GROUND)
    x = 0
    for block in blocks:
        out.paste(block, (x, 0))
        x += block.width + GAP_PX
    return out


def stack(blocks: Sequence[Image.Image], gap_px: int = 10) -> Image.Image:
    """Blocks under one another, their left sides in line."""
    height = sum(block.height for block in blocks) + gap_px * (len(blocks) - 1)
    out = Image.new("RGB", (max(block.width for block in blocks), height), GROUND)
    y = 0
    for block in blocks:
        out.paste(block, (0, y))
        y += block.height + gap_px
    return out


def sheet(blocks: Sequence[Image.Image], margin_px: int, width_px: int = 0) -> Image.Image:
    """Blocks under one another with a margin on every side; at least ``width_px`` wide."""
    body = stack(blocks, margin_px)
    width = max(width_px, body.width + 2 * margin_px)
    out = Image.new("RGB", (width, body.height + 2 * margin_px), GROUND)
    out.paste(body, (margin_px, margin_px))
    return out


def letter(draw: ImageDraw.ImageDraw, at: tuple[int, int], entry: Line, anchor: str = "lt") -> None:
    """Text with a dark outline, readable on bright and on dark pixels."""
    text, height, color = entry
    draw.text(
        at,
        plain(text),
        fill=color,
        font=font(height),
        anchor=anchor,
        stroke_width=2,
        stroke_fill=(0, 0, 0),
    )


def _wrap(text: str, height: int, width: int) -> list[str]:
    out: list[str] = []
    for word in text.split():
        joined = f"{out[-1]} {word}" if out else word
        if out and font(height).getlength(joined) <= width:
            out[-1] = joined
        else:
            out.append(word)
    return out or [""]
