"""Where the numbers of a page come from, from all its records together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from benchmarks.records.store import Record

FINISHED = "finished"
VALUES_SHOWN = 4


def provenance_summary(records: Sequence[Record]) -> list[tuple[str, str]]:
    """What the records say of their origin: (field, its values over all records)."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for record in records:
        for field, value in flat(record.get("provenance") or {}):
            if field != FINISHED:
                found[field].add(str(value))
        found["threads per cell"].add(str((record.get("config") or {}).get("threads", "unknown")))
    done = sum(record.get("status") == "done" for record in records)
    summary = [("records", f"{len(records)} ({done} done, {len(records) - done} failed)")]
    if dates := date_range(records):
        summary.append((FINISHED, dates_text(dates)))
    return summary + [(field, _values(found[field])) for field in sorted(found)]


def date_range(records: Iterable[Record]) -> tuple[str, str] | None:
    """The days (year-month-day) on which the first and the last record were finished."""
    moments = ((record.get("provenance") or {}).get(FINISHED) for record in records)
    days = sorted(str(moment)[:10] for moment in moments if moment)
    return (days[0], days[-1]) if days else None


def dates_text(dates: tuple[str, str]) -> str:
    """`2026-11-22` or `2026-11-20 to 2026-11-22`."""
    return dates[0] if dates[0] == dates[1] else f"{dates[0]} to {dates[1]}"


def flat(values: dict[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """The fields of nested mappings, `a.b` for field b of a."""
    for name, value in values.items():
        if isinstance(value, dict):
            yield from flat(value, f"{before}{name}.")
        else:
            yield before + str(name), value


def _values(values: set[str]) -> str:
    if len(values) > VALUES_SHOWN:
        return f"{len(values)} different values"
    return ", ".join(sorted(values))
