"""The names of a release's files, and what names are safe."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

MANIFEST: Final = "manifest.json"
CARD: Final = "README.md"
SET_ASIDE: Final = "set_aside.json"
ORGANS: Final = "organs"
REGIONS: Final = "regions"

_FILES = re.compile(
    r"README\.md|set_aside\.json|tables/[a-z]+\.parquet|records/(?P<record>[^/]+)\.json"
    r"|masks/(?P<masks>[^/]+)/(?:organs|regions)(?:_\d+\.nii\.gz|\.json)"
    r"|volumes/(?P<volume>[^/]+)\.nii\.gz"
)


def is_safe_path(path: str) -> bool:
    """Whether a manifest's path stays inside the release: relative, plain, with forward slashes."""
    parts = path.split("/")
    return bool(path) and not any(
        part in ("", ".", "..") or re.search(r'[\\:*?"<>|\x00-\x1f]', part) for part in parts
    )


def case_of_file(path: str) -> str | None:
    """The case that a file belongs to, "" when to none; None when it is not of the layout."""
    match = _FILES.fullmatch(path)
    if match is None:
        return None
    return next((name for name in match.groupdict().values() if name), "")


def table_path(name: str) -> str:
    """Where a table stands."""
    return f"tables/{name}.parquet"


def record_path(case_id: str) -> str:
    """Where a case's record stands."""
    return f"records/{case_id}.json"


def volume_path(case_id: str) -> str:
    """Where a case's CT stands, if the release has it."""
    return f"volumes/{case_id}.nii.gz"


def mask_folder(root: Path, case_id: str) -> Path:
    """The folder of a case's label maps."""
    return root / "masks" / case_id
