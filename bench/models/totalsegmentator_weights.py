"""Write a small nnU-Net with random weights where TotalSegmentator looks for its 6 mm model.

Runs in the environment that ``make models`` builds: ``python totalsegmentator_weights.py FOLDER``.
The answers mean nothing; that the real code loads them, runs, and writes what groundct reads does.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from nnunet_plans import plans_of

SPACING_MM = 6.0
PATCH = [32, 32, 32]


def main(folder: Path) -> None:
    """Write plans, dataset and checkpoint of the task "total" at 6 mm."""
    import torch
    from nnunetv2.utilities.get_network_from_plans import get_network_from_plans
    from totalsegmentator.map_tasks_config import TASK_CONFIGS, TASK_ID_WEIGHTS_CONFIGS
    from totalsegmentator.map_to_binary import class_map

    task = TASK_CONFIGS["total"]["sub_modes"]["fastest"]
    name = TASK_ID_WEIGHTS_CONFIGS[task["task_id"]]["foldername"]
    trainer = task["trainer"]
    out = folder / name / f"{trainer}__nnUNetPlans__3d_fullres"
    (out / "fold_0").mkdir(parents=True, exist_ok=True)
    labels = {"background": 0, **{each: n for n, each in class_map["total"].items()}}
    plans = plans_of(name, SPACING_MM, PATCH, _network())
    (out / "plans.json").write_text(json.dumps(plans))
    (out / "dataset.json").write_text(
        json.dumps(
            {
                "channel_names": {"0": "CT"},
                "labels": labels,
                "numTraining": 1,
                "file_ending": ".nii.gz",
            }
        )
    )
    architecture = plans["configurations"]["3d_fullres"]["architecture"]
    torch.manual_seed(0)
    network = get_network_from_plans(
        architecture["network_class_name"],
        architecture["arch_kwargs"],
        architecture["_kw_requires_import"],
        1,
        len(labels),
        allow_init=True,
        deep_supervision=False,
    )
    for weight in network.parameters():
        torch.nn.init.normal_(weight, std=0.5)
    torch.save(
        {
            "network_weights": network.state_dict(),
            "trainer_name": trainer,
            "init_args": {"configuration": "3d_fullres"},
            "inference_allowed_mirroring_axes": None,
        },
        out / "fold_0" / "checkpoint_final.pth",
    )


def _network() -> dict[str, Any]:
    return {
        "n_stages": 2,
        "features_per_stage": [8, 16],
        "conv_op": "torch.nn.modules.conv.Conv3d",
        "kernel_sizes": [[3, 3, 3], [3, 3, 3]],
        "strides": [[1, 1, 1], [2, 2, 2]],
        "n_conv_per_stage": [1, 1],
        "n_conv_per_stage_decoder": [1],
        "conv_bias": True,
        "norm_op": "torch.nn.modules.instancenorm.InstanceNorm3d",
        "norm_op_kwargs": {"eps": 1e-05, "affine": True},
        "dropout_op": None,
        "dropout_op_kwargs": None,
        "nonlin": "torch.nn.LeakyReLU",
        "nonlin_kwargs": {"inplace": True},
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
