"""Critical difference diagram: the methods' average ranks over several data sets."""

from __future__ import annotations

import warnings
from os import PathLike

import pandas as pd

from benchmarks.evidence.figures.cells import measured_rows, without_attrs
from benchmarks.evidence.figures.drawing import Drawing, save
from benchmarks.evidence.figures.layout import new_figure
from benchmarks.evidence.figures.style import INK, house_style
from benchmarks.evidence.optimism import marked_labels
from benchmarks.evidence.statistics import RankComparison, critical_difference
from benchmarks.evidence.tables.metrics import METRICS
from benchmarks.grid.metrics import ACCURACY

WIDTH, ROW_HEIGHT = 6.8, 0.17


def rank_diagram(
    frame: pd.DataFrame, path_stem: str | PathLike[str], metric: str = ACCURACY
) -> Drawing:
    """Draws `path_stem`.pdf and .png from a `results_frame`, at each data set's largest size.

    The methods that were run on every data set, at their average rank (1 is best); a bar joins
    those that Nemenyi's test does not tell apart at 95 %. Source: J. Demšar, J. Mach. Learn. Res. 7
    (2006). `metric` is a share and a column of the frame; rows without it are left out.

    Raises EvidenceError below 6 data sets and 3 methods, and for an accuracy that is not finite.
    """
    found = critical_difference(mean_accuracies(measured_rows(frame, metric), metric))
    by = "" if metric == ACCURACY else f" by {METRICS[metric].says}"
    with house_style():
        figure = new_figure(WIDTH, 1.0 + ROW_HEIGHT * len(found.ranks))
        _draw(figure.subplots(), found)
        title = f"Average ranks of the methods{by} over {found.datasets} data sets"
        return save(figure, path_stem, title, _words(found, by))


def mean_accuracies(frame: pd.DataFrame, metric: str = ACCURACY) -> pd.DataFrame:
    """Data sets × methods: mean test accuracy, or metric, at the data set's largest training size,
    of the methods that have results on all of them, those of several protocols apart.
    """
    frame = without_attrs(frame)
    largest = frame.groupby("dataset")["train_size"].transform("max")
    rows = frame[frame["train_size"] == largest]
    labelled = rows.assign(label=marked_labels(rows))
    if labelled["protocol"].nunique() > 1:
        labelled["label"] += ", " + labelled["protocol"]
    draws = labelled.groupby(["dataset", "label", "split_seed"])[metric].mean()
    return draws.groupby(["dataset", "label"]).mean().unstack("label").dropna(axis="columns")


def _draw(ax: object, found: RankComparison) -> None:
    import scikit_posthocs

    with warnings.catch_warnings():  # of pandas, about how the library asks for its values
        warnings.simplefilter("ignore")
        scikit_posthocs.critical_difference_diagram(
            found.ranks,
            found.p_values,
            ax=ax,
            alpha=1 - found.level,
            color_palette=[INK] * len(found.ranks),
            crossbar_props={"color": INK},
        )


def _words(found: RankComparison, by: str) -> str:
    ranks = ", ".join(f"{name} {rank:.2f}" for name, rank in found.ranks.items())
    apart = (found.different.to_numpy() == 1).sum() // 2
    pairs = len(found.ranks) * (len(found.ranks) - 1) // 2
    return (
        f"Average ranks{by} over {found.datasets} data sets, 1 is best: {ranks}."
        f" Friedman's test of all methods alike: p = {found.friedman_p:.3g}. Nemenyi's test tells"
        f" {apart} of {pairs} pairs apart at {100 * found.level:.0f} %: ranks more than"
        f" {found.distance:.2f} apart."
    )
