"""Findings that are there whatever they turn out to be."""

from __future__ import annotations

from groundct.reports._rules.words.parsed import Parsed
from groundct.vocabulary.findings import findings
from groundct.vocabulary.places import places


def is_appearance(parsed: Parsed, last: int) -> bool:
    """Whether a mention is there whatever it is: "opacity versus atelectasis"."""
    own = next((hit.entry.meaning for hit in parsed.findings if hit.last == last), "")
    return (places().default(own) or own) in findings().explained
