"""The cells of a table: one row of numbers per cell, with its standing among its competitors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.notices import Notice
from benchmarks.evidence.optimism import OPTIMISTIC, UNTOUCHED
from benchmarks.evidence.statistics import (
    Interval,
    accuracy_interval,
    difference_interval,
    paired_differences,
)
from benchmarks.evidence.tables.comparisons import Standing, standings
from benchmarks.evidence.tables.divisions import Division, TestSizes, divisions
from benchmarks.evidence.tables.parameters import spans
from benchmarks.evidence.tables.request import TableRequest, labels
from benchmarks.grid.errors import nearest

if TYPE_CHECKING:
    from benchmarks.evidence.tables.metrics import Metric

NUMBERS = ["mean", "low", "high", "sd", "reach", "p", "shared", "common"]
ANSWERS = ["best", "not_significantly_worse", "correction", "lacking", "is_reference"]
COLUMNS = ["draws", *NUMBERS, *ANSWERS, "division"]
# A cell's values on the axes of the request, and its label.
Place = tuple[Any, ...]


@dataclass(frozen=True)
class Competitor:
    """A cell and its values by split seed (runs on one split seed averaged).

    `tested` is on how many samples, and `division` those of its competition that were tested alike,
    None where it is not divided.
    """

    place: Place
    values: pd.Series
    tested: TestSizes
    division: Division | None = None


def table_cells(frame: pd.DataFrame, request: TableRequest, metric: Metric) -> pd.DataFrame:
    """One row per cell; the values behind it are those of its split seeds (their runs averaged).

    Columns: `request.axes`; label (the method's); runs, draws (split seeds); parameters and
    trainable_parameters, each a Span; optimistic, why the numbers are too good (empty: they are
    not); mean, low, high, sd and reach, of the paired differences where a reference is asked for;
    is_reference; and the fields of a `Standing`: best, not_significantly_worse (None without a
    test), p and what is behind it; division, those that it competes with where not all were tested
    on as many samples (else None). No interval reaches beyond what the metric, or a difference of
    two of its values, can be. What does not exist is NaN. Runs without the metric are left out, see
    `missing_notices`.

    Raises EvidenceError for a reference that is not among the results, and for values that are
    not finite.
    """
    frame = frame.assign(label=labels(frame, request)).dropna(subset=[request.metric])
    frame = frame.astype({request.metric: float})
    places = [*request.axes, "label"]
    rows = [
        _row(name, competitor, interval, standing, request)
        for members in _competitions(frame, request)
        for name, competitor, interval, standing in _judged(members, request, metric)
    ]
    cells = pd.DataFrame(rows, columns=[*places, *COLUMNS]).astype(dict.fromkeys(NUMBERS, float))
    about = _about_runs(frame, places, request.metric)
    cells = cells.merge(about, on=places, how="left").sort_values(places, ignore_index=True)
    return cells if request.reference is None else _as_its_reference(cells, request)


def missing_notices(frame: pd.DataFrame, metric: str) -> list[Notice]:
    """One notice per dataset and method whose runs do not all have the metric."""
    notices = []
    for (dataset, method), values in frame.groupby(["dataset", "method"])[metric]:
        missing, runs = int(values.isna().sum()), len(values)
        if missing:
            text = f"{dataset}, {method}: {missing} of {runs} runs have no {metric}; left out."
            notices.append(Notice("dropped", text, dataset, method))
    return notices


def _about_runs(frame: pd.DataFrame, places: list[str], metric: str) -> pd.DataFrame:
    """What is told of the runs behind each cell beside their metric."""
    groups = frame.groupby(places, dropna=False)
    runs = groups.size().rename("runs").reset_index()
    why = groups[OPTIMISTIC].first() if metric not in UNTOUCHED else groups.size().map(lambda _: "")
    told = why.rename(OPTIMISTIC).reset_index()
    return runs.merge(told, on=places).merge(spans(frame, places), on=places)


def _as_its_reference(cells: pd.DataFrame, request: TableRequest) -> pd.DataFrame:
    """A difference to a number that is too good is not to be trusted either."""
    apart = _apart(request)
    together = [axis for axis in (*request.axes, "label") if axis not in apart]
    groups = [cells[axis] for axis in together]
    of_reference = cells[OPTIMISTIC].where(cells["is_reference"], "").groupby(groups, dropna=False)
    inherited = of_reference.transform("max")
    return cells.assign(**{OPTIMISTIC: cells[OPTIMISTIC].where(cells[OPTIMISTIC] != "", inherited)})


def _apart(request: TableRequest) -> set[str]:
    """The columns that tell competitors apart, `label` among them where methods compete."""
    if request.competing == "method":
        return {"label", "method", *request.in_label}
    return {str(request.competing)}


def _competitions(frame: pd.DataFrame, request: TableRequest) -> list[dict[str, Competitor]]:
    """The cells that are compared with each other, by the competitor's name.

    Those that agree on all axes that do not tell competitors apart; of these, where two share a
    draw that was not tested on as many samples, each of the `divisions` by itself.
    """
    competing = "label" if request.competing == "method" else str(request.competing)
    apart = _apart(request)
    found: defaultdict[Place, dict[str, Competitor]] = defaultdict(dict)
    for competitor in _competitors(frame, request):
        where = dict(zip([*request.axes, "label"], competitor.place, strict=True))
        together = tuple(value for axis, value in where.items() if axis not in apart)
        found[together][str(where.get(competing))] = competitor
    _check_reference(request, {name for members in found.values() for name in members})
    return [divided for members in found.values() for divided in _divided(members)]


def _competitors(frame: pd.DataFrame, request: TableRequest) -> Iterator[Competitor]:
    places = [*request.axes, "label"]
    frame = frame.assign(_tested=pd.to_numeric(frame["test_samples"]).fillna(0).astype(int))
    draws = frame.groupby(list(dict.fromkeys([*places, "split_seed"])), dropna=False)
    means = draws.agg(
        value=(request.metric, "mean"), fewest=("_tested", "min"), most=("_tested", "max")
    )
    for place, of_cell in means.groupby(places, dropna=False):
        seeds = of_cell.index.get_level_values("split_seed")
        sizes = zip(of_cell["fewest"].tolist(), of_cell["most"].tolist(), strict=True)
        values = pd.Series(of_cell["value"].to_numpy(), seeds)
        yield Competitor(tuple(place), values, dict(zip(seeds, sizes, strict=True)))


def _divided(members: Mapping[str, Competitor]) -> list[dict[str, Competitor]]:
    found: defaultdict[Division | None, dict[str, Competitor]] = defaultdict(dict)
    belongs = divisions({name: competitor.tested for name, competitor in members.items()})
    for name, competitor in members.items():
        found[belongs[name]][name] = replace(competitor, division=belongs[name])
    return list(found.values())


def _judged(
    members: dict[str, Competitor], request: TableRequest, metric: Metric
) -> Iterator[tuple[str, Competitor, Interval, Standing]]:
    """Each competitor's interval (of its difference to a reference) and standing."""
    values = {name: competitor.values for name, competitor in members.items()}
    reference = None if request.reference is None else values.get(request.reference)
    if request.reference is not None and reference is None:
        for name, competitor in members.items():
            yield name, competitor, difference_interval([]), Standing()
        return
    intervals = {
        name: _mean_interval(own, metric, request.level)
        if reference is None or own is reference
        else _difference(own, reference, metric, request.level)
        for name, own in values.items()
    }
    found = standings(values, metric.direction, request.level, request.reference)
    for name, competitor in members.items():
        yield name, competitor, intervals[name], found[name]


def _mean_interval(values: pd.Series, metric: Metric, level: float) -> Interval:
    if metric.is_share:
        return accuracy_interval(values, level)
    return difference_interval(values, level).within(*metric.range)


def _difference(own: pd.Series, reference: pd.Series, metric: Metric, level: float) -> Interval:
    interval = difference_interval(paired_differences(own, reference), level)
    return interval.within(*metric.range.of_differences)


def _row(
    name: str,
    competitor: Competitor,
    interval: Interval,
    standing: Standing,
    request: TableRequest,
) -> dict[str, Any]:
    return dict(zip([*request.axes, "label"], competitor.place, strict=True)) | {
        "draws": len(competitor.values),
        "mean": interval.estimate,
        "low": interval.low,
        "high": interval.high,
        "sd": interval.spread,
        "reach": interval.reach,
        "is_reference": name == request.reference,
        "division": competitor.division,
        **vars(standing),
    }


def _check_reference(request: TableRequest, names: set[str]) -> None:
    if request.reference is not None and request.reference not in names:
        raise EvidenceError(f"reference={request.reference}: {nearest(request.reference, names)}")
