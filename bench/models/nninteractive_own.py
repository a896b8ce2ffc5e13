"""nnInteractive as its authors use it: ``python nninteractive_own.py MODELS CT OUT PROMPTS``.

Runs in nnInteractive's environment, with the random model of ``nninteractive_weights.py``.
SimpleITK reads the CT and writes the mask. PROMPTS is JSON: ``{"boxes": [...], "points": [...]}``
in the order of axes of SimpleITK's arrays, (z, y, x).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

SEED = 0
"""The adapter's: nnInteractive draws places from NumPy's own generator."""


def main(models: Path, ct: str, out: str, prompts: str) -> None:
    """Segment a file's image."""
    import numpy as np
    import SimpleITK
    import torch
    from nnInteractive.inference.inference_session import nnInteractiveInferenceSession

    session = nnInteractiveInferenceSession(device=torch.device("cpu"))
    session.initialize_from_trained_model_folder(str(models / "random"))
    image = SimpleITK.ReadImage(ct)
    voxels = SimpleITK.GetArrayFromImage(image)[None]
    session.set_image(voxels)
    mask = torch.zeros(voxels.shape[1:], dtype=torch.uint8)
    session.set_target_buffer(mask)
    told = json.loads(prompts)
    np.random.seed(SEED)  # noqa: NPY002 - the one it draws from
    for box in told["boxes"]:
        session.add_bbox_interaction(box, include_interaction=True)
    for point in told["points"]:
        session.add_point_interaction(tuple(point), include_interaction=True)
    answer = SimpleITK.GetImageFromArray(mask.numpy())
    answer.CopyInformation(image)
    SimpleITK.WriteImage(answer, out)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
