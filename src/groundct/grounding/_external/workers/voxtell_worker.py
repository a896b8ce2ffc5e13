"""Runs in the Python of an environment that holds VoxTell; imports nothing of groundct.

VoxTell's predictor wants an image in RAS as nnU-Net's reader gives it: (1, z, y, x). It answers
with (prompts, z, y, x): the axis of prompts comes first and is no part of the grid. Both are
turned here, and only here.
"""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
from serving import Reply, serve

REMEDIES = (
    "Install voxtell in that environment; weights=FOLDER holds plans.json "
    "and fold_0/checkpoint_final.pth.",
    "Read what VoxTell says; text_encoder=FOLDER must hold its text encoder.",
)


def start(settings: Reply) -> Any:
    """Load the model once. Nothing is fetched: the text encoder is a folder or in its cache."""
    import torch
    from voxtell.inference.predictor import VoxTellPredictor

    device = settings["device"]
    if device.startswith("cuda") and not torch.cuda.is_available():
        device = "cpu"
    wanted = {
        "model_dir": settings["weights"],
        "device": torch.device(device),
        "use_precomputed_embeddings": False,
    }
    if settings.get("text_encoder"):
        wanted["text_encoding_model"] = settings["text_encoder"]
    if settings.get("embeddings"):
        wanted["embedding_bank"] = settings["embeddings"]
    known = inspect.signature(VoxTellPredictor.__init__).parameters
    return VoxTellPredictor(**{key: value for key, value in wanted.items() if key in known})


def segment(predictor: Any, request: Reply) -> Reply:
    """Draw one text's mask: one 3-D array (i, j, k), the order in which the image came."""
    image = np.load(request["input"], allow_pickle=False)
    turned = np.ascontiguousarray(image.transpose(2, 1, 0)[None], dtype=np.float32)
    answer = np.asarray(predictor.predict_single_image(turned, [request["text"]]))
    if answer.ndim != 4 or answer.shape[0] != 1:
        return {
            "error": f"it answered one text with an array {answer.shape}; (1, z, y, x) was due.",
            "code": "not-one-mask",
            "remedy": "Check the version of VoxTell.",
        }
    np.save(request["output"], answer[0].transpose(2, 1, 0), allow_pickle=False)
    return {}


if __name__ == "__main__":
    serve(start, segment, REMEDIES)
