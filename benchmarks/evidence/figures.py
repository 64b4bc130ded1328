"""Learning curves for print: test accuracy against the number of training samples."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from os import PathLike
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pandas as pd

from benchmarks.evidence.results import method_labels
from benchmarks.evidence.tables import in_order, summary

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from benchmarks.evidence.claim_files import PublishedCurves

MARKERS = ["o", "s", "^", "D", "v", "P", "X", "<", ">", "p", "h", "*"]
DASHES = [(1, 0), (5, 1.5), (1.5, 1.2), (6, 1.5, 1.5, 1.5)]
TICKS = [0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9999]
# seaborn's colour-blind palette without its yellow and pale pink, too faint in print, and black.
PALETTE = ["#0173b2", "#de8f05", "#029e73", "#d55e00", "#cc78bc", "#8c5a2b", "#56b4e9", "#7f7f7f"]
PALETTE += ["#000000"]
INK = "0.25"


def learning_curves(
    frame: pd.DataFrame,
    published: Sequence[PublishedCurves],
    path_stem: str | PathLike[str],
    methods: Sequence[str] = (),
    datasets: Sequence[str] = (),
) -> list[Path]:
    """Draws `path_stem`.pdf and .png; the same results give the same bytes.

    One panel per dataset and protocol (in the order of `datasets`), one line per method (in the
    order of `methods`) through the means over draws, with the band of their t interval. The
    accuracy axis is logarithmic in the error, so that methods near the ceiling stay apart; a mean
    without any error is drawn as half a wrong test sample in all draws together. `published`
    holds PublishedCurves.
    """
    # seaborn imports pyplot; claims and tables must not wait for it.
    import seaborn
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    table = summary(frame)
    table = table.assign(label=method_labels(table))
    style = seaborn.axes_style("ticks") | seaborn.plotting_context("paper") | _STYLE
    with rc_context(style):
        panels = sorted(set(zip(table["dataset"], table["protocol"], strict=True)))
        panels.sort(key=lambda panel: in_order(datasets, panel[0]))
        width = max(4.4 * len(panels) + 0.5, 6.2)
        figure = Figure(figsize=(width, 4.8), layout="constrained")
        FigureCanvasAgg(figure)
        looks = _looks(table, methods)
        axes = figure.subplots(1, max(len(panels), 1), squeeze=False)[0]
        for place, (panel, ax) in enumerate(zip(panels, axes, strict=False)):
            rows = table[(table["dataset"] == panel[0]) & (table["protocol"] == panel[1])]
            _panel(seaborn, ax, rows, looks, published, _floor(frame, panel[0], rows))
            ax.set_title(f"{panel[0]}, protocol {panel[1]}")
            ax.set_ylabel("test accuracy (%)" if place == 0 else "")
        if not panels:
            axes[0].set_axis_off()
            axes[0].text(0.5, 0.5, "no finished cell", ha="center", va="center")
        _legend(figure, axes)
        return _save(figure, Path(path_stem))


_STYLE: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.labelsize": 9,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.fontsize": 8,
    "pdf.fonttype": 42,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.bottom": True,
    "ytick.left": True,
}


def _looks(table: pd.DataFrame, methods: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Colour, marker and dash of each label; a method's place in `methods` fixes its look."""
    found = dict(zip(table["label"], table["method"], strict=True))
    order = [label for method in methods for label in sorted(found) if found[label] == method]
    order += sorted(label for label in found if label not in order)
    return {
        label: {
            "method": found[label],
            "color": PALETTE[place % len(PALETTE)],
            "marker": MARKERS[place % len(MARKERS)],
            "dashes": DASHES[place % len(DASHES)],
        }
        for place, label in enumerate(order)
    }


def _floor(frame: pd.DataFrame, dataset: str, rows: pd.DataFrame) -> float:
    """The smallest error drawn: half of one wrong test sample in all draws together."""
    tested = frame.loc[frame["dataset"] == dataset, "test_samples"].dropna().astype(float)
    return 0.5 / (float(tested.max()) * int(rows["runs"].max())) if len(tested) else 1e-4


