"""The forest plot: the effect of every claim with its interval, beside the published effect."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

from benchmarks.evidence.claims.expectations import Expectation
from benchmarks.evidence.claims.files import parse_claim
from benchmarks.evidence.claims.headline import headline_part
from benchmarks.evidence.claims.schema import Claim
from benchmarks.evidence.figures.cells import refuse_not_finite
from benchmarks.evidence.figures.drawing import Drawing, save
from benchmarks.evidence.figures.forest_rows import (
    AXES,
    draw_group,
    effect_words,
    numbers,
    row_height,
)
from benchmarks.evidence.figures.layout import legend_below, new_figure, say_empty
from benchmarks.evidence.figures.style import LINE, PAGE, QUIET, counted, folded, house_style
from benchmarks.evidence.wording import percent, published_text, sizes_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

AXIS_HEIGHT = 0.4  # inches, of the ticks and the label below an axis


def forest_plot(
    verdicts: Sequence[dict[str, Any]],
    path_stem: str | PathLike[str],
    claims: Iterable[Claim | dict[str, Any]] = (),
) -> Drawing:
    """Draws `path_stem`.pdf and .png from the verdicts of `claims.judge`.

    One row per claim: effect and interval, the published effect with its mark, the verdict in
    words. Rows are grouped by unit, each unit with its own axis. What the claim expects is shaded
    from its bound on, for those verdicts whose `claims` are given. Claims without results are
    listed below.

    Raises EvidenceError for a number that is not finite.
    """
    rows = [verdict for verdict in verdicts if verdict["effect"] is not None]
    refuse_not_finite("effect", (number for verdict in rows for number in numbers(verdict)))
    parsed = {claim.id: claim for claim in map(parse_claim, claims)}
    expected = {row["id"]: _expectation(row, parsed.get(row["id"])) for row in rows}
    groups = _groups(rows)
    silent = _silent(verdicts)
    with house_style():
        figure, axes = _sheet(groups, silent)
        entries: dict[str, Any] = {}
        for group, ax in zip(groups, axes, strict=False):
            entries |= draw_group(ax, group, expected)
        if silent:
            _list_silent(axes[-1], silent)
        if not verdicts:
            say_empty(axes[0], "no claim")
        legend_below(figure, entries)
        return save(figure, path_stem, "Claims and their verdicts", _words(verdicts, rows, silent))


def _expectation(verdict: dict[str, Any], claim: Claim | None) -> Expectation | None:
    """That of the deciding part on which the verdict hangs."""
    part = headline_part(verdict)
    if claim is None or part is None:
        return None
    return next((own.expect for own in claim.parts if own.id == part["id"]), None)


def _groups(rows: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Rows of one axis: those of one unit; plain numbers are of different things, each alone."""
    found: dict[Any, list[dict[str, Any]]] = {}
    for unit in AXES:
        for row in rows:
            if row["unit"] == unit:
                alone = row["id"] if unit.endswith("number") else None
                found.setdefault((unit, alone), []).append(row)
    return list(found.values())


def _silent(verdicts: Sequence[dict[str, Any]]) -> dict[str, list[str]]:
    """Claims without an effect, by their verdict."""
    found: dict[str, list[str]] = {}
    for word in ("inconclusive", "not-run", "cited"):
        names = [v["id"] for v in verdicts if v["effect"] is None and v["verdict"] == word]
        if names:
            found[word.replace("-", " ")] = names
    return found


def _sheet(
    groups: Sequence[list[dict[str, Any]]], silent: dict[str, list[str]]
) -> tuple[Figure, list[Axes]]:
    heights = [sum(map(row_height, group)) for group in groups]
    if silent:
        heights.append(LINE * (len(_silent_lines(silent)) + 1))
    heights = heights or [1.0]
    figure = new_figure(PAGE, sum(heights) + AXIS_HEIGHT * len(groups))
    axes = figure.subplots(len(heights), 1, squeeze=False, height_ratios=heights)[:, 0]
    return figure, list(axes)


def _silent_lines(silent: dict[str, list[str]]) -> list[tuple[str, str]]:
    """(verdict, names) line by line; the verdict stands on its first line only."""
    return [
        (word if place == 0 else "", line)
        for word, names in silent.items()
        for place, line in enumerate(folded(", ".join(names), 80).splitlines())
    ]


def _list_silent(ax: Axes, silent: dict[str, list[str]]) -> None:
    lines = _silent_lines(silent)
    ax.set_axis_off()
    ax.set_ylim(len(lines) + 0.5, -0.5)
    beside: dict[str, Any] = {"transform": ax.get_yaxis_transform(), "va": "center", "color": QUIET}
    for place, (word, names) in enumerate(lines):
        ax.text(-0.02, place + 0.5, word, ha="right", **beside)
        ax.text(0, place + 0.5, names, ha="left", **beside)


def _words(
    verdicts: Sequence[dict[str, Any]],
    rows: Sequence[dict[str, Any]],
    silent: dict[str, list[str]],
) -> str:
    if not verdicts:
        return "Empty figure: no claim."
    found = Counter(verdict["verdict"].replace("-", " ") for verdict in verdicts)
    counts = ", ".join(f"{count} {word}" for word, count in found.items())
    levels = " or ".join(sorted({percent(row["level"], 0) for row in rows})) or "no"
    told = [
        f"Effects of claims, with {levels} intervals; {counted(len(verdicts), 'claim')}: {counts}."
    ]
    told += [_row_words(row) for row in rows]
    told += [f"Without a result, {word}: {', '.join(names)}." for word, names in silent.items()]
    return " ".join(told)


def _row_words(row: dict[str, Any]) -> str:
    text = f"{row['id']}: {row['measure']} {effect_words(row)} on {row['dataset']}"
    text += f" ({row['benchmark']}, {sizes_text(row['sizes'])}, {counted(row['pairs'], 'draw')})"
    if row.get("expect"):
        text += f", expected {row['expect']}"
    if row["published"] is not None:
        text += f", published {published_text(row)}"
    return f"{text}: {row['verdict']}."
