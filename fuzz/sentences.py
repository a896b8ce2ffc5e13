"""Sentences out of templates whose truth is known: what is read is what was said."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np

from bench.generated import FINDINGS, PLEURAL, TEMPLATES, Place, made, places, read_as
from fuzz._laws import require
from groundct.core.report import report_of_columns
from groundct.reports.rules import PLUGIN

_ASIDE = ("renal_lesion", "airway_obstruction")
_PLACES = places()


def attempt(rng: np.random.Generator, folder: Path) -> str:
    """Make one sentence and read it; the outcome."""
    template = TEMPLATES[int(rng.integers(len(TEMPLATES)))]
    f, g, h = (str(name) for name in rng.permutation(sorted(FINDINGS))[:3])
    p, q = (str(name) for name in rng.permutation(sorted(PLEURAL)))
    a, b = (str(side) for side in rng.permutation(("right", "left")))
    s, t = (_PLACES[int(rng.integers(len(_PLACES)))] for _ in range(2))
    slots: dict[str, str | Place] = {
        "f": f,
        "g": g,
        "h": h,
        "p": p,
        "q": q,
        "a": a,
        "b": b,
        "s": s,
        "t": t,
    }
    text, said = made(template, slots)
    (folder / "sentence.txt").write_text(text, encoding="utf-8")
    found = PLUGIN.extract(report_of_columns([("findings", text)])).findings
    read = Counter(read_as(finding) for finding in found if finding.type not in _ASIDE)
    require(read == Counter(said), f"{text!r} reads {sorted(map(str, read))}")
    return "read"
