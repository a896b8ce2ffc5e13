"""TotalSegmentator in a warm process of its own: volumes out as files, masks back by affine."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from groundct.anatomy._external.environments import folder_of, python_of, seconds_of
from groundct.anatomy._external.joining import joined, without_empty
from groundct.anatomy._external.naming import label_map_of_classes, names_of
from groundct.anatomy._external.placing import read_placed
from groundct.anatomy._external.process import ToolError, Worker, WorkerSpec, worker
from groundct.codecs.nifti import write_nifti_volume
from groundct.core.options import OptionError, one_of, yes_no
from groundct.core.volume import LabelMap, Volume
from groundct.vocabulary.mappings import mapping

NAME: Final = "totalsegmentator"
PYTHON_VARIABLE: Final = "GROUNDCT_TOTALSEGMENTATOR_PYTHON"
LICENCE_VARIABLE: Final = "GROUNDCT_TOTALSEGMENTATOR_LICENSE"
"""Not an option: options stand in records and on screens."""
WEIGHTS_VARIABLE: Final = "TOTALSEG_WEIGHTS_PATH"
SPEEDS: Final = ("full", "fast", "fastest")
_SECONDS: Final = 7200.0
_USUAL_WEIGHTS: Final = Path("~/.totalsegmentator/nnunet/results")


@dataclass(frozen=True)
class TotalSettings:
    """Checked options of the segmenter."""

    python: Path
    weights: Path
    tasks: tuple[str, ...]
    speed: str
    device: str
    licence: str
    fetch: bool
    timeout_s: float


def settings_of(options: Mapping[str, str]) -> TotalSettings:
    """Options as settings; OptionError for what is missing or wrong."""
    fetch = yes_no(NAME, "fetch", options.get("fetch") or "no")
    tasks = tuple(task for task in (options.get("task") or "total").split("+") if task)
    known = mapping(NAME).tasks
    for task in tasks:
        if task not in known:
            raise OptionError.of(
                "unknown-task",
                f"{NAME} task",
                f"there are no names for the classes of {task!r}; there are for "
                f"{', '.join(known)}.",
                "Leave it out; several tasks are joined by +, as in task=total+lung_vessels.",
            )
    return TotalSettings(
        python=python_of(NAME, options, PYTHON_VARIABLE),
        weights=_weights(options, fetch=fetch),
        tasks=tasks,
        speed=one_of(NAME, "speed", options.get("speed") or "full", SPEEDS),
        device=options.get("device") or "gpu",
        licence=os.environ.get(LICENCE_VARIABLE, ""),
        fetch=fetch,
        timeout_s=seconds_of(NAME, options, _SECONDS),
    )


def run_total(settings: TotalSettings, volume: Volume) -> LabelMap:
    """The structures of all tasks; of two of a name that of the first task.

    Raises ToolError when TotalSegmentator is not there or fails, GridError when what it wrote lies
    on another grid than the volume.
    """
    process = _worker(settings)
    given, written = process.folder / "ct.nii.gz", process.folder / "labels.nii.gz"
    write_nifti_volume(given, volume)
    try:
        return joined(
            [_run_task(settings, process, task, volume, given, written) for task in settings.tasks]
        )
    finally:
        given.unlink(missing_ok=True)
        written.unlink(missing_ok=True)


def _run_task(
    settings: TotalSettings,
    process: Worker,
    task: str,
    volume: Volume,
    given: Path,
    written: Path,
) -> LabelMap:
    written.unlink(missing_ok=True)
    reply = process.ask(
        {
            "input": str(given),
            "output": str(written),
            "task": task,
            "device": settings.device,
            "fast": settings.speed == "fast",
            "fastest": settings.speed == "fastest",
        },
        settings.timeout_s,
    )
    if not written.is_file():
        raise ToolError.of(
            "no-output", NAME, f"the task {task} wrote nothing.", "Read what it says on its own."
        )
    classes = {int(label): str(name) for label, name in reply["classes"].items()}
    names = names_of(NAME, classes.values(), task)
    labels = read_placed(written, volume)
    found = label_map_of_classes(labels, classes, names, volume, "model")
    version = str(reply.get("version", "unknown"))
    return without_empty(found, f"TotalSegmentator {version}, task {task}, {settings.speed}")


def _worker(settings: TotalSettings) -> Worker:
    return worker(
        WorkerSpec(
            tool=NAME,
            python=settings.python,
            script="totalsegmentator_worker.py",
            settings=(("license", settings.licence),),
            environment=((WEIGHTS_VARIABLE, str(settings.weights)),),
            network=settings.fetch,
        )
    )


def _weights(options: Mapping[str, str], *, fetch: bool) -> Path:
    named = options.get("weights") or os.environ.get(WEIGHTS_VARIABLE, "")
    if fetch:
        path = Path(named or _USUAL_WEIGHTS).expanduser().absolute()
        path.mkdir(parents=True, exist_ok=True)
        return path
    if named:
        return folder_of(NAME, "weights", named)
    usual = _USUAL_WEIGHTS.expanduser()
    if usual.is_dir():
        return usual
    raise OptionError.of(
        "missing-option",
        f"{NAME} weights",
        f"nothing says where TotalSegmentator's weights are, and they are not in {usual}.",
        f"Give weights=FOLDER, or set {WEIGHTS_VARIABLE}; fetch=yes lets it fetch them once.",
    )
