"""How long cells take, learned from records: for the order of work and for the time left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from statistics import median
from typing import Any

from benchmarks.grid.store import Record

Kind = tuple[Any, ...]


def kind(config: dict[str, Any]) -> Kind:
    """Cells of one kind take about the same time: method, data set, train size."""
    dataset = config["dataset"]
    return config["method"]["name"], dataset["name"], dataset.get("train_size")


class Forecast:
    """Seconds of a cell: the median over the records of its kind, or else of the nearest kind."""

    def __init__(self, records: Iterable[Record] = ()):
        self.seconds: dict[Kind, list[float]] = defaultdict(list)
        for record in records:
            if record["status"] == "done":
                self.learn(record["config"], record["timing"]["total"])

    def learn(self, config: dict[str, Any], seconds: float) -> None:
        for likeness in _from_close_to_loose(kind(config)):
            self.seconds[likeness].append(seconds)

    def predict(self, wanted: Kind) -> float | None:
        """None as long as nothing like it was ever measured."""
        for likeness in _from_close_to_loose(wanted):
            if likeness in self.seconds:
                return median(self.seconds[likeness])
        return None


def _from_close_to_loose(wanted: Kind) -> list[Kind]:
    return [wanted[:length] for length in range(len(wanted), -1, -1)]
