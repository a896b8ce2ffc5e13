"""The made case; the browser tests load it from here as well."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from made_case import made_view


@pytest.fixture(scope="session")
def view():
    return made_view()
