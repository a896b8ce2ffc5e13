"""A sentence with all vocabulary entries that were found in it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache, wraps
from typing import Any, Final, TypeVar, TypeVarTuple

from groundct.core.report import Span, span_at
from groundct.reports._rules.words.named import named_by
from groundct.reports._rules.words.retold import Retold, retold_of
from groundct.reports._rules.words.stages import stages
from groundct.reports._rules.words.stations import with_stations
from groundct.reports._rules.words.steps import Steps, at_once
from groundct.reports._rules.words.tokens import Token, Tokens, tokenize
from groundct.vocabulary._tables import has_table
from groundct.vocabulary.grammar import Grammar, grammar
from groundct.vocabulary.languages import languages
from groundct.vocabulary.lexicon import Found, Hit, Lexicons, lexicon

R = TypeVar("R")
Ts = TypeVarTuple("Ts")

MASK = "\0"
_SIGNS: Final = frozenset(",:")
_ANSWERS: Final = frozenset(("negates_after", "negates_before", "negates_of", "negates_it"))
"""The roles of words that deny by themselves."""
_LINE_WORD: Final = 4
_SIDES: Final = frozenset(("right", "left", "bilateral"))
_FEW: Final = 8
"""So many hits are gone through sooner than an answer is looked up that was kept."""
ANAPHOR: Final = "anaphor"
"""The role of words such as "below it"."""
HERE: Final = "here"
"""The role of words such as "in this location" and "around it"."""
TOGETHER: Final = "together"
"""The role of words such as "accompanied by"."""
ANAPHORS: Final = frozenset((ANAPHOR, HERE))
_SAYING: Final = ("findings", "negation", "normality", "recommendation")
"""The lexicons whose words say something of their own."""
_SEEN: Final = frozenset(("asserts", "described"))
"""The roles of words that say that a thing is there: "Consolidation: seen in ..."."""
_TELLING: Final = (
    *("modifiers", "units", "measurement", "numbers", "laterality", "sites", "anatomy"),
    *("temporal", "uncertainty"),
)
"""The lexicons whose words tell more of a finding."""
_LABEL = re.compile(r"[^\W\d_](?:[^\W\d_]|[/& \u0300-\u036f]){0,40}(?:(?<![A-Z]):|:(?=\s|$))")
CUES: Final = ("negation", "uncertainty", "normality", "temporal", "recommendation", "laterality")
_NO_CUES: Final[dict[str, tuple[Hit, ...]]] = dict.fromkeys(CUES, ())
LEXICONS: Final = {
    **dict.fromkeys((*CUES, "relation", "sites", "units", "remarks"), "role"),
    "findings": "type",
    "anatomy": "key",
    "measurement": "kind",
    "modifiers": "modifier",
    "numbers": "value",
    "rewriting": "american",
}
"""The lexicons that are looked up in every sentence, and what their third column is called."""


@dataclass(slots=True)
class Parsed:
    """A sentence's tokens, and hits by lexicon; hits count tokens, spans its own characters.

    ``said`` are the tokens as they stand, ``words`` their normal forms without what is hidden;
    ``found`` holds what the lexicons of ``LEXICONS`` say of ``words``; ``sides`` are the words for
    right, left and both; ``again`` are the findings that are told again without their name, by the
    first token. ``verb_last``: its language says where a finding lies before it and the verb at the
    end. Its fields are final: a frozen class takes three times as long to fill them in.
    """

    text: Final[str]
    language: Final[str]
    grammar: Final[Grammar]
    verb_last: Final[bool]
    said: Final[Tokens]
    words: Final[tuple[str, ...]]
    findings: Final[tuple[Hit, ...]]
    places: Final[tuple[Hit, ...]]
    relations: Final[tuple[Hit, ...]]
    cues: Final[dict[str, tuple[Hit, ...]]]
    sides: Final[tuple[Hit, ...]]
    again: Final[dict[int, Retold]]
    rewriting: Final[tuple[Hit, ...]]
    found: Final[Found]
    kept: Final[dict[object, Any]] = field(default_factory=dict, compare=False, repr=False)
    """What functions that are `once` have said of it."""

    @property
    def tokens(self) -> tuple[Token, ...]:
        """The tokens, each whole."""
        return _tokens(self)

    def span_of(self, first: int, last: int) -> Span:
        """The characters of tokens ``first`` to ``last`` (exclusive)."""
        return span_at(self.said.starts[first], self.said.ends[last - 1])

    def surface(self, position: int) -> str:
        """A token as it stands in the text."""
        return self.said.surfaces[position]

    def role(self, cue: str, *roles: str) -> tuple[Hit, ...]:
        """The hits of a cue lexicon with one of these roles."""
        hits = self.cues[cue]
        if not hits:  # as most often
            return hits
        if len(hits) == 1:
            return hits if hits[0].entry.meaning in roles else ()
        if len(hits) <= _FEW:
            return tuple([hit for hit in hits if hit.entry.meaning in roles])
        return _of_roles(self, cue, roles)

    def scope_ends(self, first: int, last: int) -> bool:
        """Whether a word that ends scopes stands among tokens ``first`` to ``last`` (exclusive)."""
        enders = self.role("negation", "ends_scope", "ends_after", "introduces")
        return any(first <= hit.first and hit.last <= last for hit in enders)

    def any_word(self, first: int, last: int, signs: frozenset[str]) -> bool:
        """Whether one of these words stands among tokens ``first`` to ``last`` (exclusive)."""
        return not signs.isdisjoint(self.words[first if first > 0 else 0 : last])


def once(function: Callable[[Parsed, *Ts], R]) -> Callable[[Parsed, *Ts], R]:
    """A pure function of a sentence that several rules ask for: it is worked out once a sentence.

    Further arguments stand by place and have hashes.
    """

    @wraps(function)
    def kept(parsed: Parsed, /, *rest: *Ts) -> R:
        key = (function, *rest) if rest else function
        if key not in parsed.kept:
            parsed.kept[key] = function(parsed, *rest)
        found: R = parsed.kept[key]
        return found

    return kept


@once
def _tokens(parsed: Parsed) -> tuple[Token, ...]:
    """The tokens of a sentence, each whole."""
    said = parsed.said
    return tuple(map(Token, said.starts, said.ends, said.words))


@once
def _of_roles(parsed: Parsed, cue: str, roles: tuple[str, ...]) -> tuple[Hit, ...]:
    """The hits of a cue lexicon with one of these roles, of many."""
    return tuple([hit for hit in parsed.cues[cue] if hit.entry.meaning in roles])


@once
def line_starts(parsed: Parsed) -> tuple[int, ...]:
    """The words with a capital right behind a finding in small letters, or its place.

    Lines that were joined without a sign: "nodules in the thyroid gland Atherosclerosis".
    """
    surfaces = parsed.said.surfaces
    if len(surfaces) < 2 or parsed.text[parsed.said.ends[0] :].islower():
        return ()
    found = []
    for position in sorted({hit.last for hit in (*parsed.places, *parsed.findings)}):
        word = surfaces[position] if position < len(surfaces) else ""
        if len(word) < _LINE_WORD or not (word[0].isupper() and word[1:].islower()):
            continue
        told = [hit.last for hit in parsed.findings if hit.last <= position]
        if (
            told
            and surfaces[position - 1].islower()
            and not parsed.any_word(told[-1], position, parsed.grammar.listing)
        ):
            found.append(position)
    return tuple(found)


def pointing(parsed: Parsed) -> Hit | None:
    """The words by which a sentence points back: "below it", "here", "It is accompanied by"."""
    for hit in parsed.relations:
        if hit.entry.meaning in ANAPHORS:
            return hit
        led = hit.entry.meaning == TOGETHER and parsed.findings
        if led and hit.last <= parsed.findings[0].first:
            return hit
    return None


def sides_named(parsed: Parsed) -> frozenset[str]:
    """The sides that a sentence names, of whatever it speaks: "right", "left" or both."""
    if not parsed.sides:
        return frozenset()
    named = {hit.entry.meaning for hit in parsed.sides}
    return frozenset(("right", "left") if "bilateral" in named else named)


def _answered(words: list[str], language: str) -> bool:
    """Whether all that follows a label is "none", "left none", "none on the left" or "not seen"."""
    known = grammar(language)
    small = known.side | known.both | known.on | known.in_ | known.article | _SIGNS
    start = next((n for n, word in enumerate(words) if word not in small), 0)
    hits = _lexicons(language).find(words[start:]).get("negation", ())
    if not hits or hits[0].first or hits[0].entry.meaning not in _ANSWERS:
        return False
    rest = words[start + hits[0].last :]
    return not any(word.isalnum() and word not in known.enlarged | small for word in rest)


def parse(text: str, language: str) -> Parsed:
    """Look all lexicons up in a sentence; what a preamble says is hidden from the others.

    A label such as "Lymph nodes:" names a place and no finding, unless a bare answer follows it.
    """
    return at_once(parse_in_steps(text, language))


def parse_in_steps(text: str, language: str) -> Steps[Parsed]:
    """As `parse`, for many sentences together."""
    known, lexicons = grammar(language), _lexicons(language)
    tokens = tokenize(text, language)
    for first, last in stages(text, tokens):
        tokens.words[first:last] = [MASK] * (last - first)
    words = list(tokens.words)
    yield
    found = as_said = lexicons.find(words)
    yield
    relations = found.get("relation", ())
    preambles = [hit for hit in relations if hit.entry.meaning == "preamble"]
    if preambles:
        relations = tuple([hit for hit in relations if hit not in preambles])
        for hit in preambles:
            words[hit.first : hit.last] = [MASK] * (hit.last - hit.first)
        found = _behind(preambles, found) or lexicons.find(words)
    findings = found.get("findings", ())
    labelled = _labelled(text, tokens.ends, words, language) if findings and ":" in text else 0
    if labelled and _described(words, labelled, found, known):
        words[labelled - 1] = ","  # "Emphysema: mild" is "emphysema, mild".
    elif labelled:
        rest = [MASK] * labelled + words[labelled:]
        findings = lexicons.find(rest).get("findings", ())
    if findings:
        findings = named_by(findings, words, found, known)
    cues = {**_NO_CUES, **found}
    cues["laterality"] = sides = with_stations(found, words, known)
    if sides:
        sides = tuple([hit for hit in sides if hit.entry.meaning in _SIDES])
    again: tuple[Retold, ...] = ()
    verb_last = languages()[language].verb_last
    if verb_last:
        cues["negation"] = _denials(words, findings, cues["negation"], language)
    elif findings:
        again = retold_of(words, findings, found, known)
    if again:
        own = {told.cue for told in again}
        cues["negation"] = tuple([hit for hit in cues["negation"] if hit not in own])
        findings = tuple(sorted((*findings, *[told.hit for told in again])))
    return Parsed(
        text=text,
        language=language,
        grammar=known,
        verb_last=verb_last,
        said=tokens,
        words=tuple(words),
        findings=findings,
        places=found.get("anatomy", ()),
        relations=relations,
        cues=cues,
        sides=sides,
        again={told.cue.first: told for told in again} if again else {},
        rewriting=as_said.get("rewriting", ()),
        found=found,
    )


def _behind(preambles: list[Hit], found: Found) -> Found | None:
    """What is found behind the preamble that begins a sentence; None where it must be looked up.

    Words that are hidden hide the hits that begin in them, and no others where none reaches out.
    """
    edge = preambles[0].last
    if len(preambles) > 1 or preambles[0].first:
        return None
    rest = {name: tuple([hit for hit in hits if hit.first >= edge]) for name, hits in found.items()}
    if any(hit.first < edge < hit.last for hits in found.values() for hit in hits):
        return None
    return {name: hits for name, hits in rest.items() if hits}


@lru_cache(maxsize=8)
def _lexicons(language: str) -> Lexicons:
    """The lexicons of a language that every sentence is looked up in, in one."""
    return Lexicons(
        {
            name: lexicon(language, name, meaning)
            for name, meaning in LEXICONS.items()
            if has_table(f"{language}/{name}.tsv")
        }
    )


def label_end(parsed: Parsed) -> int:
    """How many tokens a label takes at a sentence's beginning, 0 where it has none."""
    return _label_end(parsed.text, parsed.said.ends)


