"""Near-duplicates: photos that are copies of one another but for size, compression or exposure.

Each image becomes 128 bits, two perceptual hashes of the package ImageHash: the signs of its
coarse shape in the cosine transform (pHash) and of the brightness differences between neighbours
(dHash). Few differing bits mean the same photo; a photo and its mirror image count as the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# Of 128 bits. Among 2,889 photos of birds, 5 of 4,171,716 pairs are this near, all of one species
# and setting; copies that are mirrored, at 60 % of the size, compressed to JPEG quality 40, 15 %
# brighter or 20 % richer in contrast are all this near, and 19 of 20 that lack 3 % at each side.
MAX_DISTANCE = 20
ROWS = 512  # rows of the table of distances held at a time
TOLD = 3  # pairs named in a caveat


@dataclass(frozen=True, eq=False)
class NearDuplicates:
    """Each image that has near-duplicates, with the nearest of them.

    Args:
        anywhere: int64, shape (k, 2): an image and the nearest other one.
        across: int64, shape (l, 2): an image of the official test part and the nearest one of the
            official train part.
    """

    anywhere: np.ndarray
    across: np.ndarray


def perceptual_hashes(pixels: np.ndarray) -> np.ndarray:
    """Bits of an image (H, W, 3) uint8 and of its mirror image: uint64, shape (2, 2)."""
    import imagehash
    from PIL import Image, ImageOps

    image = Image.fromarray(pixels)
    versions = (image, ImageOps.mirror(image))
    bits = [[imagehash.phash(version).hash, imagehash.dhash(version).hash] for version in versions]
    packed = np.packbits(np.array(bits).reshape(2, 2, 64), axis=2)
    return packed.view(">u8")[..., 0].astype(np.uint64)


def find_near_duplicates(hashes: np.ndarray, official_train: int | None) -> NearDuplicates:
    """Near-duplicates among images with these hashes, uint64 (N, 2, 2); the first so many are the
    official train part, if there are official parts.
    """
    images = np.arange(len(hashes))
    train = len(hashes) if official_train is None else official_train
    return NearDuplicates(
        anywhere=_nearest(hashes, images, images),
        across=_nearest(hashes, images[train:], images[:train]),
    )


def duplicate_caveats(
    found: NearDuplicates, labels: np.ndarray, names: tuple[str, ...], official_train: int | None
) -> list[str]:
    """What is to be said about near-duplicates: of leakage, and of contradicting labels (N,)."""
    caveats = []
    if len(found.across):
        tested = len(names) - (official_train or 0)
        caveats.append(
            f"{len(found.across)} of {tested} test images are near-duplicates of training images "
            f"({_told(found.across, names)}): leakage in the official split"
        )
    if len(found.anywhere):
        caveats.append(
            f"{len(found.anywhere)} of all {len(names)} images are near-duplicates of another "
            f"({_told(found.anywhere, names)}): leakage wherever a split separates them"
        )
    unlike = found.anywhere[labels[found.anywhere[:, 0]] != labels[found.anywhere[:, 1]]]
    if len(unlike):
        caveats.append(
            f"{len(unlike)} images have a near-duplicate of another class ({_told(unlike, names)})"
        )
    return caveats


def _nearest(hashes: np.ndarray, images: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Each image with the nearest other one, where that is near enough: int64, shape (k, 2)."""
    pairs = [np.empty((0, 2), dtype=np.int64)]
    for start in range(0, len(images) if len(others) else 0, ROWS):
        rows = images[start : start + ROWS]
        distances = np.full((len(rows), len(others)), 255, dtype=np.uint8)
        for mirrored in (0, 1):
            phash, dhash = (
                np.bitwise_count(hashes[rows, None, 0, kind] ^ hashes[others, mirrored, kind])
                for kind in (0, 1)
            )
            np.minimum(distances, phash + dhash, out=distances)
        distances[rows[:, None] == others] = 255
        nearest = distances.argmin(axis=1)
        near = distances[np.arange(len(rows)), nearest] <= MAX_DISTANCE
        pairs.append(np.stack([rows[near], others[nearest[near]]], axis=1))
    return np.concatenate(pairs)


def _told(pairs: np.ndarray, names: tuple[str, ...]) -> str:
    """The first pairs, each once."""
    distinct = list(dict.fromkeys(tuple(sorted(pair)) for pair in pairs.tolist()))
    told = [f"{names[first]} ~ {names[second]}" for first, second in distinct[:TOLD]]
    return ", ".join([*told, *["..."] * (len(distinct) > TOLD)])
