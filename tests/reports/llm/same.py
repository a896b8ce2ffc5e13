"""Whether two readings say the same, whoever read them."""

from __future__ import annotations

from groundct.core.report import Reading


def same(one: Reading, other: Reading) -> bool:
    """Equal but for the cues, which tell who read a finding."""
    return plain(one) == plain(other)


def plain(reading: Reading) -> dict[str, object]:
    """A reading without cues."""
    return reading.model_dump(exclude={"findings": {"__all__": {"cues"}}})
