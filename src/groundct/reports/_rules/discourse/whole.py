"""A whole report out of its sentences: who reads a sentence's findings may differ, the rest not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from groundct.core.report import Measurement, Reading, Report, SectionName
from groundct.reports._draft import Draft, DraftFinding, DraftSentence
from groundct.reports._rules.continued import Again, continued, reworded
from groundct.reports._rules.discourse.amended import amended, amended_ahead
from groundct.reports._rules.discourse.anaphora import placed
from groundct.reports._rules.discourse.borrowed import at_organ
from groundct.reports._rules.discourse.ellipsis import Before, completed, lung_above, sided
from groundct.reports._rules.discourse.headings import behind, under
from groundct.reports._rules.discourse.listed import item_of, leading_words, may_be_item, other_side
from groundct.reports._rules.discourse.lobed import at_lobe
from groundct.reports._rules.discourse.meaning import NOTHING, agreed, meant_by
from groundct.reports._rules.discourse.merge import Context, merged
from groundct.reports._rules.discourse.similar import told_again
from groundct.reports._rules.opacities import is_meaning
from groundct.reports._rules.reading import SentenceReading, read_ahead, read_sentence
from groundct.reports._rules.words.sentences import sentence_places
from groundct.reports._rules.words.steps import Steps, at_once, in_step
from groundct.reports.language import require_read
from groundct.reports.sections import READ_FOR_FINDINGS
from groundct.vocabulary.places import places

_EMPTY = frozenset(("", "not given.", "not given", "none.", "n/a"))

Sections: TypeAlias = list[tuple[SectionName, list[tuple[int, int]]]]
"""The sections of a report that say something: names, and where their sentences stand."""

Teller = Callable[[int, Before | None, SentenceReading], SentenceReading]
"""From a sentence's index, the one before it in its section, and the rules' reading of itself: what
it tells beside that one.

