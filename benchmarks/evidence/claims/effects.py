"""From the results of a part's arms to one value per draw of the training sample."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
import pandas as pd

from benchmarks.evidence.axes import AXES
from benchmarks.evidence.claims.arms import Arm
from benchmarks.evidence.claims.schema import Claim, Part
from benchmarks.evidence.optimism import why_optimistic

NOT_RUN = "not-run"
TRAIN_ACCURACY = "train_accuracy"
CELLS = ["dataset", "method", *AXES]  # what names the cells of one arm
SIGNS = {
    "contrast": (1, -1),
    "ratio": (1, -1),
    "interaction": (1, -1, -1, 1),
    "mean_of": (1,),
    "spread_of": (1,),
}


class Unanswerable(Exception):  # noqa: N818
    """A part cannot be asked of these results; `outcome` is `not-run` or `open`."""

    def __init__(self, outcome: str, reason: str):
        super().__init__(reason)
        self.outcome, self.reason = outcome, reason


@dataclass(frozen=True)
class Table:
    """Values of one arm, shape (seeds, sizes), NaN where there is none; both axes ascending.

    `counts` says how many cells are behind each, be they enough for a value or not.
    """

    seeds: np.ndarray
    sizes: np.ndarray
    values: np.ndarray
    counts: np.ndarray

    def over(self, sizes: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        """The seeds that have every one of these sizes, and each one's mean over them."""
        chosen = self.values[:, np.searchsorted(self.sizes, sizes)]
        complete = ~np.isnan(chosen).any(axis=1)
        return self.seeds[complete], chosen[complete].mean(axis=1)

    def seeds_with_any(self, sizes: Sequence[int]) -> np.ndarray:
        """The seeds that have cells of at least one of these sizes."""
        return self.seeds[self.counts[:, np.searchsorted(self.sizes, sizes)].any(axis=1)]

    def cells_lacking(self, seeds: np.ndarray, sizes: Sequence[int]) -> tuple[int, int]:
        """How many cells are missing in these draws, and how many they would be: at each size as
        many initialisations as the draw with the most has.
        """
        counts = self.counts[:, np.searchsorted(self.sizes, sizes)]
        chosen = counts[np.searchsorted(self.seeds, seeds)]
        whole = int(counts.max(axis=0).sum()) * len(chosen)
        return whole - int(chosen.sum()), whole


class ArmResults:
    """A results frame, ready to give the cells of any arm; made once for many claims.

    `notes` are what a reader must know of the whole grid before any number of it. `whole` says that
    every cell of the grid has finished: what is not there was never planned.
    """

    def __init__(self, frame: pd.DataFrame, notes: Iterable[str] = (), whole: bool = False):
        self.notes = tuple(notes)
        dropped = any(notice.kind == "dropped" for notice in frame.attrs.get("notices", ()))
        self.whole = whole and not dropped
        self.caveats = frame.attrs.get("caveats", ())
        self.columns = frame.columns
        plain = frame.copy(deep=False)
        plain.attrs = {}  # pandas copies them, deeply, with every selection
        self.groups = dict(list(plain.groupby(CELLS, sort=True)))
        self.tables: dict[tuple[object, ...], Table] = {}

    def keys(self, dataset: str, arm: Arm, protocol: str) -> list[tuple[str, ...]]:
        """Which groups of cells an arm selects."""
        wanted = {"protocol": protocol, "dataset": dataset}
        wanted |= {name: value for name, value in arm if value is not None}
        fixed = [(CELLS.index(name), value) for name, value in wanted.items()]
        return [key for key in self.groups if all(key[place] == value for place, value in fixed)]

    def table(self, key: tuple[str, ...], metric: str, kind: str) -> Table:
        """The values of one group, by seed and size.

        Several initialisations on one draw are averaged (they say nothing about other draws), or
        give their standard deviation, without its bias, where the spread is asked for.
        """
        spread = kind == "spread_of"
        name = (key, metric, spread)
        if name not in self.tables:
            self.tables[name] = _table(self.groups[key], metric, spread)
        return self.tables[name]


