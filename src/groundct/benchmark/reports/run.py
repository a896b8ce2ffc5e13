"""From texts to a result."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from groundct.benchmark._results import coverage_issues, versions
from groundct.benchmark._summary import Score, summary_of
from groundct.benchmark.reports import meaning, words
from groundct.benchmark.reports.inputs import Key, SentenceBoxes, Texts
from groundct.benchmark.reports.judges import Judge, placed
from groundct.benchmark.reports.model_judge import judge_of
from groundct.benchmark.reports.result import ReportsResult, SampleResult, Status
from groundct.benchmark.reports.settings import SCORING_VERSION, Settings
from groundct.core.contracts import Extractor
from groundct.core.issues import TableError
from groundct.core.plugins import load_plugin
from groundct.sources._names import patient_id_of

NO_SYNONYMS: Final = "no folder with WordNet 3.0 was given (Debian: apt-get install wordnet-base)"
ONE_TEXT: Final = "its weights need two references at least"


@dataclass(frozen=True)
class Means:
    """What scoring uses and does not ask for itself.

    ``judge`` stands in for the one that the settings name. ``synonyms`` gives METEOR's synonyms of
    a word, None when there is no WordNet. ``tell`` is told of each finished region: its name, how
    many are done, how many there are.
    """

    synonyms: words.Synonyms | None = None
    judge: Judge | None = None
    tell: Callable[[str, int, int], None] | None = None


def evaluate_reports(
    reference: Texts,
    prediction: Texts,
    settings: Settings | None = None,
    means: Means | None = None,
) -> ReportsResult:
    """Score predicted texts against those of the reference, region by region.

    Raises:
        DataError: The reference has no text, or the extractor does not read the language.
    """
    settings, means = settings or Settings(), means or Means()
    start = time.perf_counter()
    if not reference.texts:
        raise TableError.of("no-texts", "reference", "it holds no text.", "Give its table.")
    extractor = None if set(settings.parts) == {"text"} else _extractor(settings)
    read = meaning.reader_of(extractor, settings.language) if extractor else None
    judge = means.judge or judge_of(settings.judge if "facts" in settings.parts else "findings")
    means = replace(means, judge=judge)
    regions: dict[str, dict[str, Any]] = {}
    samples: list[SampleResult] = []
    names = sorted({region for _, region in reference.texts})
    for done, name in enumerate(names, start=1):
        keys = [key for key in reference.texts if key[1] == name]
        scored = _Region(keys, reference, prediction, settings, means, read)
        regions[name] = scored.summary()
        samples += scored.samples()
        if means.tell:
            means.tell(name, done, len(names))
    missing = [_name(key) for key in reference.texts if key not in prediction.texts]
    extra = [_name(key) for key in prediction.texts if key not in reference.texts]
    return ReportsResult(
        regions=regions,
        samples=tuple(samples),
        extra=tuple(extra),
        issues=coverage_issues(missing, extra, "texts"),
        settings=settings,
        extractor=_named(extractor) if extractor else {},
        judge=judge.told() if extractor and "facts" in settings.parts else {},
        reference_digest=reference.digest,
        prediction_digest=prediction.digest,
        versions=versions(SCORING_VERSION),
        seconds=round(time.perf_counter() - start, 3),
    )


class _Region:
    """The texts of one region, compared."""

    def __init__(
        self,
        keys: Sequence[Key],
        reference: Texts,
        prediction: Texts,
        settings: Settings,
        means: Means,
        read: Callable[[str], meaning.Meaning] | None,
    ) -> None:
        self._keys, self._settings = keys, settings
        self._missing = [key not in prediction.texts for key in keys]
        self._pairs = [(reference.texts[key], prediction.texts.get(key, "")) for key in keys]
        self._stated = (reference.labels, prediction.labels)
        sides = (reference.boxes, prediction.boxes)
        self._boxes = [[side.get(key, ()) for side in sides] for key in keys]
        self._with_boxes = any(sides)
        self._rows: list[dict[str, float | None]] = [{} for _ in keys]
        self._scores: dict[str, Score] = {}
        self._labels: dict[str, dict[str, float]] = {}
        self._not_computed: dict[str, str] = {}
        if "text" in settings.parts:
            self._add_words(means.synonyms)
        if read is not None and means.judge is not None:
            self._add_meaning(read, means.judge)

    def _add_words(self, synonyms: words.Synonyms | None) -> None:
        self._rows = words.word_scores(self._pairs, synonyms)
        self._scores = words.summary_scores(self._pairs, self._rows)
        if synonyms is None:
            self._not_computed["meteor"] = NO_SYNONYMS
        if sum(bool(reference.strip()) for reference, _ in self._pairs) < 2:
            self._not_computed["cider"] = ONE_TEXT

    def _add_meaning(self, read: Callable[[str], meaning.Meaning], judge: Judge) -> None:
        read_pairs = [
            (_placed(read(due), places[0]), _placed(read(given), places[1]))
            for (due, given), places in zip(self._pairs, self._boxes, strict=True)
        ]
        parts = self._settings.parts
        if "clinical" in parts:
            due, given = (self._labels_of([pair[n] for pair in read_pairs], n) for n in (0, 1))
            scores, self._labels = meaning.clinical_scores(due, given)
            self._scores |= scores
        compared = [meaning.compare(due, given, judge) for due, given in read_pairs]
        for part, scores_of in (
            ("findings", meaning.finding_scores),
            ("graph", meaning.graph_scores),
            ("facts", meaning.fact_scores),
        ):
            if part in parts:
                self._scores |= scores_of(compared)
        if self._with_boxes and "facts" in parts:
            self._scores |= meaning.place_scores(compared)
        for row, comparison in zip(self._rows, compared, strict=True):
            row |= {
                name: value
                for name, value in meaning.sample_scores(comparison).items()
                if name in self._scores
            }

    def _labels_of(self, side: Sequence[meaning.Meaning], number: int) -> list[dict[str, bool]]:
        """The labels that are stated for whole reports, else those that are read."""
        stated = self._stated[number]
        if stated is None or self._keys[0][1]:
            return [read.labels for read in side]
        none = dict.fromkeys(side[0].labels, False)
        return [stated.get(case, none) for case, _ in self._keys]

    def summary(self) -> dict[str, Any]:
        """The region's numbers, as ``ReportsResult`` says."""
        patients = [patient_id_of(case) for case, _ in self._keys]
        settings = self._settings
        undefined = sum(not reference.strip() for reference, _ in self._pairs)
        out = summary_of(self._scores, patients, draws=settings.draws, seed=settings.seed)
        out |= {"labels": self._labels} if self._labels else {}
        return out | {
            "n": len(self._keys),
            "n_patients": len(set(patients)),
            "n_missing": sum(self._missing),
            "n_scored": len(self._keys) - undefined,
            "n_undefined": undefined,
            "not_computed": self._not_computed,
        }

    def samples(self) -> list[SampleResult]:
        """One result a text."""
        return [
            SampleResult(
                case=case,
                patient=patient_id_of(case),
                region=region,
                status=_status(pair[0], missing=missing),
                scores=row,
            )
            for (case, region), pair, missing, row in zip(
                self._keys, self._pairs, self._missing, self._rows, strict=True
            )
        ]


def _placed(read: meaning.Meaning, boxes: Sequence[SentenceBoxes]) -> meaning.Meaning:
    return replace(read, statements=placed(read.statements, boxes)) if boxes else read


def _status(reference: str, *, missing: bool) -> Status:
    if not reference.strip():
        return "empty-reference"
    return "missing" if missing else "scored"


def _extractor(settings: Settings) -> Extractor:
    plugin = load_plugin("reports", settings.extractor)
    if not isinstance(plugin, Extractor):
        raise TypeError(f"{settings.extractor!r} is no extractor")
    if settings.language not in plugin.languages:
        raise TableError.of(
            "unsupported-language",
            "settings",
            f"the language is {settings.language!r}; {plugin.name} reads "
            f"{', '.join(plugin.languages)}.",
            "Name another extractor, or score the part text alone.",
        )
    return plugin


def _named(extractor: Extractor) -> dict[str, str]:
    own = {"name": extractor.name, "version": extractor.version}
    return own | {name: str(value) for name, value in extractor.configuration().items()}


def _name(key: Key) -> str:
    return f"{key[0]} ({key[1]})" if key[1] else key[0]
