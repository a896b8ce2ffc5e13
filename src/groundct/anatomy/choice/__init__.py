"""Which segmenter's mask to take for each structure, by what can be measured, and why."""

from groundct.anatomy.choice.choose import Choice, NameChoice, choose

__all__ = ["Choice", "NameChoice", "choose"]