``findings``, ``loose``, ``again`` and ``completes`` count; spans from the sentence's start.
"""


def told_by_rules(_: int, before: Before | None, said: SentenceReading) -> SentenceReading:
    """What the rules read, with the side that the sentence before gives."""
    findings = said.findings
    if before is not None:
        if said.points_back:
            findings = placed(before, said)
        if said.sideless:
            findings = sided(before, findings, said)
        if said.points:
            findings = told_again(before, findings, said)
        if said.nowhere or (said.of_it and not said.sides):
            findings = at_organ(before, findings, said)
        if before.heading and said.general and said.heading is None:
            findings = under(before.heading, findings, said)
        if said.general and said.sides:
            findings = at_lobe(before, findings, said)
    return said if findings is said.findings else said._replace(findings=findings)


def read_report(report: Report, teller: Teller = told_by_rules) -> Reading:
    """Sentences of all sections; findings of the sections findings and impression."""
    return draft_report(report, teller).reading()


def _labelled(label: str, before: Before | None, said: SentenceReading) -> SentenceReading:
    """What a sentence says under a label that it does not begin with."""
    if not (said.findings or said.regions):
        return behind(label, said)
    if before is not None and before.heading and said.general:
        return said._replace(regions=places().places[before.heading].regions)
    return said


def _listed(
    leading: str, before: Before | None, said: SentenceReading
) -> tuple[str, SentenceReading]:
    """The words that lead a list, "" outside of one, and what a sentence says as its item.

    It is one of a sentence without findings alone.
    """
    if before is None:
        return "", said
    if said.sides and before.findings:
        other = other_side(before.said, said)
        if other is not None:
            return "", other
    if not may_be_item(said):
        return "", said
    leading = leading or leading_words(before.said)
    item = item_of(leading, said) if leading else None
    return ("", said) if item is None else (leading, item)


def draft_report(report: Report, teller: Teller = told_by_rules) -> Draft:
    """As `read_report`, the spans not moved into the report yet.

    Raises TableError for a language that the rules do not read.
    """
    return at_once(_draft_in_steps(report, _sections(report), teller))


def draft_reports(reports: Sequence[Report]) -> list[Draft | Exception]:
    """As `draft_report` of each, by the rules, and quicker; one that fails gives its exception."""
    parts = [_tried(report) for report in reports]
    read_ahead(
        (report.text[start:end], report.language)
        for report, sections in zip(reports, parts, strict=True)
        if not isinstance(sections, Exception)
        for name, where in sections
        if name in READ_FOR_FINDINGS
        for start, end in where
    )
    told = zip(reports, parts, strict=True)
    return in_step([_draft_in_steps(*own, told_by_rules) for own in told])


def _sections(report: Report) -> Sections:
    require_read(report)
    return [
        (section.name, sentence_places(report.text, section.span, report.language))
        for section in report.sections
        if section.span.of(report.text).strip().lower() not in _EMPTY
    ]


def _tried(report: Report) -> Sections | Exception:
    try:
        return _sections(report)
    except Exception as problem:  # one report must not end the work on all others
        return problem


def _draft_in_steps(report: Report, sections: Sections | Exception, teller: Teller) -> Steps[Draft]:
    if isinstance(sections, Exception):
        raise sections
    text, language = report.text, report.language
    sentences: list[DraftSentence] = []
    found: list[DraftFinding] = []
    impression: dict[int, frozenset[str]] = {}
    again: dict[int, Again] = {}
    meant: dict[int, tuple[tuple[int, ...], ...]] = {}
    measured: dict[str, list[tuple[int, Measurement]]] = {}
    seen: tuple[int, ...] = ()
    for section, where in sections:
        before: Before | None = None
        taken = NOTHING
        opacities: list[int] = []
        begun = 0
        last = len(found)
        regions: tuple[str, ...] = ()
        paths: tuple[str, ...] = ()
        label = leading = ""
        for start, end in where:
            index = len(sentences)
            own = text[start:end]
            if section not in READ_FOR_FINDINGS:
                sentences.append(DraftSentence(section, start, end, own))
                continue
            said = read_sentence(own, language)
            if said.heading is not None:
                label = own[: own.index(":") + 1] + " "
            elif label:
                said = _labelled(label, before, said)
            if said.findings:
                leading = ""
            else:
                leading, said = _listed(leading, before, said)
            if said.regions is None:
                # It goes on with the one before, and has its paths unless it names some itself.
                paths = said.anatomy_in(regions) or paths
            else:
                regions, paths = said.regions, said.anatomy
            sentences.append(
                DraftSentence(
                    section,
                    start,
                    end,
                    said.standardized,
                    regions,
                    paths,
                    said.rewrites,
                    start,
                    said.clashes,
                )
            )
            told = teller(index, before, said)
            findings, loose, told_again = told.findings, told.loose, told.again
            if last < len(found) and loose.says_something:
                held = [draft.moved() for draft in found[last:]]
                more = reworded(continued(held, loose, (index, start)), report)
                found[last:] = [DraftFinding(f, f.sentence_indices) for f in more]
                if findings:
                    last = len(found)
            else:
                last = len(found)
            if told.completes and (both := completed(before, text[begun:end], language)):
                last = len(found)
                found.append(DraftFinding(both, (index - 1, index), begun))
                findings, told_again = (), {}
            if said.amends and found:
                rest = amended(found, findings, (index, start), report)
                told_again = told_again if rest == findings else {}
                findings = rest
            first = len(found)
            if told_again:
                again.update({first + number: how for number, how in told_again.items()})
            for entry, size in loose.organs:
                measured.setdefault(entry, []).append((index, size.moved(start)))
            if said.marked or said.explains:
                taken = meant_by(findings, said, taken, first)
                opacities += taken.here[0] if taken.here and not taken.goes_on else ()
                about = taken.here if any(taken.here) or not taken.goes_on else (seen,)
                for number, finding in enumerate(findings, first):
                    if is_meaning(finding):
                        meant[number] = tuple([tuple([n for n in a if n != number]) for a in about])
            elif taken is not NOTHING:
                taken = taken.after(findings, said)
            if findings:
                found += [DraftFinding(finding, (index,), start) for finding in findings]
            named, heading = None, said.heading
            if before is not None:
                if taken.goes_on or not (findings or said.regions):
                    named = before.named or before
                heading = before.heading if heading is None else heading
            lung = lung_above(before, said)
            before, begun = Before(said, findings, named, heading or "", lung), start
            if section == "impression":
                impression[index] = said.sides
        if section == "findings":
            seen = agreed(opacities, found)
    context = Context(impression, again, meant, measured)
    yield
    return amended_ahead(Draft(tuple(sentences), merged(found, context, report)), report)
