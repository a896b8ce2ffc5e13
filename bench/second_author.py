"""Turkish sentences and reports of a second author: his marks against what is read.

He marked each finding by presence, type, side, place, size and change, in no words of the sentence.
A mark with alternatives ("right/-") is not compared in that column; of places only lobes are. Two
marks of one type may be read as one finding. Where he marked nothing, nothing is compared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from bench.marked import Outcome
from groundct.core.report import Finding, Reading, Report, report_of_columns
from groundct.reports import read
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.findings import findings
from groundct.vocabulary.places import GENERAL, places

FOLDER: Final = Path(__file__).resolve().parents[1] / "tests/reports/cases_tr/second"
_NOTHING: Final = "-"
_COLUMNS: Final = 6
_LOBES: Final = {
    f"{side} {level} lobe": f"{side} lung {level} lobe"
    for side in ("right", "left")
    for level in ("upper", "middle", "lower")
}


class SecondMark(NamedTuple):
    """A finding as the second author marked it; columns with alternatives hold "/"."""

    presence: str
    kinds: frozenset[str]
    side: str
    place: str
    size: str
    change: str


def rows(name: str) -> Iterator[list[str]]:
    """The rows of a table of his, without comments."""
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def second_outcomes(
    reader: Callable[[Report], Reading], *, held: bool
) -> list[tuple[str, Outcome]]:
    """How his sentences are read, the ``held`` ones (odd ids) or the others, by id."""
    return [
        (key, _outcome(reader(report_of_columns([("findings", text)])), _marks(marks)))
        for key, text, marks in rows("sentences.tsv")
        if bool(int(key[1:]) % 2) == held
    ]


def label_totals() -> tuple[int, int]:
    """The labels of his reports that are right, and all; the language is told from the text."""
    right = total = 0
    for _, text, named in rows("reports.tsv"):
        marked = set() if named == _NOTHING else {label.strip() for label in named.split(",")}
        if not marked <= set(findings().labels):
            raise ValueError(f"{marked - set(findings().labels)} are no labels")
        labels = read(text.replace("\\n", "\n")).labels
        right += sum(value == (label in marked) for label, value in labels.items())
        total += len(labels)
    return right, total


def _marks(text: str) -> list[SecondMark]:
    if text == _NOTHING:
        return []
    out = []
    for mark in text.split(";"):
        parts = mark.split("|")
        if len(parts) != _COLUMNS:
            raise ValueError(f"{mark!r} is no mark")
        kinds = frozenset(kind for name in parts[1].split("/") for kind in _kinds(name))
        out.append(SecondMark(parts[0], kinds, *parts[2:]))
    return out


@lru_cache(maxsize=256)
def _kinds(name: str) -> frozenset[str]:
    """The types that a name may stand for: a general word's are those of all its places."""
    if not name.startswith(GENERAL):
        return frozenset((name,))
    return frozenset(
        kind for (head, _), kind in places().compounds.items() if head == name and kind
    )


def _outcome(reading: Reading, marks: list[SecondMark]) -> Outcome:
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    faults: list[str] = []
    left = list(reading.findings)
    taken: list[Finding] = []
    for mark in marks:
        finding = _best(left, mark)
        if finding is None:
            # Two marks of one type may be one finding.
            if _best([f for f in taken if f.presence == mark.presence], mark) is None:
                wrong["missed"] += 1
                faults.append(f"missed {'/'.join(sorted(mark.kinds))}")
            continue
        left.remove(finding)
        taken.append(finding)
        for key, (seen, wanted) in _compared(finding, mark).items():
            (right if seen == wanted else wrong)[key] += 1
            if seen != wanted:
                faults.append(f"{finding.type} {key} is {wanted}, read {seen}")
    for finding in left:
        if marks and finding.presence != "absent" and not any(_alike(finding, m) for m in marks):
            wrong["extra"] += 1
            faults.append(f"extra {finding.type} {finding.presence}")
    return Outcome(right, wrong, tuple(faults))


def _alike(finding: Finding, mark: SecondMark) -> bool:
    """Whether a finding only says a mark again under another name of its kind."""
    return finding.type in mark.kinds and finding.presence == mark.presence


def _best(among: list[Finding], mark: SecondMark) -> Finding | None:
    """The finding of a mark's type that agrees with most of its columns."""
    fitting = [finding for finding in among if finding.type in mark.kinds]
    return max(
        fitting,
        key=lambda f: sum(seen == wanted for seen, wanted in _compared(f, mark).values()),
        default=None,
    )


def _compared(finding: Finding, mark: SecondMark) -> dict[str, tuple[str, str]]:
    """What is read and what is marked, by column; columns without one answer are left out."""
    leaves = {anatomy().leaf(path) for path in finding.anatomy}
    sizes = {"x".join(f"{v:g}" for v in m.values_mm) for m in finding.measurements}
    lobe = _LOBES.get(mark.place)
    out = {"presence": (finding.presence, mark.presence)}
    if "/" not in mark.side:
        out["side"] = (finding.laterality or _NOTHING, mark.side)
    if lobe is not None:
        out["at"] = (lobe if lobe in leaves else "+".join(sorted(leaves)), lobe)
    if mark.size != _NOTHING:
        out["mm"] = (mark.size if mark.size in sizes else "+".join(sorted(sizes)), mark.size)
    if mark.change != _NOTHING:
        out["change"] = (finding.change or _NOTHING, mark.change)
    return out
