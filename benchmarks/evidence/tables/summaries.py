"""The results by dataset, protocol, method and training size, and the default table of these."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from benchmarks.evidence.axes import ROW
from benchmarks.evidence.notices import Notice
from benchmarks.evidence.optimism import OPTIMISTIC
from benchmarks.evidence.results import method_labels, split_means
from benchmarks.evidence.statistics import LEVEL
from benchmarks.evidence.tables.building import build_panels
from benchmarks.evidence.tables.cells import table_cells
from benchmarks.evidence.tables.csv_table import plain_text
from benchmarks.evidence.tables.metrics import METRICS
from benchmarks.evidence.tables.panels import Table
from benchmarks.evidence.tables.parameters import COUNTED, plain_span
from benchmarks.evidence.tables.published_numbers import published_numbers
from benchmarks.evidence.tables.request import TableRequest
from benchmarks.grid.metrics import ACCURACY
from benchmarks.records.holdings import Place

if TYPE_CHECKING:
    from benchmarks.evidence.claims.files import PublishedCurves

COUNTS = ["runs", "draws"]
SHARES = ["mean", "low", "high", "sd", "train_mean", "p"]
STANDING = ["shared", "best", "not_significantly_worse"]
STATISTICS = [*COUNTS, *COUNTED, *SHARES, *STANDING, "published", "published_by"]


def summary(
    frame: pd.DataFrame,
    published: Iterable[PublishedCurves] = (),
    level: float = LEVEL,
    metric: str = ACCURACY,
    planned: Collection[Place] = (),
) -> pd.DataFrame:
    """One row per combination of the axes of ROW; shares from 0 to 1.

    `runs` counts cells, `draws` split seeds; mean, sd and the t interval are over draws (runs on
    one draw averaged first). The interval is clipped to 0..1 and missing with one draw or without
    spread. `best` is the best method of its dataset, protocol and training size over the draws
    that all have; `p`, `shared` and `not_significantly_worse` tell of the others' comparison with
    it, see `table_cells`.

    `metric` is a share (`benchmarks.grid.metrics`) and a column of the frame; runs without it are
    left out. Texts made of this summary find it as an attribute, and so `planned`, the places of
    the grid (`holdings.Holding.planned`).

    `published` holds PublishedCurves; each is shown beside the dataset it is about: the first that
    has a value in the column `published`, all in the texts made of this summary, which keeps them
    as an attribute.
    """
    request, curves = TableRequest(level=level, metric=metric), tuple(published)
    frame = frame.dropna(subset=[metric])
    table = table_cells(frame, request, METRICS[request.metric])
    train = split_means(frame, "train_accuracy").groupby(ROW)["train_accuracy"].mean()
    table = table.merge(train.rename("train_mean").reset_index(), on=ROW, how="left")
    found = published_numbers(table, request, curves)
    table["published"] = [sources[0][1] if sources else None for sources in found]
    table = table.drop(columns=["label", "is_reference"])
    table = table.astype({"published": float, "train_mean": float})
    table.attrs |= {"published": curves, "metric": metric, "planned": planned}
    return table


def table_csv(table: pd.DataFrame, notices: Iterable[Notice] = ()) -> str:
    """The summary as CSV: shares with six decimals; each notice is a row with 0 runs; texts are
    `plain_text`, and a Span of several numbers of parameters is `3 to 11`. The column `optimistic`
    is there only where a row is, with 1, the column `metric` where it is not accuracy.

    Several published values of one cell stand in one field, with `; ` between them.
    """
    text = io.StringIO()
    metric = table.attrs["metric"]
    named = {} if metric == ACCURACY else {"metric": metric}
    optimistic = [OPTIMISTIC] if table[OPTIMISTIC].any() else []
    heads = [*ROW, *named, *STATISTICS, *optimistic, "notice"]
    writer = csv.DictWriter(text, heads, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    sources = published_numbers(table, TableRequest(metric=metric), table.attrs["published"])
    for row, found in zip(table.to_dict("records"), sources, strict=True):
        shares = {name: "" if pd.isna(row[name]) else f"{row[name]:.6f}" for name in SHARES}
        not_worse = row["not_significantly_worse"]
        answers = {
            "shared": "" if pd.isna(row["shared"]) else int(row["shared"]),
            "best": int(row["best"]),
            "not_significantly_worse": "" if not_worse is None else int(not_worse),
            "published": "; ".join(f"{value:.6f}" for _, value in found),
            "published_by": plain_text("; ".join(label for label, _ in found)),
        }
        answers |= {name: plain_span(row[name]) for name in COUNTED}
        answers[OPTIMISTIC] = int(bool(row[OPTIMISTIC]))
        texts = {axis: plain_text(row[axis]) for axis in ROW}
        writer.writerow(row | named | texts | shares | answers)
    for notice in notices:
        place = {"dataset": notice.dataset, "method": notice.method, "runs": 0}
        size = "" if notice.train_size is None else notice.train_size
        text_of = {"train_size": size, "notice": f"{notice.kind}: {notice.text}"}
        writer.writerow({name: plain_text(value) for name, value in (place | text_of).items()})
    return text.getvalue()


def summary_table(
    table: pd.DataFrame,
    methods: Sequence[str] = (),
    datasets: Sequence[str] = (),
    notices: Iterable[Notice] = (),
) -> Table:
    """The default table: methods as rows, training sizes as columns, from a summary.

    A method that was asked for and has no result on a dataset keeps an empty row.
    """
    request = TableRequest(metric=table.attrs["metric"])
    cells = table.assign(label=method_labels(table), is_reference=False)
    orders = {"method": methods, "dataset": datasets}
    curves, planned = table.attrs["published"], table.attrs["planned"]
    panels = build_panels(cells, request, orders, curves, planned)
    return Table(request, METRICS[request.metric], panels, tuple(notices))
