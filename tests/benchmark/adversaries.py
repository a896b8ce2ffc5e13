"""Predictions that try to gain, or are wrong in a way that is easily not noticed.

Each function changes a folder that holds the honest weak prediction. ``EQUAL`` says the same as
that prediction and must score the same; ``LOWER`` must score no higher; ``REFUSED`` must be refused
with that code.
"""

from __future__ import annotations

import gzip
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

import nibabel as nib
import numpy as np
from tests.benchmark.made import AFFINE, CASES, SHAPE, save, weak_block

Attack = Callable[[Path], None]
FIRST = "train_1_a_1"


def each(change: Callable[[np.ndarray], np.ndarray], affine: np.ndarray = AFFINE) -> Attack:
    """All files, their blocks changed."""

    def attack(root: Path) -> None:
        for case in CASES:
            save(root / f"{case}.nii.gz", change(weak_block(case)), affine)

    return attack


def raw(change: Callable[[bytes], bytes], case: str = FIRST) -> Attack:
    """The bytes of one file changed."""

    def attack(root: Path) -> None:
        path = root / f"{case}.nii.gz"
        path.write_bytes(change(path.read_bytes()))

    return attack


def header(change: Callable[[bytearray], None]) -> Attack:
    """The unpacked bytes of one file changed."""

    def edit(data: bytes) -> bytes:
        plain = bytearray(gzip.decompress(data))
        change(plain)
        return gzip.compress(bytes(plain), 1)

    return raw(edit)


def put(offset: int, form: str, *values: float) -> Attack:
    """A field of one file's header overwritten."""
    return header(lambda data: struct.pack_into(form, data, offset, *values))


def named(attack: Callable[[Path], object]) -> Attack:
    """An attack that is an expression."""

    def run(root: Path) -> None:
        attack(root)

    return run


def turned(axes: tuple[int, int, int], flips: tuple[bool, bool, bool], *, honest: bool) -> Attack:
    """Other axes; ``honest`` states them in the affine, else the affine stays as it was."""

    def attack(root: Path) -> None:
        for case in CASES:
            block = weak_block(case)
            step = np.zeros((4, 4))
            step[3, 3] = 1
            for new, (old, flip) in enumerate(zip(axes, flips, strict=True)):
                step[old, new] = -1 if flip else 1
                step[old, 3] = SHAPE[old] - 1 if flip else 0
            block = block.transpose(0, *(a + 1 for a in axes))
            steps = tuple(slice(None, None, -1) if flip else slice(None) for flip in flips)
            save(root / f"{case}.nii.gz", block[(slice(None), *steps)], AFFINE @ step)
            if not honest:
                save(root / f"{case}.nii.gz", block[(slice(None), *steps)], AFFINE)

    return attack


def scattered(block: np.ndarray) -> np.ndarray:
    """Specks of one voxel, none next to another."""
    out = np.zeros_like(block)
    out[:, ::3, ::3, ::3] = 1
    return out


def cubes(block: np.ndarray) -> np.ndarray:
    """A component of 27 voxels at every fifth place: many guesses."""
    out = np.zeros_like(block)
    for i in range(0, SHAPE[0] - 3, 5):
        for j in range(0, SHAPE[1] - 3, 5):
            for k in range(0, SHAPE[2] - 3, 5):
                out[:, i : i + 3, j : j + 3, k : k + 3] = 1
    return out


def _with_specks(block: np.ndarray) -> np.ndarray:
    out = block.copy()
    out[:, 0, 0, 0] |= ~block[:, :2, :2, :2].any(axis=(1, 2, 3))
    return out


def _in_a_folder(root: Path) -> None:
    (root / "deep" / "down").mkdir(parents=True)
    (root / f"{FIRST}.nii.gz").rename(root / "deep" / "down" / f"{FIRST}.nii.gz")


def _only_best(root: Path) -> None:
    for case in list(CASES)[1:]:
        (root / f"{case}.nii.gz").unlink()


def _copied(root: Path) -> None:
    (root / "again").mkdir()
    shutil.copy(root / f"{FIRST}.nii.gz", root / "again" / f"{FIRST}.nii.gz")


def _plain_too(root: Path) -> None:
    save(root / f"{FIRST}.nii", weak_block(FIRST))


def _plain_instead(root: Path) -> None:
    (root / f"{FIRST}.nii.gz").unlink()
    _plain_too(root)


