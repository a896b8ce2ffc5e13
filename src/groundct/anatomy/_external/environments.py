"""Where a tool's own Python is: an option, or an environment variable; never guessed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from groundct.core.options import OptionError


def python_of(plugin: str, options: Mapping[str, str], variable: str) -> Path:
    """The Python that ``python=`` or the environment variable names.

    Raises OptionError when neither does, or when there is no such program.
    """
    named = options.get("python") or os.environ.get(variable, "")
    if not named:
        raise OptionError.of(
            "missing-option",
            f"{plugin} python",
            f"nothing says in which environment {plugin} is installed.",
            f"Give python=/path/to/bin/python, or set {variable}.",
        )
    found = shutil.which(named)
    if found is None:
        raise OptionError.of(
            "no-python",
            f"{plugin} python",
            f"{named} is no program that can be run.",
            f"Give the Python of the environment in which {plugin} is installed.",
        )
    # Not resolved: the link itself tells Python which environment it is of.
    return Path(found).absolute()


def folder_of(plugin: str, key: str, value: str) -> Path:
    """The folder that an option names; OptionError when there is none."""
    path = Path(value).expanduser().absolute()
    if not path.is_dir():
        raise OptionError.of(
            "no-folder", f"{plugin} {key}", f"{path} is no folder.", f"Give {key}=FOLDER."
        )
    return path


def file_of(plugin: str, key: str, value: str) -> Path:
    """The file that an option names; OptionError when there is none."""
    path = Path(value).expanduser().absolute()
    if not path.is_file():
        raise OptionError.of(
            "no-file", f"{plugin} {key}", f"{path} is no file.", f"Give {key}=FILE."
        )
    return path


def seconds_of(plugin: str, options: Mapping[str, str], default: float) -> float:
    """``timeout_s`` as a number; OptionError when it is none or not above 0."""
    text = options.get("timeout_s", "")
    try:
        seconds = float(text) if text else default
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise OptionError.of(
            "bad-option",
            f"{plugin} timeout_s",
            f"{text!r} is no number of seconds.",
            "Give timeout_s=3600 or the like.",
        )
    return seconds
