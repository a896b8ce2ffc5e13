"""The stages of ``hu``, in the order in which each needs the ones before it."""

from __future__ import annotations

from groundct.anatomy._hu.abdomen.abdomen import abdomen_alone, find_abdomen
from groundct.anatomy._hu.airway.airway_structures import airway_structures
from groundct.anatomy._hu.airway.airways import find_airways
from groundct.anatomy._hu.bone.ribs import find_bones
from groundct.anatomy._hu.bone.spine import Spine, find_spine
from groundct.anatomy._hu.cavity import find_cavity
from groundct.anatomy._hu.center.mediastinum import find_mediastinum, mediastinum_alone
from groundct.anatomy._hu.chest import find_chest
from groundct.anatomy._hu.grid import Working
from groundct.anatomy._hu.lobe.hila import find_hila
from groundct.anatomy._hu.lobe.lung_parts import lung_parts
from groundct.anatomy._hu.lung.lung_structures import lung_structures, lung_vessels
from groundct.anatomy._hu.lung.lungs import find_lungs
from groundct.anatomy._hu.scene import Scene
from groundct.anatomy._hu.structure import Stage, Structure
from groundct.anatomy._hu.wall.body import find_body
from groundct.anatomy._hu.wall.wall import find_wall
from groundct.core.volume import Abstention

NO_LUNG = "no lung and spine were found to measure from"


def find_all(grid: Working) -> Stage:
    """Every structure that the rules find, and those that they looked for in vain."""
    body = find_body(grid)
    if body is None:
        return (Abstention(name="body", reason="no body of at least 100 ml was found"),)
    airways = find_airways(grid, body)
    spine = find_spine(grid, body)
    lungs = find_lungs(grid, body, airways, spine)
    sides = lung_structures(grid, lungs)
    branches = airways.branches if airways is not None else ()
    out = (
        Structure("body", body, "intensity", 0.95),
        *airway_structures(grid, airways),
        *sides,
        lung_vessels(grid, sides, airways),
        *lung_parts(grid, sides, branches),
    )
    nothing = Abstention(name="thoracic cavity", reason=NO_LUNG)
    if lungs is None or spine is None:
        vessels = mediastinum_alone(grid, spine)
        belly = abdomen_alone(grid, body, lungs, spine, vessels)
        return (*out, *_spine(spine), *vessels, *belly, nothing)
    domed = lungs.right if lungs.right is not None else lungs.both
    chest = find_chest(grid, lungs.both, domed)
    carina_k = airways.carina[2] if airways is not None and airways.carina_in_view else None
    bones = find_bones(grid, body, lungs.both, chest, spine, carina_k)
    scene = Scene(grid, body, airways, lungs, spine, chest, bones)
    everything = (*out, *_around(scene))
    return (*everything, *find_hila(grid, everything, branches))


def _around(scene: Scene) -> Stage:
    """What lies around the lungs."""
    grid, lungs = scene.grid, scene.lungs
    solid = scene.solid
    center = find_mediastinum(scene)
    taken = solid | lungs.both | scene.lumen | center.taken
    belly = find_abdomen(grid, scene.body, lungs, scene.chest, scene.spine, taken)
    out = [*scene.bones.structures, *center.stage, *belly]
    cavity = find_cavity(scene, solid, center.stage)
    out.append(Structure("thoracic cavity", cavity, "shape prior", 0.7, within="body"))
    return (*out, *find_wall(scene))


def _spine(spine: Spine | None) -> Stage:
    if spine is None:
        why = "no column with a canal can be followed through the scan"
        return tuple(Abstention(name=name, reason=why) for name in ("vertebrae", "spinal canal"))
    return (
        Structure("vertebrae", spine.vertebrae, "shape prior", 0.8, border="bone"),
        Structure("spinal canal", spine.canal, "shape prior", 0.8),
    )
