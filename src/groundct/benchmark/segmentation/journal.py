"""Scores of finished cases, kept line by line, so that a run that was killed goes on.

A line is taken up only when its key is the same: what the two files hold, what a dataset file says
of the case, and every setting. A last line that was cut short is scored again.
"""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import ValidationError

from groundct import __version__
from groundct.benchmark.segmentation.score import CaseScore, Job
from groundct.benchmark.segmentation.settings import SCORING_VERSION
from groundct.core.paths import AnyPath
from groundct.core.value import digest


def key_of(job: Job) -> str:
    """The digest of all that the scores of a case depend on."""
    entry = job.reference.entries.get(job.case)
    return digest(
        {
            "version": [__version__, SCORING_VERSION],
            "case": [job.case, job.patient],
            "reference": job.reference.digest(job.case),
            "prediction": None if job.missing else job.prediction.digest(job.case),
            "entry": None if entry is None else entry.model_dump(mode="json"),
            "settings": job.settings.model_dump(mode="json"),
            "ct": None if job.ct is None else job.ct.model_dump(mode="json"),
        }
    )


def read_journal(path: AnyPath) -> dict[str, CaseScore]:
    """Key -> scores of every whole line; nothing when there is no file."""
    path = Path(path)
    out: dict[str, CaseScore] = {}
    if not path.is_file():
        return out
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            key, score = json.loads(line)
            out[key] = CaseScore.model_validate(score)
        except (ValueError, TypeError, ValidationError):
            continue
    return out


def add_to_journal(path: Path, key: str, score: CaseScore) -> None:
    """Append a case; written at once, so that a killed run loses no finished case."""
    line = json.dumps([key, score.model_dump(mode="json")], ensure_ascii=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as stream:
        if stream.tell() and not _ends_whole(path):
            stream.write(b"\n")
        stream.write(line.encode("utf-8") + b"\n")


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as stream:
        stream.seek(-1, 2)
        return stream.read(1) == b"\n"
