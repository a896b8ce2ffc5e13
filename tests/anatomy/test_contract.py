"""Every segmenter that can be found keeps the contract of its family."""

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from groundct.core.contracts import Segmenter
from groundct.core.geometry import same_grid
from groundct.core.options import configured
from groundct.core.plugins import load_plugin, plugin_names
from groundct.core.volume import LabelMap
from groundct.phantom.make import Phantom
from groundct.vocabulary.anatomy import anatomy

Thorax = Callable[[str, int], Phantom]
Options = Callable[[str], Mapping[str, str]]


def known(name: str) -> bool:
    return name in anatomy().structures


@pytest.fixture(scope="module", params=plugin_names("anatomy"))
def segmenter(request: pytest.FixtureRequest, options_of: Options) -> Segmenter:
    plugin = load_plugin("anatomy", request.param)
    assert isinstance(plugin, Segmenter)
    return configured(plugin, options_of(request.param))


@pytest.fixture(scope="module")
def found(segmenter: Segmenter, thorax: Thorax) -> LabelMap:
    return segmenter.segment(thorax("LPS", 1).volume)


def test_it_tells_of_itself(segmenter: Segmenter) -> None:
    assert segmenter.version and segmenter.description and segmenter.quality
    assert "\n" not in segmenter.description
    assert len(set(segmenter.answers_for)) == len(segmenter.answers_for) > 0


def test_names_are_radgenomes(segmenter: Segmenter, found: LabelMap) -> None:
    assert [name for name in segmenter.answers_for if not known(name)] == []
    assert set(found.names) <= set(segmenter.answers_for)


def test_a_name_outside_the_vocabulary_would_be_refused() -> None:
    assert not known("lungs")


def test_the_grid_is_the_volumes(found: LabelMap, thorax: Thorax) -> None:
    volume = thorax("LPS", 1).volume
    assert same_grid(found.geometry, volume.geometry)
    assert same_grid(found.stored, volume.stored)


def test_no_mask_is_empty(found: LabelMap) -> None:
    assert [name for name in found.names if not found.mask(name).any()] == []


def test_it_is_deterministic_and_leaves_the_volume_alone(
    segmenter: Segmenter, found: LabelMap, thorax: Thorax
) -> None:
    volume = thorax("LPS", 1).volume
    before = volume.hu.copy()
    again = segmenter.segment(volume)
    assert np.array_equal(volume.hu, before)
    assert again.segments == found.segments
    for a, b in zip(again.layers, found.layers, strict=True):
        assert np.array_equal(a, b)


@pytest.mark.parametrize("orientation", ["LPS", "RAS", "PIR"])
def test_left_is_on_the_left_in_the_world(
    segmenter: Segmenter, thorax: Thorax, orientation: str
) -> None:
    organs = segmenter.segment(thorax(orientation, 1).volume)
    pairs = [(n, n.replace("left", "right")) for n in organs.names if n.startswith("left ")]
    sides = [(left, right) for left, right in pairs if right in organs.names]
    assert sides or not any(name.startswith("left ") for name in segmenter.answers_for)
    for left, right in sides:
        x = [
            organs.geometry.world_from_index(np.argwhere(organs.mask(name)).mean(axis=0))[0]
            for name in (left, right)
        ]
        assert x[0] < x[1], f"{left} lies to the right of {right}"
