"""nnInteractiveInferenceSession with the calls of the real one; it fills a ball at each point.

Arrays, points and boxes are (z, y, x), as SimpleITK reads images. Like the real one it draws from
NumPy's own generator.
"""

import json
from pathlib import Path

import numpy as np


class nnInteractiveInferenceSession:  # noqa: N801 - its name in nnInteractive
    def __init__(
        self,
        device=None,
        use_torch_compile=False,
        verbose=False,
        torch_n_threads=8,
        do_autozoom=True,
        interactions_storage="auto",
        enable_undo=True,
    ):
        assert device.type == "cpu" and not enable_undo
        self.target_buffer = None

    def initialize_from_trained_model_folder(self, model_training_output_dir, use_fold=None):
        self.folder = Path(model_training_output_dir)
        self.mood = (self.folder / "mood").read_text()

    def set_image(self, image, image_properties=None):
        assert image.ndim == 4 and image.shape[0] == 1
        self.image = image[0]

    def set_target_buffer(self, target_buffer):
        assert target_buffer.shape == self.image.shape
        self.target_buffer = target_buffer

    def reset_interactions(self):
        self.target_buffer[...] = 0

    def add_bbox_interaction(self, bbox_coords, include_interaction):
        flat = [b - a for a, b in bbox_coords]
        assert 1 in flat and all(
            0 <= a < b <= n for (a, b), n in zip(bbox_coords, self.image.shape, strict=True)
        )
        self.box = bbox_coords

    def add_point_interaction(self, coordinates, include_interaction):
        inside = all(a <= c < b for c, (a, b) in zip(coordinates, self.box, strict=True))
        assert inside and isinstance(coordinates, tuple)
        with (self.folder / "calls.jsonl").open("a") as stream:
            told = {"point": coordinates, "box": self.box, "shape": self.image.shape}
            stream.write(json.dumps({**told, "drawn": np.random.random()}) + "\n")  # noqa: NPY002
        grid = np.indices(self.image.shape)
        radius = (self.box[2][1] - self.box[2][0]) / 2 - 2
        away = sum((g - c) ** 2 for g, c in zip(grid, coordinates, strict=True))
        mask = (away <= radius**2) & (self.image > -300)
        if self.mood == "far":
            mask = mask[:, :, ::-1]
        self.target_buffer[...] = 0 if self.mood == "empty" else mask
        if self.mood == "turned":
            self.target_buffer = self.target_buffer.transpose(2, 1, 0)
