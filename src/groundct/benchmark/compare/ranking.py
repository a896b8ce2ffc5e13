"""The outcome of a comparison: frozen values, as they stand in ``ranking.json``."""

from __future__ import annotations

from typing import Any

from groundct.core.value import Value

Interval = tuple[float, float]


class Standing(Value):
    """One model under one metric.

    ``rank`` is that of the value (aggregate, then rank), ties sharing the best of their places;
    ``rank_shares`` how often each rank came in the draws; ``rank_ci95`` the middle of them;
    ``mean_rank`` the mean of its ranks case by case and ``rank_by_cases`` the rank by that (rank,
    then aggregate); ``wins`` how many others the tests say it beats, ``rank_by_tests`` the rank by
    that, and ``rank_open`` the ranks that the tests leave to it.
    """

    model: str
    value: float | None
    ci95: Interval | None
    rank: int
    rank_shares: tuple[float, ...]
    rank_ci95: tuple[int, int]
    mean_rank: float | None
    mean_rank_ci95: Interval | None
    rank_by_cases: int
    wins: int
    rank_by_tests: int
    rank_open: tuple[int, int]
    n_scored: int
    n_undefined: int
    n_missing: int


class Pair(Value):
    """Two models under one metric; ``difference`` is the first's value less the second's.

    ``p`` is of the permutation of patients, ``p_holm`` and ``p_bh`` adjusted for all pairs of the
    metric. ``superiority`` is the share of cases in which the first is better, ties half.
    """

    first: str
    second: str
    difference: float | None
    ci95: Interval | None
    p: float | None
    p_holm: float | None
    p_bh: float | None
    wilcoxon_p: float
    wilcoxon_holm: float
    rank_biserial: float
    superiority: float | None
    superiority_ci95: Interval | None
    n_cases: int
    better: str | None


class MetricRanking(Value):
    """All models under one metric, best first; ``together`` are stretches not told apart."""

    metric: str
    higher_is_better: bool
    per: str
    standings: tuple[Standing, ...]
    pairs: tuple[Pair, ...]
    together: tuple[tuple[str, ...], ...]


class CombinedStanding(Value):
    """One model over several metrics, each of which is a voter.

    ``points`` are Borda's of the ranks by value; ``wins`` those of the tests, summed.
    """

    model: str
    points: float
    rank: int
    rank_shares: tuple[float, ...]
    rank_ci95: tuple[int, int]
    mean_rank: float | None
    rank_by_cases: int
    wins: int
    rank_by_tests: int


class Combined(Value):
    """Several metrics as one ranking, best first, and how far the methods agree (Kendall's tau)."""

    metrics: tuple[str, ...]
    standings: tuple[CombinedStanding, ...]
    agreement: dict[str, float | None]


class Box(Value):
    """Five numbers of a model's samples in a category; whiskers reach 1.5 box lengths at most."""

    model: str
    n: int
    mean: float
    low: float
    lower_quartile: float
    median: float
    upper_quartile: float
    high: float
    outside: tuple[float, ...]


class Hard(Value):
    """One sample and what each model got on it, in the order of ``Ranking.models``."""

    case: str
    item: str
    category: str | None
    values: tuple[float | None, ...]
    mean: float
    spread: float


class Efficiency(Value):
    """What a model costs, as its authors state it."""

    model: str
    seconds_per_case: float | None = None
    memory_gib: float | None = None
    parameters_million: float | None = None


class ModelFacts(Value):
    """Where a model's numbers come from."""

    model: str
    where: str
    prediction_digest: str
    n_missing: int
    n_extra: int


class Ranking(Value):
    """A comparison of results of one task against one reference under one protocol.

    ``thing`` is what one sample is called; ``zero_in_all`` counts the samples, by category, that
    no model gets anything on.
    """

    task: str
    thing: str
    conditions: dict[str, Any]
    models: tuple[ModelFacts, ...]
    n_cases: int
    n_patients: int
    n_samples: int
    metrics: tuple[MetricRanking, ...]
    combined: Combined
    categories: dict[str, tuple[Box, ...]]
    zero_in_all: dict[str, int]
    worst: tuple[Hard, ...]
    disputed: tuple[Hard, ...]
    efficiency: tuple[Efficiency, ...]
    notes: tuple[str, ...]
    level: float
    alpha: float
    draws: int
    permutations: int
    seed: int
    versions: dict[str, str]