def _folder_instead(root: Path) -> None:
    (root / f"{FIRST}.nii.gz").unlink()
    (root / f"{FIRST}.nii.gz").mkdir()


def _zeros_of_4_gib(data: bytes) -> bytes:
    head = gzip.compress(gzip.decompress(data)[:352], 1)
    return head + gzip.compress(bytes(1 << 26), 9) * 64


def _with_nan(block: np.ndarray) -> np.ndarray:
    out = block.astype(np.float32)
    out[0, 0, 0, 0] = np.nan
    return out


def _complex(root: Path) -> None:
    save(root / f"{FIRST}.nii.gz", weak_block(FIRST).astype(np.complex64))


def _colours(root: Path) -> None:
    kind = np.dtype([("R", "u1"), ("G", "u1"), ("B", "u1")])
    save(root / f"{FIRST}.nii.gz", np.zeros(weak_block(FIRST).shape, kind))


def _scaled(root: Path) -> None:
    image = nib.Nifti1Image(weak_block(FIRST), AFFINE)
    image.header.set_slope_inter(2.0, 0.0)
    nib.save(image, root / f"{FIRST}.nii.gz")


def _extra(root: Path) -> None:
    for number in range(5):
        save(root / f"valid_{number}_a_1.nii.gz", weak_block(FIRST))


def _union_everywhere(block: np.ndarray) -> np.ndarray:
    return np.repeat(block.max(axis=0, keepdims=True), len(block), axis=0)


def _body(block: np.ndarray) -> np.ndarray:
    out = np.zeros_like(block)
    out[:, 4:-4, 4:-4, 2:-2] = 1
    return out


def _noise(block: np.ndarray) -> np.ndarray:
    return (np.random.default_rng(0).random(block.shape) < 0.5).astype(np.uint8)


def _grown(block: np.ndarray) -> np.ndarray:
    out = block.copy()
    for axis in (1, 2, 3):
        for step in (-3, -2, -1, 1, 2, 3):
            out |= np.roll(out, step, axis)
    return out


def _shift(mm: float) -> np.ndarray:
    out = AFFINE.copy()
    out[0, 3] += mm
    return out


EQUAL: dict[str, Attack] = {
    "extra files": _extra,
    "labels of 255": each(lambda b: b * np.uint8(255)),
    "numbered like instances": each(lambda b: b * np.uint8(7)),
    "whole numbers as float64": each(lambda b: b.astype(np.float64)),
    "int64": each(lambda b: b.astype(np.int64)),
    "big numbers type": each(lambda b: b.astype(np.uint16)),
    "plain .nii": _plain_instead,
    "identity affine, aligned by index": each(lambda b: b, np.eye(4)),
    "a finding too many": each(lambda b: np.concatenate([b, np.ones_like(b[:1])])),
    "RAS with right affine": turned((0, 1, 2), (True, True, False), honest=True),
    "feet first with right affine": turned((0, 1, 2), (False, False, True), honest=True),
    "axes swapped with right affine": turned((2, 0, 1), (False, True, True), honest=True),
    "in a folder": _in_a_folder,
    "files of macOS": named(lambda r: (r / f"._{FIRST}.nii.gz").write_bytes(b"junk")),
    "specks added": each(_with_specks),
}

LOWER: dict[str, Attack] = {
    "a folder of that name": _folder_instead,
    "no file": named(lambda r: [p.unlink() for p in r.glob("*.nii.gz")]),
    "a file missing": named(lambda r: (r / f"{FIRST}.nii.gz").unlink()),
    "only one file": _only_best,
    "all ones": each(np.ones_like),
    "all zeros": each(np.zeros_like),
    "inverted": each(lambda b: 1 - b),
    "checkerboard": each(lambda b: np.indices(b.shape).sum(axis=0).astype(np.uint8) % 2),
    "noise": each(_noise),
    "specks": each(scattered),
    "many cubes": each(cubes),
    "the whole body": each(_body),
    "all findings in each": each(_union_everywhere),
    "findings permuted": each(lambda b: b[::-1]),
    "the first finding everywhere": each(lambda b: np.repeat(b[:1], len(b), axis=0)),
    "grown by nine voxels": each(_grown),
    "one finding only": each(lambda b: b[:1]),
    "the last finding missing": each(lambda b: b[:-1]),
    "flipped with wrong affine": turned((0, 1, 2), (True, False, False), honest=False),
    "turned twice with wrong affine": turned((0, 1, 2), (True, True, False), honest=False),
    "feet first with wrong affine": turned((0, 1, 2), (False, False, True), honest=False),
    "flipped with identity": each(lambda b: b[:, ::-1], np.eye(4)),
    "half of the voxels": each(lambda b: b * (np.indices(b.shape)[1] % 2).astype(np.uint8)),
    "thinned to nothing": each(
        lambda b: b * (np.indices(b.shape).sum(axis=0) % 11 == 0).astype("u1")
    ),
    "a huge component over all": each(lambda b: np.maximum(b, _body(b))),
}

