"""A path as people give it; each function that is for them makes it a Path at its door."""

from __future__ import annotations

import os

AnyPath = str | os.PathLike[str]
