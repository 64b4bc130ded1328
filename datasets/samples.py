"""Labelled samples in memory, with a fingerprint of their contents."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from datasets.errors import listed

IMAGES, TABLE, TEXTS = "images", "table", "texts"
SHAPES = {
    IMAGES: (np.uint8, ("N", "C", "H", "W")),
    TABLE: (np.float32, ("N", "F")),
    TEXTS: (np.int32, ("N", "L")),
}
ONE = {IMAGES: "sample", TABLE: "row", TEXTS: "text"}
COUNTED = {IMAGES: "images", TABLE: "rows", TEXTS: "texts"}
UNEVEN = 1.5  # largest class over smallest, from which on it is told
CLASSES_TOLD = 20  # in one line
FEW = 2000  # samples; all of scikit-learn's digits, of which the same is told, are 1,797


@dataclass(frozen=True, eq=False)
class Samples:
    """Inputs and their labels, treated as read-only.

    Args:
        inputs: of images uint8, shape (N, C, H, W), in memory or memory-mapped (`numpy.memmap`);
            of a table float32, shape (N, F), categories as whole numbers from 0; of texts int32,
            shape (N, L), the places of words in `vocabulary`, and -1 behind the last word.
        labels: int64, shape (N,), values in 0..K-1.
        class_names: K names, by label.
        peak: largest possible pixel value (255 for 8-bit images, 16 for scikit-learn's digits); 1
            where there are no pixels.
        official_train: the first so many samples are the official train part, the rest the
            official test part; None where no official split exists.
        caveats: sentences to print beside every number measured on these samples.
        parts_alone: whether only the official parts make sense, as where images of one part were
            made of one another.
        names: a name of each sample for people, such as its path below the root.
        known_fingerprint: the fingerprint, where it was computed when the images were decoded.
        levels: of a table, how many categories each column has; 0 for a column of numbers.
        vocabulary: of texts, the words that the numbers stand for.
        origin: the file or folder that they were read from, for people.

    Raises:
        ValueError: if shapes, dtypes or counts contradict the above.
    """

    inputs: np.ndarray
    labels: np.ndarray
    class_names: tuple[str, ...]
    peak: float
    official_train: int | None = None
    caveats: tuple[str, ...] = ()
    names: tuple[str, ...] | None = None
    parts_alone: bool = False
    known_fingerprint: str | None = None
    levels: tuple[int, ...] | None = None
    vocabulary: tuple[str, ...] | None = None
    origin: str | None = None

    def __post_init__(self) -> None:
        dtype, axes = SHAPES[self.kind]
        if self.inputs.dtype != dtype or self.inputs.ndim != len(axes):
            raise ValueError(
                f"inputs: {self.kind} of {np.dtype(dtype)} ({', '.join(axes)}) needed, "
                f"not {self.inputs.dtype} {self.inputs.shape}"
            )
        if self.labels.dtype != np.int64 or self.labels.shape != self.inputs.shape[:1]:
            raise ValueError(
                f"labels: int64 ({len(self.inputs)},) needed, "
                f"not {self.labels.dtype} {self.labels.shape}"
            )
        if self.labels.size and not 0 <= self.labels.min() <= self.labels.max() < self.classes:
            raise ValueError(f"labels: values in 0..{self.classes - 1} needed")
        if self.official_train is not None and not 0 <= self.official_train <= len(self):
            raise ValueError(f"official_train={self.official_train}: 0..{len(self)} needed")
        if self.levels is not None and len(self.levels) != self.inputs.shape[1]:
            raise ValueError(f"levels: {self.inputs.shape[1]} needed, not {len(self.levels)}")
        if self.names is not None and len(self.names) != len(self):
            raise ValueError(f"names: {len(self)} needed, not {len(self.names)}")

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def kind(self) -> str:
        """What the inputs are: a key of SHAPES."""
        if self.levels is not None:
            return TABLE
        return IMAGES if self.vocabulary is None else TEXTS

    @property
    def classes(self) -> int:
        """Number of classes K."""
        return len(self.class_names)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 (hex) over everything a model sees: contents, shapes, dtypes, names, peak."""
        return self.known_fingerprint or fingerprint_arrays(
            json.dumps(self._described), self.inputs, self.labels
        )

    @property
    def _described(self) -> list[object]:
        """Of images as it always was, so that fingerprints stay what they are."""
        described: list[object] = [list(self.class_names), float(self.peak)]
        for more in (self.levels, self.vocabulary):
            described += [] if more is None else [list(more)]
        return described


def summary(samples: Samples) -> str:
    """One line on the number of images, rows or texts of each class, with the ratio of the largest
    to the smallest where it exceeds 1.5.
    """
    counts = class_counts(samples.labels, samples.class_names)
    told = listed([f"{name} {count}" for name, count in counts.items()], CLASSES_TOLD)
    ratio = max(counts.values()) / max(1, min(counts.values()))
    uneven = f"; largest/smallest = {ratio:.1f}" if ratio > UNEVEN else ""
    origin = f" of {samples.origin}" if samples.origin else ""
    return f"{len(samples)} {COUNTED[samples.kind]}{origin}: {told}{uneven}"


def counted(number: int, kind: str) -> str:
    """`1 row`, `2 rows`: so many samples of a kind."""
    return f"{number} {ONE[kind]}{'s' * (number != 1)}"


def few(samples: Samples) -> list[str]:
    """The caveat on samples of one's own that are so few that every split draws on most of them."""
    if len(samples) >= FEW:
        return []
    return [f"only {counted(len(samples), samples.kind)}: splits overlap from seed to seed"]


def labels_alike(class_names: tuple[str, ...]) -> str | None:
    """One line on the classes whose names differ in case or spaces alone, if there are any."""
    spelt: dict[str, list[str]] = {}
    for name in class_names:
        spelt.setdefault("".join(name.split()).casefold(), []).append(name)
    alike = [" and ".join(names) for names in spelt.values() if len(names) > 1]
    if not alike:
        return None
    told = listed(alike)
    return f"labels that differ in case or spaces alone: {told}; mend them if they mean the same"


def class_counts(labels: np.ndarray, class_names: tuple[str, ...]) -> dict[str, int]:
    """Number of samples of each class, by name."""
    counts = np.bincount(labels, minlength=len(class_names)).tolist()
    return dict(zip(class_names, counts, strict=True))


def fingerprint_arrays(text: str, *arrays: np.ndarray) -> str:
    """SHA-256 (hex) over a text and the dtype, shape and contents of each array."""
    digest = hashlib.sha256(text.encode())
    for array in arrays:
        digest.update(f"|{array.dtype.str}{array.shape}|".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()