def _label_end(text: str, ends: list[int]) -> int:
    """How many tokens, that end at ``ends``, a label takes at a sentence's beginning."""
    label = _LABEL.match(text) if ":" in text and text[:1].isupper() else None
    return bisect_right(ends, label.end()) if label else 0


def _labelled(text: str, ends: list[int], words: list[str], language: str) -> int:
    """How many tokens a label takes at the beginning that names a place and no finding."""
    labelled = _label_end(text, ends)
    return 0 if labelled and _answered(words[labelled:], language) else labelled


def _described(words: list[str], labelled: int, found: Found, known: Grammar) -> bool:
    """Whether all that follows a label that names a finding tells how, where or how large it is."""
    hits = {name: [hit for hit in own if hit.first >= labelled] for name, own in found.items()}
    heads = [hit for hit in found.get("findings", ()) if hit.last < labelled]
    seen = [hit for hit in hits.get("negation", ()) if hit.entry.meaning in _SEEN]
    saying = [hit for name in _SAYING for hit in hits.get(name, ()) if hit not in seen]
    if not heads or saying:
        return False
    telling = (*seen, *(hit for name in _TELLING for hit in hits.get(name, ())))
    told = {n for hit in telling for n in range(hit.first, hit.last)}
    small = known.listing | known.article | known.in_ | known.on | known.of | known.at | known.both
    small |= known.with_ | known.spread | known.throughout | known.past | known.measures
    rest = {n for n, word in enumerate(words) if n >= labelled and word.isalpha()} - told
    return bool(told) and all(words[n] in small for n in rest)


def _denials(
    words: list[str], findings: tuple[Hit, ...], hits: tuple[Hit, ...], language: str
) -> tuple[Hit, ...]:
    """The cues of negation, none of which begins inside a finding's own words.

    In "fibrotik değişiklik izlenmedi" the change is the finding, and not a change of it.
    """
    torn = {f for f in findings for hit in hits if f.first < hit.first < f.last}
    if not torn:
        return hits
    rest = list(words)
    for finding in torn:
        rest[finding.first : finding.last] = [MASK] * (finding.last - finding.first)
    return _lexicons(language).find(rest).get("negation", ())
