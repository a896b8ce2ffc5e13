"""Tokenisations of the public tools whose scores the field prints.

- ``tokens_13a``: mteval-v13a as sacreBLEU and Hugging Face ``evaluate`` use it for BLEU; case kept.
- ``tokens_rouge``: Google's rouge-score; lower-case letters and digits only.
- ``tokens_penn``: the Penn Treebank's rules on one sentence after another, as METEOR of NLTK and
  ``evaluate`` reads text; case kept.
"""

from __future__ import annotations

import re

_13A = (
    (re.compile(r"([{-~\[-` -&(-+:-@/])"), r" \1 "),
    (re.compile(r"([^0-9])([.,])"), r"\1 \2 "),
    (re.compile(r"([.,])([^0-9])"), r" \1 \2"),
    (re.compile(r"([0-9])(-)"), r"\1 \2 "),
)
_ENTITIES = (("&quot;", '"'), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"))
_NOT_ROUGE = re.compile(r"[^a-z0-9]+")
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_PENN = (
    (re.compile(r"([«“‘„]|`+)"), r" \1 "),
    (re.compile(r'^"'), "`` "),
    (re.compile(r"(``)"), r" \1 "),
    (re.compile(r'([ (\[{<])("|\'{2})'), r"\1 `` "),
    (re.compile(r"([^.])(\.)([\])}>\"'»”’ ]*)\s*$"), r"\1 \2 \3 "),
    (re.compile(r"([:,])([^\d])"), r" \1 \2"),
    (re.compile(r"([:,])$"), r" \1 "),
    (re.compile(r"(\.{2,})"), r" \1 "),
    (re.compile(r"([;@#$%&?!*–—])"), r" \1 "),
    (re.compile(r"([^'])' "), r"\1 ' "),
    (re.compile(r"([()\[\]{}<>])"), r" \1 "),
    (re.compile(r"(--+)"), r" \1 "),
    (re.compile(r"([»”’])"), r" \1 "),
    (re.compile(r"''"), " '' "),
    (re.compile(r'"'), " '' "),
    (re.compile(r"^(.*)$", re.DOTALL), r" \1 "),
    (re.compile(r"([^' ])('s|'m|'d|'ll|'re|'ve|n't|'S|'M|'D|'LL|'RE|'VE|N'T) "), r"\1 \2 "),
)
_CONTRACTED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(can)(not)\b", r"\b(d)('ye)\b", r"\b(gim)(me)\b", r"\b(gon)(na)\b",
        r"\b(got)(ta)\b", r"\b(lem)(me)\b", r"\b(more)('n)\b", r"\b(wan)(na)\s",
        r" ('t)(is)\b", r" ('t)(was)\b",
    )
)  # fmt: skip


def tokens_13a(text: str) -> list[str]:
    """The tokens of mteval-v13a."""
    text = text.replace("<skipped>", "").replace("-\n", "").replace("\n", " ")
    for entity, sign in _ENTITIES:
        text = text.replace(entity, sign)
    for pattern, replacement in _13A:
        text = pattern.sub(replacement, text)
    return text.split()


def tokens_rouge(text: str) -> list[str]:
    """The tokens of rouge-score without its stemmer."""
    return _NOT_ROUGE.sub(" ", text.lower()).split()


def tokens_penn(text: str) -> list[str]:
    """The Penn Treebank's tokens, sentence by sentence; a sentence ends at ``.!?`` and a space."""
    return [token for sentence in _SENTENCE.split(text) for token in _penn(sentence)]


def _penn(sentence: str) -> list[str]:
    for pattern, replacement in _PENN:
        sentence = pattern.sub(replacement, sentence)
    for pattern in _CONTRACTED:
        sentence = pattern.sub(r" \1 \2 ", sentence)
    return sentence.split()
