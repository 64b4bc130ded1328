"""The rows of a forest plot: one axis per unit, texts on both sides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from benchmarks.evidence.claims.expectations import Expectation
from benchmarks.evidence.figures.style import INK, LINE, QUIET, counted, cut, folded
from benchmarks.evidence.wording import UNITS, effect_text, interval_text, optimism_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

AXES = {
    "difference": "difference (points)",
    "points": "spread (points)",
    "mean": "mean (%)",
    "ratio": "ratio (log scale)",
    "number": "value",
    "signed number": "difference",
}
# Where there is no difference.
NEUTRAL = {"difference": 0.0, "points": 0.0, "ratio": 1.0, "signed number": 0.0}
PUBLISHED = {
    "read": ("D", "published"),
    "digitised": ("o", "published, digitised"),
    "memory": ("^", "published, unconfirmed"),
}
# Also told apart in words.
COLORS = {"reproduced": "#01628f", "contradicted": "#b34700", "inconclusive": INK}
RATIOS = [step * 10.0**power for power in range(-4, 5) for step in (1, 2, 5)]
FINE_RATIOS = [step / 20 for step in range(1, 100)]
EXPECTED = "0.91"


def numbers(verdict: dict[str, Any]) -> list[float]:
    found = [verdict["effect"], verdict["published"], *(verdict["interval"] or ())]
    return [number for number in found if number is not None]


def row_height(row: dict[str, Any]) -> float:
    return LINE * (len(_about(row)) + 1) + 0.1


def _about(row: dict[str, Any]) -> list[str]:
    """The small lines below a claim's name: what is measured, on what."""
    sizes = [f"n = {row['sizes'][0]}"] if row["sizes"] else []
    if len(row["sizes"]) > 1:
        sizes = [f"n = {row['sizes'][0]} to {row['sizes'][-1]}"]
    where = ", ".join(
        [f"{row['dataset']} ({row['benchmark']})", *sizes, counted(row["pairs"], "draw")]
    )
    measure = row["measure"].replace(" - ", " \N{MINUS SIGN} ")
    return [*folded(measure, 46).splitlines(), *folded(where, 46).splitlines()]


def draw_group(
    ax: Axes, group: Sequence[dict[str, Any]], expected: dict[str, Expectation | None]
) -> dict[str, Any]:
    """Draws one axis with its rows; returns what the legend has to explain."""
    unit = group[0]["unit"]
    scale = UNITS[unit].scale
    heights = [row_height(row) for row in group]
    ax.set_ylim(sum(heights), 0)
    ax.set_xlim(*_limits(group, expected))
    if unit == "ratio":
        _ratio_axis(ax)
    else:
        ax.locator_params(axis="x", nbins=6)
    entries: dict[str, Any] = {}
    top = 0.0
    for row, height in zip(group, heights, strict=True):
        span, middle = (top + 0.04, top + height - 0.04), top + height / 2
        entries |= _expected(ax, expected[row["id"]], scale, span)
        entries |= _row(ax, row, scale, middle)
        _row_text(ax, row, middle)
        top += height
    if unit in NEUTRAL:
        ax.axvline(NEUTRAL[unit], color=INK, linewidth=0.6, zorder=1.5)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.set_xlabel(AXES[unit])
    return entries


def _limits(
    group: Sequence[dict[str, Any]], expected: dict[str, Expectation | None]
) -> tuple[float, float]:
    unit = group[0]["unit"]
    scale = UNITS[unit].scale
    drawn = [scale * number for row in group for number in numbers(row)]
    drawn += [scale * bound for row in group for bound in _bounds(expected[row["id"]])]
    drawn += [NEUTRAL[unit]] if unit in NEUTRAL else []
    low, high = min(drawn), max(drawn)
    if unit == "ratio":
        margin = (high / low) ** 0.06 if high > low else 1.1
        return low / margin, high * margin
    margin = 0.06 * (high - low) or max(abs(high) * 0.1, 1.0)
    return low - margin, high + margin


