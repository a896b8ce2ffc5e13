"""How a segmentation is scored: protocol, mode, rules of instances."""

from __future__ import annotations

from typing import Final, Literal, Self

from pydantic import model_validator

from groundct.core.value import Value
from groundct.metrics.official import InstanceRules

Protocol = Literal["strict", "rexgroundingct"]

SCORING_VERSION: Final = "1"
"""Goes up with every change of what a score says; scores of other versions are not taken up."""


class Settings(Value):
    """What goes into a score beside the masks.

    ``mode``: ``full``, or ``global`` without instances. ``refused``: what becomes of a prediction
    that is refused: ``stop`` gives no result, ``empty`` scores it as empty and counts it.
    """

    protocol: Protocol = "strict"
    mode: Literal["full", "global"] = "full"
    refused: Literal["stop", "empty"] = "stop"
    instances: InstanceRules = InstanceRules()
    surfaces: tuple[str, ...] = ()
    tolerances_mm: tuple[float, ...] = (1.0, 2.0)
    draws: int = 2000
    seed: int = 0

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.protocol == "rexgroundingct" and self.instances != InstanceRules():
            raise ValueError("protocol rexgroundingct has rules of its own; leave them as they are")
        if self.protocol == "rexgroundingct" and self.refused != "stop":
            raise ValueError("protocol rexgroundingct stops at what it cannot score")
        if self.surfaces:
            from groundct.metrics.surface import require_known

            require_known(self.surfaces, self.tolerances_mm)
        return self

    @property
    def rules(self) -> InstanceRules:
        """The rules in force. The official global mode looks at every voxel; strict never mixes."""
        raw = self.protocol == "rexgroundingct" and self.mode == "global"
        return self.instances.changed(filtered=not raw)
