"""Methods ranked over several data sets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.statistics.checks import LEVEL, check_share

if TYPE_CHECKING:
    import pandas as pd

FEWEST_DATASETS = 6


@dataclass(frozen=True)
class RankComparison:
    """`ranks` holds the average rank by method, best first; `friedman_p` is against "all methods
    rank alike"; `p_values` is a table of methods × methods in the same order; `different` is 1
    where two methods differ at `level`, 0 where not and -1 on the diagonal; `distance` is how far
    apart average ranks must be for that (None for Conover's test, which has no single one).
    """

    ranks: pd.Series
    friedman_p: float
    p_values: pd.DataFrame
    different: pd.DataFrame
    distance: float | None
    datasets: int
    level: float


def average_ranks(table: pd.DataFrame) -> pd.Series:
    """Average rank of each method over data sets, best first; 1 is best, ties share their ranks.

    `table` has one row per data set and one column per method; larger values are better. Source: J.
    Demšar, J. Mach. Learn. Res. 7 (2006), section 3.2.2.

    Raises EvidenceError for a table without rows, with fewer than two methods, with a method or
    data set named twice, or with a value that is missing or not finite.
    """
    _check(table, fewest_datasets=1, fewest_methods=2)
    ranks = table.rank(axis="columns", ascending=False, method="average").mean()
    return ranks.sort_index().sort_values(kind="stable")


def critical_difference(
    table: pd.DataFrame, level: float = LEVEL, test: Literal["nemenyi", "conover"] = "nemenyi"
) -> RankComparison:
    """Friedman's test of all methods and a test of every pair, for a critical difference diagram.

    `table` as in `average_ranks`. Nemenyi's test asks whether two average ranks are further apart
    than q sqrt(m (m + 1) / (6 n)), with m methods, n data sets and the studentised range's quantile
    divided by sqrt(2) as q. Conover's has more power; its p values come adjusted by Holm's method.
    `ranks` and `p_values` are what `scikit_posthocs.critical_difference_diagram` draws.

    Sources: M. Friedman, J. Am. Stat. Assoc. 32 (1937); P. Nemenyi (1963); W. J. Conover and R. L.
    Iman (1979); J. Demšar, J. Mach. Learn. Res. 7 (2006). Pairwise results count only where
    Friedman's test rejects.

    Raises EvidenceError as `average_ranks` does, for fewer than 3 methods, another test, methods
    that are equal on every data set, and fewer than 6 data sets: with 5 even a method that is best
    on all of them has p = 6 % in a sign test.
    """
    check_share("level", level)
    if test not in ("nemenyi", "conover"):
        raise EvidenceError(f"test={test!r}: expected nemenyi or conover")
    _check(table, FEWEST_DATASETS, fewest_methods=3)
    if (table.nunique(axis="columns") == 1).all():
        raise EvidenceError("all methods are equal on every data set: there is nothing to rank")
    import pandas as pd
    import scikit_posthocs
    from scipy.stats import friedmanchisquare, studentized_range

    ranks = average_ranks(table)
    ordered = table.sort_index()[ranks.index]
    p_values = (
        scikit_posthocs.posthoc_nemenyi_friedman(ordered)
        if test == "nemenyi"
        else scikit_posthocs.posthoc_conover_friedman(ordered, p_adjust="holm")
    )
    count, methods = ordered.shape
    distance = None
    if test == "nemenyi":
        quantile = float(studentized_range.ppf(level, methods, np.inf)) / np.sqrt(2)
        distance = float(quantile * np.sqrt(methods * (methods + 1) / (6 * count)))
    signs = scikit_posthocs.sign_array(p_values, alpha=1 - level).astype(int)
    different = pd.DataFrame(signs, index=p_values.index, columns=p_values.columns)
    friedman_p = float(friedmanchisquare(*(ordered[name] for name in ordered)).pvalue)
    return RankComparison(ranks, friedman_p, p_values, different, distance, count, level)


def _check(table: pd.DataFrame, fewest_datasets: int, fewest_methods: int) -> None:
    for axis, labels in (("data set", table.index), ("method", table.columns)):
        if not labels.is_unique:
            raise EvidenceError(
                f"{axis} {labels[labels.duplicated()][0]}: given twice in a ranking"
            )
    datasets, methods = table.shape
    if methods < fewest_methods:
        raise EvidenceError(f"{methods} methods: a ranking needs at least {fewest_methods}")
    if datasets < fewest_datasets:
        raise EvidenceError(
            f"{datasets} data sets: a ranking over data sets needs at least {fewest_datasets},"
            " as with fewer even the best on all of them is not significantly better at 95 %"
        )
    values = table.to_numpy(dtype=float)
    if not np.isfinite(values).all():
        row, column = np.argwhere(~np.isfinite(values))[0]
        raise EvidenceError(
            f"{table.columns[column]} on {table.index[row]}: no finite value; rank only methods"
            " that were run on every data set"
        )
