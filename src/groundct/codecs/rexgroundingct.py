"""ReXGroundingCT on disk: ``dataset.json`` (or the challenge's form of it) and 4-D masks.

The file is an object of splits, each a list of entries; keys of ``findings`` are the indices of
axis F of the mask (F, H, W, D) that carries the CT's name. The challenge's file lacks counts,
shapes and categories where masks are withheld; these are then None.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from groundct.codecs._files import read_bytes, write_bytes
from groundct.codecs.finding_masks import FindingMasks, read_finding_masks
from groundct.codecs.nifti import IDENTITY
from groundct.core.case import PublishedFinding
from groundct.core.geometry import Geometry, same_grid
from groundct.core.issues import GridError, Issue, TableError
from groundct.core.paths import AnyPath
from groundct.core.value import Value

FILE_NAMES: Final = ("dataset.json", "MICCAI_challenge_dataset.json")
SPLIT_NAMES: Final[Mapping[str, str]] = {
    "train": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
}
"""Splits as files name them, each to the name used here."""
MAX_JSON_BYTES: Final = 1 << 30

_PARTS: Final = ("entity_counts", "pixels", "categories")
_REMEDY: Final = "Take the dataset's file again, or mend this entry."


class RexEntry(Value):
    """One scan of ReXGroundingCT.

    ``name`` is the CT's file name, ``shape`` the voxels of the CT (H, W, D) as stored, ``protocol``
    the annotation protocol; findings stand in the order of axis F.
    """

    name: str
    split: str
    findings: tuple[PublishedFinding, ...]
    shape: tuple[int, int, int] | None = None
    protocol: str | None = None


def read_dataset(path: AnyPath) -> tuple[tuple[RexEntry, ...], tuple[Issue, ...]]:
    """All sound entries of a dataset file, and an issue for every entry that is not.

    Raises:
        TableError: The file is no JSON, or no object of lists of entries.
    """
    path = Path(path)
    try:
        data = json.loads(read_bytes(path, TableError, MAX_JSON_BYTES).decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as problem:
        raise TableError.of("not-json", path, f"the file is no JSON: {problem}.", _REMEDY) from None
    if not isinstance(data, dict) or not data:
        raise TableError.of("no-splits", path, "the file holds no object of splits.", _REMEDY)
    entries: list[RexEntry] = []
    issues: list[Issue] = []
    for key, items in data.items():
        split = SPLIT_NAMES.get(key)
        if split is None or not isinstance(items, list):
            raise TableError.of(
                "unknown-split",
                path,
                f"{key!r} is none of the splits {', '.join(SPLIT_NAMES)} with a list of entries.",
                "Rename the split, or use the dataset's own file.",
            )
        for number, item in enumerate(items):
            entry, faults = _entry(item, split, f"{path} {key}[{number}]")
            issues.extend(faults)
            if entry is not None:
                entries.append(entry)
    return tuple(entries), tuple(issues)


def write_dataset(path: AnyPath, entries: Iterable[RexEntry]) -> None:
    """Write ``dataset.json``; parts that an entry does not know (None) are left out of it."""
    path = Path(path)
    names = {"train": "train", "validation": "val", "test": "test"}
    data: dict[str, list[dict[str, Any]]] = {}
    for entry in entries:
        data.setdefault(names[entry.split], []).append(_plain(entry))
    text = json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    write_bytes(path, [text.encode("utf-8")])


def read_placed_masks(path: AnyPath, ct: Geometry) -> FindingMasks:
    """The masks of a scan on their CT's stored grid, whose affine they inherit.

    The published masks state the identity and are aligned with the CT by voxel index. A mask that
    states an affine of its own must state the CT's.

    Raises:
        VolumeError: The file breaks a rule of ``read_finding_masks``.
        GridError: Its voxels are not the CT's, or its affine is neither the identity nor the CT's.
    """
    path = Path(path)
    masks = read_finding_masks(path)
    if masks.grid.shape != ct.shape:
        raise GridError.of(
            "mask-shape",
            path,
            f"the mask has {masks.grid.shape} voxels a finding and the CT {ct.shape}.",
            "Use the CT of the same name as stored, neither cropped nor resampled.",
        )
    if masks.grid.affine != IDENTITY and not same_grid(masks.grid, ct):
        raise GridError.of(
            "affine-contradicts-ct",
            path,
            f"the mask states orientation {masks.grid.orientation} and another place than the CT "
            f"({ct.orientation}).",
            "Write the mask with its CT's affine or with the identity.",
        )
    return FindingMasks(masks.findings, ct)


def count_issues(
    masks: FindingMasks, findings: tuple[PublishedFinding, ...], where: object
) -> tuple[Issue, ...]:
    """Where the voxels of masks contradict what the dataset says of its findings.

    Compares the number of findings, of instances (different values) and of voxels; what the dataset
    does not state is not compared.
    """
    if len(masks.findings) != len(findings):
        what = f"the mask holds {len(masks.findings)} findings and the entry {len(findings)}."
        return (_fault("finding-count", str(where), what),)
    issues = []
    for mask, finding in zip(masks.findings, findings, strict=True):
        voxels = int(np.count_nonzero(mask.labels))
        instances = len(np.unique(mask.labels[mask.labels > 0]))
        for code, name, found, stated in (
            ("voxel-count", "voxels", voxels, finding.voxels),
            ("instance-count", "instances", instances, finding.entity_count),
        ):
            if stated is not None and found != stated:
                what = f"finding {finding.index} has {found} {name}, the entry says {stated}."
                issues.append(_fault(code, str(where), what))
    return tuple(issues)


def _plain(entry: RexEntry) -> dict[str, Any]:
    out: dict[str, Any] = {
        "name": entry.name,
        "findings": {str(f.index): f.text for f in entry.findings},
    }
    counts = {str(f.index): f.entity_count for f in entry.findings if f.entity_count is not None}
    pixels = {str(f.index): f.voxels for f in entry.findings if f.voxels is not None}
    categories = {str(f.index): f.category for f in entry.findings if f.category is not None}
    if counts:
        out["entity_counts"] = counts
    if entry.shape is not None:
        out["shape"] = list(entry.shape)
    if pixels:
        out["pixels"] = pixels
    if categories:
        out["categories"] = categories
    if entry.protocol is not None:
        out["protocol"] = entry.protocol
    return out


def _entry(item: Any, split: str, where: str) -> tuple[RexEntry | None, list[Issue]]:
    """An entry, or why it is none; all faults of the entry are told together."""
    if not isinstance(item, dict) or not isinstance(item.get("name"), str) or not item["name"]:
        return None, [_fault("no-name", where, "the entry has no volume name.")]
    where = f"{where} {item['name']}"
    findings = item.get("findings")
    if not isinstance(findings, dict) or not findings:
        return None, [_fault("no-findings", where, "the entry has no findings.")]
    keys = [str(n) for n in range(len(findings))]
    faults = []
    if sorted(findings) != sorted(keys):
        what = f"finding keys {list(findings)} are not 0 to {len(findings) - 1}."
        faults.append(_fault("finding-keys", where, what))
    if not all(isinstance(text, str) and text.strip() for text in findings.values()):
        faults.append(_fault("empty-finding", where, "a finding has no text."))
    for part in _PARTS:
        faults.extend(_part_faults(part, item.get(part), set(findings), where))
    shape = item.get("shape")
    if shape is not None and not _is_shape(shape):
        what = f"shape {shape!r} is not three positive whole numbers [H, W, D]."
        faults.append(_fault("entry-shape", where, what))
    protocol = item.get("protocol")
    if protocol is not None and not isinstance(protocol, str):
        faults.append(_fault("entry-protocol", where, f"protocol {protocol!r} is no text."))
    if faults:
        return None, faults
    parts = {part: item.get(part) or {} for part in _PARTS}
    entry = RexEntry(
        name=item["name"],
        split=split,
        findings=tuple(
            PublishedFinding(
                index=int(key),
                text=findings[key],
                category=parts["categories"].get(key),
                entity_count=parts["entity_counts"].get(key),
                voxels=parts["pixels"].get(key),
            )
            for key in keys
        ),
        shape=None if shape is None else (shape[0], shape[1], shape[2]),
        protocol=protocol,
    )
    return entry, []


def _part_faults(part: str, values: Any, keys: set[str], where: str) -> list[Issue]:
    if values is None:
        return []
    if not isinstance(values, dict) or set(values) != keys:
        return [_fault("part-keys", where, f"{part} does not speak of exactly the findings.")]
    sound = _is_code if part == "categories" else _is_count
    wrong = {key: value for key, value in values.items() if not sound(value)}
    return [_fault("part-value", where, f"{part} holds {wrong}.")] if wrong else []


def _is_code(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


def _is_shape(value: Any) -> bool:
    return (
        isinstance(value, list) and len(value) == 3 and all(_is_count(n) and n > 0 for n in value)
    )


def _fault(code: str, where: str, what: str) -> Issue:
    return Issue(code=code, where=where, what=what, remedy=_REMEDY)
