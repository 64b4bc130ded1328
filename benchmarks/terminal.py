"""What a person reads in the terminal at the end: accuracies, verdicts, what could not be had."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.evidence.claims import reported_text
from benchmarks.evidence.notices import unavailable_notices
from benchmarks.evidence.wording import effect_text, interval_text, published_text
from benchmarks.records.holdings import Holding


def print_accuracies(held: Holding, console: Console) -> None:
    """Mean test accuracy in % by method and train size, one table per data set.

    Where the terminal is too narrow for all sizes, some are left to the files.
    """
    from benchmarks.evidence.results import results_frame
    from benchmarks.evidence.tables import blocks, cell_text, summary

    description = held.benchmark
    table = summary(results_frame(held.records))
    for block in blocks(table, description["methods"], description["datasets"]):
        shown = _spread(len(block.sizes), (console.width - 26) // 12)
        printed = _table(f"{block.dataset} (accuracy in %)", "runs", right=1 + len(shown))
        for column, index in enumerate(shown):
            printed.columns[2 + column].header = f"n={block.sizes[index]}"
        for label, runs, cells in block.rows:
            printed.add_row(label, runs, *(cell_text(cells[index]) for index in shown))
        console.print()
        console.print(printed, highlight=False)


def print_verdicts(
    verdicts: list[dict[str, Any]],
    console: Console,
    published: list[dict[str, Any]] | None = None,
) -> None:
    """One row per claim with the article's number beside ours, then what each verdict rests on."""
    table = _table("claim", "verdict", "effect [95 %]", "the article", "pairs", right=3)
    for verdict in verdicts:
        effect = effect_text(verdict["effect"], verdict["unit"])
        table.add_row(
            verdict["id"],
            f"[bold]{verdict['verdict']}[/bold]",
            f"{effect} {interval_text(verdict['interval'], verdict['unit'])}".replace("[", "\\["),
            published_text(verdict),
            str(verdict["pairs"]),
        )
    console.print()
    console.print(table, highlight=False)
    theirs = {verdict["id"]: verdict["verdict"] for verdict in published or []}
    for verdict in verdicts:
        console.print(
            f"  {verdict['id']}: {verdict['measure']} on {verdict['dataset']} "
            f"({verdict['benchmark']}{', ' + held if (held := verdict.get('results')) else ''}); "
            f"{verdict['reason']}"
            + (f"; published verdict: {theirs[verdict['id']]}" if verdict["id"] in theirs else ""),
            highlight=False,
            soft_wrap=True,
            markup=False,
        )
        if reported := reported_text(verdict):
            console.print(
                f"    reported: {reported}", highlight=False, soft_wrap=True, markup=False
            )


def print_notes(notes: list[str], unavailable: list[dict[str, Any]], console: Console) -> None:
    """What is special about the grid, and the data that could not be had and what to do."""
    texts = [f"note: {note}" for note in notes]
    texts += [f"unavailable: {notice.text}" for notice in unavailable_notices(unavailable)]
    for text in texts:
        console.print(text, style="yellow", highlight=False, soft_wrap=True, markup=False)


def print_failures(records: list[dict[str, Any]], console: Console) -> None:
    """Each reason why cells failed, once, with the file of one of their records."""
    reasons: dict[tuple[str, str, str], list[str]] = {}
    for record in records:
        if record["status"] == "failed":
            config, error = record["config"], record["error"]
            where = (config["method"]["name"], config["dataset"]["name"])
            reason = f"{error['type']}: {' '.join(error['message'].split())}"
            reasons.setdefault((*where, reason), []).append(record["key"])
    for (method, dataset, reason), keys in reasons.items():
        text = f"failed: {method} on {dataset}, {len(keys)} of its cells: {reason} "
        text += f"(records/{keys[0]}.json, logs/{keys[0]}.log)"
        console.print(text, style="red", highlight=False, soft_wrap=True, markup=False)


def _table(first: str, *columns: str, right: int) -> Table:
    """A plain table whose last `right` columns are numbers."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(first, no_wrap=True)
    names = [*columns, *[""] * (right - len(columns))]
    for index, name in enumerate(names):
        justify = "right" if len(names) - index <= right else "left"
        table.add_column(name, justify=justify, no_wrap=True)
    return table


def _spread(count: int, most: int) -> list[int]:
    """Indices of at most `most` columns (2 at least), first and last among them."""
    most = max(most, 2)
    if count <= most:
        return list(range(count))
    step = (count - 1) / (most - 1)
    return sorted({round(index * step) for index in range(most)})
