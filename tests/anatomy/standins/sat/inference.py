"""Stands in for SAT's command: the same options and file formats, thresholds for its network."""

import argparse
import json
import socket
from pathlib import Path

import nibabel as nib
import numpy as np

parser = argparse.ArgumentParser()
for option in (
    "rcd_dir", "datasets_jsonl", "vision_backbone", "checkpoint", "text_encoder",
    "text_encoder_checkpoint", "max_queries", "batchsize_3d", "num_workers",
):  # fmt: skip
    parser.add_argument(f"--{option}", required=True)
arguments = parser.parse_args()
mood = Path(arguments.checkpoint).read_text().strip()
if mood == "fail":
    raise SystemExit("CUDA is not available")
if mood == "fetch":
    socket.create_connection(("huggingface.co", 443), timeout=5)

# What it says of the weights that it took, in its own words; it goes on with those that fit.
every = ["module.backbone.encoder.weight"]
taken = [] if mood == "other model" else every
print("The following parameters are unexpected in SAT checkpoint:\n", [])
print("The following parameters are missing in SAT checkpoint:\n", [] if taken else every)
unfit = every if mood == "other backbone" else []
print("The following parameters have different shapes in SAT checkpoint:\n", unfit)
print("The following parameters are loaded in SAT:\n", dict.fromkeys(taken).keys())

for line in Path(arguments.datasets_jsonl).read_text().splitlines():
    datum = json.loads(line)
    image = nib.load(datum["image"])
    assert nib.aff2axcodes(image.affine) == ("R", "A", "S"), "RAS is given"
    assert np.allclose(image.header.get_zooms(), (1, 1, 3)), "1 x 1 x 3 mm is given"
    hu = np.asanyarray(image.dataobj).astype(np.float32)
    inside = np.argwhere(hu > 0)
    low, high = inside.min(axis=0), inside.max(axis=0) + 1
    seen = hu[low[0] : high[0], low[1] : high[1], low[2] : high[2]]
    middle = seen.shape[0] // 2
    lung = (seen < -600) & (seen > -980)
    left, right = lung.copy(), lung.copy()
    left[middle:], right[:middle] = False, False
    masks = {"left lung": left, "right lung": right, "liver": (seen > 50) & (seen < 70)}
    normal = np.clip(seen, -500, 1000)
    normal = (normal - normal.mean()) / normal.std()
    if mood == "flipped":
        normal, masks = normal[::-1], {name: mask[::-1] for name, mask in masks.items()}
    if mood == "cropped":
        normal = normal[:-1]
    out = Path(arguments.rcd_dir) / datum["dataset"]
    name = Path(datum["image"]).name.replace(".nii.gz", "")
    (out / f"seg_{name}").mkdir(parents=True)
    for label in datum["label"]:
        mask = masks.get(label, np.zeros(seen.shape, dtype=bool)).astype(np.float32)
        nib.save(nib.Nifti1Image(mask, np.eye(4)), out / f"seg_{name}" / f"{label}.nii.gz")
    summed = np.zeros(seen.shape)
    for number, label in enumerate(datum["label"], start=1):
        summed += number * masks.get(label, np.zeros(seen.shape))
    nib.save(nib.Nifti1Image(summed, np.eye(4)), out / f"seg_{name}.nii.gz")
    nib.save(nib.Nifti1Image(normal, np.eye(4)), out / f"img_{name}.nii.gz")
