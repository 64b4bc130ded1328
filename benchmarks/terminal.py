"""What a person reads in the terminal at the end: accuracies, verdicts, what could not be had."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.evidence.claims.dependence import dependences
from benchmarks.evidence.claims.markdown import reported_text
from benchmarks.evidence.notices import unavailable_notices
from benchmarks.evidence.outputs import Findings
from benchmarks.evidence.recommendation.words import terminal_lines
from benchmarks.evidence.wording import (
    effect_text,
    interval_text,
    optimism_text,
    p_text,
    published_text,
)

MIDDLE, WIDE = 86, 104  # columns of a terminal that has room for the article, for everything


def print_accuracies(findings: Findings, console: Console) -> None:
    """Mean test accuracy, or the benchmark's metric, in % by method and train size, one table per
    data set.

    Where the terminal is too narrow for all sizes, some are left to the files.
    """
    from benchmarks.evidence.tables import blocks, cell_text

    description = findings.held.benchmark
    found = blocks(findings.table, description["methods"], description["datasets"])
    several = len({block.protocol for block in found}) > 1
    for block in found:
        where = f"{block.dataset}, {block.protocol}" if several else block.dataset
        texts = [cell_text(cell) for _, _, cells in block.rows for cell in cells]
        widest = max([10, *map(len, texts)])
        shown = _spread(len(block.sizes), (console.width - 26) // (widest + 2))
        where += f" ({block.metric.replace('_', ' ')} in %)"
        printed = _table(where, "runs", right=1 + len(shown))
        for column, index in enumerate(shown):
            printed.columns[2 + column].header = f"n={block.sizes[index]}"
        for (label, runs, cells), optimistic in zip(block.rows, block.optimistic, strict=True):
            label += optimism_text({"optimistic": optimistic})
            printed.add_row(label, runs, *(cell_text(cells[index]) for index in shown))
        console.print()
        console.print(printed, highlight=False)


def _escaped(text: str) -> str:
    return text.replace("[", "\\[")


def print_verdicts(
    verdicts: list[dict[str, Any]],
    console: Console,
    published: list[dict[str, Any]] | None = None,
) -> None:
    """One row per claim with the article's number beside ours, then what each verdict rests on.

    A narrow terminal is spared the article's numbers, the pairs and the p values: the report and
    --json have them.
    """
    if not verdicts:
        return
    more: dict[str, Callable[[dict[str, Any]], str]]
    more = {"the article": published_text} if console.width >= MIDDLE else {}
    more |= {"pairs": _pairs, "p (Holm)": _p_adjusted} if console.width >= WIDE else {}
    table = _table("claim", "verdict", "effect [95 %]", *more, right=1 + len(more))
    for verdict in verdicts:
        effect = effect_text(verdict["effect"], verdict["unit"])
        interval = interval_text(verdict["interval"], verdict["unit"])
        table.add_row(
            verdict["id"],
            f"[bold]{verdict['verdict']}[/bold]",
            _escaped(effect if interval == "-" else f"{effect} {interval}")
            + optimism_text(verdict),
            *(told(verdict) for told in more.values()),
        )
    console.print()
    console.print(table, highlight=False)
    theirs = {verdict["id"]: verdict["verdict"] for verdict in published or []}
    for text in _explanations(verdicts, theirs):
        console.print(text, highlight=False, soft_wrap=True, markup=False)


def _pairs(verdict: dict[str, Any]) -> str:
    return str(verdict["pairs"] or "-")


def _p_adjusted(verdict: dict[str, Any]) -> str:
    return p_text(verdict["p_adjusted"])


def _explanations(verdicts: list[dict[str, Any]], published: dict[str, str]) -> Iterator[str]:
    for verdict in verdicts:
        if verdict["verdict"] in ("not-run", "cited"):
            continue
        held = f", {verdict['results']}" if verdict.get("results") else ""
        where = f"{verdict['measure']} on {verdict['dataset']} ({verdict['benchmark']}{held})"
        theirs = published.get(verdict["id"])
        said = f"; published verdict: {theirs}" if theirs else ""
        yield f"  {verdict['id']}: {where}; {verdict['reason']}{said}"
        if reported := reported_text(verdict):
            yield f"    reported: {reported}"
        yield from (f"    {sentence}" for sentence in dependences(verdict))
    for verdict in verdicts:
        if verdict["verdict"] == "cited":
            yield f"  {verdict['id']}: cited, not run: {verdict['reason']}"
    missing = [verdict for verdict in verdicts if verdict["verdict"] == "not-run"]
    for reason in dict.fromkeys(verdict["reason"] for verdict in missing):
        names = ", ".join(verdict["id"] for verdict in missing if verdict["reason"] == reason)
        yield f"  {names}: {reason}"


def print_notes(notes: list[str], unavailable: list[dict[str, Any]], console: Console) -> None:
    """What is special about the grid, and the data that could not be had and what to do."""
    texts = [f"note: {note}" for note in notes]
    texts += [f"unavailable: {notice.text}" for notice in unavailable_notices(unavailable)]
    for text in texts:
        console.print(text, style="yellow", highlight=False, soft_wrap=True, markup=False)


def print_caveats(findings: Findings, console: Console) -> None:
    """What the records say of their data, each once; a recommendation tells it itself."""
    told = findings.recommendation.notes if findings.recommendation else ()
    caveats = dict.fromkeys(n.text for n in findings.notices if n.kind == "caveat")
    for text in caveats:
        if text not in told:
            printed = f"note: {text}"
            console.print(printed, style="yellow", highlight=False, soft_wrap=True, markup=False)


def print_recommendation(findings: Findings, console: Console) -> None:
    """The recommendation in short, or why there is none; nothing of other benchmarks."""
    lines = [notice.text for notice in findings.notices if notice.kind == "recommendation"]
    if findings.recommendation:
        printed = {f"note: {note}" for note in findings.held.notes}  # by print_notes
        lines = terminal_lines(findings.recommendation)
        lines = ["", *(line for line in lines if line not in printed)]
    for line in lines:
        console.print(line, highlight=False, soft_wrap=True, markup=False)


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
        number = len(names) - index <= right
        table.add_column(name, justify="right" if number else "left", no_wrap=True)
    return table


def _spread(count: int, most: int) -> list[int]:
    """Indices of at most `most` columns (2 at least), first and last among them."""
    most = max(most, 2)
    if count <= most:
        return list(range(count))
    step = (count - 1) / (most - 1)
    return sorted({round(index * step) for index in range(most)})
