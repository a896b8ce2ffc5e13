"""Write nnInteractive models with chosen and with random weights, as its session reads them.

Runs in nnInteractive's environment: ``python nninteractive_weights.py FOLDER`` writes

- ``known/``: a model whose answer is known: what a positive box or point marks, where the image in
  standard deviations, taken one voxel back along its last axis (to the right), one on along its
  second (to the front) and two on along its first (to the head), is above ``LEVEL``. A turned or
  mirrored axis anywhere between the volume and the mask shows.
- ``random/``: the same network with random weights, told of by the older kind of metadata.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

LEVEL = 0.75
POINT_RADIUS = 4
PATCH = [64, 64, 64]
FEATURES = [4, 8]
IMAGE, BOX, POINT = 0, 2, 4
"""Channels: the image, the mask before, then boxes, points and scribbles, each for and against."""
CHANNELS = 8
FAR = 50.0
"""More standard deviations than a CT has; what keeps a sum above or below zero."""
TRAINER = "nnInteractiveTrainer_stub"
METADATA = {
    "point_radius": POINT_RADIUS,
    "preferred_scribble_thickness": [2, 2, 2],
    "interaction_decay": 0.9,
    "pad_mode_image": "constant",
}


def main(folder: Path) -> None:
    """Write the two models."""
    import torch
    from nnunet_plans import plans_of

    torch.manual_seed(0)
    plans = plans_of("Dataset999_None", 1.0, PATCH, _architecture())
    network = _network(plans)
    for name, weight in network.named_parameters():
        # Without biases nothing is marked far outside the image, where all is zero.
        torch.nn.init.normal_(weight, std=0.0 if name.endswith("bias") else 0.3)
    _write(folder / "random", plans, network, "inference_session_class.json")
    _make_known(network)
    _write(folder / "known", plans, network, "inference_info.json")


def _network(plans: dict[str, Any]) -> Any:
    from nnInteractive.trainer.nnInteractiveTrainer import nnInteractiveTrainer_stub
    from nnunetv2.utilities.plans_handling.plans_handler import PlansManager

    manager = PlansManager(plans)
    return nnInteractiveTrainer_stub.build_network_architecture(
        manager, manager.get_configuration("3d_fullres"), CHANNELS, 2, False
    )


def _make_known(network: Any) -> None:
    """Set the way through the topmost stage; what lies below it answers zero."""
    import torch

    with torch.no_grad():
        for weight in network.parameters():
            weight.zero_()
        first, second = network.encoder.stages[0][0].convs
        # A filter of 3 x 3 x 3 is laid over the image: its place 2 reads one voxel on, 0 one back.
        first.conv.weight[0, IMAGE, 2, 2, 0] = 1
        first.conv.bias[0] = FAR
        # Two ramps that differ by 1 wherever anything is marked, and by 0 elsewhere.
        for channel in (1, 2):
            first.conv.weight[channel, [BOX, POINT], 1, 1, 1] = 1000
        first.conv.bias[2] = -1
        second.conv.weight[0, 0, 2, 1, 1] = 1
        second.conv.weight[0, 1, 1, 1, 1] = 2 * FAR
        second.conv.weight[0, 2, 1, 1, 1] = -2 * FAR
        second.conv.bias[0] = -3 * FAR - LEVEL
        # The decoder sees what comes from below (4 channels) and then these.
        network.decoder.stages[0].convs[0].conv.weight[0, FEATURES[0], 1, 1, 1] = 1
        network.decoder.seg_layers[0].weight[1, 0] = 1


def _architecture() -> dict[str, Any]:
    return {
        "n_stages": 2,
        "features_per_stage": FEATURES,
        "conv_op": "torch.nn.modules.conv.Conv3d",
        "kernel_sizes": [[3, 3, 3], [3, 3, 3]],
        "strides": [[1, 1, 1], [2, 2, 2]],
        "n_conv_per_stage": [2, 1],
        "n_conv_per_stage_decoder": [1],
        "conv_bias": True,
        "norm_op": None,
        "norm_op_kwargs": None,
        "dropout_op": None,
        "dropout_op_kwargs": None,
        "nonlin": "torch.nn.ReLU",
        "nonlin_kwargs": {"inplace": True},
    }


def _write(folder: Path, plans: dict[str, Any], network: Any, metadata: str) -> None:
    import torch

    (folder / "fold_0").mkdir(parents=True)
    (folder / "plans.json").write_text(json.dumps(plans))
    (folder / metadata).write_text(json.dumps(METADATA))
    dataset = {
        "channel_names": {"0": "CT"},
        "labels": {"background": 0, "object": 1},
        "numTraining": 1,
        "file_ending": ".nii.gz",
    }
    (folder / "dataset.json").write_text(json.dumps(dataset))
    torch.save(
        {
            "network_weights": network.state_dict(),
            "trainer_name": TRAINER,
            "init_args": {"configuration": "3d_fullres"},
        },
        folder / "fold_0" / "checkpoint_final.pth",
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
