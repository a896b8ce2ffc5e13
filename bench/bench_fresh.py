"""Measure ``rules`` on sentences that were written down before any was read: bench/fresh.tsv.

Run: ``python -m bench.bench_fresh [--list odd|even]``. The sentences of odd number are there to be
mended by, those of even number to be reported; ``--list`` prints what is read otherwise. The second
set was written after the odd sentences of the first had been mended by.

A row has a text, its findings, its labels and its regions, all as its writer expects them. A
finding is ``2d+R@RUL,RML=6x4,9``: the codes that will do (several joined by ``/``), the presences
that will do (``+`` present, ``-`` absent, ``?`` uncertain), then, each only where it is said, the
side (R, L, B, M; 0 for none), the lobes, and the sizes in mm. Round brackets: may be read or not.
``*``: other findings that are absent may be read too. Labels and regions that end in ``?`` are
left open; ``*`` leaves all regions open.
"""

from __future__ import annotations

import csv
import re
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from bench.bench_reports import f1
from groundct.core.report import Finding, report_of_columns
from groundct.reports.labels import labels_of
from groundct.reports.rules import PLUGIN
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.findings import findings

SETS = {"first": range(1, 437), "second": range(437, 651)}
SENTENCES = Path(__file__).with_name("fresh.tsv")
_WANTED = re.compile(
    r"(?P<codes>\d+[a-k]?(?:/\d+[a-k]?)*)(?P<presences>[+?-]+)(?P<side>[RLBM0]?)"
    r"(?:@(?P<lobes>[A-Z]+(?:,[A-Z]+)*))?(?:=(?P<sizes>[\dx.,]+))?"
)
_PRESENCES = {"present": "+", "absent": "-", "uncertain": "?"}
_SIDES = {"right": "R", "left": "L", "bilateral": "B", "midline": "M", None: "0"}
_LOBES = {
    f"{side} lung {lobe} lobe": f"{side[0]}{lobe[0]}L".upper()
    for side, lobes in (("right", ("upper", "middle", "lower")), ("left", ("upper", "lower")))
    for lobe in lobes
}


@dataclass(frozen=True)
class Wanted:
    """A finding that a writer expects; empty fields are not asked for."""

    codes: frozenset[str]
    presences: str
    side: str
    lobes: frozenset[str]
    sizes: frozenset[str]
    optional: bool


@dataclass(frozen=True)
class Row:
    """A sentence and what its writer expects of it."""

    number: int
    register: str
    text: str
    wanted: tuple[Wanted, ...]
    absent_allowed: bool
    labels: tuple[str, ...]
    regions: tuple[str, ...]


def rows(path: Path = SENTENCES) -> list[Row]:
    """All rows of the table; raises ValueError for a finding that is not in its form."""
    with path.open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [_row(line) for line in table]


def _row(line: dict[str, str]) -> Row:
    items = [item for item in line["findings"].split("; ") if item]
    return Row(
        int(line["number"]),
        line["register"],
        line["text"],
        tuple(_wanted(item) for item in items if item != "*"),
        "*" in items,
        tuple(filter(None, line["labels"].split("|"))),
        tuple(filter(None, line["regions"].split("|"))),
    )


def _wanted(item: str) -> Wanted:
    optional = item.startswith("(")
    match = _WANTED.fullmatch(item.strip("()"))
    if match is None:
        raise ValueError(f"{item!r} is no finding")
    return Wanted(
        frozenset(match["codes"].split("/")),
        match["presences"],
        match["side"],
        frozenset((match["lobes"] or "").split(",")) - {""},
        frozenset((match["sizes"] or "").split(",")) - {""},
        optional,
    )


def attributes(wanted: Wanted, finding: Finding) -> dict[str, bool]:
    """Whether each attribute that is asked for is read as expected."""
    leaves = {anatomy().leaf(path) for path in finding.anatomy}
    read = {
        "presence": _PRESENCES[finding.presence] in wanted.presences,
        "side": _SIDES[finding.laterality] == wanted.side,
        "lobes": {_LOBES[leaf] for leaf in leaves if leaf in _LOBES} == wanted.lobes,
        "sizes": {"x".join(f"{v:g}" for v in size.values_mm) for size in finding.measurements}
        == wanted.sizes,
    }
    asked = {"presence": True, "side": wanted.side, "lobes": wanted.lobes, "sizes": wanted.sizes}
    return {name: right for name, right in read.items() if asked[name]}


