"""Sizes as RadGenome writes them, from the measurements that belong to a finding."""

from __future__ import annotations

from collections.abc import Sequence

from groundct.core.report import Finding, Measurement, Sentence


def size_text(values_mm: Sequence[float], joint: str = "x") -> str:
    """``5 mm``, ``5x3 mm``, ``2.5 mm``: at most one decimal; ``joint`` "-" writes a range."""
    return joint.join(f"{round(value, 1):g}" for value in values_mm) + " mm"


def sizes_of(finding: Finding, sentences: Sequence[Sentence]) -> tuple[str, ...]:
    """The finding's sizes in the order of the text.

    A measurement counts when it stands in a sentence of the finding and is not a distance to
    something else. A finding that refers to a prior scan gives none, since whether a number is of
    today or of then is not known; nor does one with several places, since which of them was
    measured is not known.
    """
    if finding.refers_to_prior or len(finding.anatomy) > 1:
        return ()
    own = {sentence.index: sentence.span for sentence in sentences}
    spans = [own[index] for index in finding.sentence_indices if index in own]

    def belongs(measurement: Measurement) -> bool:
        inside = any(span.contains(measurement.span) for span in spans)
        return inside and measurement.kind != "distance" and bool(measurement.values_mm)

    kept = sorted(filter(belongs, finding.measurements), key=lambda m: m.span.start)
    return tuple(size_text(m.values_mm, joint="-" if m.form == "range" else "x") for m in kept)
