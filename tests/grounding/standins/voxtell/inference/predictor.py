"""VoxTellPredictor with the calls of the real one: (1, z, y, x) in, (prompts, z, y, x) out.

It marks all that is dense in the half of the chest that the prompt names; ``mood`` in the model's
folder says what it shall do wrong.
"""

import json
import os
import socket
from pathlib import Path

import numpy as np


class VoxTellPredictor:
    def __init__(
        self,
        model_dir=None,
        device=None,
        text_encoding_model="Qwen/Qwen3-Embedding-4B",
        embedding_bank=None,
        use_precomputed_embeddings=True,
    ):
        self.folder = Path(model_dir)
        json.loads((self.folder / "plans.json").read_text())
        self.mood = (self.folder / "mood").read_text()
        assert device.type == "cpu"
        if use_precomputed_embeddings or self.mood == "fetch":
            socket.create_connection(("huggingface.co", 443), timeout=5)
        self.embedded = []
        print("VoxTell prints what it likes on standard output")

    def embed_text_prompts(self, text_prompts):
        """Its encoder is asked in small letters, and once: what is kept is rounded in VoxTell."""
        assert isinstance(text_prompts, list)
        if self.mood == "no encoder":
            raise OSError("couldn't find them in the cached files")
        texts = tuple(text.lower() for text in text_prompts)
        assert texts not in self.embedded
        self.embedded.append(texts)
        return texts

    def predict_single_image(self, data, text_prompts=None, text_embeddings=None):
        assert data.ndim == 4 and data.shape[0] == 1 and data.dtype == np.float32
        assert text_prompts is None and text_embeddings in self.embedded
        with (self.folder / "calls.jsonl").open("a") as stream:
            told = {"prompts": text_embeddings, "shape": data.shape, "pid": os.getpid()}
            stream.write(json.dumps(told) + "\n")
        image = data[0]
        middle = image.shape[2] // 2
        mask = (image > -100) & (image < 100)
        # RAS: x grows to the right, and it is the last axis here.
        if "left" in text_embeddings[0]:
            mask[:, :, middle:] = False
        else:
            mask[:, :, :middle] = False
        out = mask[None].astype(np.uint8)
        return {
            "": lambda: out,
            "empty": lambda: out * 0,
            "three axes": lambda: out[0],
            "two findings": lambda: np.concatenate([out, out]),
            "turned": lambda: out.transpose(0, 3, 2, 1),
            "mirrored": lambda: out[:, :, :, ::-1],
            "smaller": lambda: out[:, 1:],
            "nan": lambda: np.where(out > 0, np.nan, 0.0),
            "logits": lambda: out * 3.5,
            "die": lambda: os._exit(9),
            "fail": self._fail,
        }[self.mood]()

    def _fail(self):
        raise RuntimeError("CUDA out of memory")