def compare(row: Row) -> tuple[Counter[tuple[str, bool]], list[str]]:
    """What a row's reading has right and wrong, by what is counted, and its faults in words."""
    reading = PLUGIN.extract(report_of_columns([("findings", row.text)]))
    left = list(reading.findings)
    counts: Counter[tuple[str, bool]] = Counter()
    faults: list[str] = []
    for wanted in sorted(row.wanted, key=lambda wanted: wanted.optional):
        fitting = [finding for finding in left if finding.category in wanted.codes]
        best = max(
            fitting, key=lambda finding: sum(attributes(wanted, finding).values()), default=None
        )
        if best is not None:
            left.remove(best)
        if wanted.optional:
            continue
        counts["finding", best is not None] += 1
        if best is None:
            faults.append(f"missed {'/'.join(sorted(wanted.codes))}{wanted.presences}")
            continue
        for name, right in attributes(wanted, best).items():
            counts[name, right] += 1
            if not right:
                faults.append(f"{best.type}: {name}")
    for finding in left:
        if finding.presence != "absent" or not row.absent_allowed:
            counts["nothing more", False] += 1
            faults.append(f"extra {finding.type} {finding.presence}")
    counts["nothing more", True] += len(reading.findings) - len(left)
    faults += _compare_names("label", row.labels, {n for n, v in labels_of(reading).items() if v})
    regions = {region for sentence in reading.sentences for region in sentence.regions}
    if row.regions != ("*",):
        faults += _compare_names("region", row.regions, regions)
    return counts, faults


def _compare_names(what: str, expected: tuple[str, ...], read: set[str]) -> list[str]:
    closed = {name for name in expected if not name.endswith("?")}
    left_open = {name.rstrip("?") for name in expected} - closed
    return [f"{what} missed {name}" for name in sorted(closed - read)] + [
        f"{what} extra {name}" for name in sorted(read - closed - left_open)
    ]


def measure(chosen: list[Row], listed: bool) -> None:
    """Print how some rows are read."""
    counts: Counter[tuple[str, bool]] = Counter()
    clean: Counter[str] = Counter()
    names: dict[str, dict[str, Counter[str]]] = {"label": {}, "region": {}}
    for row in chosen:
        found, faults = compare(row)
        counts += found
        clean[row.register] += not faults
        for what, expected in (("label", row.labels), ("region", row.regions)):
            _count_names(names[what], expected, [f for f in faults if f.startswith(what)])
        if listed and faults:
            print(f"  {row.number:4d} {row.text}\n       {'; '.join(faults)}")
    of_register = Counter(row.register for row in chosen)
    parts = ", ".join(f"{name} {clean[name]} of {n}" for name, n in of_register.items())
    print(f"  right in all: {clean.total()} of {len(chosen)} ({parts})")
    for name in ("finding", "nothing more", "presence", "side", "lobes", "sizes"):
        right, wrong = counts[name, True], counts[name, False]
        print(f"  {name:14s} {right} of {right + wrong} ({right / (right + wrong):.3f})")
    for what, table in names.items():
        pooled = sum(table.values(), Counter[str]())
        micro = f1(pooled["hit"], pooled["extra"], pooled["missed"])
        each = [f1(one["hit"], one["extra"], one["missed"])[2] for one in table.values()]
        print(
            f"  {what + 's':14s} micro P/R/F1 {' / '.join(f'{v:.3f}' for v in micro)}"
            f"  macro F1 {sum(each) / len(each):.3f} ({len(each)})"
        )


def _count_names(
    table: dict[str, Counter[str]], expected: tuple[str, ...], faults: list[str]
) -> None:
    """Count hits, misses and extras of labels or regions by name."""
    missed: set[str] = set()
    for fault in faults:
        _, kind, name = fault.split(" ", 2)
        table.setdefault(name, Counter())[kind] += 1
        if kind == "missed":
            missed.add(name)
    for name in expected:
        if name not in missed and name[-1] not in "?*":
            table.setdefault(name, Counter())["hit"] += 1


def main() -> int:
    listed = sys.argv[sys.argv.index("--list") + 1] if "--list" in sys.argv else ""
    assert set(findings().labels) >= {n.rstrip("?") for row in rows() for n in row.labels}
    for title, numbers in SETS.items():
        for name, rest in (("odd", 1), ("even", 0)):
            print(f"{title} set, {name} numbers")
            chosen = [r for r in rows() if r.number in numbers and r.number % 2 == rest]
            measure(chosen, listed == name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
