import numpy as np
import pytest
from pydantic import ValidationError

from groundct.core.issues import DataError
from groundct.imaging.shape import longest_axial_diameter_mm
from groundct.phantom.make import make_phantom
from groundct.phantom.spec import (
    LOBES,
    PLEURAL,
    SIDES,
    TYPES,
    FindingSpec,
    PhantomSpec,
    group_of,
    sites_of,
)
from groundct.vocabulary.segments import segments

SHAPE = (88, 88, 60)
SMALL_MM = {"2b": 16, "2c": 16, "2d": 12, "2f": 24, "2h": 12, "1d": 30, "2a": 20}


def site_mask(phantom, site):
    maps = phantom.organs if site in phantom.organs.names else phantom.segments
    return maps.mask(site)


def dense(phantom, finding):
    shape = phantom.volume.geometry.shape
    return np.any([mask.dense(shape) for mask in finding.masks], axis=0)


def assert_inside(phantom):
    for finding in phantom.findings:
        mask = dense(phantom, finding)
        assert mask.any()
        if finding.spec.category in PLEURAL:
            assert not (mask & phantom.organs.mask("lung")).any()
            assert not (mask & ~phantom.organs.mask("thoracic cavity")).any()
        else:
            assert not (mask & ~site_mask(phantom, finding.spec.site)).any()


def test_findings_lie_inside_their_sites(phantom):
    assert_inside(phantom)


def test_findings_do_not_share_voxels(phantom):
    masks = [dense(phantom, finding) for finding in phantom.findings]
    assert np.sum(masks, axis=0).max() == 1
    lots = [m.dense(phantom.volume.geometry.shape) for m in phantom.findings[3].masks]
    assert len(lots) == 2
    assert not (lots[0] & lots[1]).any()


@pytest.mark.parametrize("category", [c for c in TYPES if c not in PLEURAL])
def test_every_category_in_every_segment(category):
    names = [s.name for s in segments()]
    wanted = tuple(
        FindingSpec(category=category, site=name, size_mm=SMALL_MM.get(category)) for name in names
    )
    made = make_phantom(PhantomSpec(shape=SHAPE, findings=wanted))
    assert len(made.findings) == 18
    assert_inside(made)


@pytest.mark.parametrize("category", list(TYPES))
def test_every_type_in_lobes_and_lungs(category):
    sites = SIDES if category in PLEURAL else ("lung", *SIDES, *LOBES)
    kinds = TYPES[category]
    wanted = tuple(
        FindingSpec(
            category=category,
            site=site,
            type=kinds[n % len(kinds)],
            size_mm=SMALL_MM.get(category),
        )
        for n, site in enumerate(sites)
    )
    assert set(sites) <= set(sites_of(category))
    made = make_phantom(PhantomSpec(shape=SHAPE, seed=3, findings=wanted))
    assert_inside(made)


@pytest.mark.parametrize(("type_", "size_mm"), [("nodule", 8), ("mass", 34), ("nodule", 15)])
def test_nodules_have_the_size_asked_for(type_, size_mm):
    wanted = FindingSpec(category="2d", site="right lung upper lobe", type=type_, size_mm=size_mm)
    grid = PhantomSpec(shape=(200, 150, 70), spacing_mm=(1.3, 1.3, 2.0), findings=(wanted,))
    made = make_phantom(grid)
    got = longest_axial_diameter_mm(made.findings[0].masks[0], made.spec.geometry)
    assert abs(got - size_mm) <= 1.5 * 1.3 + 0.06 * size_mm
    assert made.findings[0].measured_mm == got


@pytest.mark.parametrize("category", ["2e", "2g"])
def test_pleural_findings_reach_the_depth_asked_for_on_their_side(category):
    wanted = FindingSpec(category=category, site="right lung", size_mm=36)
    made = make_phantom(PhantomSpec(shape=SHAPE, findings=(wanted,)))
    assert made.findings[0].measured_mm == pytest.approx(
        36, abs=2.5 * made.spec.geometry.spacing_mm[1]
    )
    mask = dense(made, made.findings[0])
    points = made.volume.geometry.world_from_index(np.argwhere(mask))
    lung = made.volume.geometry.world_from_index(np.argwhere(made.organs.mask("right lung")))
    assert points[:, 0].min() > 0
    assert (points[:, 1].mean() < lung[:, 1].mean()) == (category == "2e")
    hu = made.volume.hu[mask].mean()
    assert -60 < hu < 60 if category == "2e" else hu < -900


@pytest.mark.parametrize(("kind", "size_mm"), [("pleural_effusion", 25), ("pleural_thickening", 9)])
def test_lenses_lie_at_the_wall_and_are_as_deep_as_asked_for(kind, size_mm):
    wanted = FindingSpec(
        category="2e", type=kind, site="left lung", size_mm=size_mm, loculated=True, seed=4
    )
    made = make_phantom(PhantomSpec(shape=(160, 160, 72), findings=(wanted,)))
    assert made.findings[0].measured_mm == pytest.approx(size_mm, rel=0.35)
    mask = dense(made, made.findings[0])
    points = made.volume.geometry.world_from_index(np.argwhere(mask))
    lung = made.volume.geometry.world_from_index(np.argwhere(made.organs.mask("left lung")))
    assert points[:, 0].mean() < lung[:, 0].mean()
    assert -60 < made.volume.hu[mask].mean() < 60


def test_densities_of_findings(phantom):
    means = [phantom.volume.hu[dense(phantom, f)].mean() for f in phantom.findings]
    assert means[2] > -120
    assert -800 < means[3] < -450
    assert means[4] < -850


def test_what_has_no_room_is_refused():
    spec = PhantomSpec(
        shape=(48, 48, 40),
        findings=(FindingSpec(category="2d", site="right lung middle lobe", size_mm=150),),
    )
    with pytest.raises(DataError) as caught:
        make_phantom(spec)
    assert caught.value.issues[0].code == "finding-does-not-fit"


def test_a_diffuse_finding_under_a_focal_one_that_covers_it_is_refused():
    hidden = FindingSpec(category="1e", site="right lung middle lobe medial segment")
    over = FindingSpec(category="2b", site=hidden.site, size_mm=200)
    with pytest.raises(DataError, match="took all of its voxels"):
        make_phantom(PhantomSpec(shape=(40, 40, 32), findings=(hidden, over)))


def test_impossible_specs_are_refused():
    with pytest.raises(ValidationError, match="cannot be placed"):
        FindingSpec(category="2e", site="left lung upper lobe")
    with pytest.raises(ValidationError, match="none of category"):
        FindingSpec(category="2d", site="lung", type="bulla")
    with pytest.raises(ValidationError, match="does not name"):
        PhantomSpec(orientation="LLS")


def test_groups():
    assert group_of(FindingSpec(category="1c", site="lung")) == "diffuse"
    assert group_of(FindingSpec(category="1c", site="lung", type="bulla")) == "focal"
    assert group_of(FindingSpec(category="2g", site="left lung")) == "pleural"
