"""What the stages of ``hu`` have found so far, for those that come after them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from groundct.anatomy._hu.airway.airways import Airways
from groundct.anatomy._hu.bone.ribs import Bones
from groundct.anatomy._hu.bone.spine import Spine
from groundct.anatomy._hu.chest import Chest
from groundct.anatomy._hu.grid import Working, to_working
from groundct.anatomy._hu.lung.lungs import Lungs
from groundct.core.volume import BoolArray


@dataclass(frozen=True, eq=False)
class Scene:
    """A body with a lung and a spine in view; masks are on the working grid."""

    grid: Working
    body: BoolArray
    airways: Airways | None
    lungs: Lungs
    spine: Spine
    chest: Chest
    bones: Bones

    @property
    def solid(self) -> BoolArray:
        """Bones and the canal."""
        out = self.spine.vertebrae | self.spine.canal
        for bone in (
            self.bones.left_ribs,
            self.bones.right_ribs,
            self.bones.sternum,
            self.bones.other,
        ):
            if bone is not None:
                out |= bone
        return np.asarray(out)

    @property
    def lumen(self) -> BoolArray:
        """Trachea and bronchi."""
        out = np.zeros(self.grid.hu.shape, dtype=np.bool_, order="F")
        if self.airways is not None:
            out |= to_working(self.grid, self.airways.trachea, 0.3)
            if self.airways.bronchi is not None:
                out |= to_working(self.grid, self.airways.bronchi, 0.3)
        return out

    @property
    def carina_k(self) -> int | None:
        """The slice of the carina; None when it is not in view."""
        if self.airways is None or not self.airways.carina_in_view:
            return None
        return self.airways.carina[2]
