"""voxtell and nninteractive in processes of their own, with stand-ins of the same calls."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from groundct.anatomy._external.process import ToolError, worker
from groundct.core.contracts import Answer, FindingRequest
from groundct.core.options import OptionError
from groundct.core.volume import RegionMask
from groundct.grounding import find
from groundct.grounding._external.arrays import checked_mask
from groundct.grounding._external.pointing import prompt_of
from groundct.grounding.nninteractive import PLUGIN as NNINTERACTIVE
from groundct.grounding.voxtell import PLUGIN as VOXTELL
from groundct.metrics.overlap import dice

LEFT = (26, 36, 26)


@pytest.fixture
def look(
    chest: Any, finding: Any, tool_options: Callable[[Path, str], dict[str, str]], tmp_path: Path
) -> Iterator[Callable[..., Answer]]:
    """Ask a tool with a mood for a 20 mm nodule of the left lung, which is there."""
    truth = chest.put(chest.ball(LEFT, 10), 20)

    def ask(plugin: Any, mood: str = "", **more: str) -> Answer:
        options = {**tool_options(tmp_path, mood), **more}
        asked = finding(place="left lung", size_mm=20, standardized="20 mm left pulmonary nodule")
        site = chest.organs["left lung"] | truth
        request = FindingRequest(asked, chest.volume(), chest.label_map(), site)
        answer: Answer = plugin.configured(options).segment(request)
        return answer

    yield ask
    worker.cache_clear()


def _calls(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "calls.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("plugin", [VOXTELL, NNINTERACTIVE], ids=lambda p: p.name)
def test_the_mask_comes_back_to_its_voxels(plugin: Any, look: Any, chest: Any) -> None:
    truth = chest.ball(LEFT, 10)
    answer = look(plugin)
    assert dice(truth, answer.candidates[0].mask.dense(truth.shape)) > 0.9
    assert 0 < answer.candidates[0].confidence <= 1


def test_voxtell_is_asked_in_the_findings_words_and_gets_nnu_nets_axes(
    look: Any, tmp_path: Path, chest: Any
) -> None:
    look(VOXTELL)
    look(VOXTELL)
    first, second = _calls(tmp_path)
    assert first["prompts"] == ["20 mm left pulmonary nodule"]
    assert tuple(first["shape"]) == (1, *chest.hu.shape[::-1])
    assert first["pid"] == second["pid"]


@pytest.mark.parametrize(
    ("mood", "code"),
    [
        ("three axes", "not-one-mask"),
        ("two findings", "not-one-mask"),
        ("turned", "grid-mismatch"),
        ("smaller", "grid-mismatch"),
        ("nan", "not-finite"),
        ("logits", "not-binary"),
        ("fail", "tool-failed"),
        ("die", "tool-died"),
        ("fetch", "tool-missing"),
        ("no encoder", "no-text-encoder"),
    ],
)
def test_what_is_no_mask_on_the_grid_is_refused(look: Any, mood: str, code: str) -> None:
    with pytest.raises(ToolError) as caught:
        look(VOXTELL, mood)
    assert caught.value.issues[0].code == code


def test_a_mirrored_mask_lies_on_the_other_side_and_is_not_taken(look: Any) -> None:
    answer = look(VOXTELL, "mirrored")
    assert answer.candidates == ()
    assert "does not lie in the place" in answer.reason


def test_an_empty_mask_is_an_answer(look: Any) -> None:
    answer = look(VOXTELL, "empty")
    assert answer.candidates == ()
    assert "marks nothing" in answer.reason


@pytest.mark.parametrize("mood", ["empty", "far"])
def test_nninteractive_may_draw_nothing_there(look: Any, mood: str) -> None:
    answer = look(NNINTERACTIVE, mood)
    assert answer.candidates == ()
    assert answer.reason


def test_nninteractives_turned_mask_is_refused(look: Any) -> None:
    with pytest.raises(ToolError, match="another order"):
        look(NNINTERACTIVE, "turned")


def test_nninteractive_is_shown_the_candidate(look: Any, tmp_path: Path, chest: Any) -> None:
    look(NNINTERACTIVE)
    (call,) = _calls(tmp_path)[:1]
    assert tuple(call["shape"]) == chest.hu.shape[::-1]
    assert np.abs(np.array(call["point"][::-1]) - LEFT).max() <= 2
    (k0, k1), (j0, j1), (i0, i1) = call["box"]
    assert k1 == k0 + 1
    assert 8 <= i1 - i0 <= 14 and 8 <= j1 - j0 <= 14


def test_what_nninteractive_draws_at_random_is_the_same_for_the_same_question(
    look: Any, tmp_path: Path
) -> None:
    look(NNINTERACTIVE)
    look(NNINTERACTIVE)
    first, second = _calls(tmp_path)
    assert first["drawn"] == second["drawn"]


@pytest.mark.parametrize("plugin", [VOXTELL, NNINTERACTIVE], ids=lambda p: p.name)
@pytest.mark.parametrize("file", ["plans.json", "fold_0/checkpoint_final.pth"])
def test_a_folder_without_the_models_files_is_told_before_anything_runs(
    plugin: Any, file: str, tool_options: Any, tmp_path: Path
) -> None:
    options = tool_options(tmp_path, "")
    (tmp_path / file).unlink()
    with pytest.raises(OptionError) as caught:
        plugin.configured(options)
    (issue,) = caught.value.issues
    assert issue.code == "weights-missing"
    assert Path(file).name in issue.what


@pytest.mark.parametrize(
    ("key", "code"), [("text_encoder", "no-folder"), ("embeddings", "no-file")]
)
def test_voxtells_own_options_must_be_there(
    key: str, code: str, tool_options: Any, tmp_path: Path
) -> None:
    with pytest.raises(OptionError) as caught:
        VOXTELL.configured({**tool_options(tmp_path, ""), key: str(tmp_path / "none")})
    assert caught.value.issues[0].code == code


def test_where_nothing_can_be_pointed_at_the_reason_is_hu_texts(
    chest: Any, finding: Any, tool_options: Any, tmp_path: Path
) -> None:
    asked = finding(place="left lung", size_mm=20)
    request = FindingRequest(asked, chest.volume(), chest.label_map(), chest.organs["left lung"])
    answer = NNINTERACTIVE.configured(tool_options(tmp_path, "")).segment(request)
    assert answer.candidates == () and answer.reason
    assert not (tmp_path / "calls.jsonl").exists()


def test_a_point_lies_in_a_ring_and_a_box_around_it() -> None:
    i, j = np.indices((21, 21)) - 10
    ring = ((i**2 + j**2 <= 100) & (i**2 + j**2 >= 36))[:, :, None]
    told = prompt_of(RegionMask((5, 6, 7), ring))
    (point,), (box,) = told["points"], told["boxes"]
    assert ring[point[0] - 5, point[1] - 6, 0] and point[2] == 7
    assert box == [[3, 28], [4, 29], [7, 8]]


@pytest.mark.parametrize("plugin", [VOXTELL, NNINTERACTIVE], ids=lambda p: p.name)
@pytest.mark.parametrize(
    "change", [{"python": "/no/python"}, {"weights": ""}, {"weights": "/none"}, {"odd": "1"}]
)
def test_wrong_options_are_refused(
    plugin: Any, change: dict[str, str], tool_options: Any, tmp_path: Path
) -> None:
    with pytest.raises(OptionError):
        plugin.configured({**tool_options(tmp_path, ""), **change})


def test_find_takes_a_tools_options(chest: Any, tool_options: Any, tmp_path: Path) -> None:
    truth = chest.put(chest.ball(LEFT, 10), 20)
    told = tool_options(tmp_path, "")
    text = "20 mm nodule in the left lung"
    found = find(chest.volume(), text, chest.label_map(), segmenter="voxtell", options=told)
    assert dice(truth, found.labels > 0) > 0.9
    assert found.instances[0].method == "voxtell"
    with pytest.raises(OptionError):
        find(chest.volume(), text, chest.label_map(), segmenter="voxtell")


def test_a_mask_of_zeros_and_ones_of_any_kind_is_taken(chest: Any) -> None:
    volume = chest.volume()
    for kind in (np.bool_, np.uint8, np.float32):
        mask = np.zeros(volume.geometry.shape, dtype=kind)
        mask[1, 2, 3] = 1
        assert np.argwhere(checked_mask(mask, volume, "tool")).tolist() == [[1, 2, 3]]
