"""What a single number says of a finding of a type when the text does not: ``sizes.tsv``."""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType
from typing import Final, get_args

from groundct.core.issues import TableError
from groundct.core.report import MeasurementKind
from groundct.vocabulary._tables import read_table

_TABLE: Final = "sizes.tsv"


def default_kind(kind: str) -> MeasurementKind:
    """What a single number measures in a finding of this type; "unknown" where it is not sure."""
    return _kinds().get(kind, "unknown")


@lru_cache(maxsize=1)
def _kinds() -> MappingProxyType[str, MeasurementKind]:
    known: dict[str, MeasurementKind] = {name: name for name in get_args(MeasurementKind)}
    out = {}
    for row in read_table(_TABLE, ("type", "kind")):
        if row["kind"] not in known:
            raise TableError.of(
                "vocabulary-kind",
                _TABLE,
                f"{row['kind']!r} is none of {', '.join(known)}.",
                "Correct its name.",
            )
        out[row["type"]] = known[row["kind"]]
    return MappingProxyType(out)