def _panel(
    seaborn: ModuleType,
    ax: Axes,
    rows: pd.DataFrame,
    looks: dict[str, dict[str, Any]],
    published: Iterable[PublishedCurves],
    floor: float,
) -> None:
    present = [label for label in looks if label in set(rows["label"])]
    errors = rows.assign(error=(1 - rows["mean"]).clip(lower=floor))
    seaborn.lineplot(
        data=errors,
        x="train_size",
        y="error",
        hue="label",
        style="label",
        hue_order=present,
        style_order=present,
        palette={label: looks[label]["color"] for label in present},
        markers={label: looks[label]["marker"] for label in present},
        dashes={label: looks[label]["dashes"] for label in present},
        errorbar=None,
        markersize=5.5,
        linewidth=1.3,
        ax=ax,
    )
    for label in present:
        line = errors[errors["label"] == label].sort_values("train_size")
        low, high = (1 - line["high"]).clip(lower=floor), (1 - line["low"]).clip(lower=floor)
        color = looks[label]["color"]
        ax.fill_between(line["train_size"], low, high, color=color, alpha=0.05, linewidth=0)
        for edge in (low, high):
            ax.plot(line["train_size"], edge, color=color, alpha=0.25, linewidth=0.5)
    for curves in published:
        _published(ax, curves, rows, looks)
    _axes(ax, errors, floor)


def _published(
    ax: Axes, curves: PublishedCurves, rows: pd.DataFrame, looks: dict[str, dict[str, Any]]
) -> None:
    if curves.dataset not in set(rows["dataset"]):
        return
    for look in looks.values():
        points = curves.points.get(look["method"])
        if not points or look["method"] not in set(rows["method"]):
            continue
        sizes = sorted(points)
        ax.plot(
            sizes,
            [1 - points[size] for size in sizes],
            linestyle="none",
            marker=look["marker"],
            markersize=6,
            markerfacecolor="none",
            markeredgecolor=look["color"],
            markeredgewidth=1.1,
            zorder=3,
        )
    ax.plot([], [], "o", markerfacecolor="none", markeredgecolor=INK, label=curves.label)


def _axes(ax: Axes, errors: pd.DataFrame, floor: float) -> None:
    ax.set_yscale("log")
    marked = [line for line in ax.lines if line.get_marker() != "None"]
    drawn = [value for line in marked for value in line.get_ydata()]
    lowest, highest = min(max([*drawn, 0.02]) * 1.3, 1.0), min([*drawn, 0.01]) * 0.6
    highest = max(highest, floor * 0.85)
    ticks = {1 - share: f"{100 * share:g}" for share in TICKS if 1 - share > 1.5 * floor}
    ticks = {error: text for error, text in {**ticks, floor: "100"}.items() if error >= highest}
    ax.set_yticks(list(ticks), list(ticks.values()))
    ax.set_ylim(lowest, highest)  # after the ticks, which would widen it
    ax.minorticks_off()
    ax.set_xlabel("training samples n")
    sizes = sorted(errors["train_size"].unique())
    if len(sizes) <= 8:
        ax.set_xticks(sizes, [str(size) for size in sizes])
    ax.grid(axis="y", color="0.9", linewidth=0.6)
    ax.set_axisbelow(True)


def _legend(figure: Figure, axes: np.ndarray) -> None:
    """One legend for all panels, below them."""
    entries: dict[str, Any] = {}
    for ax in axes:
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
            entries.setdefault(label, handle)
        if ax.get_legend():
            ax.get_legend().remove()
    if entries:
        columns = 3 if len(axes) == 1 else 4
        figure.legend(
            list(entries.values()),
            list(entries),
            loc="outside lower center",
            ncols=columns,
            frameon=False,
            handlelength=3.2,
        )


def _save(figure: Figure, stem: Path) -> list[Path]:
    """Drawn in memory first: on a full disk matplotlib hides the reason and keeps the file open."""
    pdf, png = io.BytesIO(), io.BytesIO()
    figure.savefig(pdf, format="pdf", metadata={"CreationDate": None, "ModDate": None})
    figure.savefig(png, format="png", dpi=200, metadata={"Software": None})
    drawn = {stem.with_name(stem.name + ".pdf"): pdf, stem.with_name(stem.name + ".png"): png}
    for file, content in drawn.items():
        file.write_bytes(content.getvalue())
    return list(drawn)
