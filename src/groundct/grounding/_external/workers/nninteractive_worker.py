"""Runs in the Python of an environment that holds nnInteractive; imports nothing of groundct.

Its session takes an image (1, x, y, z) in any order of axes and answers in that order, so that the
array goes in and comes out as it is. Its boxes are flat: one axis is a single slice.
"""

from __future__ import annotations

import inspect
import json
import os
import sys
from typing import Any, Dict, TextIO  # noqa: UP035 - any Python from 3.8 on

import numpy as np

Reply = Dict[str, Any]  # noqa: UP006


def channel() -> TextIO:
    """The stream for replies; prints of other code go to standard error from here on."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return out


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
    }
    known = inspect.signature(nnInteractiveInferenceSession.__init__).parameters
    session = nnInteractiveInferenceSession(**{k: v for k, v in wanted.items() if k in known})
    session.initialize_from_trained_model_folder(settings["weights"])
    return session


def segment(session: Any, request: Reply) -> Reply:
    """Draw what boxes and points ask for: one 3-D array (i, j, k)."""
    image = np.load(request["input"], allow_pickle=False)
    session.set_image(np.ascontiguousarray(image[None], dtype=np.float32))
    mask = np.zeros(image.shape, dtype=np.uint8)
    session.set_target_buffer(mask)
    session.reset_interactions()
    for box in request["boxes"]:
        session.add_bbox_interaction([list(pair) for pair in box], include_interaction=True)
    for point in request["points"]:
        session.add_point_interaction(tuple(point), include_interaction=True)
    buffer = getattr(session, "target_buffer", mask)
    answer = buffer.cpu().numpy() if hasattr(buffer, "cpu") else np.asarray(buffer)
    np.save(request["output"], answer, allow_pickle=False)
    return {}


def main() -> None:
    """Answer requests until standard input ends."""
    out = channel()

    def tell(reply: Reply) -> None:
        out.write(json.dumps(reply) + "\n")
        out.flush()

    settings = json.loads(sys.stdin.readline())["settings"]
    try:
        session = start(settings)
    except Exception as problem:
        tell(
            {
                "error": f"nnInteractive cannot be loaded: {type(problem).__name__}: {problem}",
                "code": "tool-missing",
                "remedy": "Install nninteractive in that environment; weights=FOLDER is a trained "
                "model's folder.",
            }
        )
        return
    tell({"ready": True})
    for line in sys.stdin:
        try:
            reply = segment(session, json.loads(line))
        except Exception as problem:
            import traceback

            traceback.print_exc()
            reply = {
                "error": f"{type(problem).__name__}: {problem}",
                "code": "tool-failed",
                "remedy": "Read what nnInteractive says; device=cpu needs less memory of a GPU.",
            }
        tell(reply)


if __name__ == "__main__":
    main()
