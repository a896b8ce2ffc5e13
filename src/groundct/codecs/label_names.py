"""The names of a multi-label file's labels: in its NIfTI extension, or in a JSON file."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from typing import Final

from groundct.codecs._files import read_bytes
from groundct.codecs._nifti_bytes import header_extensions
from groundct.core.issues import DataError, VolumeError
from groundct.core.paths import AnyPath

_MAX_JSON_BYTES: Final = 1 << 24
_LABEL: Final = re.compile(
    r"<Label\s[^>]*?\bKey=\"(\d+)\"[^>]*>\s*(?:<!\[CDATA\[(.*?)\]\]>|([^<]*))\s*</Label>", re.DOTALL
)
"""A row of Caret's label table, as TotalSegmentator writes it into the header's extension."""


def label_names_in_header(path: AnyPath) -> dict[int, str]:
    """The label table in a NIfTI header's extensions; empty when there is none.

    Raises VolumeError for a file that is broken, or that names a label twice.
    """
    path = Path(path)
    found: dict[int, str] = {}
    for content in header_extensions(path):
        text = content.decode("utf-8", errors="replace")
        for key, cdata, plain in _LABEL.findall(text):
            label, name = int(key), (cdata or unescape(plain)).strip()
            if found.setdefault(label, name) != name:
                raise _twice(path, f"label {label} is called {found[label]!r} and {name!r}")
    return {label: name for label, name in found.items() if label and name}


def label_names_in_json(path: AnyPath) -> dict[int, str]:
    """Names of labels in a JSON file: ``{"1": "liver"}`` or ``{"liver": 1}``.

    nnU-Net's ``dataset.json``, which holds that under ``labels``, is read too. Label 0 is left
    out. Raises VolumeError for any other content.
    """
    path = Path(path)
    try:
        data = json.loads(read_bytes(path, VolumeError, _MAX_JSON_BYTES))
    except ValueError as problem:
        raise _no_names(path, f"it is no JSON ({problem})") from problem
    table = data.get("labels", data) if isinstance(data, dict) else None
    if not isinstance(table, dict) or not table:
        raise _no_names(path, "it holds no table of names")
    names: dict[int, str] = {}
    for key, value in table.items():
        if isinstance(value, str) and key.isdecimal():
            label, name = int(key), value
        elif isinstance(value, int) and not isinstance(value, bool):
            label, name = value, key
        else:
            raise _no_names(path, f"{key!r}: {value!r} pairs no label with a name")
        if names.setdefault(label, name) != name:
            raise _twice(path, f"label {label} is called {names[label]!r} and {name!r}")
    names.pop(0, None)
    return names


def _no_names(path: Path, what: str) -> DataError:
    return VolumeError.of(
        "no-label-names", path, f"{what}.", 'Write {"1": "liver", "2": "spleen"}.'
    )


def _twice(path: Path, what: str) -> DataError:
    return VolumeError.of("label-named-twice", path, f"{what}.", "Give each label one name.")
