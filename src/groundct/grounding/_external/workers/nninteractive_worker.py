"""Runs in the Python of an environment that holds nnInteractive; imports nothing of groundct.

Its session answers in the order of axes of the image. Its authors give it images as SimpleITK reads
them, (1, z, y, x), and so do we: image, boxes, points and the mask are turned here, and only here.
Its boxes are flat: one axis is a single slice. Where it looks again in detail it draws places from
NumPy's own generator, which is set before each answer, so that one question has one answer.
"""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
from serving import Reply, serve

SEED = 0
REMEDIES = (
    "Install nninteractive in that environment; weights=FOLDER is a trained model's folder.",
    "Read what nnInteractive says; device=cpu needs less memory of a GPU.",
)


def start(settings: Reply) -> Any:
    """Load the model once."""
    import torch
    from nnInteractive.inference.inference_session import nnInteractiveInferenceSession

    device = settings["device"]
    if device.startswith("cuda") and not torch.cuda.is_available():
        device = "cpu"
    wanted = {
        "device": torch.device(device),
        "use_torch_compile": False,
        "verbose": False,
        "do_autozoom": True,
        "use_pinned_memory": device != "cpu",
        "enable_undo": False,
    }
    known = inspect.signature(nnInteractiveInferenceSession.__init__).parameters
    session = nnInteractiveInferenceSession(**{k: v for k, v in wanted.items() if k in known})
    session.initialize_from_trained_model_folder(settings["weights"])
    return session


def segment(session: Any, request: Reply) -> Reply:
    """Draw what boxes and points ask for: one 3-D array (i, j, k)."""
    image = np.load(request["input"], allow_pickle=False).transpose(2, 1, 0)
    session.set_image(np.ascontiguousarray(image[None], dtype=np.float32))
    mask = np.zeros(image.shape, dtype=np.uint8)
    session.set_target_buffer(mask)
    session.reset_interactions()
    np.random.seed(SEED)  # noqa: NPY002 - the one it draws from
    for box in request["boxes"]:
        session.add_bbox_interaction([list(pair) for pair in box[::-1]], include_interaction=True)
    for point in request["points"]:
        session.add_point_interaction(tuple(point[::-1]), include_interaction=True)
    buffer = getattr(session, "target_buffer", mask)
    answer = buffer.cpu().numpy() if hasattr(buffer, "cpu") else np.asarray(buffer)
    np.save(request["output"], answer.transpose(), allow_pickle=False)
    return {}


if __name__ == "__main__":
    serve(start, segment, REMEDIES)
