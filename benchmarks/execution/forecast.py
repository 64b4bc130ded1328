"""How long cells take, learned from records: for the order of work and for the time left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from typing import Any

from benchmarks.records.store import Record

Kind = tuple[Any, ...]


def kind(config: dict[str, Any]) -> Kind:
    """Cells of one kind take about the same time: method, data set, train size and what else a
    method takes."""
    dataset = config["dataset"]
    method, backbone = config["method"], config.get("backbone") or {}
    augmentation = (config.get("augmentation") or {}).get("name")
    of_backbone = backbone.get("name"), backbone.get("image_size")
    resampling = (config.get("resampling") or {}).get("name")
    done_before = (augmentation, resampling) if resampling else (augmentation,)
    size = dataset.get("train_size")
    return method["name"], dataset["name"], size, *of_backbone, *done_before, method.get("epochs")


@dataclass(frozen=True)
class Sample:
    """The measured times that speak for a kind: all those of one likeness and one origin.

    `likeness` is the kind itself or, where that was never measured, as long a beginning of it as
    was. `own` tells this machine's records from published ones.
    """

    likeness: Kind
    seconds: tuple[float, ...]
    own: bool


class Forecast:
    """Seconds of a cell: the median over the records of its kind, or else of the nearest kind.

    Published records speak only where there is no own one of the same likeness: two machines are
    never averaged.
    """

    def __init__(self, records: Iterable[Record] = (), published: Iterable[Record] = ()):
        self.own: dict[Kind, list[float]] = defaultdict(list)
        self.published: dict[Kind, list[float]] = defaultdict(list)
        for origin, found in ((self.own, records), (self.published, published)):
            for record in found:
                if record["status"] == "done":
                    _add(origin, record["config"], record["timing"]["total"])

    def learn(self, config: dict[str, Any], seconds: float) -> None:
        """From a cell that was just measured here."""
        _add(self.own, config, seconds)

    def predict(self, wanted: Kind) -> float | None:
        """None as long as nothing like it was ever measured."""
        sample = self.sample(wanted)
        return median(sample.seconds) if sample else None

    def sample(self, wanted: Kind) -> Sample | None:
        """What is nearest to a kind; of two equally near, the own."""
        for likeness in _from_close_to_loose(wanted):
            for origin in (self.own, self.published):
                if likeness in origin:
                    return Sample(likeness, tuple(origin[likeness]), origin is self.own)
        return None


def _add(origin: dict[Kind, list[float]], config: dict[str, Any], seconds: float) -> None:
    for likeness in _from_close_to_loose(kind(config)):
        origin[likeness].append(seconds)


def _from_close_to_loose(wanted: Kind) -> list[Kind]:
    return [wanted[:length] for length in range(len(wanted), -1, -1)]