@dataclass(frozen=True)
class Arms:
    """The arms of a part: the training sizes that all of them have, and those that some lack.

    `fitted` are the arms' accuracies on their own training samples. `differing` tells of axes that
    the part left open and in which its arms differ, `optimistic` why the numbers of an arm are too
    good (empty: they are not). `as_planned` says that nothing is missing: where an arm has no value
    the grid has no cell.
    """

    part: Part
    tables: tuple[Table, ...]
    fitted: tuple[Table, ...]
    sizes: list[int]
    lacking: list[int]
    differing: list[str]
    optimistic: str
    as_planned: bool

    def values(self, sizes: Sequence[int]) -> np.ndarray:
        """The part's measure for each split seed that every arm has at all of these sizes.

        Averaged over the sizes within a seed before arms are compared. A ratio comes as its
        logarithm, so that halving and doubling weigh the same.
        """
        return self.by_seed(sizes)[1]

    def by_seed(self, sizes: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        """The split seeds that count at these sizes, and the measure of each."""
        arms = [table.over(sizes) for table in self.tables]
        if self.part.kind == "ratio":
            arms = [(seeds, np.log(values)) for seeds, values in arms]
        common = reduce(np.intersect1d, [seeds for seeds, _ in arms])
        signs = SIGNS[self.part.kind]
        aligned = (values[np.searchsorted(seeds, common)] for seeds, values in arms)
        signed = (sign * values for sign, values in zip(signs, aligned, strict=True))
        return common, np.asarray(sum(signed))

    def cells_lacking(self, sizes: Sequence[int]) -> tuple[int, int]:
        """How many cells are missing in the draws that count, and how many they would be."""
        seeds = self.by_seed(sizes)[0]
        lacking = [table.cells_lacking(seeds, sizes) for table in self.tables]
        return sum(few for few, _ in lacking), sum(whole for _, whole in lacking)

    def train_accuracies(self, sizes: Sequence[int]) -> list[float]:
        """Of each arm, the mean over the draws that it has at all of these sizes; nothing where an
        arm has none.
        """
        values = [table.over(sizes)[1] for table in self.fitted]
        return [float(found.mean()) for found in values] if all(map(len, values)) else []

    def seeds_left_out(self, sizes: Sequence[int]) -> int:
        """How many seeds have some of the cells but do not count, because they lack others."""
        seeds = reduce(np.union1d, [table.seeds_with_any(sizes) for table in self.tables])
        return len(seeds) - len(self.values(sizes))


def arms_of(part: Part, claim: Claim, results: ArmResults, dataset: str) -> Arms:
    """The arms on one dataset; raises Unanswerable where they cannot be compared."""
    selected = [results.keys(dataset, arm, claim.protocol) for arm in part.arms]
    missing = [str(arm) for arm, keys in zip(part.arms, selected, strict=True) if not keys]
    if missing:
        named = ", ".join(dict.fromkeys(missing))
        where = f"{dataset}, protocol {claim.protocol}"
        raise Unanswerable(NOT_RUN, f"not run: {named} ({where})")
    for arm, keys in zip(part.arms, selected, strict=True):
        _refuse_mixture(arm, keys)
    if part.metric not in results.columns:
        raise Unanswerable("open", f"{part.metric} is not among the results")
    tables = tuple(results.table(key, part.metric, part.kind) for (key,) in selected)
    fitted = tuple(results.table(key, TRAIN_ACCURACY, "mean_of") for (key,) in selected)
    _refuse_no_measure(part, tables)
    sizes, every = (
        [int(size) for size in found if part.train_size.contains(size)]
        for found in (
            reduce(np.intersect1d, [table.sizes for table in tables]),
            reduce(np.union1d, [table.sizes for table in tables]),
        )
    )
    if not sizes:
        named = " and ".join(dict.fromkeys(str(arm) for arm in part.arms))
        raise Unanswerable(NOT_RUN, f"not run: {named} at {part.train_size} ({dataset})")
    lacking = [size for size in every if size not in sizes]
    groups = [key for (key,) in selected]
    reasons = (why_optimistic(results.groups[key], part.metric) for key in groups)
    optimistic = next(filter(None, reasons), "")
    measured = all(results.groups[key][part.metric].notna().all() for key in groups)
    as_planned, differing = results.whole and measured, _differing(part, groups)
    return Arms(part, tables, fitted, sizes, lacking, differing, optimistic, as_planned)


def _refuse_no_measure(part: Part, tables: Sequence[Table]) -> None:
    if part.kind == "spread_of" and np.isnan(tables[0].values).all():
        raise Unanswerable(NOT_RUN, f"not run: {part.arms[0]} with several initialisations")
    if part.kind == "ratio":
        for arm, table in zip(part.arms, tables, strict=True):
            if (table.values <= 0).any():
                draws = int((table.values <= 0).any(axis=1).sum())
                raise Unanswerable(
                    "open", f"a ratio needs values above 0: {arm} has others in {draws} draws"
                )


def _differing(part: Part, keys: Sequence[tuple[str, ...]]) -> list[str]:
    """An axis without meaning for one arm (the loss of a linear model) is no difference."""
    found = []
    for axis in ("method", *AXES):
        if axis == "protocol" or any(getattr(arm, axis) is not None for arm in part.arms):
            continue
        values = [key[CELLS.index(axis)] for key in keys]
        if len(set(filter(None, values))) > 1:
            told = zip(part.arms, values, strict=True)
            found.append(f"{axis} differs: {', '.join(f'{a} has {v or None}' for a, v in told)}")
    return found


def _refuse_mixture(arm: Arm, keys: list[tuple[str, ...]]) -> None:
    for axis in ("method", *AXES):
        found = sorted({key[CELLS.index(axis)] for key in keys})
        if len(found) > 1:
            named = f"{arm} was run with several of {axis} ({', '.join(found)})"
            raise Unanswerable("open", f"{named}: name one in the claim or report one at a time")


def _table(cells: pd.DataFrame, metric: str, spread: bool) -> Table:
    values = cells.assign(value=pd.to_numeric(cells[metric], errors="coerce"))
    groups = values.groupby(["split_seed", "train_size"])["value"]
    counts = groups.count()
    found = groups.std(ddof=1) / counts.map(_c4) if spread else groups.mean()
    table, counted = found.unstack("train_size"), counts.unstack("train_size", fill_value=0)
    seeds, sizes = table.index.to_numpy(), table.columns.to_numpy()
    return Table(seeds, sizes, table.to_numpy(dtype=float), counted.to_numpy())


def _c4(count: int) -> float:
    """What the standard deviation of `count` normal values is on average, of the true one.

    c4 = sqrt(2 / (k - 1)) Gamma(k / 2) / Gamma((k - 1) / 2); 0.80 for 2 values, 0.97 for 10.
    Source: B. Gurland and R. C. Tripathi, Am. Stat. 25 (1971).
    """
    if count < 2:
        return math.nan
    gammas = math.lgamma(count / 2) - math.lgamma((count - 1) / 2)
    return math.sqrt(2 / (count - 1)) * math.exp(gammas)
