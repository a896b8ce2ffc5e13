"""A volume and a free text -> the instances that the text speaks of, or why there are none."""

from groundct.grounding.prompt.find import find, find_in, finder
from groundct.grounding.prompt.found import FindingLookedFor, FoundFinding, Instance, PlaceLookedIn
from groundct.grounding.prompt.text import PromptError, read_prompt

__all__ = [
    "FindingLookedFor",
    "FoundFinding",
    "Instance",
    "PlaceLookedIn",
    "PromptError",
    "find",
    "find_in",
    "finder",
    "read_prompt",
]
