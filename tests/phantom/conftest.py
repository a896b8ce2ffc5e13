import pytest

from groundct.phantom.make import make_phantom
from groundct.phantom.spec import FindingSpec, PhantomSpec

FINDINGS = (
    FindingSpec(category="2e", site="left lung", size_mm=30),
    FindingSpec(category="2d", site="right lung upper lobe", size_mm=24, margin="spiculated"),
    FindingSpec(category="2d", site="left lung", type="mass", size_mm=30),
    FindingSpec(category="2c", site="right lung lower lobe", count=2),
    FindingSpec(category="1c", site="right lung upper lobe", size_mm=9),
    FindingSpec(category="2b", site="right lung middle lobe", size_mm=30),
)


@pytest.fixture(scope="session")
def phantom():
    return make_phantom(PhantomSpec(shape=(112, 112, 80), seed=5, findings=FINDINGS))


@pytest.fixture(scope="session")
def healthy():
    return make_phantom(PhantomSpec(shape=(80, 80, 64), seed=2, sex="female"))
