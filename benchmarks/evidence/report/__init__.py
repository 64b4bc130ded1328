"""One self-contained HTML page: verdicts, figures, tables, what is missing, where it came from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from benchmarks.evidence.notices import Notice
from benchmarks.evidence.optimism import MARK, scored_twice
from benchmarks.evidence.pictures import Picture
from benchmarks.evidence.recommendation import words
from benchmarks.evidence.report.behind import cells_behind, rows_of, summary_columns
from benchmarks.evidence.report.behind_claims import numbers_behind
from benchmarks.evidence.report.origin import date_range, dates_text, provenance_summary
from benchmarks.evidence.report.page import render
from benchmarks.evidence.results import method_labels, results_frame
from benchmarks.evidence.tables import Block, caption, cell_text, summary
from benchmarks.evidence.tables.captions import optimism_sentences
from benchmarks.evidence.tables.metrics import METRICS
from benchmarks.evidence.tables.parameters import COUNTED_SENTENCE
from benchmarks.evidence.wording import interval_text, percent, points
from benchmarks.grid.metrics import ACCURACY
from benchmarks.records.holdings import is_trial
from benchmarks.records.store import Record

if TYPE_CHECKING:
    import pandas as pd

    from benchmarks.evidence.claims.schema import Claim
    from benchmarks.evidence.recommendation.recommended import Recommendation

TEMPLATE = "report.html.j2"
SCRIPTS = ("tables.js", "cells.js", "panel.js", "report.js")
LABELLED = ["dataset", "protocol", "label", "train_size"]


def report_html(
    benchmark: dict[str, Any],
    verdicts: Sequence[dict[str, Any]],
    blocks: Sequence[Block],
    notices: Sequence[Notice],
    records: Sequence[Record],
    figures: Sequence[Picture],
    agreement: str = "",
    frame: pd.DataFrame | None = None,
    table: pd.DataFrame | None = None,
    claims: Iterable[Claim | dict[str, Any]] = (),
    index: str = "",
    recommendation: Recommendation | None = None,
) -> str:
    """The page as text; it loads nothing from anywhere.

    `benchmark` has `name` and `says`, `blocks` come from `tables.blocks`, `figures` are shown in
    their order, `agreement` is the text of `agreement.agreement_text`. `frame` and `table` are the
    `results_frame` of the records and the `summary` of that; they are made where they are not
    given. The effects of those verdicts whose `claims` are given lead to the cells behind them.
    `index` is the address of the page of all benchmarks, as seen from this page; without one
    nothing leads there. A `recommendation` comes before all else.

    Raises EvidenceError for records that cannot be put into one table.
    """
    records = [record for record in records if not is_trial(record)]
    frame = results_frame(records) if frame is None else frame
    table = summary(frame) if table is None else table
    behind = cells_behind(frame, records, table)
    behind["numbers"] = numbers_behind(verdicts, claims, frame, rows_of(behind))
    behind["statistics"] = summary_columns(table)
    return render(
        TEMPLATE,
        SCRIPTS,
        behind,
        benchmark=benchmark,
        about=_about(frame, records, notices),
        verdicts=verdicts,
        tables=_tables(blocks, table),
        scored_twice=_scored_twice(frame),
        row_count=len(table),
        mean_of=_mean_of(table),
        notes=[notice.text for notice in notices if notice.kind == "note"],
        notices=[notice for notice in notices if notice.kind != "note"],
        figures=figures,
        agreement=agreement,
        provenance=provenance_summary(records),
        index=index,
        recommendation=recommendation,
        words=words,
    )


def _about(
    frame: pd.DataFrame, records: Sequence[Record], notices: Sequence[Notice]
) -> list[tuple[str, str]]:
    """What a reader wants to know before any number: (name, value)."""
    about = [("finished cells", str(len(frame)))]
    if lost := len({record["key"] for record in records}) - len(frame):
        about.append(("failed or left out", str(lost)))
    if any(notice.kind == "unavailable" for notice in notices):
        about.append(("unavailable", "see the notices"))
    if len(frame):
        sizes = frame["train_size"]
        about += [
            ("data sets", ", ".join(sorted(frame["dataset"].unique()))),
            ("methods", str(frame["method"].nunique())),
            ("training samples", f"n = {sizes.min()} to {sizes.max()}"),
            ("split seeds", str(frame["split_seed"].nunique())),
        ]
    if dates := date_range(records):
        about.append(("run on", dates_text(dates)))
    return about


def _tables(blocks: Sequence[Block], table: pd.DataFrame) -> list[dict[str, Any]]:
    """The blocks with the text of each cell and the place of its row in the summary."""
    labelled = table.assign(label=method_labels(table))[LABELLED]
    places = {row: place for place, row in enumerate(labelled.itertuples(index=False, name=None))}
    return [
        {
            "dataset": block.dataset,
            "protocol": block.protocol,
            "sizes": block.sizes,
            "shown": _shown(block.metric),
            "caption": " ".join([caption(block), *_more_of_caption(block)]),
            "shows_parameters": any(block.parameters),
            "rows": [
                (label, runs, parameters, _linked(block, label, cells, places, why))
                for (label, runs, cells), parameters, why in zip(
                    block.rows, block.parameters, block.optimistic, strict=True
                )
            ],
        }
        for block in blocks
    ]


def _shown(metric: str) -> str:
    return "Accuracies" if metric == ACCURACY else METRICS[metric].heading


def _mean_of(table: pd.DataFrame) -> str:
    """`the mean area under the ROC curve`; of accuracy, which the page is about, `the mean`."""
    metric = table.attrs["metric"]
    return "the mean" if metric == ACCURACY else f"the mean {METRICS[metric].says}"


def _more_of_caption(block: Block) -> list[str]:
    counted = [COUNTED_SENTENCE] if any(block.parameters) else []
    return [*optimism_sentences(block.optimistic), *counted]


def _scored_twice(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The texts of the table of runs that were scored both ways."""
    return [
        {
            "place": f"{one.dataset}, {one.protocol}",
            "method": one.method,
            "train_size": one.train_size,
            "draws": one.difference.pairs,
            "chosen": percent(one.chosen),
            "last": percent(one.last),
            "difference": points(one.difference.estimate, 2),
            "interval": interval_text(one.difference.ends, "difference", 2),
        }
        for one in scored_twice(frame)
    ]


def _linked(
    block: Block, label: str, cells: Sequence[Any], places: dict[tuple[Any, ...], int], why: str
) -> list[tuple[str, int | None]]:
    row = (block.dataset, block.protocol, label)
    mark = f" {MARK}" if why else ""
    return [
        (cell_text(cell) + mark * (cell is not None), places.get((*row, size)))
        for cell, size in zip(cells, block.sizes, strict=True)
    ]
