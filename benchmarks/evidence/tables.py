"""The results as a tidy table (CSV) and as tables for reading (Markdown, LaTeX)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from benchmarks.evidence.notices import Notice
from benchmarks.evidence.results import ROW, method_labels, split_means
from benchmarks.evidence.statistics import LEVEL, mean_interval
from benchmarks.evidence.wording import percent

if TYPE_CHECKING:
    from benchmarks.evidence.claim_files import PublishedCurves

COLUMNS = [*ROW, "runs", "draws", "mean", "low", "high", "sd", "train_mean", "published", "notice"]
SHARES = ["mean", "low", "high", "sd", "train_mean", "published"]


@dataclass(frozen=True)
class Block:
    """One table for reading: a dataset under one protocol; cells are (mean, half-width) or None."""

    dataset: str
    protocol: str
    sizes: list[int]
    rows: list[tuple[str, str, list[tuple[float, float | None] | None]]]


def summary(
    frame: pd.DataFrame, published: Iterable[PublishedCurves] = (), level: float = LEVEL
) -> pd.DataFrame:
    """One row per dataset, protocol, method, loss and training size; shares from 0 to 1.

    `runs` counts cells, `draws` split seeds; mean, sd and the t interval are over draws (runs on
    one draw averaged first). The interval is clipped to 0..1 and missing with one draw or without
    spread. `published` holds PublishedCurves; each is shown beside the dataset it is about.
    """
    known = {
        (curves.dataset, method, size): value
        for curves in published
        for method, points in curves.points.items()
        for size, value in points.items()
    }
    runs = frame.groupby(ROW).size()
    train = split_means(frame, "train_accuracy").groupby(ROW)["train_accuracy"].mean()
    rows = []
    for row, values in split_means(frame, "accuracy").groupby(ROW)["accuracy"]:
        interval = mean_interval(values, level)
        dataset, _, method, _, size = row
        rows.append(
            dict(zip(ROW, row, strict=True))
            | {
                "runs": int(runs[row]),
                "draws": interval.pairs,
                "mean": interval.estimate,
                "low": None if interval.low is None else max(interval.low, 0.0),
                "high": None if interval.high is None else min(interval.high, 1.0),
                "sd": interval.spread,
                "train_mean": float(train[row]),
                "published": known.get((dataset, method, size)),
                "half_width": interval.half_width,
            }
        )
    table = pd.DataFrame(rows, columns=[*COLUMNS[:-1], "half_width"])
    return table.astype(dict.fromkeys([*SHARES, "half_width"], float))


def table_csv(table: pd.DataFrame, notices: Iterable[Notice] = ()) -> str:
    """The summary as CSV: shares with six decimals; each notice is a row with 0 runs."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in table.to_dict("records"):
        shares = {name: "" if pd.isna(row[name]) else f"{row[name]:.6f}" for name in SHARES}
        writer.writerow([{**row, **shares, "notice": ""}[name] for name in COLUMNS])
    for notice in notices:
        size = "" if notice.train_size is None else notice.train_size
        given = {"dataset": notice.dataset, "method": notice.method, "train_size": size, "runs": 0}
        text_of = {"notice": f"{notice.kind}: {notice.text}"}
        writer.writerow([{**given, **text_of}.get(name, "") for name in COLUMNS])
    return text.getvalue()


def blocks(
    table: pd.DataFrame, methods: Sequence[str] = (), datasets: Sequence[str] = ()
) -> list[Block]:
    """The summary cut into tables for reading, rows in the order of `methods`.

    A method that was asked for and has no result on a dataset keeps an empty row.
    """
    labelled = table.assign(label=method_labels(table))
    found = sorted(set(zip(table["dataset"], table["protocol"], strict=True)))
    found.sort(key=lambda pair: in_order(datasets, pair[0]))
    return [_block(labelled, dataset, protocol, methods) for dataset, protocol in found]


def table_markdown(
    table: pd.DataFrame,
    methods: Sequence[str] = (),
    datasets: Sequence[str] = (),
    notices: Sequence[Notice] = (),
    title: str = "",
) -> str:
    """One Markdown table per dataset and protocol, then the notices."""
    lines = [f"# {title or 'Results'}", ""]
    for block in blocks(table, methods, datasets):
        head = ["method", "runs", *(f"n = {size}" for size in block.sizes)]
        lines += [f"## {block.dataset}, protocol {block.protocol}", ""]
        lines += [f"| {' | '.join(head)} |", "| --- | ---: |" + " ---: |" * len(block.sizes)]
        for label, runs, cells in block.rows:
            texts = [label.replace("|", "\\|"), runs, *(cell_text(cell) for cell in cells)]
            lines.append(f"| {' | '.join(texts)} |")
        lines += ["", caption(block), ""]
    if table.empty:
        lines += ["No finished cell.", ""]
    if notices:
        lines += ["## Notices", "", *(f"- {notice.kind}: {notice.text}" for notice in notices), ""]
    return "\n".join(lines)


def caption(block: Block, level: float = LEVEL) -> str:
    """What the cells of a block are and how their interval was made."""
    return (
        f"Test accuracy in % on {block.dataset}, protocol {block.protocol}, by number of training"
        f" samples n: mean over draws of the training sample ± half the width of the"
        f" {percent(level, 0)} Student t interval of that mean. A cell without ± has one draw only"
        " or no spread over its draws."
    )


def cell_text(cell: tuple[float, float | None] | None, plus_minus: str = "±") -> str:
    """`98.5 ± 0.4`, `98.5` without an interval, `-` without a result."""
    if cell is None:
        return "-"
    mean, half = cell
    text = f"{100 * mean:.1f}"
    return text if half is None else f"{text} {plus_minus} {100 * half:.1f}"


def _block(table: pd.DataFrame, dataset: str, protocol: str, methods: Sequence[str]) -> Block:
    rows = table[(table["dataset"] == dataset) & (table["protocol"] == protocol)]
    sizes = sorted(int(size) for size in rows["train_size"].unique())
    labels = dict(zip(rows["label"], rows["method"], strict=True))
    labels |= {method: method for method in methods if method not in labels.values()}
    ordered = sorted(labels, key=lambda label: (in_order(methods, labels[label]), label))
    return Block(dataset, protocol, sizes, [_line(rows, label, sizes) for label in ordered])


def _line(
    rows: pd.DataFrame, label: str, sizes: Iterable[int]
) -> tuple[str, str, list[tuple[float, float | None] | None]]:
    of_label = rows[rows["label"] == label].set_index("train_size")
    cells: list[tuple[float, float | None] | None] = []
    for size in sizes:
        if size not in of_label.index:
            cells.append(None)
            continue
        mean, half = of_label.loc[size, ["mean", "half_width"]]
        cells.append((float(mean), None if pd.isna(half) else float(half)))
    counts = of_label["runs"]
    if counts.empty:
        return label, "0", cells
    span = (int(counts.min()), int(counts.max()))
    return label, str(span[0]) if span[0] == span[1] else f"{span[0]} to {span[1]}", cells


def in_order(order: Iterable[str], name: str) -> tuple[int, str]:
    """Sort key: the place of a name in `order`; names that are not there come last, by name."""
    order = list(order)
    return (order.index(name), "") if name in order else (len(order), name)
