"""The stages of ``hu``, in the order in which each needs the ones before it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from groundct.anatomy._hu.abdomen.abdomen import abdomen_alone, find_abdomen
from groundct.anatomy._hu.airway.airway_structures import airway_structures
from groundct.anatomy._hu.airway.airway_tree import Branch
from groundct.anatomy._hu.airway.airways import Airways, find_airways
from groundct.anatomy._hu.bone.ribs import find_bones
from groundct.anatomy._hu.bone.spine import Spine, find_spine
from groundct.anatomy._hu.cavity import find_cavity
from groundct.anatomy._hu.center.mediastinum import find_mediastinum, mediastinum_alone
from groundct.anatomy._hu.chest import find_chest
from groundct.anatomy._hu.grid import Working
from groundct.anatomy._hu.lobe.hila import find_hila
from groundct.anatomy._hu.lobe.lung_parts import lung_parts
from groundct.anatomy._hu.lung.lung_structures import lung_structures, lung_vessels
from groundct.anatomy._hu.lung.lungs import Lungs, find_lungs
from groundct.anatomy._hu.scene import Scene
from groundct.anatomy._hu.structure import Stage, Structure
from groundct.anatomy._hu.wall.body import find_body
from groundct.anatomy._hu.wall.wall import find_wall
from groundct.core.volume import Abstention, BoolArray

NO_LUNG = "no lung and spine were found to measure from"


def find_all(grid: Working) -> Stage:
    """Every structure that the rules find, and those that they looked for in vain."""
    body = find_body(grid)
    if body is None:
        return (Abstention(name="body", reason="no body of at least 100 ml was found"),)
    with ThreadPoolExecutor(2) as pool:
        column = pool.submit(find_spine, grid, body)
        airways = find_airways(grid, body)
        spine = column.result()
        lungs = find_lungs(grid, body, airways, spine)
        inner = pool.submit(_inside, grid, lungs, airways)
        around = _around(grid, body, airways, lungs, spine)
        within = inner.result()
    out = (
        Structure("body", body, "intensity", 0.95),
        *airway_structures(grid, airways),
        *within,
        *around,
    )
    if lungs is None or spine is None:
        return out
    return (*out, *find_hila(grid, out, _branches(airways)))


def _branches(airways: Airways | None) -> tuple[Branch, ...]:
    return airways.branches if airways is not None else ()


def _inside(grid: Working, lungs: Lungs | None, airways: Airways | None) -> Stage:
    """The lungs and what lies in them."""
    sides = lung_structures(grid, lungs)
    return (
        *sides,
        lung_vessels(grid, sides, airways),
        *lung_parts(grid, sides, _branches(airways)),
    )


def _around(
    grid: Working,
    body: BoolArray,
    airways: Airways | None,
    lungs: Lungs | None,
    spine: Spine | None,
) -> Stage:
    """What lies around the lungs."""
    if lungs is None or spine is None:
        vessels = mediastinum_alone(grid, spine)
        belly = abdomen_alone(grid, body, lungs, spine, vessels)
        nothing = Abstention(name="thoracic cavity", reason=NO_LUNG)
        return (*_spine(spine), *vessels, *belly, nothing)
    domed = lungs.right if lungs.right is not None else lungs.both
    chest = find_chest(grid, lungs.both, domed)
    carina_k = airways.carina[2] if airways is not None and airways.carina_in_view else None
    bones = find_bones(grid, body, lungs.both, chest, spine, carina_k)
    return _middle_and_wall(Scene(grid, body, airways, lungs, spine, chest, bones))


def _middle_and_wall(scene: Scene) -> Stage:
    """Bones, mediastinum, belly and wall."""
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
