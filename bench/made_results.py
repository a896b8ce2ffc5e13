"""Results of made-up models, shaped as `groundct evaluate segmentation` writes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

CATEGORIES = ("1c", "2a", "2b", "2c", "2d", "2e")
MODELS = {"atlas": 0.9, "beacon": 0.62, "cedar": 0.6, "delta": 0.1, "ember": -1.2}
"""Skill of each made-up model, in standard deviations of the findings' difficulty."""


def made_results(
    cases: int = 300, models: dict[str, float] | None = None, *, seed: int = 4
) -> dict[str, dict[str, Any]]:
    """A result of each model over the same findings; some patients have two scans."""
    rng = np.random.default_rng(seed)
    findings = []
    for number in range(cases):
        patient = f"p{number - 1 if number % 15 == 1 else number:04d}"
        tired = rng.normal()
        for item in range(1 + int(rng.binomial(3, 0.31))):
            category = CATEGORIES[int(rng.choice(6, p=[0.05, 0.2, 0.2, 0.2, 0.25, 0.1]))]
            hardness = 0.5 * tired + rng.normal(0, 0.8) + (category in ("2a", "1c")) * 0.5
            instances = 1 + int(rng.poisson(0.8))
            findings.append((f"case_{number:04d}", item, patient, category, hardness, instances))
    results = {}
    for name, skill in (models or MODELS).items():
        rows = [_row(rng, finding, skill) for finding in findings]
        results[name] = {
            "task": "segmentation",
            "protocol": "strict",
            "partial_reference": False,
            "settings": {"protocol": "strict", "mode": "full", "draws": 2000, "seed": 0},
            "versions": {"scoring": "1"},
            "reference_digest": "sha256:" + "0" * 64,
            "prediction_digest": "sha256:" + f"{sum(map(ord, name)):064x}",
            "extra": [],
            "summary": summary(rows),
            "findings": rows,
        }
    return results


def _row(rng: np.random.Generator, finding: tuple[Any, ...], skill: float) -> dict[str, Any]:
    case, item, patient, category, hardness, instances = finding
    margin = skill - hardness + rng.normal(0, 0.7)
    dice = 0.0 if margin < -0.3 else float(0.95 / (1 + np.exp(-1.1 * (margin - 0.8))))
    tp = int(rng.binomial(instances, min(0.95, 1.1 * dice)))
    fp = int(rng.poisson(0.9))
    near = min(instances, tp + int(rng.binomial(instances - tp, 0.2)))
    return {
        "case": case,
        "finding": item,
        "category": category,
        "dice": dice,
        "hit": dice >= 0.1,
        "tp": tp,
        "fp": fp,
        "fn": instances - tp,
        "distance_tp": near,
        "distance_fp": max(0, fp - (near - tp)),
        "distance_fn": instances - near,
        "status": "scored",
        "patient": patient,
        "reference_voxels": 1000,
    }


def summary(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The headline numbers of rows, counted directly."""
    out: dict[str, Any] = {
        "mean_dice_per_finding": float(np.mean([r["dice"] for r in rows])),
        "hit_rate": float(np.mean([r["hit"] for r in rows])),
    }
    by_case: dict[str, list[float]] = {}
    for row in rows:
        by_case.setdefault(row["case"], []).append(row["dice"])
    out["mean_dice_per_case"] = float(np.mean([np.mean(own) for own in by_case.values()]))
    for group, prefix in (("instance", ""), ("distance", "distance_")):
        tp, fp, fn = (sum(r[f"{prefix}{n}"] for r in rows) for n in ("tp", "fp", "fn"))
        out[f"{group}_precision"] = tp / (tp + fp) if tp + fp else None
        out[f"{group}_recall"] = tp / (tp + fn)
        out[f"{group}_f1"] = 2 * tp / (2 * tp + fp + fn)
    return out
