"""One part of a claim held against results: holds, fails, open or not run."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from benchmarks.evidence.claim_schema import Claim, Expectation, Part
from benchmarks.evidence.results import split_means
from benchmarks.evidence.statistics import NO_SPREAD, Interval, mean_interval, paired_difference
from benchmarks.evidence.wording import effect_text, interval_text, sizes_text

SIGNS = {"greater_than": ">", "at_least": ">=", "less_than": "<", "at_most": "<="}


def judge_part(part: Part, claim: Claim, rows: pd.DataFrame) -> dict[str, Any]:
    """The outcome of a part on the rows of one dataset and protocol, as plain data."""
    losses = rows.groupby("method")["loss"].nunique()
    missing = [method for method in part.methods if method not in losses.index]
    if missing:
        return _unanswered(part, claim, "not-run", f"not run: {', '.join(missing)}")
    several = [method for method in part.methods if losses[method] > 1]
    if several:
        reason = f"{several[0]} was run with {losses[several[0]]} losses: report one at a time"
        return _unanswered(part, claim, "open", reason)
    arms = [_by_seed_and_size(rows, method, part.metric) for method in part.methods]
    sizes = _common_sizes(part, arms)
    if not sizes:
        reason = f"not run: {' and '.join(part.methods)} at {part.train_size}"
        return _unanswered(part, claim, "not-run", reason)
    answer = _over_mean if part.over == "mean" else _over_each
    return _within_reach(answer(part, claim, arms, sizes), part, claim, sizes)


def _within_reach(
    answer: dict[str, Any], part: Part, claim: Claim, sizes: list[int]
) -> dict[str, Any]:
    """A part can only hold where its smallest and its largest size were run; a part about the
    mean over sizes can only fail there, too.
    """
    asked = [size for size in claim.sizes if part.train_size.contains(size)]
    missing = sorted({min(asked), max(asked)} - set(sizes)) if asked else []
    decided = ("holds", "fails") if part.over == "mean" else ("holds",)
    if answer["outcome"] not in decided or not missing:
        return answer
    reason = f"{answer['reason']}, but the end of the range was not run: {sizes_text(missing)}"
    return {**answer, "outcome": "open", "reason": reason}


def outcome_of(expect: Expectation, interval: Interval, level: float) -> str:
    """`holds` if the whole interval is on the expected side, `fails` if none of it is.

    Where every draw gave the same value there is no interval. If that value is off the bound, the
    exact sign test decides instead: k draws on one side have p = 2 * 2**-k (Dixon & Mood 1946),
    which needs 6 draws at 95 %.
    """
    constant = interval.spread == 0 and 2 * 0.5**interval.pairs <= 1 - level
    low, high = interval.low, interval.high
    if low is None and constant and abs(interval.estimate - expect.bound) > NO_SPREAD:
        low = high = interval.estimate
    if low is None:
        return "open"
    if expect.greater_than is not None:
        holds, fails = low > expect.greater_than, high <= expect.greater_than
    elif expect.at_least is not None:
        holds, fails = low >= expect.at_least, high < expect.at_least
    elif expect.less_than is not None:
        holds, fails = high < expect.less_than, low >= expect.less_than
    else:
        holds, fails = high <= expect.at_most, low > expect.at_most
    return "holds" if holds else "fails" if fails else "open"


def _over_mean(
    part: Part, claim: Claim, arms: list[pd.DataFrame], sizes: list[int]
) -> dict[str, Any]:
    interval = _interval(arms, sizes, claim.level)
    outcome = outcome_of(part.expect, interval, claim.level)
    return _result(part, claim, sizes, interval, outcome) | {
        "reason": _reason(part, interval),
        "seeds_left_out": _left_out(arms, sizes, interval),
    }


def _over_each(
    part: Part, claim: Claim, arms: list[pd.DataFrame], sizes: list[int]
) -> dict[str, Any]:
    """Holds if every size holds at the claim's level (an intersection-union test needs no
    correction); fails if one size fails at the level corrected for the number of sizes
    (Bonferroni). The part's effect is that of the size that speaks most against it.
    """
    corrected_level = 1 - (1 - claim.level) / len(sizes)
    answers = []
    for size in sizes:
        interval = _interval(arms, [size], claim.level)
        outcome = outcome_of(part.expect, interval, claim.level)
        if outcome == "fails":
            corrected = _interval(arms, [size], corrected_level)
            outcome = outcome_of(part.expect, corrected, corrected_level)
        answers.append((size, interval, outcome))
    size, interval, outcome = min(answers, key=lambda answer: _favour(part, *answer[1:]))
    return _result(part, claim, sizes, interval, outcome) | {
        "reason": f"least favourable size n = {size}: {_reason(part, interval)}",
        "seeds_left_out": _left_out(arms, [size], interval),
        "published": _published(part, claim, [size]),
        "by_size": [
            {
                "train_size": size,
                "effect": interval.estimate,
                "interval": _bounds(interval),
                "pairs": interval.pairs,
                "outcome": outcome,
                "reason": interval.reason,
            }
            for size, interval, outcome in answers
        ],
    }


def _favour(part: Part, interval: Interval, outcome: str) -> tuple[int, float]:
    rank = {"fails": 0, "open": 1, "holds": 2}[outcome]
    if interval.estimate is None:
        return rank, -math.inf
    margin = interval.estimate - part.expect.bound
    return rank, margin if part.expect.upward else -margin


def _interval(arms: list[pd.DataFrame], sizes: list[int], level: float) -> Interval:
    """Averages over the sizes within each seed, of the seeds that have every size."""
    complete = [arm[sizes].dropna().mean(axis="columns") for arm in arms]
    if len(complete) == 2:
        return paired_difference(*complete, level)
    interval = mean_interval(complete[0], level)
    if interval.low is None:
        return interval
    return replace(interval, low=max(interval.low, 0.0), high=min(interval.high, 1.0))  # a share


def _by_seed_and_size(rows: pd.DataFrame, method: str, metric: str) -> pd.DataFrame:
    means = split_means(rows[rows["method"] == method], metric)
    return means.pivot(index="split_seed", columns="train_size", values=metric)


def _common_sizes(part: Part, arms: list[pd.DataFrame]) -> list[int]:
    common = set.intersection(*(set(arm.columns) for arm in arms))
    return [int(size) for size in sorted(common) if part.train_size.contains(size)]


def _left_out(arms: list[pd.DataFrame], sizes: list[int], interval: Interval) -> int:
    """How many seeds with some of the cells do not count, because they lack others."""
    seeds: set[int] = set()
    for arm in arms:
        seeds |= set(arm[sizes].dropna(how="all").index)
    return len(seeds) - interval.pairs


def _reason(part: Part, interval: Interval) -> str:
    text = effect_text(interval.estimate, part.unit, digits=2)
    if interval.spread == 0:
        return f"{text} in each of {interval.pairs} draws, expected {expectation_text(part)}"
    if interval.reason:
        return f"{text}, no interval: {interval.reason}"
    bounds = interval_text(_bounds(interval), part.unit, digits=2)
    return f"{text} {bounds}, expected {expectation_text(part)}"


def expectation_text(part: Part) -> str:
    """`> 0`, `< +2.0 points` or `>= 99.0 %`."""
    name = next(name for name, bound in part.expect if bound is not None)
    bound = effect_text(part.expect.bound, part.unit) if part.expect.bound else "0"
    return f"{SIGNS[name]} {bound}"


def _unanswered(part: Part, claim: Claim, outcome: str, reason: str) -> dict[str, Any]:
    nothing = Interval(None, None, None, 0, None)
    return _result(part, claim, [], nothing, outcome) | {"reason": reason}


def _result(
    part: Part, claim: Claim, sizes: Sequence[int], interval: Interval, outcome: str
) -> dict[str, Any]:
    return {
        "id": part.id,
        "says": part.says,
        "deciding": part.deciding,
        "measure": part.measure,
        "unit": part.unit,
        "over": part.over,
        "asked": str(part.train_size),
        "expect": expectation_text(part),
        "outcome": outcome,
        "effect": interval.estimate,
        "interval": _bounds(interval),
        "level": claim.level,
        "pairs": interval.pairs,
        "sizes": list(sizes),
        "published": _published(part, claim, sizes),
        "seeds_left_out": 0,
        "by_size": [],
    }


def _bounds(interval: Interval) -> list[float] | None:
    return None if interval.low is None else [interval.low, interval.high]


def _published(part: Part, claim: Claim, sizes: Sequence[int]) -> float | None:
    """The source's own effect: as given, or from its points at the sizes that were run here."""
    if part.published is not None:
        return part.published
    points = claim.published.points if claim.published else {}
    if part.metric != "accuracy" or not all(method in points for method in part.methods):
        return None
    curves = [points[method] for method in part.methods]
    both = [size for size in curves[0] if all(size in curve for curve in curves)]
    asked = sizes or [size for size in both if part.train_size.contains(size)]
    used = [size for size in both if size in asked]
    if not used:
        return None
    means = [sum(curve[size] for size in used) / len(used) for curve in curves]
    return round(means[0] - means[1] if part.contrast else means[0], 6)


def incomplete_sizes(part: Part, claim: Claim, sizes: Sequence[int]) -> str | None:
    """A caveat where the source has sizes in a part's range that were not run."""
    absent = [n for n in claim.sizes if part.train_size.contains(n) and n not in sizes]
    if not absent or not sizes:
        return None
    return f"{part.id}: run at {sizes_text(sizes)} only; the source also has {sizes_text(absent)}"
