"""Answer -> findings, every one of them checked against the sentence that it cites.

What a model may choose: which words are a finding, which of the types that these words can mean,
and which presence, side, places and sizes out of those that the sentence names. Everything else is
read in the sentence by the tables of `rules`. An answer with one fault is refused as a whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from groundct.core.issues import Issue
from groundct.core.report import Finding, Measurement, Presence, Sentence
from groundct.reports._llm.compose import Said, composed
from groundct.reports._llm.failures import LanguageModelError, failed, quoted
from groundct.reports._llm.placing import sites_quoted
from groundct.reports._llm.presences import allowed_presences
from groundct.reports._llm.prompt import Request
from groundct.reports._llm.quotes import Quote, find_quotes
from groundct.reports._llm.schema import AnsweredFinding, AnsweredSentence, parse_answer
from groundct.reports._llm.sides import sides_allowed, sides_of, sides_required
from groundct.reports._llm.words import holds_unknown_word, types_named, types_ruled_out
from groundct.reports._rules.build import all_mentions
from groundct.reports._rules.measures import measurements_of
from groundct.reports._rules.mentions import Mention
from groundct.reports._rules.reading import SentenceReading

_BESIDE = 1


@dataclass(frozen=True)
class Source:
    """A sentence that is asked about, and what the rules read in it.

    ``carried`` are the rules' findings with what they take over from the sentence before.
    """

    sentence: Sentence
    said: SentenceReading
    carried: tuple[Finding, ...]


def accept(
    content: str, request: Request, sources: Mapping[int, Source]
) -> dict[int, tuple[Finding, ...]]:
    """The findings of each sentence of a request, by its index; spans count from its start.

    Raises LanguageModelError with every fault of the answer.
    """
    answer = parse_answer(content)
    if answer.report != request.report_id:
        raise failed("wrong-report", "answer", f"report is {quoted(answer.report)}.")
    answered = _by_id(answer.sentences, request)
    out: dict[int, tuple[Finding, ...]] = {}
    faults: list[Issue] = []
    for id_, sentence in zip(request.sentence_ids, request.sentences, strict=True):
        try:
            out[sentence.index] = _findings(id_, answered[id_], sources[sentence.index])
        except LanguageModelError as problem:
            faults += problem.issues
    if faults:
        raise LanguageModelError(*faults)
    return out


def _by_id(
    sentences: list[AnsweredSentence], request: Request
) -> dict[str, tuple[AnsweredFinding, ...]]:
    given = Counter(sentence.id for sentence in sentences)
    for id_, count in given.items():
        if id_ not in request.sentence_ids:
            raise failed("unknown-sentence", "answer", f"id {quoted(id_)}.")
        if count > 1:
            raise failed("doubled-sentence", "answer", f"id {quoted(id_)}.")
    for id_ in request.sentence_ids:
        if id_ not in given:
            raise failed("missing-sentence", "answer", f"id {quoted(id_)}.")
    return {sentence.id: tuple(sentence.findings) for sentence in sentences}


def _findings(
    id_: str, answered: tuple[AnsweredFinding, ...], source: Source
) -> tuple[Finding, ...]:
    """A sentence's findings in the order of their words."""
    taken: set[tuple[Quote, str]] = set()
    said: list[Said] = []
    for finding in answered:
        told = _said(id_, finding, source, taken)
        taken.add((told.quote, told.type))
        said.append(told)
    faults = [fault for told in said for fault in _faults(id_, told, tuple(said), source)]
    faults += _left_out(id_, said, source)
    if faults:
        raise LanguageModelError(*faults)
    ordered = sorted(said, key=lambda told: (told.quote.first, told.quote.last))
    return tuple(composed(told, source.said) for told in ordered)


def _said(
    id_: str, finding: AnsweredFinding, source: Source, taken: set[tuple[Quote, str]]
) -> Said:
    """A finding with its quotes found in the sentence."""
    own = [*find_quotes(finding.text, source.sentence, source.said.parsed)]
    if not own:
        raise failed("text-not-in-sentence", id_, f"{quoted(finding.text)}.")
    free = [quote for quote in own if (quote, finding.type) not in taken]
    if not free:
        raise failed("finding-doubled", id_, f"{quoted(finding.text)} as {finding.type}.")
    quote = free[0]
    sizes: list[Measurement] = []
    for text in finding.sizes:
        sizes += _sizes(id_, text, quote, source)
    return Said(
        quote=quote,
        type=finding.type,
        presence=finding.presence,
        laterality=None if finding.laterality == "none" else finding.laterality,
        places=tuple(_place(id_, text, quote, finding, source) for text in finding.places),
        sizes=tuple(sorted(set(sizes), key=lambda size: size.span.start)),
    )


def _place(id_: str, text: str, own: Quote, finding: AnsweredFinding, source: Source) -> Quote:
    """Where words quoted for a place stand: on the finding's side, and nearest to its words."""
    found = [*find_quotes(text, source.sentence, source.said.parsed)]
    if not found:
        raise failed("text-not-in-sentence", id_, f"{quoted(text)}.")
    sides = sides_of(finding.laterality)

    def elsewhere(quote: Quote) -> bool:
        named = {side for site in sites_quoted(source.said, (quote,)) for side in site.sides}
        return not named <= sides

    return min(found, key=lambda quote: (elsewhere(quote), quote.distance(own)))


