"""What a reading states of each place: the facts that answers are derived from."""

from __future__ import annotations

from collections.abc import Iterable

from groundct.core.report import Finding, Presence, Reading, Report
from groundct.questions._normal import is_general, normal_statements
from groundct.questions._places import ancestors, covers
from groundct.vocabulary.findings import findings as finding_vocabulary


def name_of(finding: Finding) -> str:
    """The words for a finding: its type's name; its own words when the type says too little."""
    known = finding_vocabulary().types.get(finding.type)
    name = known.name if known else finding.type.replace("_", " ")
    if is_general(finding) or known is None:
        return finding.standardized or name
    return name


class Statements:
    """The findings of a reading by place and name.

    ``stated`` has each finding at its own paths; ``asked`` also has the present ones at the
    ancestors of those when these are asked for.
    """

    def __init__(self, report: Report | None, reading: Reading, *, with_ancestors: bool) -> None:
        self._names: dict[str, str] = {}
        self._stated: dict[tuple[str, str], dict[Finding, None]] = {}
        self._asked: dict[tuple[str, str], dict[Finding, None]] = {}
        self._findings = reading.findings
        self._normal = normal_statements(report, reading)
        for finding in self._findings:
            name = self._names[finding.finding_id] = name_of(finding)
            for path in finding.anatomy:
                self._stated.setdefault((path, name), {})[finding] = None
                carried = with_ancestors and finding.presence == "present"
                for place in (*ancestors(path), path) if carried else (path,):
                    self._asked.setdefault((place, name), {})[finding] = None

    def name(self, finding: Finding) -> str:
        """The words for a finding."""
        return self._names[finding.finding_id]

    def names(self, presence: Presence) -> list[str]:
        """The names of all findings of a presence, sorted."""
        return sorted({self.name(f) for f in self._findings if f.presence == presence})

    def topics(self) -> list[tuple[str, str]]:
        """All (path, name), sorted; general types have none when they are denied only."""
        return sorted(
            key
            for key, held in self._asked.items()
            if not all(is_general(f) and f.presence == "absent" for f in held)
        )

    def paths(self, presence: Presence) -> list[str]:
        """The paths at which a finding of a presence is asked for, sorted."""
        return sorted(
            {
                path
                for (path, _), held in self._asked.items()
                if any(f.presence == presence for f in held)
            }
        )

    def sites(self, name: str) -> list[str]:
        """The most exact paths at which a present finding of a name is stated, sorted."""
        paths = sorted(
            path
            for (path, own), held in self._stated.items()
            if own == name and _of(held, "present")
        )
        return [
            path
            for path in paths
            if not any(covers(path, other) and not covers(other, path) for other in paths)
        ]

    def stated_at(self, path: str, name: str) -> tuple[Finding, ...]:
        """The present findings of a name stated at exactly this path."""
        return _of(self._stated.get((path, name), {}), "present")

    def at(self, path: str, name: str, presence: Presence) -> tuple[Finding, ...]:
        """The findings of a name and presence that are asked for at this path."""
        return _of(self._asked.get((path, name), {}), presence)

    def at_or_under(self, path: str, presence: Presence) -> tuple[Finding, ...]:
        """All findings of a presence in this path, in the reading's order."""
        return tuple(
            f
            for f in self._findings
            if f.presence == presence and any(covers(path, own) for own in f.anatomy)
        )

    def contradicted(self, path: str, name: str) -> bool:
        """Whether some place in this path is said both to have it and not to have it."""
        return any(
            own == name and covers(path, place) and _of(held, "present") and _of(held, "absent")
            for (place, own), held in (*self._stated.items(), *self._asked.items())
        )

    def denied_throughout(self, path: str, name: str) -> bool:
        """Whether nothing in this path is said to have it for sure or perhaps."""
        return not any(
            self.name(f) == name
            for presence in ("present", "uncertain")
            for f in self.at_or_under(path, presence)
        )

    def normal_paths(self) -> list[str]:
        """The paths that a normal statement speaks of and no other finding touches, sorted.

        A finding in the path, around it, or uncertain there speaks against it.
        """
        normal = {
            path for f in self._findings if f.finding_id in self._normal for path in f.anatomy
        }
        doubts = {path for f in self._findings if f.presence != "absent" for path in f.anatomy}
        return sorted(
            path
            for path in normal
            if not any(covers(path, doubt) or covers(doubt, path) for doubt in doubts)
        )

    def normal_at(self, path: str) -> tuple[Finding, ...]:
        """The normal statements on a path."""
        return tuple(
            f for f in self._findings if f.finding_id in self._normal and path in f.anatomy
        )


def _of(held: Iterable[Finding], presence: Presence) -> tuple[Finding, ...]:
    return tuple(f for f in held if f.presence == presence)
