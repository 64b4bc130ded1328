"""Cells that are known only when others have been run: trials of later rungs, and the winners."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from benchmarks.grid import search, tuning
from benchmarks.grid.key import cell_key
from benchmarks.grid.plan import Cell, Plan, Search, fingerprints
from benchmarks.grid.tuning import Try

# The records that there are of some keys.
Reader = Callable[[Iterable[str]], Iterable[dict[str, Any]]]


def extend(plan: Plan, read: Reader) -> int:
    """Add the cells that can be decided on now; returns how many are new.

    What is decided depends on the records of the trials alone, not on when they were made.
    """
    known = {cell.key for cell in plan.cells}
    decided: dict[str, Cell] = {}
    plan.undecided = []
    for found in plan.searches.values():
        for cell in _walked(found, read, plan):
            decided.setdefault(cell.key, cell)  # an earlier trial keeps its number
    stated = [cell for cell in plan.cells if search.FIELD not in cell.config]
    plan.cells = [*stated, *decided.values()]
    return len(decided.keys() - known)


def _walked(found: Search, read: Reader, plan: Plan) -> list[Cell]:
    """The cells of one search as far as it is decided; what comes later goes to `undecided`."""
    study, cells = found.study, list[Cell]()

    def score_of(each: Try) -> float | None:
        tried = [_cell(config) for config in each.configs]
        cells.extend(tried)
        records = read([cell.key for cell in tried])
        scores = [_score(record) for record in records if record["status"] == "done"]
        return sum(scores) / len(scores) if len(scores) == len(tried) else None

    tries, winner = study.walk(score_of)
    if winner is None:
        plan.undecided += [*study.later(len(tries)), *(found.stated())]
        return cells
    return [*cells, *(_cell(study.final(winner, seed)) for seed in found.init_seeds)]


def _score(record: dict[str, Any]) -> float:
    """On validation samples; settings that nothing was learned with come after all others."""
    if tuning.NOTHING_LEARNED in record.get("notes", {}):
        return -math.inf
    score: float = record["metrics"][tuning.judged_by(record["config"]["protocol"])]
    return score


def _cell(config: dict[str, Any]) -> Cell:
    found = fingerprints(config)
    return Cell(cell_key(config, found), config, found)
