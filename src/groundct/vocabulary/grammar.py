"""Small words that the reading engine itself needs, by what they do in a sentence.

Data: ``<language>/grammar.tsv``. A language is complete when it names every class.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property, lru_cache
from typing import Final

from groundct.core.issues import TableError
from groundct.vocabulary._tables import read_table
from groundct.vocabulary.words import normal_word

NONE: Final = "-"
"""The word of a class that a language does not have."""


@dataclass(frozen=True)
class Grammar:
    """Words in their normal form, by class.

    ``joint``: and, or; ``perceived``: participles that end what was seen; ``assessed``: those of
    looking; ``past``: forms of "is" that tell of earlier; ``not_``: words that take "normal" back;
    ``elsewhere``: words that point to another side; ``vague``: words between "a" and a noun that is
    not one; ``earlier``: words before a size of an earlier examination; ``basal``: words that stand
    between two segment names and "segment"; ``either``: or, nor; ``some``: words that say that a
    thing is there, "a", "mild"; ``aspect``: what a finding does, "change", "uptake"; ``amount``:
    more or less of it; ``form``: what it may be like, "structure", "nature"; ``neutral``: what
    every organ has, "density", "thickness"; ``bears``: participles that make the finding before
    them a feature of the one behind; ``spread``: words beside a place that a thing is most in,
    "upper lobe predominant"; ``throughout``: words for everywhere; ``reason``: words
    between an operation and what it was done for; ``treatment``: operations and treatments that are
    no finding; ``illness``: malignant illnesses; ``measures``: verbs
    before a size; ``shows``: verbs of what an organ has, "contains"; ``amends``: what begins words
    that correct a report, "addendum"; ``conceding``: words that begin a clause before the main one,
    "although"; the others say themselves.
    """

    article: frozenset[str]
    article_one: frozenset[str]
    joint: frozenset[str]
    either: frozenset[str]
    some: frozenset[str]
    aspect: frozenset[str]
    amount: frozenset[str]
    form: frozenset[str]
    neutral: frozenset[str]
    with_: frozenset[str]
    of: frozenset[str]
    in_: frozenset[str]
    on: frozenset[str]
    at: frozenset[str]
    to: frozenset[str]
    both: frozenset[str]
    but: frozenset[str]
    conceding: frozenset[str]
    is_: frozenset[str]
    has: frozenset[str]
    past: frozenset[str]
    pronoun: frozenset[str]
    not_: frozenset[str]
    perceived: frozenset[str]
    assessed: frozenset[str]
    enlarged: frozenset[str]
    side: frozenset[str]
    lung: frozenset[str]
    lobe: frozenset[str]
    segment: frozenset[str]
    basal: frozenset[str]
    elsewhere: frozenset[str]
    vague: frozenset[str]
    ordinal: frozenset[str]
    earlier: frozenset[str]
    from_: frozenset[str]
    bears: frozenset[str]
    spread: frozenset[str]
    throughout: frozenset[str]
    reason: frozenset[str]
    treatment: frozenset[str]
    illness: frozenset[str]
    measures: frozenset[str]
    shows: frozenset[str]
    amends: frozenset[str]
    abbreviation: frozenset[str]

    @cached_property
    def listing(self) -> frozenset[str]:
        """Words and signs that join the parts of a list."""
        return self.joint | {",", "/"}


@lru_cache(maxsize=8)
def grammar(language: str) -> Grammar:
    """The grammar of a language, read once.

    Raises TableError when a class is unknown or has no row.
    """
    path = f"{language}/grammar.tsv"
    classes = {field.name: field.name.rstrip("_") for field in fields(Grammar)}
    words: dict[str, set[str]] = {name: set() for name in classes.values()}
    rows = read_table(path, ("class", "word"))
    for row in rows:
        if row["class"] not in words:
            raise TableError.of(
                "vocabulary-class",
                path,
                f"{row['class']!r} is none of the classes {', '.join(sorted(words))}.",
                "Correct its name.",
            )
        if row["word"] != NONE:
            words[row["class"]].add(normal_word(row["word"], language))
    missing = set(words) - {row["class"] for row in rows}
    if missing:
        raise TableError.of(
            "vocabulary-class",
            path,
            f"it has no row of {', '.join(sorted(missing))}.",
            f"Add its words, or {NONE!r} where the language has none.",
        )
    return Grammar(**{name: frozenset(words[plain]) for name, plain in classes.items()})
