"""SAT through its own command line, in its own environment."""

from __future__ import annotations

import os
import re
import socket
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from groundct.anatomy._external.command import Command, run_command, said_in
from groundct.anatomy._external.environments import file_of, folder_of, python_of, seconds_of
from groundct.anatomy._external.joining import without_empty
from groundct.anatomy._external.naming import names_of
from groundct.anatomy._external.process import ToolError
from groundct.anatomy._external.sat_files import NAME as IMAGE
from groundct.anatomy._external.sat_files import read_masks, write_given
from groundct.core.options import OptionError, check_options, yes_no
from groundct.core.volume import LabelMap, RegionMask, Volume, label_map_of_masks
from groundct.vocabulary.mappings import mapping

NAME: Final = "sat"
TASK: Final = "ct"
PYTHON_VARIABLE: Final = "GROUNDCT_SAT_PYTHON"
BACKBONES: Final = ("UNET", "UNET-L")
_SECONDS: Final = 7200.0
_AT_ONCE: Final = 32
"""Classes a pass: SAT holds two volumes of 32-bit numbers for each."""
_UNFIT: Final = re.compile(r"different shapes in SAT checkpoint:\s*\[(.*?)\]", re.DOTALL)
_LOADED: Final = re.compile(r"are loaded in SAT:\s*\w+\(\[(.*?)\]\)", re.DOTALL)
_OFFLINE: Final = (("HF_HUB_OFFLINE", "1"), ("TRANSFORMERS_OFFLINE", "1"))


@dataclass(frozen=True)
class SatSettings:
    """Checked options of the segmenter."""

    python: Path
    code: Path
    checkpoint: Path
    text_checkpoint: Path
    backbone: str
    classes: tuple[str, ...]
    batch: int
    fetch: bool
    timeout_s: float


def settings_of(options: Mapping[str, str], known: Mapping[str, str]) -> SatSettings:
    """Options as settings; OptionError for what is missing or wrong."""
    check_options(NAME, known, options, ("code", "checkpoint", "text_checkpoint"))
    code = folder_of(NAME, "code", options["code"])
    file_of(NAME, "code", str(code / "inference.py"))
    backbone = options.get("backbone") or BACKBONES[0]
    batch = options.get("batch") or "1"
    if not batch.isdecimal() or int(batch) < 1:
        raise OptionError.of("bad-option", f"{NAME} batch", f"{batch!r} is no count.", "Give 1.")
    return SatSettings(
        python=python_of(NAME, options, PYTHON_VARIABLE),
        code=code,
        checkpoint=file_of(NAME, "checkpoint", options["checkpoint"]),
        text_checkpoint=file_of(NAME, "text_checkpoint", options["text_checkpoint"]),
        backbone=backbone,
        classes=_classes(options.get("classes") or ""),
        batch=int(batch),
        fetch=yes_no(NAME, "fetch", options.get("fetch") or "no"),
        timeout_s=seconds_of(NAME, options, _SECONDS),
    )


def run_sat(settings: SatSettings, volume: Volume) -> LabelMap:
    """The structures that SAT's classes make.

    Raises ToolError when SAT fails or its weights do not fit, VolumeError or GridError when what
    it wrote cannot be placed.
    """
    groups = [
        settings.classes[start : start + _AT_ONCE]
        for start in range(0, len(settings.classes), _AT_ONCE)
    ]
    with tempfile.TemporaryDirectory(prefix="groundct-sat-") as name:
        folder = Path(name)
        hu = write_given(folder, volume, groups)
        results = folder / "results"
        run_command(
            Command(
                tool=NAME,
                arguments=_arguments(settings, folder / f"{IMAGE}.jsonl", results),
                cwd=settings.code,
                timeout_s=settings.timeout_s,
                environment=() if settings.fetch else _OFFLINE,
                network=settings.fetch,
            ),
            folder,
        )
        require_weights(said_in(folder))
        masks = read_masks(results, hu, volume, groups)
    structures = names_of(NAME, settings.classes, TASK).structures
    named = [(each, _united(masks, parts, volume)) for each, parts in structures.items()]
    packed = label_map_of_masks(named, volume.geometry, volume.stored)
    segments = tuple(segment.changed(method="model") for segment in packed.segments)
    found = LabelMap(packed.layers, segments, packed.geometry, packed.stored)
    return without_empty(found, f"SAT, {settings.backbone}")


def require_weights(said: str) -> None:
    """Raise ToolError where SAT says that weights of its checkpoint did not fit its network.

    SAT takes what fits, leaves the rest as it was drawn at random, says so and goes on.
    """
    unfit = _UNFIT.search(said)
    loaded = _LOADED.search(said)
    if (unfit and unfit[1].strip()) or (loaded and not loaded[1].strip()):
        raise ToolError.of(
            "weights-do-not-fit",
            NAME,
            "the checkpoint is of another network than backbone= names: SAT would answer from "
            "random numbers.",
            "Give backbone=UNET with SAT-Nano's checkpoint, UNET-L with SAT-Pro's.",
        )


def _classes(text: str) -> tuple[str, ...]:
    """The classes to ask for: those named (joined by ``+``), or all that make a structure."""
    every = tuple(
        dict.fromkeys(part for parts in mapping(NAME).made_of(TASK).values() for part in parts)
    )
    named = tuple(part for part in text.split("+") if part)
    if unknown := [part for part in named if part not in every]:
        raise OptionError.of(
            "unknown-class",
            f"{NAME} classes",
            f"{', '.join(unknown)} make no structure.",
            "groundct anatomy --mapping sat prints SAT's classes; join several by +.",
        )
    return named or every


def _arguments(settings: SatSettings, lines: Path, results: Path) -> tuple[str, ...]:
    """SAT's own command, run by torch's launcher on this machine alone."""
    return (
        str(settings.python),
        "-m",
        "torch.distributed.run",
        "--nproc_per_node=1",
        "--master_addr=127.0.0.1",
        f"--master_port={_free_port()}",
        "inference.py",
        f"--rcd_dir={results}",
        f"--datasets_jsonl={lines}",
        f"--vision_backbone={settings.backbone}",
        f"--checkpoint={settings.checkpoint}",
        "--text_encoder=ours",
        f"--text_encoder_checkpoint={settings.text_checkpoint}",
        f"--max_queries={2 * _AT_ONCE}",
        f"--batchsize_3d={settings.batch}",
        f"--num_workers={min(2, os.cpu_count() or 1)}",
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _united(masks: Mapping[str, RegionMask], parts: tuple[str, ...], volume: Volume) -> RegionMask:
    if len(parts) == 1:
        return masks[parts[0]]
    whole = masks[parts[0]].dense(volume.geometry.shape)
    for part in parts[1:]:
        whole[masks[part].slices] |= masks[part].voxels
    return RegionMask.of(whole)
