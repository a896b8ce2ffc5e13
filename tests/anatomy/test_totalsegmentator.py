"""TotalSegmentator in its own process, with a stand-in package of the same calls in its place."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest

from groundct.anatomy._external.process import ToolError, Worker, worker
from groundct.anatomy._external.total import _worker, settings_of
from groundct.anatomy.totalsegmentator import PLUGIN
from groundct.core.issues import DataError, GridError
from groundct.core.options import OptionError
from groundct.core.volume import LabelMap, Volume

Chest = Callable[[str], Volume]


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    (tmp_path / "Dataset291_test").mkdir()
    return tmp_path


@pytest.fixture
def told(weights: Path, standin_python: Path) -> Iterator[Mapping[str, str]]:
    """Options that lead to the stand-in; its process ends with the test."""
    options = {"python": str(standin_python), "weights": str(weights), "timeout_s": "300"}
    yield options
    _process(options).close()
    worker.cache_clear()


def _process(options: Mapping[str, str]) -> Worker:
    return _worker(settings_of(options))


def run(chest: Chest, options: Mapping[str, str], orientation: str = "LPS") -> LabelMap:
    return PLUGIN.configured(options).segment(chest(orientation))


def calls(weights: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (weights / "calls.jsonl").read_text().splitlines()]


def refusal(told: Mapping[str, str], chest: Chest) -> DataError:
    with pytest.raises(DataError) as caught:
        run(chest, told)
    return caught.value


def test_classes_become_structures_and_what_is_not_there_is_abstained_from(
    chest: Chest, told: Mapping[str, str], weights: Path
) -> None:
    found = run(chest, told)
    assert set(found.names) == {
        *(f"left lung {part} lobe" for part in ("upper", "lower")),
        *(f"right lung {part} lobe" for part in ("upper", "middle", "lower")),
    }
    assert {segment.method for segment in found.segments} == {"model"}
    assert "liver" in {each.name for each in found.abstained}
    assert calls(weights)[0]["ml"] is True


@pytest.mark.parametrize("orientation", ["LPS", "RAS", "PIR"])
def test_left_stays_left(chest: Chest, told: Mapping[str, str], orientation: str) -> None:
    found = run(chest, told, orientation)
    i = np.argwhere(found.mask("left lung lower lobe"))[:, 0].mean()
    assert i < np.argwhere(found.mask("right lung lower lobe"))[:, 0].mean()


def test_the_process_stays_warm(chest: Chest, told: Mapping[str, str], weights: Path) -> None:
    run(chest, told)
    run(chest, {**told, "speed": "fast"})
    first, second = calls(weights)
    assert first["pid"] == second["pid"]
    assert (first["fast"], second["fast"]) == (False, True)


def test_nobody_is_asked_for_when_weights_are_there(chest: Chest, told: Mapping[str, str]) -> None:
    run(chest, told)
    assert _process(told).asked_for() == ()


def test_a_connection_that_is_tried_is_refused_and_written_down(
    chest: Chest, told: Mapping[str, str], weights: Path
) -> None:
    (weights / "Dataset291_test").rmdir()
    issue = refusal(told, chest).issues[0]
    assert issue.code == "weights-missing"
    assert "github.com" in issue.what and "fetch=yes" in issue.remedy
    assert set(_process(told).asked_for()) == {"github.com"}


def test_usage_statistics_are_off_before_the_first_use(
    chest: Chest, told: Mapping[str, str]
) -> None:
    run(chest, told)
    config = json.loads((_process(told).folder / "home" / "config.json").read_text())
    assert config["send_usage_stats"] is False


def test_a_licensed_task_is_named(chest: Chest, told: Mapping[str, str]) -> None:
    issue = refusal({**told, "task": "heartchambers_highres"}, chest).issues[0]
    assert issue.code == "licence-needed" and "heartchambers_highres" in issue.what


def test_a_licence_is_told_by_the_environment_and_stands_in_no_option(
    chest: Chest, told: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROUNDCT_TOTALSEGMENTATOR_LICENSE", "aca_123456789012345")
    options = {**told, "task": "heartchambers_highres"}
    found = run(chest, options)
    assert found.abstained and not found.segments  # it ran, and the stand-in finds nothing
    config = json.loads((_process(options).folder / "home" / "config.json").read_text())
    assert config["license_number"] == "aca_123456789012345"
    assert "license" not in PLUGIN.options
    _process(options).close()


def test_the_network_is_open_only_where_the_user_said_so(
    told: Mapping[str, str], tmp_path: Path
) -> None:
    assert _process(told).spec.network is False
    new = tmp_path / "weights" / "new"
    fetching = settings_of({**told, "weights": str(new), "fetch": "yes"})
    assert _worker(fetching).spec.network is True and new.is_dir()
    _worker(fetching).close()


@pytest.mark.parametrize(
    ("mood", "code"), [("die", "tool-died"), ("fail", "tool-failed"), ("nothing", "no-output")]
)
def test_a_tool_that_fails_is_an_error_that_names_what_it_said(
    chest: Chest, told: Mapping[str, str], weights: Path, mood: str, code: str
) -> None:
    (weights / "mood").write_text(mood)
    error = refusal(told, chest)
    assert isinstance(error, ToolError) and error.issues[0].code == code
    (weights / "mood").unlink()
    assert run(chest, told).names  # and it starts again


def test_masks_on_another_grid_are_refused(
    chest: Chest, told: Mapping[str, str], weights: Path
) -> None:
    (weights / "mood").write_text("shifted")
    assert isinstance(refusal(told, chest), GridError)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"python": "/no/such/python"}, "no-python"),
        ({"weights": "/no/such/folder"}, "no-folder"),
        ({"task": "total+brain"}, "unknown-task"),
        ({"speed": "slow"}, "bad-option"),
        ({"timeout_s": "-1"}, "bad-option"),
        ({"colour": "red"}, "unknown-option"),
    ],
)
def test_wrong_options_are_refused(
    told: Mapping[str, str], change: Mapping[str, str], code: str
) -> None:
    with pytest.raises(OptionError) as caught:
        PLUGIN.configured({**told, **change})
    assert caught.value.issues[0].code == code


def test_an_environment_without_the_tool_is_an_error(
    chest: Chest, weights: Path, bare_python: Path
) -> None:
    options = {"python": str(bare_python), "weights": str(weights)}
    assert refusal(options, chest).issues[0].code == "tool-missing"
    _process(options).close()
    worker.cache_clear()


def test_a_tool_that_takes_too_long_is_ended(
    chest: Chest, told: Mapping[str, str], weights: Path
) -> None:
    run(chest, told)
    (weights / "mood").write_text("sleep")
    with pytest.raises(ToolError) as caught:
        run(chest, {**told, "timeout_s": "0.1"})
    assert caught.value.issues[0].code == "tool-too-slow"
