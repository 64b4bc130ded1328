"""Competitors that share draws but not the test samples of these: they are no pairs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

# By split seed the fewest and the most test samples of a competitor's runs on it: mostly the same.
TestSizes = Mapping[int, tuple[int, int]]


class Division(NamedTuple):
    """Those of a divided competition that were tested alike: on how many samples, from the draw
    with fewest to that with most, and its number among the divisions.
    """

    fewest: int
    most: int
    number: int

    @property
    def text(self) -> str:
        """`1000 test samples`, `66 to 67 test samples`."""
        span = f"{self.fewest}" if self.fewest == self.most else f"{self.fewest} to {self.most}"
        return f"{span} test samples"


def divisions(tested: Mapping[str, TestSizes]) -> dict[str, Division | None]:
    """The division of each competitor by name; None for all where they need not be divided.

    Two may be together if they agree on every seed that both have. Draws among themselves may
    differ: folds of 67 and 66 samples are the same folds for all. As this does not carry over from
    pair to pair, each competitor, those with most draws first and then by name, joins the division
    with which it shares most seeds (then: most numbers of test samples) among those that it agrees
    with, or opens a new one.
    """
    found: list[tuple[dict[int, tuple[int, int]], list[str]]] = []
    for name in sorted(tested, key=lambda name: (-len(tested[name]), name)):
        own = dict(tested[name])
        agreeing = [one for one in found if _agree(one[0], own)]
        if not agreeing:
            found.append((own, [name]))
            continue
        sizes, names = max(agreeing, key=lambda one: _alike(one[0], own))
        sizes.update(own)
        names.append(name)
    if len(found) < 2:
        return dict.fromkeys(tested)
    return {
        name: Division(
            min(fewest for fewest, _ in sizes.values()),
            max(most for _, most in sizes.values()),
            number,
        )
        for number, (sizes, names) in enumerate(found, start=1)
        for name in names
    }


def _agree(one: TestSizes, other: TestSizes) -> bool:
    return all(one[seed] == other[seed] for seed in one.keys() & other.keys())


def _alike(one: TestSizes, other: TestSizes) -> tuple[int, int]:
    """The number of shared seeds, and of shared numbers of test samples."""
    numbers, others = ({n for pair in sizes.values() for n in pair} for sizes in (one, other))
    return len(one.keys() & other.keys()), len(numbers & others)
