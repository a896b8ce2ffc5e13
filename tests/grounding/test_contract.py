"""Every finding segmenter keeps the contract; new ones are found by themselves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from groundct.core.contracts import Configurable, FindingRequest, FindingSegmenter
from groundct.core.options import configured
from groundct.core.plugins import load_plugin, plugin_names
from groundct.vocabulary.findings import findings

NAMES = plugin_names("grounding")


def _plugin(name: str) -> FindingSegmenter:
    plugin = load_plugin("grounding", name)
    assert isinstance(plugin, FindingSegmenter)
    return plugin


@pytest.fixture
def ready(tool_options: Any, tmp_path: Path) -> Callable[[str], FindingSegmenter]:
    """A finding segmenter that can be asked: those of other environments get stand-ins."""

    def plugin(name: str) -> FindingSegmenter:
        own = _plugin(name)
        return configured(own, tool_options(tmp_path, "")) if _needs_options(own) else own

    return plugin


def _needs_options(plugin: FindingSegmenter) -> bool:
    return isinstance(plugin, Configurable) and "python" in plugin.options


def test_there_is_an_embedded_one() -> None:
    assert "hu_text" in NAMES


@pytest.mark.parametrize("name", NAMES)
def test_it_tells_of_itself_and_its_categories_are_the_ontologys(name: str) -> None:
    plugin = _plugin(name)
    assert plugin.version
    assert plugin.description
    assert plugin.quality
    assert set(plugin.categories) <= set(findings().codes)


@pytest.mark.parametrize("name", NAMES)
def test_candidates_are_not_empty_lie_around_the_site_and_are_the_same_again(
    name: str, make_chest: Any, finding: Any, ready: Any
) -> None:
    plugin = ready(name)
    chest = make_chest()
    chest.put(chest.ball((26, 36, 26), 11), 30)
    site = chest.organs["left lung"] & (chest.index[2] < 30)
    for category in plugin.categories:
        asked = finding().model_copy(update={"category": category})
        request = FindingRequest(asked, chest.volume(), chest.label_map(), site)
        answer = plugin.segment(request)
        first, again = answer.candidates, plugin.segment(request).candidates
        assert first or answer.reason
        assert len(first) == len(again)
        for one, other in zip(first, again, strict=True):
            assert one.mask.count > 0
            assert 0 <= one.confidence <= 1
            assert not one.mask.dense(site.shape)[chest.organs["right lung"]].any()
            assert one.mask.offset == other.mask.offset
            assert np.array_equal(one.mask.voxels, other.mask.voxels)


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_site_or_a_category_not_covered_gives_nothing(
    name: str, make_chest: Any, finding: Any, ready: Any
) -> None:
    plugin = ready(name)
    chest = make_chest()
    empty = np.zeros(chest.hu.shape, dtype=np.bool_)
    volume, organs = chest.volume(), chest.label_map()
    nothing = plugin.segment(FindingRequest(finding(), volume, organs, empty))
    assert nothing.candidates == () and nothing.reason
    other = next((c for c in findings().codes if c not in plugin.categories), None)
    if other is None:
        return
    odd = finding().model_copy(update={"category": other})
    unknown = plugin.segment(FindingRequest(odd, volume, organs, chest.organs["left lung"]))
    assert unknown.candidates == () and unknown.reason
