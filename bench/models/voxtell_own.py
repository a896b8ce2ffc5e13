"""VoxTell as its authors use it: ``python voxtell_own.py MODELS CT OUT TEXT...``.

Runs in VoxTell's environment, with the random model of ``voxtell_weights.py``. It writes one mask
a text into OUT and prints their paths; VoxTell's own reader and writer turn the axes. Each text is
asked by itself: the texts of one call look at each other in VoxTell.
"""

from __future__ import annotations

import sys
from pathlib import Path


def main(models: Path, ct: str, out: str, *texts: str) -> None:
    """Segment a file and print the masks' paths, one a line."""
    import torch
    from voxtell.inference.predictor import VoxTellPredictor

    predictor = VoxTellPredictor(
        model_dir=str(models / "random"),
        device=torch.device("cpu"),
        text_encoding_model=str(models / "encoder"),
        use_precomputed_embeddings=False,
    )
    for text in texts:
        for path in predictor.predict_from_files([ct], out, text):
            print(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
