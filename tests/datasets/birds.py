"""Small sets of made photos in the layout of Caltech-UCSD Birds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

WIDTH, HEIGHT = 48, 40
BOX = (8.0, 4.0, 32.0, 24.0)  # x, y, width, height; what is in it is red
CLASSES = ("001.Albatross", "002.Ani", "003.Auklet")


def cub_folder(root: Path, size: tuple[int, int] = (WIDTH, HEIGHT)) -> Path:
    """Three classes of four photos, the second and the fourth of which are to train on.

    The photos are scaled to `size`, the boxes are those of 48 × 40 pixels.
    """
    random = np.random.default_rng(0)
    lines: dict[str, list[str]] = {}
    image = 0
    for number, name in enumerate(CLASSES, start=1):
        (root / "images" / name).mkdir(parents=True)
        lines.setdefault("classes", []).append(f"{number} {name}")
        for k in range(4):
            image += 1
            path = f"{name}/bird_{k}.jpg"
            Image.fromarray(bird(random)).resize(size).save(root / "images" / path, quality=95)
            lines.setdefault("images", []).append(f"{image} {path}")
            lines.setdefault("image_class_labels", []).append(f"{image} {number}")
            lines.setdefault("train_test_split", []).append(f"{image} {k % 2}")
            lines.setdefault("bounding_boxes", []).append(" ".join(map(str, (image, *BOX))))
    for table, rows in lines.items():
        (root / f"{table}.txt").write_text("\n".join(rows) + "\n")
    return root


def bird(random: np.random.Generator) -> np.ndarray:
    """Unlike all others outside of the box."""
    coarse = random.integers(0, 256, (5, 6, 3), dtype=np.uint8)
    coarse[..., 0] = 0
    pixels = np.kron(coarse, np.ones((8, 8, 1), np.uint8))
    x, y, wide, high = map(int, BOX)
    pixels[y : y + high, x : x + wide] = (255, 0, 0)
    return pixels


def replace_line(file: Path, number: int, line: str | None) -> None:
    """Another line of that number, from 0 up, or none."""
    lines = file.read_text().splitlines()
    lines[number : number + 1] = [] if line is None else [line]
    file.write_text("\n".join(lines) + "\n")
