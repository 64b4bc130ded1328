"""Sentence polarity dataset v1.0: Pang & Lee, "Seeing stars: exploiting class relationships for
sentiment categorization with respect to rating scales", ACL 2005.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from os import PathLike
from typing import ClassVar

import numpy as np

from datasets.characters import check_encoding
from datasets.published import Published, optional_path
from datasets.samples import Samples
from datasets.text import read_lines, samples_of

FILES = {"neg": "rt-polarity.neg", "pos": "rt-polarity.pos"}
PER_CLASS = 5331  # sentences of each class, as published

SENTENCES = (
    "single sentences of film reviews, labelled by the rating of the review that they come from: "
    "not whole reviews, and not all of them tell their label"
)


@dataclass(frozen=True)
class RtPolarity:
    """5,331 sentences of negative and as many of positive film reviews, words parted and in lower
    case already, no official split.

    The files are looked for in `root` alone if it is given, else in `text` below `$SCARCE_DATA` and
    below the cache folder, and downloaded into the cache at last.

    Args:
        root: folder with rt-polarity.neg and rt-polarity.pos, or rt-polaritydata.tar.gz.
        encoding: of both files; their dashes and quotation marks are those of Windows.

    Raises:
        WrongOption: for values of the wrong type.
    """

    root: str | PathLike[str] | None = None
    encoding: str = "cp1252"

    published: ClassVar[Published] = Published(
        title="sentence polarity dataset v1.0",
        folder="text",
        marks=tuple(FILES.values()),
        source="https://www.cs.cornell.edu/people/pabo/movie-review-data/",
        archive="rt-polaritydata.tar.gz",
        mirrors=(
            "https://www.cs.cornell.edu/people/pabo/movie-review-data",
            "https://storage.googleapis.com/seldon-datasets/sentence_polarity_v1",
        ),
        # Checksum and size as the data set rotten_tomatoes of Hugging Face states them.
        checksum="sha256:a05befe52aafda71d458d188a1c54506a998b1308613ba76bbda2e5029409ce9",
        size=487_770,
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "root", optional_path(self.root))
        check_encoding(self.encoding)

    def load(self) -> Samples:
        """Samples of int32 (N, L), L the words of the longest sentence; classes neg and pos.

        Raises:
            DataUnavailable: if the files are neither here nor to be downloaded.
            DataDamaged: for a broken archive.
            WrongOption: for a root without the files, and for another encoding.
        """
        folder = self.published.locate(self.root)
        lines = {name: read_lines(folder / file, self.encoding) for name, file in FILES.items()}
        samples = samples_of(lines, folder)
        caveats = (SENTENCES, *_otherwise(samples), *samples.caveats)
        return dataclasses.replace(samples, caveats=caveats, origin=str(folder))


def _otherwise(samples: Samples) -> list[str]:
    """Where there are not as many sentences as published."""
    negative, positive = np.bincount(samples.labels).tolist()
    if negative == positive == PER_CLASS:
        return []
    return [f"{negative} + {positive} sentences, not the published {PER_CLASS} + {PER_CLASS}"]
