"""From the records of a comparison to its recommendation, or to why there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.evidence.pictures import ImagesOf
from benchmarks.evidence.recommendation.advice import Advice, advise
from benchmarks.evidence.recommendation.candidates import Candidates, candidates
from benchmarks.records.holdings import RECOMMENDS, Holding, arm

if TYPE_CHECKING:
    import pandas as pd

USUAL_LOSS = "cross_entropy"


@dataclass(frozen=True)
class Recommendation:
    """The advice with what a reader must know beside it.

    `missing` are methods of the grid that failed or did not finish often enough to be compared;
    `notes` what is known of the grid and of the images; `class_names` stand by label and `names`
    by image, each empty where they are not known.
    """

    advice: Advice
    found: Candidates
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    class_names: Sequence[str] = ()
    names: Sequence[str] = ()

    def class_name(self, label: int) -> str:
        return self.class_names[label] if self.class_names else f"class {label}"

    def image_name(self, image: int) -> str:
        return self.names[image] if self.names else f"image {image}"


def recommended(
    held: Holding, frame: pd.DataFrame, images_of: ImagesOf | None = None
) -> Recommendation | None:
    """What the records of a benchmark recommend; None for one that recommends nothing.

    `frame` is the results frame of the records, `images_of` gives the names of the images. Raises
    EvidenceError where too little was finished to recommend anything.
    """
    if not held.benchmark.get(RECOMMENDS):
        return None
    found = candidates(held, frame)
    class_names: Mapping[str, Sequence[str]] = held.benchmark.get("class_names") or {}
    images = images_of(held.done[0]) if images_of else None
    caveats = dict.fromkeys(caveat.text for caveat in frame.attrs.get("caveats", ()))
    return Recommendation(
        advise(held, found),
        found,
        missing=_missing(held, found),
        notes=(*held.notes, *caveats),
        class_names=class_names.get(str(found.frame["dataset"].iloc[0]), ()),
        names=images.names if images else (),
    )


def _missing(held: Holding, found: Candidates) -> tuple[str, ...]:
    keys = {key for label in found.labels for key in found.keys(label)}
    compared = [arm(record["config"]) for record in held.done if record["key"] in keys]
    planned = held.benchmark.get("arms", [])
    lacking = [names for names in planned if names not in compared]
    return tuple(" ".join(name for name in names if name != USUAL_LOSS) for names in lacking)
