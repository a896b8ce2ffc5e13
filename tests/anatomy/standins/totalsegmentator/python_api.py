"""Does as the real one does where it matters to a caller: settings, weights, network, files."""

import json
import os
import socket
import time
from pathlib import Path

import nibabel as nib
import numpy as np

from totalsegmentator.map_to_binary import class_map


def totalsegmentator(
    input,
    output=None,
    ml=False,
    nr_thr_resamp=1,
    nr_thr_saving=6,
    fast=False,
    task="total",
    quiet=False,
    device="gpu",
    fastest=False,
):
    told = {"ml": ml, "task": task, "device": device, "fast": fast, "fastest": fastest}
    folder = Path(os.environ["TOTALSEG_WEIGHTS_PATH"])
    with (folder / "calls.jsonl").open("a") as stream:
        stream.write(json.dumps({**told, "pid": os.getpid()}) + "\n")
    print("TotalSegmentator prints what it likes on standard output")
    config = json.loads((Path(os.environ["TOTALSEG_HOME_DIR"]) / "config.json").read_text())
    if not list(folder.glob("Dataset*")):
        socket.create_connection(("github.com", 443), timeout=5)
    mood = (folder / "mood").read_text() if (folder / "mood").exists() else ""
    if mood == "sleep":  # longer than any test waits: its caller has to end it
        time.sleep(600)
    if mood == "die":
        os._exit(9)
    if mood == "fail":
        raise RuntimeError("CUDA out of memory")
    if mood == "nothing":
        return
    image = nib.load(input)
    labels = _labels(image, task)
    affine = image.affine.copy()
    if mood == "shifted":
        affine[0, 3] += 3.0
    if mood == "flipped":
        labels, affine = labels[::-1], affine @ np.diag([1.0, 1.0, 1.0, 1.0])
        affine[:3, 3] += 1e-9
    if config["send_usage_stats"]:
        socket.create_connection(("stats.totalsegmentator.com", 443), timeout=5)
    nib.save(nib.Nifti1Image(labels, affine), output)


def _labels(image, task):
    hu = np.asanyarray(image.dataobj)
    index = np.indices(hu.shape).reshape(3, -1)
    x, _, z = (image.affine[:3, :3] @ index + image.affine[:3, 3:]).reshape(3, *hu.shape)
    labels = np.zeros(hu.shape, dtype=np.uint8)
    if task != "total":
        return labels
    number = {name: label for label, name in class_map[task].items()}
    lung = (hu < -600) & (hu > -980)
    for side, half in (("left", x < 0), ("right", x > 0)):
        labels[lung & half & (z > 0)] = number[f"lung_upper_lobe_{side}"]
        labels[lung & half & (z <= 0)] = number[f"lung_lower_lobe_{side}"]
    labels[lung & (x > 0) & (abs(z) < 20)] = number["lung_middle_lobe_right"]
    return labels
