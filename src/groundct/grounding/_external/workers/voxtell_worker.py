"""Runs in the Python of an environment that holds VoxTell; imports nothing of groundct.

VoxTell's predictor wants an image in RAS as nnU-Net's reader gives it: (1, z, y, x). It answers
with (prompts, z, y, x): the axis of prompts comes first and is no part of the grid. Both are
turned here, and only here.

A text is embedded once and kept as it is. VoxTell keeps embeddings too, but rounded to 16 bits, and
answers a text that it is asked again from those: its second mask is then not its first.
"""

from __future__ import annotations

import traceback
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from serving import Reply, failure, serve

REMEDIES = (
    "Install voxtell 0.1.2 or newer in that environment; weights=FOLDER holds plans.json "
    "and fold_0/checkpoint_final.pth.",
    "Read what VoxTell says; device=cpu needs less memory of a GPU.",
)
NO_ENCODER = (
    "Give text_encoder=FOLDER with its text encoder, or embeddings=FILE that holds the text."
)


@dataclass
class Warm:
    """What stays loaded: the predictor, and the embedding of each text that was asked."""

    predictor: Any
    embeddings: dict[str, Any] = field(default_factory=dict)


def start(settings: Reply) -> Warm:
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
    return Warm(VoxTellPredictor(**wanted))


def segment(warm: Warm, request: Reply) -> Reply:
    """Draw one text's mask: one 3-D array (i, j, k), the order in which the image came."""
    # VoxTell asks its encoder in small letters; texts that differ only there are one.
    text = request["text"].lower()
    if text not in warm.embeddings:
        try:
            warm.embeddings[text] = warm.predictor.embed_text_prompts([text])
        except (OSError, ValueError) as problem:
            traceback.print_exc()
            return failure(problem, NO_ENCODER, "no-text-encoder")
    image = np.load(request["input"], allow_pickle=False)
    turned = np.ascontiguousarray(image.transpose(2, 1, 0)[None], dtype=np.float32)
    answer = np.asarray(
        warm.predictor.predict_single_image(turned, text_embeddings=warm.embeddings[text])
    )
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
