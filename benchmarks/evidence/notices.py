"""What a reader must know about results that are missing: never left out of a table."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Notice:
    """One remark; `kind` is `note`, `unavailable`, `failed`, `dropped`, `caveat` or
    `recommendation` (why there is none).
    """

    kind: str
    text: str
    dataset: str = ""
    method: str = ""
    train_size: int | None = None


def unavailable_notices(unavailable: Iterable[dict[str, Any]]) -> list[Notice]:
    """One notice per dataset and reason, from the benchmark's list of cells that cannot run."""
    cells: Counter[tuple[str, str, str]]
    methods: defaultdict[tuple[str, str, str], set[str]]
    cells, methods = Counter(), defaultdict(set)
    for entry in unavailable:
        group = (entry["dataset"], entry["reason"], entry["remedy"])
        cells[group] += entry.get("cells", 1)
        methods[group].add(entry["method"])
    return [
        Notice(
            "unavailable",
            f"{dataset}: {_cells(cells[dataset, reason, remedy])} unavailable"
            f" ({', '.join(sorted(methods[dataset, reason, remedy]))}):"
            f" {_sentence(reason)} What to do: {_sentence(remedy)}",
            dataset,
        )
        for dataset, reason, remedy in sorted(cells)
    ]


def failed_notices(failures: Iterable[tuple[str, str, str]]) -> list[Notice]:
    """One notice per dataset and method; `failures` are (dataset, method, error type)."""
    kinds: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for dataset, method, error in failures:
        kinds[dataset, method][error] += 1
    return [
        Notice(
            "failed",
            f"{dataset}, {method}: {_cells(sum(errors.values()))} failed ("
            + ", ".join(f"{error} {count}x" for error, count in sorted(errors.items()))
            + ").",
            dataset,
            method,
        )
        for (dataset, method), errors in sorted(kinds.items())
    ]


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count} cells"


def _sentence(text: str) -> str:
    text = " ".join(str(text).split())
    return text if text.endswith((".", "!", "?")) else text + "."