def _sizes(id_: str, text: str, own: Quote, source: Source) -> tuple[Measurement, ...]:
    """The measurements in a quote, or that it is a part of; of equal ones the nearest."""
    parsed = source.said.parsed
    found = sorted(find_quotes(text, source.sentence, parsed), key=lambda q: q.distance(own))
    for quote in found:
        span = parsed.span_of(quote.first, quote.last)
        sizes = tuple(
            size
            for size in measurements_of(parsed)
            if span.start < size.span.end and size.span.start < span.end
        )
        if sizes:
            return sizes
    raise failed("size-not-in-text", id_, f"{quoted(text)}.")


def _faults(id_: str, told: Said, all_: tuple[Said, ...], source: Source) -> list[Issue]:
    """What the sentence's words contradict in a finding."""
    parsed = source.said.parsed
    words = quoted(parsed.span_of(told.quote.first, told.quote.last).of(parsed.text))
    codes: list[tuple[str, str]] = []
    allowed = _presences(told, source)
    if told.presence not in allowed:
        codes.append((_presence_code(told.presence, allowed), f"{words} is {told.presence}"))
    if not _may_mean(told, source):
        codes.append(("type-not-in-text", f"{words} as {told.type}"))
    side = _side_fault(told, all_, source)
    if side is not None:
        codes.append((side, f"{words} is {told.laterality or 'of no side'}"))
    return [issue for code, what in codes for issue in failed(code, id_, f"{what}.").issues]


def _presence_code(presence: Presence, allowed: frozenset[Presence]) -> str:
    if presence == "present":
        return "negation-lost" if "absent" in allowed else "doubt-lost"
    return "negation-invented" if presence == "absent" else "doubt-invented"


def _presences(told: Said, source: Source) -> frozenset[Presence]:
    for mention, finding in _mentions(source):
        ruled_out = mention.hit.entry.meaning == "normal"
        if ruled_out and finding.type == told.type and _covers(told.quote, finding, source):
            return frozenset(("absent",))
    return allowed_presences(source.said.parsed, told.quote)


def _may_mean(told: Said, source: Source) -> bool:
    """Whether known words of a quote mean its type, or else words that nobody knows stand there."""
    parsed = source.said.parsed
    named = set(types_named(parsed, told.quote))
    if told.presence == "absent":
        named |= types_ruled_out(parsed, told.quote)
    named |= {f.type for f in source.said.findings if _covers(told.quote, f, source)}
    if told.type in named:
        return True
    return not named and holds_unknown_word(parsed, told.quote)


def _side_fault(told: Said, all_: tuple[Said, ...], source: Source) -> str | None:
    parsed = source.said.parsed
    own = sides_of(told.laterality)
    allowed = sides_allowed(source.said, source.carried)
    others = tuple(other.quote for other in all_ if other is not told)
    required = sides_required(parsed, told.quote, others)
    placed = {side for site in sites_quoted(source.said, told.places) for side in site.sides}
    if not own <= allowed:
        return "side-flipped" if own and allowed and len(own) == 1 else "side-not-in-text"
    if not own:
        known = _only_side(told, source)
        return "side-lost" if required or placed or known else None
    if required and own.isdisjoint(required):
        return "side-flipped"
    return None if placed <= own else "side-flipped"


def _only_side(told: Said, source: Source) -> bool:
    """Whether the sentence has one finding and one side, and the rules join the two."""
    spoken = [f for m, f in _mentions(source) if m.hit.entry.meaning != "normal"]
    sides = sides_allowed(source.said, ())
    return (
        len(spoken) == 1
        and len(sides) == 1
        and spoken[0].laterality is not None
        and _covers(told.quote, spoken[0], source)
    )


def _left_out(id_: str, said: list[Said], source: Source) -> list[Issue]:
    """Findings and sizes that the rules read for certain and an answer is silent on."""
    faults: list[Issue] = []
    parsed = source.said.parsed
    certain = [
        finding
        for mention, finding in _mentions(source)
        if mention.hit.entry.meaning != "normal" and finding.presence != "uncertain"
    ]
    needed = Counter(finding.span for finding in certain)
    for finding in certain:
        covering = [told for told in said if _covers(told.quote, finding, source)]
        words = quoted(finding.span.of(parsed.text))
        if len(covering) < needed[finding.span] and not parsed.cues["recommendation"]:
            faults += failed("finding-missing", id_, f"{words}.").issues
            continue
        for size in finding.measurements:
            what = quoted(size.span.of(parsed.text))
            beside = _tokens_between(parsed.text, size.span.end, finding.span.start) <= _BESIDE
            if not any(_has(told, size) for told in said):
                faults += failed("size-lost", id_, f"{what}.").issues
            elif (
                covering
                and size.span.end <= finding.span.start
                and beside
                and not any(_has(told, size) for told in covering)
            ):
                faults += failed("size-moved", id_, f"{what} is of {words}.").issues
    return faults


def _tokens_between(text: str, start: int, end: int) -> int:
    return len(text[start:end].split())


def _mentions(source: Source) -> list[tuple[Mention, Finding]]:
    return list(zip(all_mentions(source.said.parsed), source.said.findings, strict=True))


def _has(told: Said, size: Measurement) -> bool:
    """Whether a finding has the size that stands at a size's place."""
    return any(size.span == own.span for own in told.sizes)


def _covers(quote: Quote, finding: Finding, source: Source) -> bool:
    """Whether a quote and a finding of the rules share a word."""
    span = source.said.parsed.span_of(quote.first, quote.last)
    return span.start < finding.span.end and finding.span.start < span.end
