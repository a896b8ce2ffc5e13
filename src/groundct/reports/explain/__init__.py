"""Why the ``rules`` extractor reads a sentence as it does: the vocabulary entries that fired."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Final

from groundct.core.report import Finding, Reading, Report, Sentence, Span, rewritten
from groundct.core.value import Value
from groundct.reports._rules.reading import read_sentence
from groundct.reports._rules.words.parsed import CUES, Parsed
from groundct.reports.labels import labels_of
from groundct.reports.rules import PLUGIN
from groundct.reports.sections import READ_FOR_FINDINGS
from groundct.vocabulary.lexicon import Hit, lexicon

_TABLE: Final = ("id", "term")
_NOT_IN_SENTENCES: Final = "headings"


class Fired(Value):
    """An entry of a lexicon that was found at ``span`` of its sentence.

    ``table`` is its file below ``vocabulary/``; ``meaning`` its third cell. ``used_by`` are the ids
    of the findings that name it as a cue.
    """

    span: Span
    table: str
    entry: str
    term: str
    meaning: str
    used_by: tuple[str, ...] = ()


class Explanation(Value):
    """A sentence, what fired in it, and what came of it.

    ``text`` is the sentence as it was read and ``standardized`` the same in American radiology
    English; ``findings`` are those that it begins or adds to, ``labels`` those of CT-RATE's that
    they set, ``doubts`` the reasons why it may be misread.
    """

    text: str
    standardized: str
    sentence: Sentence
    fired: tuple[Fired, ...]
    findings: tuple[Finding, ...]
    labels: tuple[str, ...]
    doubts: tuple[str, ...]


def explain(report: Report) -> tuple[Explanation, ...]:
    """One explanation for each sentence of a report, in order.

    Sentences of sections that are not read for findings have nothing that fired. Raises DataError
    as the extractor does.
    """
    reading = PLUGIN.extract(report)
    return tuple(_explanation(sentence, reading, report) for sentence in reading.sentences)


def _explanation(sentence: Sentence, reading: Reading, report: Report) -> Explanation:
    text = sentence.span.of(report.text)
    own = tuple(f for f in reading.findings if sentence.index in f.sentence_indices)
    fired: tuple[Fired, ...] = ()
    doubts: tuple[str, ...] = ()
    if sentence.section in READ_FOR_FINDINGS:
        said = read_sentence(text, report.language)
        fired, doubts = _fired(said.parsed, own, sentence.span.start), said.doubts
    on = labels_of(Reading(sentences=(), findings=own))
    return Explanation(
        text=text,
        standardized=rewritten(sentence, report.text),
        sentence=sentence,
        fired=fired,
        findings=own,
        labels=tuple(name for name, value in on.items() if value),
        doubts=doubts,
    )


def _fired(parsed: Parsed, findings: tuple[Finding, ...], offset: int) -> tuple[Fired, ...]:
    """Every entry of the language's lexicons in a sentence, from left to right."""
    users: dict[tuple[str, int], list[str]] = {}
    for finding in findings:
        for cue in finding.cues:
            users.setdefault((cue.entry, cue.span.start - offset), []).append(finding.finding_id)
    found = []
    for name, column in _lexicons(parsed.language):
        for hit in _hits(parsed, name, column):
            span = parsed.span_of(hit.first, hit.last)
            entry = hit.entry
            found.append(
                Fired(
                    span=span,
                    table=f"{parsed.language}/{name}.tsv",
                    entry=entry.entry_id,
                    term=entry.term,
                    meaning=entry.meaning,
                    used_by=tuple(dict.fromkeys(users.get((entry.entry_id, span.start), ()))),
                )
            )
    return tuple(sorted(found, key=lambda one: (one.span.start, -one.span.end, one.table)))


def _hits(parsed: Parsed, name: str, column: str) -> tuple[Hit, ...]:
    """The hits of a lexicon, those that the extractor went by where it keeps them."""
    if name in CUES:
        return parsed.cues[name]
    kept = {"findings": parsed.findings, "anatomy": parsed.places}
    if name in kept:
        return kept[name]
    # Of relations, preambles are hidden from the words that the other lexicons see.
    hidden = name == "relation"
    words = [token.word for token in parsed.tokens] if hidden else parsed.words
    return lexicon(parsed.language, name, column).find(words)


@lru_cache(maxsize=8)
def _lexicons(language: str) -> tuple[tuple[str, str], ...]:
    """(name, third column) of every table of a language that holds phrases of sentences."""
    out = []
    for item in files("groundct.vocabulary").joinpath(language).iterdir():
        if not item.name.endswith(".tsv"):
            continue
        heading = tuple(item.read_text(encoding="utf-8").partition("\n")[0].split("\t"))
        name = item.name.removesuffix(".tsv")
        if len(heading) == 3 and heading[:2] == _TABLE and name != _NOT_IN_SENTENCES:
            out.append((name, heading[2]))
    return tuple(sorted(out))
