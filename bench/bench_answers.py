"""Measure the checks of a language model's answers: right ones let pass, planted errors refused.

Run: ``python -m bench.bench_answers [DATA]``; DATA is ``../shared/data`` unless given.

No model answers here. Right answers are what marked sentences say, and what the rules read in
reports, put in the form of an answer; into the latter an error of each kind is planted in each
finding in turn. The checks were tuned on half 0 and on the tuned marks; the others are held.
"""

from __future__ import annotations

import copy
import json
import math
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from tests.reports.llm.server import honest_findings

from bench import DATA
from bench.bench_reports import half, rows_of
from bench.marked import lines_of, parse
from groundct.core.report import Finding, Report, report_of_columns
from groundct.reports._llm.accept import accept
from groundct.reports._llm.assemble import reading_of, sources_of
from groundct.reports._llm.placing import paths_of_site
from groundct.reports._llm.prompt import Request, request_of
from groundct.reports._llm.source import Source
from groundct.reports._rules.reading import read_sentence
from groundct.reports.language_model.failures import LanguageModelError
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.findings import findings

Data = dict[str, Any]
MARKED = Path(__file__).resolve().parents[1] / "tests" / "reports" / "marked"
# What marks do not tell: the other attributes of a finding whose mark leaves them out.
NOT_MARKED = {
    "presence": {"side-lost", "side-flipped", "place-lost", "size-lost"},
    "sites": {"side-lost", "size-lost"},
}
ERRING = 0.05
"""The share of sentences that an imagined model reads wrongly."""
TURNED = {"right": "left", "left": "right"}


def _other_side(f: Data, _: np.random.Generator) -> None:
    f["laterality"] = TURNED.get(f["laterality"], f["laterality"])


def _side_invented(f: Data, rng: np.random.Generator) -> None:
    if f["laterality"] == "none":
        f["laterality"] = str(rng.choice(["right", "left"]))


def _one_of_two_sides(f: Data, rng: np.random.Generator) -> None:
    if f["laterality"] == "bilateral":
        f["laterality"] = str(rng.choice(["right", "left"]))


def _both_sides(f: Data, _: np.random.Generator) -> None:
    if f["laterality"] in TURNED:
        f["laterality"] = "bilateral"


def _side_dropped(f: Data, _: np.random.Generator) -> None:
    f["laterality"] = "none"


def _presence(old: str, new: str) -> Callable[[Data, np.random.Generator], None]:
    def plant(f: Data, _: np.random.Generator) -> None:
        if f["presence"] == old:
            f["presence"] = new

    return plant


def _other_type(f: Data, rng: np.random.Generator) -> None:
    f["type"] = str(rng.choice(list(findings().types)))


def _size_dropped(f: Data, _: np.random.Generator) -> None:
    f["sizes"] = []


def _places_dropped(f: Data, _: np.random.Generator) -> None:
    f["places"] = []


def _size_changed(f: Data, _: np.random.Generator) -> None:
    f["sizes"] = ["17.3 mm"] if f["sizes"] else []


def _text_invented(f: Data, _: np.random.Generator) -> None:
    f["text"] = "spiculated " + f["text"]


ERRORS: dict[str, Callable[[Data, np.random.Generator], None]] = {
    "other side": _other_side,
    "side out of nothing": _side_invented,
    "one side of two": _one_of_two_sides,
    "both sides of one": _both_sides,
    "side left out": _side_dropped,
    "denied made present": _presence("absent", "present"),
    "present made denied": _presence("present", "absent"),
    "present made uncertain": _presence("present", "uncertain"),
    "uncertain made present": _presence("uncertain", "present"),
    "denied made uncertain": _presence("absent", "uncertain"),
    "another type at random": _other_type,
    "places left out": _places_dropped,
    "size left out": _size_dropped,
    "size changed": _size_changed,
    "words added to the text": _text_invented,
}

LEFT_OUT = "a finding left out"
TWICE = "a finding said twice"
ONCE_MORE = "a finding once more without its size or place"
INVENTED = "a word made a finding"
EXCHANGED = {
    "places of two exchanged": ("laterality", "places"),
    "sizes of two exchanged": ("sizes",),
    "presences of two exchanged": ("presence",),
}
SAME_WORDS = {
    "same words: sizes exchanged": ("sizes",),
    "same words: sides exchanged": ("laterality",),
    "same words: presences exchanged": ("presence",),
}


