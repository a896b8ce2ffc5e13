"""``export.json``: what made an export, with which options, and what the layout cannot say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from groundct.core.contracts import Plugin
from groundct.release.exports._contract import ExportOptions

FILE_NAME = "export.json"


def write_notes(
    out: Path, exporter: Plugin, options: ExportOptions, facts: Mapping[str, Any]
) -> Path:
    """Write the notes below ``out`` and return their path; equal input gives equal bytes."""
    data = {
        "exporter": {"name": exporter.name, "version": exporter.version},
        "options": options.model_dump(mode="json"),
        **facts,
    }
    path = out / FILE_NAME
    text = json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    out.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    return path
