"""What `scarce plan` shows in the terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.execution.progress import duration
from benchmarks.grid.request import GROUPS

STATUSES = ("done", "failed", "pending", "unavailable")
ALWAYS = "method"
TAKES_NONE = "-"  # no choice is called so: learners that take no loss or no trainer


def print_plan(answer: dict[str, Any], console: Console) -> None:
    """The counts, then what is new, the time, how sure that is, and the cost."""
    console.print(_counts(answer), highlight=False)
    for reason in answer["reasons"]:
        console.print(f"unavailable: {reason}", highlight=False, soft_wrap=True, markup=False)
    for name in answer["damaged"]:
        text = f"damaged record, its cell runs again: {name}"
        console.print(text, highlight=False, soft_wrap=True, markup=False)
    for line in (*(f"note: {note}" for note in answer["notes"]), *answer["data"]):
        console.print(line, highlight=False, soft_wrap=True, markup=False)
    if answer["failed"]:
        console.print("failed cells run again with retry=failed")
    console.print()
    console.print(_outlook(answer), highlight=False)


def _counts(answer: dict[str, Any]) -> Table:
    """By method, and by any other group of which the grid has several choices."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(answer["benchmark"], no_wrap=True)
    for status in STATUSES:
        table.add_column(status, justify="right", no_wrap=True)
    for group in (ALWAYS, *(group for group in GROUPS if group != ALWAYS)):
        choices = answer["groups"][group]
        if group == ALWAYS or len(set(choices) - {TAKES_NONE}) > 1:
            table.add_row(f"[dim]{group}[/dim]")
            for name, count in choices.items():
                table.add_row(f"  {name}", *(str(count.get(status, 0)) for status in STATUSES))
    table.add_row("[bold]all[/bold]", *(str(answer[status]) for status in STATUSES))
    return table


def _outlook(answer: dict[str, Any]) -> Table:
    foreseen = answer["estimate"]
    rows = {"new": _new(answer["new"])}
    if not answer["pending"]:
        rows["time"] = "nothing to run"
    elif foreseen["seconds"] is None:
        rows["time"] = "no estimate yet: nothing like these cells was ever measured"
    else:
        if foreseen["workers"] > 1:
            rows["time"] = f"{duration(foreseen['wall_seconds'])} on {foreseen['workers']} workers"
        low, high = duration(foreseen["low"]), duration(foreseen["high"])
        interval = f"90 % interval {low} to {high}"
        rows["work"] = f"{duration(foreseen['seconds'])} on one worker ({interval})"
        rows |= {"sure": _certainty(foreseen), "cost": _cost(foreseen)}
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    for name, text in rows.items():
        table.add_row(name, text)
    return table


def _new(new: dict[str, int | None]) -> str:
    if new["since_last_run"] is None:
        return "no run yet"
    gone = f"; {new['gone']} of its cells are no longer planned" if new["gone"] else ""
    return f"{new['since_last_run']} of {new['cells']} cells were not in the last run's grid{gone}"


def _certainty(foreseen: dict[str, Any]) -> str:
    says = {"known": "of a kind that was measured", "guessed": "guessed from the nearest kind"}
    shares = [
        f"{_percent(foreseen[name])} of the cells {text}"
        for name, text in says.items()
        if foreseen[name]
    ]
    return f"{', '.join(shares)}; learned from {foreseen['learned_from']}"


def _cost(foreseen: dict[str, Any]) -> str:
    parts = [f"{_number(foreseen['worker_hours'])} worker hours"]
    if foreseen["gpu_hours"]:
        parts.append(f"{_number(foreseen['gpu_hours'])} GPU hours")
    if foreseen["price"] is not None:
        parts.append(f"{_number(foreseen['price'])} by price_per_hour")
    return ", ".join(parts)


def _number(value: float) -> str:
    """Two decimals, or two digits of what would vanish."""
    return f"{value:,.2f}" if value >= 0.1 else f"{value:.2g}"


def _percent(share: float) -> str:
    """Never 100 % or 0 % of what is not all or nothing."""
    if share > 0.99 and share < 1:
        return "over 99 %"
    return f"{100 * share:.0f} %" if share >= 0.01 else "under 1 %"
