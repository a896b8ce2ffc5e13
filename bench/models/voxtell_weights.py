"""Write VoxTell models and a text encoder with random weights, in their own formats.

Runs in VoxTell's environment: ``python voxtell_weights.py FOLDER`` writes

- ``known/``: plans.json and fold_0/checkpoint_final.pth of a model whose answer is known: the image
  in standard deviations, taken one voxel back along its last axis (to the right), one on along its
  second (to the front) and two on along its first (to the head), above ``LEVEL``. A turned or
  mirrored axis anywhere between the file and the mask shows.
- ``random/``: the same network with random weights, whose answer depends on the text.
- ``encoder/``: a text encoder of Qwen3's kind, one layer, with a tokenizer of bytes.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

LEVEL = 0.75
GAIN = 200
"""Large enough that what a window's corners add, in 16 bits, does not come to zero."""
PATCH = [48, 48, 48]
FEATURES = [32, 64, 128, 256, 320, 320]
"""VoxTell fixes them, and that the fifth stage has 12 x 12 x 12 voxels."""
STRIDES = [1, 2, 2, 1, 1, 1]
TEXT_DIMENSION = 2560


def main(folder: Path) -> None:
    """Write the two models and the text encoder."""
    import torch

    torch.manual_seed(0)
    network = _network()
    _write(folder / "random", network)
    _make_known(network)
    _write(folder / "known", network)
    _write_encoder(folder / "encoder")


def _network() -> Any:
    import torch
    from voxtell.model.voxtell_model import VoxTellModel

    kwargs = {**_architecture(), "conv_op": torch.nn.Conv3d, "nonlin": torch.nn.LeakyReLU}
    network = VoxTellModel(
        input_channels=1,
        **kwargs,
        decoder_layer=4,
        text_embedding_dim=TEXT_DIMENSION,
        num_maskformer_stages=5,
        num_heads=32,
        query_dim=2048,
        project_to_decoder_hidden_dim=2048,
        deep_supervision=False,
    )
    for name, weight in network.named_parameters():
        if name.startswith(("encoder", "decoder")) and weight.ndim > 1:
            torch.nn.init.kaiming_normal_(weight, a=0.01)
    return network


def _make_known(network: Any) -> None:
    """Set the way through the topmost stage; everything below it answers zero."""
    import torch

    with torch.no_grad():
        for part in (network.encoder, network.decoder, network.project_to_decoder_channels):
            for weight in part.parameters():
                weight.zero_()
        # A filter of 3 x 3 x 3 is laid over the image: its place 2 reads one voxel on, 0 one back.
        network.encoder.stem.convs[0].conv.weight[0, 0, 2, 2, 0] = 1
        # The last filters see what comes from below (32 channels) and then the stem's image.
        network.decoder.stages[-1].convs[0].conv.weight[0, FEATURES[0], 2, 1, 1] = 1
        network.decoder.stages[-1].convs[0].conv.bias[0] = -LEVEL
        network.project_to_decoder_channels[0][2].bias[0] = GAIN


def _write(folder: Path, network: Any) -> None:
    import torch

    (folder / "fold_0").mkdir(parents=True)
    plans = {
        "configurations": {
            "3d_fullres": {
                "patch_size": PATCH,
                "architecture": {
                    "arch_kwargs": _architecture(),
                    "_kw_requires_import": ["conv_op", "norm_op", "dropout_op", "nonlin"],
                },
            }
        }
    }
    (folder / "plans.json").write_text(json.dumps(plans))
    weights = {name: tensor.half() for name, tensor in network.state_dict().items()}
    torch.save({"network_weights": weights}, folder / "fold_0" / "checkpoint_final.pth")


def _architecture() -> dict[str, Any]:
    return {
        "n_stages": len(FEATURES),
        "features_per_stage": FEATURES,
        "conv_op": "torch.nn.modules.conv.Conv3d",
        "kernel_sizes": [[3, 3, 3], *[[1, 1, 1]] * 5],
        "strides": [[n, n, n] for n in STRIDES],
        "n_blocks_per_stage": [1] * 6,
        "n_conv_per_stage_decoder": [1] * 5,
        "conv_bias": True,
        "norm_op": None,
        "norm_op_kwargs": None,
        "dropout_op": None,
        "dropout_op_kwargs": None,
        "nonlin": "torch.nn.LeakyReLU",
        "nonlin_kwargs": {"inplace": True},
    }


def _write_encoder(folder: Path) -> None:
    from tokenizers.pre_tokenizers import ByteLevel
    from transformers import Qwen2Tokenizer, Qwen3Config, Qwen3Model

    vocabulary = {letter: n for n, letter in enumerate(sorted(ByteLevel.alphabet()))}
    tokenizer = Qwen2Tokenizer(vocab=vocabulary, merges=[])
    tokenizer.save_pretrained(folder)
    config = Qwen3Config(
        vocab_size=len(tokenizer),
        hidden_size=TEXT_DIMENSION,
        intermediate_size=64,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=32,
    )
    Qwen3Model(config).save_pretrained(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
