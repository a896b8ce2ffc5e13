import sys
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from pathlib import Path

import pytest

from groundct.codecs.label_maps import write_label_map
from groundct.codecs.radgenome import write_masks
from groundct.core.volume import Volume
from groundct.phantom.make import Phantom, make_phantom
from groundct.phantom.spec import FindingSpec, PhantomSpec

MASS = FindingSpec(category="2d", type="mass", site="left lung upper lobe", size_mm=35)


@lru_cache(maxsize=4)
def _thorax(orientation: str, seed: int) -> Phantom:
    return make_phantom(
        PhantomSpec(seed=seed, shape=(112, 112, 88), orientation=orientation, findings=(MASS,))
    )


@pytest.fixture(scope="session")
def thorax() -> Callable[[str, int], Phantom]:
    """A synthetic thorax with a mass in the left upper lobe, by stored orientation and seed."""
    return _thorax


@lru_cache(maxsize=4)
def _chest(orientation: str) -> Volume:
    return make_phantom(PhantomSpec(seed=1, shape=(56, 56, 44), orientation=orientation)).volume


@pytest.fixture(scope="session")
def chest() -> Callable[[str], Volume]:
    """A small synthetic CT by stored orientation, for what only passes volumes on."""
    return _chest


STANDINS = Path(__file__).parent / "standins"


def _wrapped_python(path: Path, extra: str) -> Path:
    """This Python as a program of its own, which also finds packages in ``extra``."""
    path.write_text(f'#!/bin/sh\nPYTHONPATH="$PYTHONPATH:{extra}" exec "{sys.executable}" "$@"\n')
    path.chmod(0o755)
    return path


@pytest.fixture(scope="session")
def standin_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python in whose environment the stand-ins are installed."""
    return _wrapped_python(tmp_path_factory.mktemp("env") / "python", str(STANDINS))


@pytest.fixture(scope="session")
def bare_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python in whose environment no stand-in is installed."""
    return _wrapped_python(tmp_path_factory.mktemp("bare") / "python", "/nowhere")


@pytest.fixture(scope="session")
def sat_options(standin_python: Path) -> Callable[[Path, str], Mapping[str, str]]:
    """Options that lead to the stand-in of SAT; its "weights" say what it shall do wrong."""

    def options(folder: Path, mood: str) -> Mapping[str, str]:
        (folder / "weights.pth").write_text(mood)
        return {
            "python": str(standin_python),
            "code": str(STANDINS / "sat"),
            "checkpoint": str(folder / "weights.pth"),
            "text_checkpoint": str(folder / "weights.pth"),
            "classes": "left lung+right lung",
            "timeout_s": "300",
        }

    return options


@pytest.fixture(scope="session")
def options_of(
    tmp_path_factory: pytest.TempPathFactory,
    standin_python: Path,
    sat_options: Callable[[Path, str], Mapping[str, str]],
) -> Callable[[str], Mapping[str, str]]:
    """What a segmenter must be told to answer for ``thorax("LPS", 1)``; nothing for most."""

    @cache
    def options(name: str) -> Mapping[str, str]:
        phantom = _thorax("LPS", 1)
        folder: Path = tmp_path_factory.mktemp(name)
        if name == "masks":
            write_masks(folder, phantom.organs, ("left lung", "right lung", "liver"))
            return {"folder": str(folder)}
        if name == "oracle":
            write_label_map(folder, "organs", phantom.organs)
            write_label_map(folder, "segments", phantom.segments)
            return {"truth": str(folder)}
        if name == "totalsegmentator":
            (folder / "Dataset291_test").mkdir()
            return {"python": str(standin_python), "weights": str(folder)}
        if name == "sat":
            return sat_options(folder, "")
        return {}

    return options
