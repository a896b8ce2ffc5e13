"""SAT's way from a CT to its masks, with MONAI's own transforms and a threshold for its network.

Runs in an environment with MONAI 1.1, by the command line of SAT's ``inference.py``. Options,
transforms and files are those of its released code; where that asks its network, this marks the
image above ``LEVEL_HU``, taken one voxel back along its first axis (to the right), one on along its
second (to the front) and two on along its third (to the head). A turned or mirrored axis anywhere
between the file and the mask shows.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np

LEVEL_HU = 30.5
OPTIONS = (
    "rcd_dir", "datasets_jsonl", "vision_backbone", "checkpoint", "text_encoder",
    "text_encoder_checkpoint",
)  # fmt: skip
COUNTS = ("max_queries", "batchsize_3d", "num_workers")


def main() -> None:
    """Read what is asked for, line by line, and leave masks and images where SAT leaves them."""
    parser = argparse.ArgumentParser()
    for option in OPTIONS:
        parser.add_argument(f"--{option}", type=str, required=True)
    for count in COUNTS:
        parser.add_argument(f"--{count}", type=int, required=True)
    arguments = parser.parse_args()
    _meet()
    results = Path(arguments.rcd_dir)
    results.mkdir(exist_ok=True, parents=True)
    lines = Path(arguments.datasets_jsonl)
    shutil.copy(lines, results / lines.name)
    for line in lines.read_text().splitlines():
        _answer(json.loads(line), results)


def _meet() -> None:
    """Join the processes that torch's launcher started: one, on this machine."""
    import torch

    os.environ["LOCAL_RANK"]
    torch.distributed.init_process_group(backend="gloo", init_method="env://")
    torch.distributed.destroy_process_group()


def _answer(asked: dict[str, Any], results: Path) -> None:
    import nibabel

    image = _seen(asked["image"], asked["orientation_code"])
    marked = np.zeros(image.shape, dtype=np.float32)
    marked[1:, :-1, :-2] = image[:-1, 1:, 2:] > LEVEL_HU
    normal = (image - image.mean()) / image.std()
    out = results / asked["dataset"]
    name = Path(asked["image"]).name.replace(".nii.gz", "")
    (out / f"seg_{name}").mkdir(parents=True)
    for label in asked["label"]:
        mask = nibabel.Nifti1Image(marked, np.eye(4))
        nibabel.save(mask, out / f"seg_{name}" / f"{label}.nii.gz")
    summed = nibabel.Nifti1Image(marked.astype(np.float64), np.eye(4))
    nibabel.save(summed, out / f"seg_{name}.nii.gz")
    nibabel.save(nibabel.Nifti1Image(normal, np.eye(4)), out / f"img_{name}.nii.gz")


def _seen(path: str, orientation: str) -> Any:
    """The image as SAT reads it: turned, resampled, cropped and clipped."""
    from monai import transforms

    keys = ["image"]
    steps = [
        transforms.LoadImaged(keys=keys),
        transforms.AddChanneld(keys=keys),
        transforms.Orientationd(keys=keys, axcodes=orientation),
        transforms.Spacingd(keys=keys, pixdim=(1, 1, 3), mode="bilinear"),
        transforms.CropForegroundd(keys=keys, source_key="image"),
        transforms.ToTensord(keys=keys),
    ]
    image = transforms.Compose(steps)({"image": path})["image"].numpy()[0]
    return np.clip(image, -500, 1000)


if __name__ == "__main__":
    main()
