"""The heading that a sentence begins with: a place before a colon, "Kidneys: normal"."""

from __future__ import annotations

from typing import Final

from groundct.reports._rules.words.parsed import Parsed, label_end
from groundct.vocabulary.places import places

_MOST_WORDS: Final = 6
_LUNG: Final = "lung"
_ABDOMEN: Final = "abdomen"


def heading_of(parsed: Parsed) -> str | None:
    """The place that a sentence's heading names, "" for none or several; None without a heading."""
    end = label_end(parsed)
    if not end:
        return None
    keys = [hit.entry.meaning for hit in parsed.places if hit.last <= end]
    regions = {places().places[key].paths[0].partition("/")[0] for key in keys}
    if end > _MOST_WORDS or not (len(regions) == 1 or keys[:1] == [_LUNG]):
        return ""
    # "Liver and spleen:" are two organs of one region.
    return _ABDOMEN if _ABDOMEN in regions and len(set(keys)) > 1 else keys[0]
