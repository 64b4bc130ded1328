"""What captions say of the draws on which the best is chosen, where not all have the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from benchmarks.evidence.tables.comparisons import FEWEST_COMMON
from benchmarks.evidence.tables.divisions import Division
from benchmarks.evidence.tables.panels import Cell, Panel, Table

# More places than these are counted instead of named.
MOST_NAMED = 4


def shared_draws_sentences(table: Table, panels: Sequence[Panel]) -> list[str]:
    """Who lacks draws that others have, and where too few are shared for a best one."""
    lacking: defaultdict[tuple[tuple[str, ...], int], list[str]] = defaultdict(list)
    without_best: list[str] = []
    for place, group in _groups(table, panels):
        common = max((cell.common or 0 for cell in group.values()), default=0)
        names = tuple(sorted(name for name, cell in group.items() if cell.lacking))
        if all(cell.common is None for cell in group.values()):
            continue
        if common < FEWEST_COMMON:
            without_best.append(place)
        elif names:
            lacking[names, common].append(place)
    sentences = [
        f"{_named(places, table.group)}: {', '.join(names)} without all the draws of the others;"
        f" the best is chosen on the {draws_text(common)} that all have."
        for (names, common), places in lacking.items()
    ]
    if without_best:
        sentences.append(
            f"{_named(without_best, table.group)}: no best one, as all share fewer than"
            f" {FEWEST_COMMON} draws."
        )
    return sentences


def draws_text(count: int) -> str:
    """`1 draw`, `20 draws`."""
    return "1 draw" if count == 1 else f"{count} draws"


def _groups(table: Table, panels: Sequence[Panel]) -> Iterator[tuple[str, dict[str, Cell]]]:
    """The cells that compete with each other, by their names, and where they stand."""
    for panel in panels:
        before = f"{panel.title}, " if len(panels) > 1 else ""
        if table.group == "row":
            for row in panel.rows:
                cells = dict(zip(panel.columns, row.cells, strict=True))
                yield from _comparable(before + row.label, cells)
            continue
        for place, column in enumerate(panel.columns):
            cells = {row.label: row.cells[place] for row in panel.rows}
            yield from _comparable(before + column, cells)


def _comparable(
    place: str, cells: Mapping[str, Cell | None]
) -> Iterator[tuple[str, dict[str, Cell]]]:
    """The cells of a row or column, each of its divisions by itself."""
    found: defaultdict[Division | None, dict[str, Cell]] = defaultdict(dict)
    for name, cell in cells.items():
        if cell:
            found[cell.division][name] = cell
    # All have a division, or none has.
    for division in sorted(found, key=lambda division: division or ()):
        yield f"{place}, {division.text}" if division else place, found[division]


def _named(places: Sequence[str], group: str) -> str:
    return "; ".join(places) if len(places) <= MOST_NAMED else f"In {len(places)} {group}s"
