"""Options of the tools as checked settings, and their warm workers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from groundct.anatomy._external.environments import (
    file_of,
    folder_of,
    python_of,
    seconds_of,
)
from groundct.anatomy._external.process import Worker, WorkerSpec, worker
from groundct.core.options import OptionError, check_options

OPTIONS: Final[Mapping[str, str]] = {
    "python": "the Python of its environment",
    "weights": "the folder of its model",
    "device": "cuda (the default; cpu where there is none), cuda:1 or cpu",
    "timeout_s": "the longest that one finding may take; 3600 by default",
}
_FILES: Final[Mapping[str, tuple[str, ...]]] = {
    "voxtell": ("plans.json", "fold_0/checkpoint_final.pth"),
    "nninteractive": ("plans.json", "dataset.json", "fold_*/checkpoint_final.pth"),
}
"""What the folder of a model must hold, so that a wrong one is told before torch is loaded."""
_FILE_OPTION: Final = "embeddings"
_SECONDS: Final = 3600.0
_WORKERS: Final = Path(__file__).parent / "workers"


@dataclass(frozen=True)
class ToolSettings:
    """Checked options. ``more`` is told to the worker besides."""

    tool: str
    python: Path
    weights: Path
    device: str
    timeout_s: float
    more: tuple[tuple[str, str], ...] = ()

    @property
    def process(self) -> Worker:
        """The warm worker; its network is closed."""
        told = (("weights", str(self.weights)), ("device", self.device), *self.more)
        return worker(
            WorkerSpec(
                tool=self.tool,
                python=self.python,
                script=str(_WORKERS / f"{self.tool}_worker.py"),
                settings=told,
                environment=(("HF_HUB_OFFLINE", "1"), ("TRANSFORMERS_OFFLINE", "1")),
            )
        )


def settings_of(
    tool: str, options: Mapping[str, str], more: Mapping[str, str] | None = None
) -> ToolSettings:
    """Options as settings; OptionError for what is unknown, missing or wrong.

    ``more`` are options that this tool takes besides the usual ones, with a line for people: the
    file ``embeddings``, and folders.
    """
    extra = more or {}
    check_options(tool, {**OPTIONS, **extra}, options)
    named = options.get("weights", "")
    if not named:
        raise OptionError.of(
            "missing-option",
            f"{tool} weights",
            f"nothing says where the model of {tool} is.",
            "Give weights=FOLDER.",
        )
    return ToolSettings(
        tool=tool,
        python=python_of(tool, options, f"GROUNDCT_{tool.upper()}_PYTHON"),
        weights=_model(tool, named),
        device=options.get("device") or "cuda",
        timeout_s=seconds_of(tool, options, _SECONDS),
        more=tuple((key, _path(tool, key, options[key])) for key in extra if options.get(key)),
    )


def _model(tool: str, named: str) -> Path:
    """The folder of a model, in which all is that the tool looks for."""
    folder = folder_of(tool, "weights", named)
    missing = [file for file in _FILES[tool] if not any(folder.glob(file))]
    if missing:
        raise OptionError.of(
            "weights-missing",
            f"{tool} weights",
            f"{folder} holds no {' and no '.join(missing)}.",
            "Give the folder in which the model's own files lie.",
        )
    return folder


def _path(tool: str, key: str, value: str) -> str:
    """An option of a tool's own, whose folder or file is there."""
    found = file_of if key == _FILE_OPTION else folder_of
    return str(found(tool, key, value))
