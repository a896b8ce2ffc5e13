"""The card of a release: its counts, for people."""

from __future__ import annotations

from collections import Counter

from groundct.core.record import Component, Grounded, Grounding, Record
from groundct.core.value import canonical_json


class Census:
    """Counts what records hold, one record at a time."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()
        self._patients: dict[str, set[str]] = {}
        self._components: set[Component] = set()

    def add(self, record: Record, split: str) -> None:
        """Count one case."""
        self._patients.setdefault(split, set()).add(record.patient_id)
        self._components.update(record.components)
        self._counts.update(
            [
                ("cases", split),
                ("volumes", "with" if record.volume else "without"),
                *(("findings", finding.presence) for finding in record.reading.findings),
                *(("regions", region.kind) for region in record.regions),
                *(("groundings", _kind(grounding)) for grounding in record.groundings),
                *(("questions", question.task) for question in record.questions),
                *(("issues", issue.severity) for issue in record.issues),
            ]
        )

    def lines(self) -> list[str]:
        """Rows of a Markdown table: what, which, how many."""
        counts = dict(self._counts)
        for split, patients in self._patients.items():
            counts["patients", split] = len(patients)
        return [f"| {what} | {which} | {counts[what, which]} |" for what, which in sorted(counts)]

    def sorted_components(self) -> tuple[Component, ...]:
        """All components that made something, each once."""
        return tuple(
            sorted(
                self._components,
                key=lambda c: (c.role, c.name, c.version, c.configuration_digest),
            )
        )


def card(census: Census, totals: dict[str, int], configuration: dict[str, object]) -> str:
    """The text of README.md; no time and no path stands in it."""
    return "\n".join(
        [
            "# A groundct release",
            "",
            "Chest CT reports tied to voxels: sentences, findings, regions, questions and",
            "reasoning traces, in format 1.0. `manifest.json` has the SHA-256 of every file and",
            "the digest of it all;",
            "`groundct.release.verify.verify_release` checks them.",
            "",
            "Masks and answers made by rules are candidates for review, not a diagnosis.",
            "",
            "## Rows",
            "",
            "| table | rows |",
            "|---|---|",
            *(f"| {name} | {totals[name]} |" for name in sorted(totals)),
            "",
            "## Counts",
            "",
            "| what | which | how many |",
            "|---|---|---|",
            *census.lines(),
            "",
            "## Made by",
            "",
            "| role | name | version | configuration |",
            "|---|---|---|---|",
            *(
                f"| {c.role} | {c.name} | {c.version} | `{c.configuration_digest}` |"
                for c in census.sorted_components()
            ),
            "",
            "Configuration of the run:",
            "",
            "```json",
            canonical_json(configuration),
            "```",
            "",
        ]
    )


def _kind(grounding: Grounding) -> str:
    if isinstance(grounding, Grounded):
        return f"{grounding.target}: {grounding.method}"
    return f"{grounding.target}: not groundable, {grounding.reason}"
