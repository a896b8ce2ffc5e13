import numpy as np
import pytest

from groundct.phantom.finish import averaged
from groundct.phantom.make import make_phantom
from groundct.phantom.spec import PhantomSpec

SMALL = PhantomSpec(seed=4, shape=(56, 56, 40), noise_hu=0.0)


def mean_hu(phantom, name):
    return float(phantom.volume.hu[phantom.organs.mask(name)].mean())


def made(**fields):
    return make_phantom(SMALL.model_copy(update=fields))


def test_contrast_agent_brightens_vessels_and_changes_no_mask():
    plain, venous, arterial = (made(contrast=c) for c in ("none", "venous", "arterial"))
    assert np.array_equal(plain.organs.layers[0], venous.organs.layers[0])
    for name in ("aorta", "heart", "pulmonary trunk"):
        assert mean_hu(plain, name) + 50 < mean_hu(venous, name) < mean_hu(arterial, name)
    assert mean_hu(venous, "liver") > mean_hu(arterial, "liver") > mean_hu(plain, "liver")
    assert "without" not in venous.report.text.split("\n")[0]


def test_thick_slices_are_means_of_thin_ones():
    thin = np.arange(9, dtype=np.int16).reshape(9, 1, 1)
    assert averaged(thin, 3, 3).ravel().tolist() == [1, 4, 7]
    assert averaged(thin, 1, 3).ravel().tolist()[1:8] == [1, 2, 3, 4, 5, 6, 7]
    assert averaged(thin, 1, 1).ravel().tolist() == list(range(9))


def test_partial_volume_lies_between_the_slices_of_a_thin_scan():
    grid = {"shape": (40, 40, 16), "spacing_mm": (10.0, 10.0, 20.0)}
    thick, thin = made(**grid, slice_mm=20.0), made(**grid)
    assert thick.volume.hu.shape == thin.volume.hu.shape
    assert thick.organs.mask("lung").sum() == pytest.approx(thin.organs.mask("lung").sum(), rel=0.1)
    assert not np.array_equal(thick.volume.hu, thin.volume.hu)


def test_less_breath_gives_a_smaller_and_denser_lung():
    full, little = made(), made(inspiration=0.2)
    assert little.organs.mask("lung").sum() < 0.97 * full.organs.mask("lung").sum()
    assert mean_hu(little, "lung") > mean_hu(full, "lung") + 40


def test_padding_fills_what_lies_outside_a_round_field_of_view():
    hu = made(padding_hu=-2048).volume.hu
    assert (hu[0, 0] == -2048).all()
    assert (hu[28, 28] > -1025).all()


def test_calcium_and_devices_are_bright_and_have_masks():
    things = made(
        calcifications=("aortic wall", "coronary"), devices=("pacemaker", "sternal wires")
    )
    assert set(things.extras.names) == {
        "aortic wall calcification", "coronary calcification", "pacemaker", "sternal wires"
    }  # fmt: skip
    can = things.extras.mask("pacemaker")
    assert things.volume.hu[can].max() > 1000
    where = things.volume.geometry.world_from_index(np.argwhere(can))
    assert where[:, 0].min() < -60
    kinds = {f.type for f in things.reading.findings if f.finding_id.startswith("e")}
    assert {"arterial_calcification", "device_pacemaker", "device_clips"} <= kinds
