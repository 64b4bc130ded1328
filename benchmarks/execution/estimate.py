"""How long the pending cells of a plan will take and what they cost, learned from records.

Cells are grouped by the sample of records that speaks for them (`Forecast.sample`). A group of n
cells, whose m records have mean x and standard deviation s, is expected to take n·x seconds on one
worker, with the variance

    s²·(n + n²/m)          where the cells' own kind was measured: spread of n new cells, and
                           uncertainty of the mean, which all of them share;
    n²·max(s, x/2)²        where only something like it was: all n cells err together, and the
                           other kind's mean is trusted to a half at best. This is a guess, not a
                           measurement.

Sums over groups give the expected seconds and the variance V; the 90 % interval is ± t·√V, with the
0.95 quantile of Student's t and the degrees of freedom of Welch and Satterthwaite,
V² / Σ(V_g² / (m_g - 1)). A single record has no spread of its own: it takes the mean relative one
of the other groups or, without any, all of its mean; and counts as one degree of freedom.

Not foreseen: the start of the workers, and cells that slow each other down more than those of the
records did.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Any

from benchmarks.execution.devices import needs_of
from benchmarks.execution.forecast import Forecast, Kind, Sample, kind
from benchmarks.grid.errors import RequestError

CONFIDENCE = 0.90
TRUST_IN_A_GUESS = 0.5
HOUR = 3600


@dataclass(frozen=True)
class Estimate:
    """Of the pending cells; no times or costs where one of them is like nothing ever measured.

    `seconds`, `low` and `high` are one worker's, `wall_seconds` those of all `workers` together.
    `worker_hours` cost `price`, if it is known what an hour costs. `known`, `guessed` and `unknown`
    are shares of the cells: own kind measured, only something like it, nothing like it.
    """

    workers: int
    known: float
    guessed: float
    unknown: float
    learned_from: str
    seconds: float | None = None
    low: float | None = None
    high: float | None = None
    wall_seconds: float | None = None
    worker_hours: float | None = None
    gpu_hours: float | None = None
    price: float | None = None


@dataclass(frozen=True)
class _Group:
    """Cells that one sample speaks for."""

    sample: Sample
    known: bool
    cells: int

    @property
    def mean(self) -> float:
        return fmean(self.sample.seconds)

    @property
    def records(self) -> int:
        return len(self.sample.seconds)

    @property
    def spread(self) -> float | None:
        return stdev(self.sample.seconds) if self.records > 1 else None

    def variance(self, relative: float) -> float:
        spread = relative * self.mean if self.spread is None else self.spread
        if self.known:
            return spread**2 * (self.cells + self.cells**2 / self.records)
        return (self.cells * max(spread, TRUST_IN_A_GUESS * self.mean)) ** 2


def estimate(
    configs: Iterable[dict[str, Any]],
    forecast: Forecast,
    workers: int = 1,
    price_per_hour: float | None = None,
) -> Estimate:
    """Of the cells with these configurations, on so many workers at such a price each."""
    configs = list(configs)
    kinds = Counter(kind(config) for config in configs)
    samples = {wanted: forecast.sample(wanted) for wanted in kinds}
    groups = _groups(kinds, samples)
    certainty: dict[str, Any] = {
        "workers": workers,
        "learned_from": learned_from([group.sample for group in groups]),
        **_shares(groups, len(configs)),
    }
    known = {wanted: sample for wanted, sample in samples.items() if sample is not None}
    if len(known) < len(samples):
        return Estimate(**certainty)
    means = {wanted: fmean(sample.seconds) for wanted, sample in known.items()}
    seconds = math.fsum(means[wanted] * cells for wanted, cells in kinds.items())
    margin, hours = _margin(groups), seconds / HOUR
    return Estimate(
        **certainty,
        seconds=seconds,
        low=max(0.0, seconds - margin),
        high=seconds + margin,
        wall_seconds=max(seconds / workers, *means.values(), 0.0),
        worker_hours=hours,
        gpu_hours=math.fsum(_gpus(config) * means[kind(config)] for config in configs) / HOUR,
        price=None if price_per_hour is None else hours * price_per_hour,
    )


def price_of(settings: dict[str, Any]) -> float | None:
    """The setting `price_per_hour`, of one worker; raises RequestError for what is no price."""
    price: float | None = settings["price_per_hour"]
    number = isinstance(price, int | float) and not isinstance(price, bool)
    if price is not None and not (number and math.isfinite(price) and price >= 0):
        remedy = "give what one worker costs per hour, a number from 0 up, or null"
        raise RequestError("price_per_hour", price, remedy)
    return price


def learned_from(samples: Iterable[Sample]) -> str:
    """In words, how many records of which origin; none is counted twice."""
    used = {(sample.own, sample.likeness): len(sample.seconds) for sample in samples}
    counted = {
        (own, likeness): records
        for (own, likeness), records in used.items()
        if not any((own, likeness[:length]) in used for length in range(len(likeness)))
    }
    here, there = (sum(n for (own, _), n in counted.items() if own is o) for o in (True, False))
    parts = [f"{_records(here)} of this machine"] if here else []
    parts += [f"{_records(there, 'published ')} of another machine"] if there else []
    return " and ".join(parts) or "no record"


def _records(count: int, of_what: str = "") -> str:
    return f"{count} {of_what}record{'' if count == 1 else 's'}"


def _groups(kinds: dict[Kind, int], samples: dict[Kind, Sample | None]) -> list[_Group]:
    cells: Counter[tuple[Sample, bool]] = Counter()
    for wanted, count in kinds.items():
        if sample := samples[wanted]:
            cells[sample, sample.likeness == wanted] += count
    return [_Group(sample, known, count) for (sample, known), count in cells.items()]


def _shares(groups: list[_Group], cells: int) -> dict[str, float]:
    """All 0 where there is no cell."""
    known = sum(group.cells for group in groups if group.known)
    guessed = sum(group.cells for group in groups if not group.known)
    counts = {"known": known, "guessed": guessed, "unknown": cells - known - guessed}
    return {name: count / cells if cells else 0.0 for name, count in counts.items()}


def _margin(groups: list[_Group]) -> float:
    """Half the width of the interval."""
    relative = _relative_spread(groups)
    variances = [group.variance(relative) for group in groups]
    total = math.fsum(variances)
    if not total:
        return 0.0
    from scipy.special import stdtrit  # takes longer to import than a small plan to make

    freedom = [max(group.records - 1, 1) for group in groups]
    terms = [(v / total) ** 2 / f for v, f in zip(variances, freedom, strict=True)]
    return float(stdtrit(1 / math.fsum(terms), (1 + CONFIDENCE) / 2)) * math.sqrt(total)


def _relative_spread(groups: list[_Group]) -> float:
    """Root mean square of the spreads over their means, where there are any; else 1."""
    spreads = [g.spread / g.mean for g in groups if g.known and g.spread is not None and g.mean > 0]
    return math.sqrt(fmean(spread**2 for spread in spreads)) if spreads else 1.0


def _gpus(config: dict[str, Any]) -> int:
    needs = needs_of(config)
    return needs.devices if needs.on_gpu else 0
