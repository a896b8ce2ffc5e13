from collections.abc import Callable
from functools import lru_cache

import pytest

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
