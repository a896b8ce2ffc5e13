"""Finding x Volume x LabelMap -> Region[]; one public file a finding segmenter.

`find` looks for what a single free text states.
"""

from groundct.grounding.prompt import FoundFinding, find

__all__ = ["FoundFinding", "find"]