def _wrong(
    right: list[Data], text: str, rng: np.random.Generator
) -> Iterator[tuple[str, list[Data]]]:
    """Every planted error of a right answer, one at a time."""
    for name, plant in ERRORS.items():
        for n in range(len(right)):
            wrong = copy.deepcopy(right)
            plant(wrong[n], rng)
            if wrong != right:
                yield name, wrong
    for n in range(len(right)):
        yield LEFT_OUT, right[:n] + right[n + 1 :]
        yield TWICE, [*right, right[n]]
        yield ONCE_MORE, [*right, {**right[n], "places": [], "sizes": []}]
    kind, word = str(rng.choice(list(findings().types))), str(rng.choice(text.split()))
    yield INVENTED, [*right, {**right[0], "text": word, "type": kind, "places": [], "sizes": []}]
    for first, second in combinations(range(len(right)), 2):
        kinds = EXCHANGED if second == first + 1 else {}
        if right[first]["text"] == right[second]["text"]:
            kinds = {**kinds, **SAME_WORDS}
        for name, keys in kinds.items():
            wrong = copy.deepcopy(right)
            for key in keys:
                wrong[first][key], wrong[second][key] = wrong[second][key], wrong[first][key]
            if wrong != right:
                yield name, wrong


def _reports(folder: Path, number: int) -> Iterator[Report]:
    for row in rows_of(folder, "ct_rate_reports_dev.csv"):
        if half(row["VolumeName"]) == number:
            columns = [("findings", row["Findings_EN"]), ("impression", row["Impressions_EN"])]
            yield report_of_columns(columns)


def _result(
    answer: list[Data], request: Request, source: Source
) -> tuple[frozenset[str], list[Data], tuple[Finding, ...]]:
    """The codes of an answer's faults about one sentence, or else the findings it gives, twice."""
    told = {
        "report": request.report_id,
        "sentences": [{"id": request.sentence_ids[0], "findings": answer}],
    }
    try:
        read = accept(json.dumps(told), request, {source.sentence.index: source})
    except LanguageModelError as problem:
        return frozenset(issue.code for issue in problem.issues), [], ()
    found = tuple(f for own in read.values() for f in own)
    return frozenset(), _plain(found), found


def _plain(found: tuple[Finding, ...]) -> list[Data]:
    return [finding.model_dump(exclude={"cues"}) for finding in found]


def _marked(line: str) -> tuple[Report, list[Data]]:
    """A marked line as a report, and the answer that its marks give."""
    text, marks = parse(line)
    answer = [
        {
            "text": text[mark.start : mark.end],
            "type": mark.type,
            "presence": mark.wanted["presence"],
            "laterality": mark.wanted.get("side", "none"),
            "places": _places(text, mark.wanted.get("at", "")),
            "sizes": [],
        }
        for mark in marks
    ]
    return report_of_columns([("findings", text)]), answer


def _places(text: str, at: str) -> list[str]:
    """The words of a sentence that name a mark's lobes."""
    said = read_sentence(text, "en")
    end = len(said.parsed.tokens)
    return [
        said.parsed.span_of(site.first, min(site.last, end)).of(text)
        for site in said.sites
        if {anatomy().leaf(path) for path in paths_of_site(site, None)} <= set(at.split("+"))
    ]


def marked(part: str) -> None:
    """Right answers that nobody made by the rules: how many are refused, and for what."""
    for kind in ("presence", "sites"):
        refused: Counter[str] = Counter()
        differ = count = 0
        for line in lines_of(MARKED / f"{kind}_{part}.txt"):
            untold = NOT_MARKED[kind] | (set() if " at=" in line else {"place-lost"})
            report, answer = _marked(line)
            reading, sources = sources_of(report)
            if len(sources) != 1:
                continue
            (source,) = sources.values()
            ruled_out = {finding.type for finding in source.ruled_out}
            answer = [f for f in answer if f["type"] not in ruled_out]
            count += 1
            request = request_of(report, (source.sentence,), reading.sentences)
            codes = _result(answer, request, source)[0] - untold
            refused.update(codes)
            differ += bool(codes)
            if codes and "-v" in sys.argv and part == "tuned":
                print(f"    {sorted(codes)} {line}")
        print(f"  {kind}: {differ} of {count} marked sentences refused {dict(refused)}")


