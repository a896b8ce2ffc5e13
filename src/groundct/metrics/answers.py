"""Answers against answers: text, yes or no, lists of names, places, sizes, choices.

Every score is 0..1. Reference and prediction are the answers as written; what cannot be read as an
answer of its kind gives None, which whoever counts treats as wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final, Literal, TypeVar

import numpy as np

from groundct.metrics.counts import set_counts
from groundct.metrics.findings import sizes_agree
from groundct.vocabulary.anatomy import anatomy

NO_FINDINGS: Final = "no findings"
_ARTICLES: Final = frozenset(("a", "an", "the"))
_WORD: Final = re.compile(r"\d+(?:\.\d+)?|[^\W\d_]+")
_NAME_ENDS: Final = re.compile(r"[;,\n]")
_NUMBER: Final = r"\d+(?:[.,]\d+)?"
_SIZE: Final = re.compile(
    rf"({_NUMBER}(?:\s*(?:mm|cm)?\s*[x×*]\s*{_NUMBER}){{0,2}})\s*(mm|cm)\b", re.IGNORECASE
)
_MM: Final = {"mm": 1.0, "cm": 10.0}
_LETTER: Final = re.compile(r"\(?([A-Z])(?:[).:].*)?", re.DOTALL)
_KEPT: Final = 1 << 16
"""Answers repeat; what they come to is kept for so many of them."""
T = TypeVar("T")


def normalised(text: str) -> str:
    """Lower case, without articles and punctuation, single spaces: SQuAD's rule, numbers kept."""
    words = _WORD.findall(text.casefold())
    return " ".join(word for word in words if word not in _ARTICLES)


def yes_or_no(text: str) -> Literal["yes", "no"] | None:
    """The answer that a text gives: its first word; None when that is neither, or both occur."""
    words = normalised(text).split()
    if not words or {"yes", "no"} <= set(words) or words[0] not in ("yes", "no"):
        return None
    return "yes" if words[0] == "yes" else "no"


@lru_cache(maxsize=_KEPT)
def names_in(text: str) -> frozenset[str]:
    """The names of a list, split at semicolons, commas and line ends; "No findings." has none."""
    names = (normalised(part) for part in _NAME_ENDS.split(text))
    return frozenset(name for name in names if name and name != NO_FINDINGS)


def list_score(reference: str, prediction: str) -> float:
    """F1 of the names of two lists; 1 when both have none and the prediction says so."""
    due, given = names_in(reference), names_in(prediction)
    if not due and not given:
        return float(normalised(prediction) == NO_FINDINGS)
    f1 = set_counts(due, given).f1
    return 0.0 if f1 is None else f1


def sizes_in(text: str) -> tuple[tuple[float, ...], ...]:
    """The sizes in a text in mm, each with its axes from the longest on."""
    found = []
    for match in _SIZE.finditer(text):
        scale = _MM[match[2].lower()]
        values = re.findall(_NUMBER, match[1])
        found.append(
            tuple(sorted((float(v.replace(",", ".")) * scale for v in values), reverse=True))
        )
    return tuple(found)


def size_score(reference: str, prediction: str) -> float | None:
    """F1 of sizes matched one to one; None when either names no size.

    Two sizes agree with as many axes, each within the larger of 1 mm and a tenth.
    """
    due, given = sizes_in(reference), sizes_in(prediction)
    return _soft_f1(due, given, _same_size) if due and given else None


def paths_in(text: str) -> tuple[str, ...]:
    """The anatomy paths of an answer, split at semicolons; a structure's name stands for its path.

    Parts that are neither are left out.
    """
    tree, found = anatomy(), []
    for part in text.split(";"):
        name = " ".join(part.strip().rstrip(".").casefold().split())
        if tree.is_path(name):
            found.append(name)
        elif name in tree.structures:
            found.append(tree.path_of(name))
    return tuple(dict.fromkeys(found))


def location_score(reference: str, prediction: str) -> float | None:
    """Credit of places matched one to one, as an F1; None when either names no place."""
    due, given = paths_in(reference), paths_in(prediction)
    return _soft_f1(due, given, path_credit) if due and given else None


