"""The folder of a build: one folder a case, the ledger, the run's statement, the release."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

from groundct.codecs.label_maps import read_label_map, write_label_map
from groundct.core.issues import WorkspaceError
from groundct.core.record import Record
from groundct.core.value import canonical_json, digest, digest_bytes
from groundct.core.volume import LabelMap
from groundct.pipeline.ledger import Ledger

CHECKSUMS = "checksums.json"

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")


class Workspace:
    """Paths and files of a workspace.

    A case's folder holds ``record.json``, ``organs_*.nii.gz``, ``regions_*.nii.gz``,
    ``page.html`` and ``sheet.png``; it appears whole or not at all. Its ``checksums.json`` tells
    later whether it still is whole.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def ledger_path(self) -> Path:
        """The ledger's file."""
        return self.root / "ledger.sqlite"

    @property
    def release_path(self) -> Path:
        """The release that the last build wrote."""
        return self.root / "release"

    @property
    def index_path(self) -> Path:
        """The page that lists all cases."""
        return self.root / "index.html"

    def case_path(self, case_id: str) -> Path:
        """The folder of a case; ids that are no safe file name get a digest at their end."""
        safe = _UNSAFE.sub("_", case_id)
        if safe != case_id or safe.startswith("."):
            safe = f"{safe.lstrip('.')}-{digest(case_id)[7:15]}"
        return self.root / "cases" / safe

    def page_path(self, case_id: str) -> Path:
        """The case's page."""
        return self.case_path(case_id) / "page.html"

    def sheet_path(self, case_id: str) -> Path:
        """The case's contact sheet."""
        return self.case_path(case_id) / "sheet.png"

    def error_path(self, case_id: str) -> Path:
        """Where the traceback of an unforeseen error is kept."""
        return self.root / "errors" / f"{self.case_path(case_id).name}.txt"

    def begin_case(self, case_id: str) -> Path:
        """An empty folder to write a case into; ``finish_case`` puts it in place."""
        target = self.case_path(case_id)
        draft = target.with_name(f".{target.name}.draft-{os.getpid()}")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        return draft

    def finish_case(self, case_id: str, draft: Path) -> None:
        """Put a written folder, with the digests of its files, in the place of the older one."""
        target = self.case_path(case_id)
        sums = {path.name: digest_bytes(path.read_bytes()) for path in draft.iterdir()}
        (draft / CHECKSUMS).write_text(canonical_json(sums) + "\n", encoding="utf-8")
        shutil.rmtree(target, ignore_errors=True)
        draft.rename(target)

    def is_whole(self, case_id: str) -> bool:
        """Whether every file of a case is there and has the bytes that were written."""
        folder = self.case_path(case_id)
        try:
            sums = json.loads((folder / CHECKSUMS).read_bytes())
            return "record.json" in sums and all(
                digest_bytes((folder / name).read_bytes()) == due for name, due in sums.items()
            )
        except (OSError, ValueError, TypeError, AttributeError):
            return False

    def remove_case(self, case_id: str) -> None:
        """Remove what was built of a case."""
        shutil.rmtree(self.case_path(case_id), ignore_errors=True)

    def remove_drafts(self) -> None:
        """Remove what interrupted builds left behind."""
        for draft in (self.root / "cases").glob(".*.draft-*"):
            shutil.rmtree(draft, ignore_errors=True)
        name = self.release_path.name
        for older in self.root.glob(f".{name}.*.old"):
            # A build that ended between its two renames left the release under this name.
            if not self.release_path.exists():
                older.rename(self.release_path)
            shutil.rmtree(older, ignore_errors=True)
        for draft in self.root.glob(f".{name}.*.part"):
            shutil.rmtree(draft, ignore_errors=True)

    def read_record(self, case_id: str) -> Record:
        """The record of a built case."""
        text = (self.case_path(case_id) / "record.json").read_text(encoding="utf-8")
        return Record.model_validate_json(text)

    def read_label_maps(self, case_id: str) -> tuple[LabelMap, LabelMap]:
        """The organs and the regions of a built case."""
        folder = self.case_path(case_id)
        return read_label_map(folder, "organs"), read_label_map(folder, "regions")

    def require_same_corpus(self, corpus: Path, case_ids: frozenset[str]) -> None:
        """Raise WorkspaceError when a build of ``corpus`` would remove cases of another corpus."""
        try:
            stated = json.loads((self.root / "run.json").read_text(encoding="utf-8"))["corpus"]
        except (OSError, ValueError, KeyError):
            return
        if Path(stated) == corpus.resolve():
            return
        entries = Ledger(self.ledger_path).entries().values()
        built = {entry.case_id for entry in entries if entry.status == "built"}
        lost = sorted(built - case_ids)
        if lost:
            raise WorkspaceError.of(
                "other-corpus",
                self.root,
                f"it holds {len(lost)} cases of {stated} which {corpus} does not have, such as "
                f"{lost[0]}; they would be removed.",
                "Name another workspace with -o, or remove this one yourself.",
            )

    def state_run(self, statement: dict[str, object]) -> None:
        """Write the run's versions, settings and seeds."""
        self.root.mkdir(parents=True, exist_ok=True)
        text = json.dumps(statement, indent=2, sort_keys=True, ensure_ascii=False)
        (self.root / "run.json").write_text(text + "\n", encoding="utf-8")


def write_case(folder: Path, record: Record, organs: LabelMap, regions: LabelMap) -> None:
    """Write a case's record and masks into a folder."""
    text = canonical_json(record.model_dump(mode="json"))
    (folder / "record.json").write_text(text + "\n", encoding="utf-8")
    write_label_map(folder, "organs", organs)
    write_label_map(folder, "regions", regions)