def _expected(reports: list[list[float]], tries: int, *, by_sentence: bool) -> float:
    """How many reports a model has accepted that errs in each sentence at random, at each try anew.

    ``reports`` holds for each sentence the share of errors in it that are refused. By sentence one
    try is to be right for each; else one for all.
    """
    accepted = 0.0
    for shares in reports:
        refused = [ERRING * share for share in shares]
        if by_sentence:
            accepted += math.prod(1 - share**tries for share in refused)
        else:
            accepted += 1 - (1 - math.prod(1 - share for share in refused)) ** tries
    return accepted


def measure(folder: Path, number: int) -> None:
    rng = np.random.default_rng(0)
    counts: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    planted: Counter[str] = Counter()
    doubted: Counter[str] = Counter()
    shares: list[list[float]] = []
    for report in _reports(folder, number):
        reading, sources = sources_of(report)
        counts["reports"] += 1
        counts["reports in doubt"] += any(source.said.doubts for source in sources.values())
        whole = True
        told: dict[int, tuple[Finding, ...]] = {}
        shares.append([])
        for index, source in sources.items():
            counts["sentences"] += 1
            counts["sentences in doubt"] += bool(source.said.doubts)
            doubted.update(source.said.doubts)
            text = source.sentence.span.of(report.text)
            right = honest_findings(text, report.language)
            request = request_of(report, (source.sentence,), reading.sentences)
            counts["sentences refused in another order"] += bool(
                _result(right[::-1], request, source)[0]
            )
            codes, expected, read = _result(right, request, source)
            told[index] = read
            if codes:
                refused.update(codes)
                counts["sentences refused"] += 1
                whole = False
                if "-v" in sys.argv and number == 0:
                    print(f"  {sorted(codes)} {text!r} {right}")
                continue
            if not right:
                continue
            tried = found = 0
            for name, wrong in _wrong(right, text, rng):
                codes, given, _ = _result(wrong, request, source)
                if codes or given != expected:  # what changes nothing is no error
                    planted[name] += 1
                    planted[name, ""] += bool(codes)
                    tried, found = tried + 1, found + bool(codes)
            shares[-1].append(found / tried if tried else 0.0)
        counts["reports accepted"] += whole
        again = reading_of(report, told, sources) if whole else None
        counts["reports equal"] += again is not None and _plain(again.findings) == _plain(
            reading.findings
        )
    print(
        f"  {counts['reports']} reports, {counts['sentences']} sentences; in doubt: "
        f"{counts['sentences in doubt']} sentences in {counts['reports in doubt']} reports"
    )
    for reason, count in doubted.most_common():
        print(f"    {reason}: {count}")
    print(
        f"  the rules' answers: {counts['sentences refused']} sentences refused, "
        f"{counts['sentences refused in another order']} with their findings in another order; "
        f"{counts['reports accepted']} reports accepted whole, "
        f"{counts['reports equal']} read as the rules do"
    )
    for code, count in refused.most_common():
        print(f"    {code}: {count}")
    print(f"  reports accepted of a model that errs in {ERRING:.0%} of the sentences, expected")
    for tries in (1, 2, 4):
        one, each = (_expected(shares, tries, by_sentence=how) for how in (False, True))
        print(f"    {tries} tries: {one:5.1f} with one right answer, {each:5.1f} by sentence")
    print("  planted errors refused")
    for name in (*ERRORS, LEFT_OUT, TWICE, ONCE_MORE, INVENTED, *EXCHANGED, *SAME_WORDS):
        share = planted[name, ""] / planted[name] if planted[name] else 1.0
        print(f"    {name:46s} {share:6.1%}  of {planted[name]}")


def main() -> int:
    given = [argument for argument in sys.argv[1:] if argument != "-v"]
    folder = (Path(given[0]) if given else DATA) / "labelled_reports"
    for part in ("tuned", "held"):
        print(f"marked sentences, {part}")
        marked(part)
    if not folder.is_dir():
        print(f"{folder} is not there: nothing measured.", file=sys.stderr)
        return 1
    for number, name in enumerate(("tuned on", "held")):
        print(f"half {number}, {name}")
        measure(folder, number)
    return 0


if __name__ == "__main__":
    sys.exit(main())