@lru_cache(maxsize=_KEPT)
def path_credit(reference: str, prediction: str) -> float:
    """How near two anatomy paths are in the tree, 0..1; 0 on opposite sides.

    2 d(common) / (d(reference) + d(prediction)) with d the number of names from the top region down
    (Wu and Palmer 1994), the best over all paths that a structure has.
    """
    if {_side(reference), _side(prediction)} == {"left", "right"}:
        return 0.0
    return max(_near(a, b) for a in _ways(reference) for b in _ways(prediction))


def chosen(text: str, choices: Sequence[str]) -> int | None:
    """The index of the choice that an answer names, by its letter or by its words.

    None when it names none of them, or a letter that there is no choice for.
    """
    said = normalised(text)
    same = [n for n, choice in enumerate(choices) if normalised(choice) == said]
    if len(same) == 1:
        return same[0]
    match = _LETTER.fullmatch(text.strip())
    if match is None and len(text.strip()) == 1:
        match = _LETTER.fullmatch(text.strip().upper())
    index = ord(match[1]) - ord("A") if match else len(choices)
    return index if index < len(choices) else None


def chance_of(
    reference: Sequence[T],
    prediction: Sequence[T],
    score: Callable[[T, T], float],
    rng: np.random.Generator,
    *,
    most: int = 100_000,
) -> float:
    """The score expected when the same predictions are dealt out to the questions by chance.

    The mean over all pairs of an answer of one side with one of the other; of ``most`` pairs drawn
    with ``rng`` when there are more different ones. Raises ValueError when a side is empty.
    """
    (due, due_counts), (given, given_counts) = _counted(reference), _counted(prediction)
    if not due or not given:
        raise ValueError("an empty side")
    if len(due) * len(given) <= most:
        table = np.array([[score(a, b) for b in given] for a in due])
        return float(due_counts @ table @ given_counts / due_counts.sum() / given_counts.sum())
    rows = rng.integers(0, len(reference), most)
    columns = rng.integers(0, len(prediction), most)
    return float(
        np.mean([score(reference[a], prediction[b]) for a, b in zip(rows, columns, strict=True)])
    )


def corrected(value: float, chance: float) -> float | None:
    """(value - chance) / (1 - chance): 0 at chance, 1 when all is right; None at chance 1."""
    return (value - chance) / (1 - chance) if chance < 1 else None


def _counted(values: Sequence[T]) -> tuple[list[T], np.ndarray[tuple[int], np.dtype[np.float64]]]:
    counts: dict[T, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    return list(counts), np.array(list(counts.values()), dtype=np.float64)


def _soft_f1(due: Sequence[T], given: Sequence[T], credit: Callable[[T, T], float]) -> float:
    """Twice the best total of credits, one to one, over the numbers of both."""
    from scipy.optimize import linear_sum_assignment

    table = np.array([[credit(a, b) for b in given] for a in due], dtype=np.float64)
    rows, columns = linear_sum_assignment(table, maximize=True)
    return float(2 * table[rows, columns].sum() / (len(due) + len(given)))


def _same_size(reference: tuple[float, ...], prediction: tuple[float, ...]) -> float:
    same = len(reference) == len(prediction)
    return float(
        same and all(sizes_agree(a, b) for a, b in zip(reference, prediction, strict=True))
    )


def _ways(path: str) -> tuple[tuple[str, ...], ...]:
    structure = anatomy().structures.get(anatomy().leaf(path))
    return tuple(
        _names(way) for way in dict.fromkeys((path, *(structure.paths if structure else ())))
    )


def _names(path: str) -> tuple[str, ...]:
    """The names from the top region down; RadGenome repeats the top, which counts once."""
    parts = path.split("/")
    return tuple(parts[1:] if len(parts) > 1 and parts[0] == parts[1] else parts)


def _near(reference: Sequence[str], prediction: Sequence[str]) -> float:
    common = 0
    for a, b in zip(reference, prediction, strict=False):
        if a != b:
            break
        common += 1
    return 2 * common / (len(reference) + len(prediction))


def _side(path: str) -> str | None:
    words = set(re.findall(r"left|right", path))
    return words.pop() if len(words) == 1 else None