REFUSED: dict[str, tuple[Attack, str]] = {
    "no bytes": (raw(lambda d: b""), "empty-file"),
    "cut short": (raw(lambda d: d[: len(d) // 2]), "truncated-gzip"),
    "a bit flipped": (raw(lambda d: d[:-9] + bytes([d[-9] ^ 1]) + d[-8:]), "*"),
    "another checksum": (raw(lambda d: d[:-8] + b"\0\0\0\0" + d[-4:]), "gzip-checksum"),
    "garbage behind": (raw(lambda d: d + b"garbage"), "trailing-garbage"),
    "voxels behind": (raw(lambda d: d + gzip.compress(bytes(99))), "longer-than-header"),
    "4 GB of zeros in 4 MB": (raw(_zeros_of_4_gib), "longer-than-header"),
    "text": (raw(lambda d: b"this is no mask"), "not-gzip"),
    "text in gzip": (raw(lambda d: gzip.compress(b"x" * 999)), "not-nifti"),
    "not gzip": (raw(gzip.decompress), "not-gzip"),
    "probabilities": (each(lambda b: b.astype(np.float32) * 0.7), "not-labels"),
    "probabilities over a half": (each(lambda b: b * 0.4 + 0.6), "not-labels"),
    "NaN": (each(_with_nan), "not-finite"),
    "infinite": (each(lambda b: np.where(b, np.inf, 0.0)), "not-finite"),
    "negative": (each(lambda b: -b.astype(np.int16)), "not-labels"),
    "labels of 300": (each(lambda b: b.astype(np.uint16) * 300), "too-many-instances"),
    "labels of 256": (each(lambda b: b.astype(np.int32) * 256), "too-many-instances"),
    "labels of 70000": (each(lambda b: b.astype(np.int32) * 70000), "not-labels"),
    "complex": (_complex, "unsupported-type"),
    "colours": (_colours, "unsupported-type"),
    "scaled": (_scaled, "scaled-labels"),
    "three axes": (each(lambda b: b[0]), "wrong-number-of-axes"),
    "findings last": (each(lambda b: np.moveaxis(b, 0, -1)), "grid-mismatch"),
    "five axes": (each(lambda b: np.stack([b, b], axis=-1)), "wrong-number-of-axes"),
    "cropped": (each(lambda b: b[:, 1:]), "grid-mismatch"),
    "padded": (each(lambda b: np.pad(b, ((0, 0), (1, 1), (0, 0), (0, 0)))), "grid-mismatch"),
    "half the resolution": (
        each(lambda b: b[:, ::2, ::2, ::2], AFFINE @ np.diag([2, 2, 2, 1])),
        "grid-mismatch",
    ),
    "axes swapped with wrong affine": (
        turned((2, 0, 1), (False, True, True), honest=False),
        "grid-mismatch",
    ),
    "a voxel off": (each(lambda b: b, _shift(0.8)), "grid-mismatch"),
    "other spacing": (each(lambda b: b, AFFINE @ np.diag([1, 1, 1.5, 1])), "grid-mismatch"),
    "mirrored affine": (each(lambda b: b, np.diag([-1.0, 1, 1, 1]) @ AFFINE), "grid-mismatch"),
    "NaN in the affine": (put(280, "<f", float("nan")), "*"),
    "a shape of 2^31": (put(42, "<h", 32767), "*"),
    "the same case twice": (_copied, "doubled-case"),
    "gz and plain": (_plain_too, "doubled-case"),
    "metres": (put(123, "<B", 1), "not-millimetres"),
    "no such type": (put(70, "<h", 9999), "unsupported-type"),
}
