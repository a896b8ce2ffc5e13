"""Options of plug-ins in a build: checked at once, and what is local stays out of digests."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from groundct.core.options import OptionError
from groundct.core.value import digest
from groundct.pipeline.settings import BuildSettings, configured, segmenter_of


def test_options_of_a_part_that_takes_none_are_refused() -> None:
    with pytest.raises(OptionError):
        configured(BuildSettings(segmenter="hu", segmenter_options={"colour": "red"}))


def test_a_part_that_needs_options_is_refused_without_them() -> None:
    with pytest.raises(OptionError):
        configured(BuildSettings(segmenter="masks"))


def test_places_on_this_machine_do_not_change_the_digest(tmp_path: Path) -> None:
    here, there = (
        configured(BuildSettings(segmenter="masks", segmenter_options={"folder": str(folder)}))
        for folder in (tmp_path / "a", tmp_path / "b")
    )
    assert digest(here) == digest(there)
    assert str(tmp_path) not in here.model_dump_json()


def test_what_an_answer_depends_on_changes_the_digest(tmp_path: Path) -> None:
    plain = {"folder": str(tmp_path)}
    declared = {**plain, "identity": "LPS"}
    one, other = (
        configured(BuildSettings(segmenter="masks", segmenter_options=options))
        for options in (plain, declared)
    )
    assert other.segmenter_configuration == {"identity": "LPS"}
    assert digest(one) != digest(other)


def test_options_reach_a_worker_process(tmp_path: Path) -> None:
    settings = BuildSettings(segmenter="masks", segmenter_options={"folder": str(tmp_path)})
    sent = pickle.loads(pickle.dumps(settings))
    assert segmenter_of(sent) == segmenter_of(settings)
