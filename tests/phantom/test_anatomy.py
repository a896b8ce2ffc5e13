import numpy as np
import pytest
from scipy import ndimage

from groundct.core.volume import RegionMask, to_stored
from groundct.imaging.shape import region_statistics
from groundct.phantom.make import make_phantom
from groundct.phantom.spec import LOBES, PhantomSpec
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.segments import segments


def middle_mm(phantom, name):
    mask = RegionMask.of(phantom.organs.mask(name))
    return np.array(region_statistics(mask, phantom.organs.geometry).centroid_mm)


@pytest.mark.parametrize(
    "name", ["lung", "rib", "clavicle", "scapula", "humerus", "breast", "lung lower lobe", "kidney"]
)
def test_left_is_left_and_right_is_right(healthy, name):
    right, left = (
        middle_mm(healthy, f"{side} lung lower lobe" if "lobe" in name else f"{side} {name}")
        for side in ("right", "left")
    )
    assert right[0] > 15
    assert left[0] < -15


def test_one_sided_organs_lie_on_their_side(healthy):
    assert middle_mm(healthy, "liver")[0] > 20
    for name in ("spleen", "stomach", "heart", "left heart ventricle"):
        assert middle_mm(healthy, name)[0] < -5


def test_front_and_head_are_where_they_belong(healthy):
    assert middle_mm(healthy, "sternum")[1] > middle_mm(healthy, "vertebrae")[1] + 60
    heights = [middle_mm(healthy, f"thoracic vertebrae {n} (t{n})")[2] for n in range(1, 13)]
    assert np.all(np.diff(heights) < -10)
    assert middle_mm(healthy, "trachea")[2] > middle_mm(healthy, "liver")[2] + 80


def test_lobes_divide_each_lung_and_segments_each_lobe(phantom):
    for side in ("right", "left"):
        lobes = [phantom.organs.mask(name) for name in LOBES if name.startswith(side)]
        assert np.array_equal(np.sum(lobes, axis=0), phantom.organs.mask(f"{side} lung"))
    for lobe in LOBES:
        own = [phantom.segments.mask(s.name) for s in segments() if s.lobe == lobe]
        assert np.array_equal(np.sum(own, axis=0), phantom.organs.mask(lobe))
        assert all(mask.any() for mask in own)


def test_names_are_those_of_the_vocabulary(healthy):
    assert set(healthy.organs.names) <= set(anatomy().structures)


def test_vessels_and_airways_lie_in_the_lung_and_fissures_between_lobes(phantom):
    organs = phantom.organs
    lung = organs.mask("lung")
    vessel, airway = organs.mask("lung vessel"), organs.mask("airway")
    assert vessel.any()
    assert not (vessel & ~lung).any()
    assert not (organs.mask("trachea") & ~airway).any()
    assert not (organs.mask("bronchie") & ~airway).any()
    assert not (vessel & airway).any()
    for name in ("right oblique fissure", "left oblique fissure", "right horizontal fissure"):
        fissure = organs.mask(name)
        assert fissure.any()
        grown = ndimage.binary_dilation(fissure, iterations=3)
        lobes = [lobe for lobe in LOBES if lobe.startswith(name.split()[0])]
        assert sum((grown & organs.mask(lobe)).any() for lobe in lobes) >= 2


def test_parts_make_up_their_wholes(healthy):
    organs = healthy.organs
    for whole, parts in (
        ("aorta", ("heart ascending aorta", "aortic arch", "descending aorta")),
        ("bronchie", ("right main bronchus", "bronchus intermedius", "left upper lobe bronchus")),
        ("stomach", ("stomach gas",)),
        ("body", ("lung", "skin", "subcutaneous fat", "bone", "heart", "pericardium", "carina")),
    ):
        for part in parts:
            assert organs.mask(part).any(), part
            assert not (organs.mask(part) & ~organs.mask(whole)).any(), part


def test_volumes_and_densities_are_a_chests(healthy):
    def litres(name):
        mask = healthy.organs.mask(name)
        return mask.sum() * healthy.organs.geometry.voxel_volume_mm3 / 1e6

    assert 3.0 < litres("lung") < 6.5
    assert 0.9 < litres("right lung") / litres("left lung") < 1.4
    assert 0.3 < litres("heart") < 0.9
    hu = healthy.volume.hu
    for name, low, high in (
        ("lung", -880, -780),
        ("heart", 20, 55),
        ("liver", 38, 72),
        ("bone", 150, 700),
        ("muscle", 20, 60),
    ):
        assert low < hu[healthy.organs.mask(name)].mean() < high, name
    assert hu[:, -1].mean() == pytest.approx(-1000, abs=15)


@pytest.mark.parametrize("orientation", ["LPS", "RAS", "LAS", "PIR"])
def test_the_stored_grid_has_the_orientation_asked_for(orientation):
    made = make_phantom(PhantomSpec(shape=(24, 24, 20), orientation=orientation))
    assert made.volume.stored.orientation == orientation
    assert to_stored(made.volume.hu, made.volume.stored).shape == made.volume.stored.shape
    assert made.volume.hu.flags.f_contiguous


def test_equal_specs_give_equal_voxels_and_texts_and_seeds_differ(phantom):
    again = make_phantom(phantom.spec)
    assert np.array_equal(again.volume.hu, phantom.volume.hu)
    assert again.report == phantom.report
    assert again.reading == phantom.reading
    small = PhantomSpec(shape=(32, 32, 24))
    other = make_phantom(small.model_copy(update={"seed": 1}))
    assert not np.array_equal(make_phantom(small).volume.hu, other.volume.hu)


def test_a_grid_that_shows_a_part_of_the_chest_can_be_made():
    made = make_phantom(PhantomSpec(shape=(48, 48, 48), spacing_mm=(1.0, 1.0, 1.0)))
    assert made.volume.hu.shape == (48, 48, 48)
    assert made.organs.mask("heart").any()
    assert not made.organs.mask("skin").any()


@pytest.mark.parametrize("noise_hu", [0.0, 12.0, 25.0])
def test_noise_has_the_strength_asked_for(noise_hu):
    made = make_phantom(PhantomSpec(shape=(64, 64, 40), noise_hu=noise_hu))
    liver = made.organs.mask("liver")
    inner = ndimage.binary_erosion(liver, iterations=2)
    # The liver's own texture is there without noise too.
    still = make_phantom(PhantomSpec(shape=(64, 64, 40), noise_hu=0.0)).volume.hu[inner].std()
    assert made.volume.hu[inner].std() == pytest.approx(np.hypot(noise_hu, still), rel=0.08)
