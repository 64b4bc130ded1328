"""Small folders of made photos: coloured stripes on noise, one colour and direction per class."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

COLOURS = {"blue": (40, 60, 220), "green": (40, 200, 60), "red": (220, 60, 40)}
SIDE = 40


def photo_folder(root: Path, per_class: int = 10, seed: int = 0) -> Path:
    """`root`/CLASS/N.png, easy to tell apart."""
    generator = np.random.default_rng(seed)
    for place, (name, colour) in enumerate(COLOURS.items()):
        (root / name).mkdir(parents=True, exist_ok=True)
        for number in range(per_class):
            pixels = _photo(colour, place, generator)
            Image.fromarray(pixels).save(root / name / f"{number:02d}.png")
    return root


def _photo(
    colour: tuple[int, int, int], direction: int, generator: np.random.Generator
) -> np.ndarray:
    noise = generator.integers(0, 120, size=(SIDE, SIDE, 3))
    stripes = (np.arange(SIDE) + generator.integers(8)) // 4 % 2 == 0
    mask = np.broadcast_to(stripes if direction == 0 else stripes[:, None], (SIDE, SIDE))
    noise[mask] = (noise[mask] + 2 * np.array(colour)) // 3
    return noise.astype(np.uint8)