def _ratio_axis(ax: Axes) -> None:
    left, right = ax.get_xlim()
    ax.set_xscale("log")
    for candidates in (RATIOS, FINE_RATIOS):
        ticks = [tick for tick in candidates if left <= tick <= right]
        if len(ticks) >= 3:
            break
    ax.set_xticks(ticks[:: -(-len(ticks) // 8) or 1], minor=False)
    ax.set_xticklabels([f"{tick:g}" for tick in ax.get_xticks()])
    ax.set_xticks([], minor=True)
    ax.set_xlim(left, right)


def _bounds(expect: Expectation | None) -> list[float]:
    if expect is None:
        return []
    return [-expect.bound, expect.bound] if expect.within is not None else [expect.bound]


def _expected(
    ax: Axes, expect: Expectation | None, scale: float, span: tuple[float, float]
) -> dict[str, Any]:
    """Shades what the claim expects within the row."""
    if expect is None:
        return {}
    bounds = [scale * bound for bound in _bounds(expect)]
    left, right = ax.get_xlim()
    if len(bounds) == 2:
        left, right = bounds
    elif expect.upward:
        left = bounds[0]
    else:
        right = bounds[0]
    area = ax.fill_betweenx(span, left, right, color=EXPECTED, linewidth=0, zorder=0.5)
    ax.vlines(bounds, *span, color=QUIET, linewidth=0.9, linestyle=(0, (3, 1.5)), zorder=2)
    return {"expected by the claim, from its bound on": area}


def _row(ax: Axes, row: dict[str, Any], scale: float, height: float) -> dict[str, Any]:
    color = COLORS.get(row["verdict"], INK)
    drawn: dict[str, Any] = {"linewidth": 1.5, "color": color, "zorder": 3}
    if row["interval"] is not None:
        bounds = [scale * bound for bound in row["interval"]]
        ax.plot(bounds, [height] * 2, gid=f"{row['id']}/interval", **drawn)
    effect = [scale * row["effect"]]
    ax.plot(effect, [height], marker="s", markersize=4.5, gid=row["id"], **drawn)
    (own,) = ax.plot([], [], marker="s", markersize=4.5, color=INK, linewidth=1.5)
    entries: dict[str, Any] = {"here, with its interval": own}
    if row["published"] is not None:
        marker, text = PUBLISHED[row["published_mark"]]
        (entries[text],) = ax.plot(
            [scale * row["published"]],
            [height],
            marker=marker,
            linestyle="none",
            markersize=5,
            markerfacecolor="white",
            markeredgecolor=INK,
            markeredgewidth=0.9,
            zorder=5,
            gid=f"{row['id']}/published",
        )
    return entries


def _row_text(ax: Axes, row: dict[str, Any], middle: float) -> None:
    """Left what is compared, right the verdict in words."""
    beside: dict[str, Any] = {"transform": ax.get_yaxis_transform(), "va": "center"}
    small = beside | {"fontsize": 6.5, "color": QUIET}
    color = COLORS.get(row["verdict"], INK)
    lines = _about(row)
    top = middle - LINE * len(lines) / 2
    name = cut(row["id"], 40)
    ax.text(-0.02, top, name, ha="right", weight="bold", fontsize=7.5, **beside)
    for place, line in enumerate(lines, 1):
        ax.text(-0.02, top + LINE * place, line, ha="right", **small)
    verdict: dict[str, Any] = {"ha": "left", "weight": "bold", "color": color, "fontsize": 7.5}
    ax.text(1.02, middle - LINE / 2, row["verdict"], **verdict, **beside)
    ax.text(1.02, middle + LINE / 2, effect_words(row).replace("-", "\N{MINUS SIGN}"), **small)


def effect_words(row: dict[str, Any]) -> str:
    effect = effect_text(row["effect"], row["unit"], digits=2)
    if row["interval"] is None:
        return f"{effect}, no interval{optimism_text(row)}"
    return f"{effect} {interval_text(row['interval'], row['unit'], digits=2)}{optimism_text(row)}"
