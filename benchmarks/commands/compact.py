"""`scarce compact`: finished records into one file per benchmark."""

from __future__ import annotations

import argparse

from rich.console import Console

from benchmarks.commands.opening import refuse_changes
from benchmarks.grid.configs import opened
from benchmarks.grid.request import parse_request
from benchmarks.planning import planned_cells
from benchmarks.records.compaction import Folding, fold
from benchmarks.records.store import Store
from benchmarks.settings import folders


def execute(arguments: argparse.Namespace, console: Console) -> int:
    """Fold the finished single records of a benchmark's own grid into its file."""
    request = parse_request(arguments.overrides)
    refuse_changes(request, "a benchmark is compacted as its file states it")
    with opened(list(request.folders)) as configs:
        planned = planned_cells(request, configs)
    name, store = planned.benchmark["name"], Store(folders(planned.settings).own)
    folding = fold(store, name, (cell.key for cell in planned.cells))
    console.print(f"{name}: {_told(folding)}", soft_wrap=True, highlight=False, markup=False)
    for damaged in folding.damaged:
        console.print(f"damaged record, left as it is: {damaged}", soft_wrap=True, markup=False)
    return 0


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.0f} kB"


def _told(folding: Folding) -> str:
    done = "nothing to fold"
    if folding.folded:
        done = (
            f"{folding.folded} records folded into {folding.file} "
            f"({folding.rows} records, {_size(folding.size)})"
        )
    why = ", ".join(f"{count} {reason}" for reason, count in folding.remaining.items() if count)
    total = folding.remaining.total()
    return f"{done}; single records left: {total}" + (f" ({why})" if total else "")
