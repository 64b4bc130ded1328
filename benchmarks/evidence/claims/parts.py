"""One part of a claim held against results: holds, fails, open or not run."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from benchmarks.evidence.claims.effects import ArmResults, Arms, Unanswerable, arms_of
from benchmarks.evidence.claims.schema import SHARES, Claim, Expectation, Part
from benchmarks.evidence.statistics import (
    NO_SPREAD,
    Interval,
    accuracy_interval,
    difference_interval,
    one_sided_p,
    pairs_needed,
)
from benchmarks.evidence.wording import effect_text, interval_text, sizes_text

SIGNS = {"greater_than": ">", "at_least": ">=", "less_than": "<", "at_most": "<="}
NOTHING = Interval(None, None, None, 0, None)


@dataclass(frozen=True)
class Answer:
    """What the draws say of a part at some sizes; `p` is two-sided, against the part's bound."""

    sizes: list[int]
    interval: Interval
    outcome: str
    p: float | None
    more_pairs: int | None


def judge_part(part: Part, claim: Claim, results: ArmResults, dataset: str) -> dict[str, Any]:
    """The outcome of a part on one dataset, as plain data.

    A part fails only at the level corrected (Bonferroni) for the number of deciding parts and of
    sizes it is asked at: any one of them failing contradicts the claim. That all of them hold needs
    no correction (an intersection-union test, Berger 1982).
    """
    try:
        arms = arms_of(part, claim, results, dataset)
    except Unanswerable as why:
        return _unanswered(part, claim, why)
    answer = _over_mean if part.over == "mean" else _over_each
    return _within_reach(answer(part, claim, arms), part, claim, arms.sizes)


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
    return {**answer, "outcome": "open", "reason": reason, "more_pairs": None}


def _over_mean(part: Part, claim: Claim, arms: Arms) -> dict[str, Any]:
    answer = _answer(part, claim, arms, arms.sizes, tests=1)
    return _result(part, claim, arms.sizes, answer) | {
        "reason": _reason(part, answer),
        "seeds_left_out": arms.seeds_left_out(arms.sizes),
    }


def _over_each(part: Part, claim: Claim, arms: Arms) -> dict[str, Any]:
    """The part's effect is that of the size that speaks most against it."""
    answers = [_answer(part, claim, arms, [size], len(arms.sizes)) for size in arms.sizes]
    worst = min(answers, key=lambda answer: _favour(part, answer))
    return _result(part, claim, arms.sizes, worst) | {
        "reason": f"least favourable size n = {worst.sizes[0]}: {_reason(part, worst)}",
        "seeds_left_out": arms.seeds_left_out(worst.sizes),
        "published": published_effect(part, claim, worst.sizes),
        "by_size": [
            {
                "train_size": answer.sizes[0],
                "effect": answer.interval.estimate,
                "interval": _bounds(answer.interval),
                "pairs": answer.interval.pairs,
                "outcome": answer.outcome,
                "p": answer.p,
                "reason": answer.interval.reason,
            }
            for answer in answers
        ],
    }


def _answer(part: Part, claim: Claim, arms: Arms, sizes: list[int], tests: int) -> Answer:
    """`tests`: how many sizes the part is asked at."""
    values = arms.values(sizes)
    interval = _interval(part, values, claim.level)
    outcome = outcome_of(part, values, claim.level)
    if outcome == "fails":
        tests *= sum(other.deciding for other in claim.parts) if part.deciding else 1
        outcome = outcome_of(part, values, 1 - (1 - claim.level) / tests)
    more = _more_pairs(part, values, claim.level) if outcome == "open" else None
    return Answer(sizes, interval, outcome, _p(part, values), more)


def outcome_of(part: Part, values: np.ndarray, level: float) -> str:
    """`holds` if the whole interval is on the expected side, `fails` if none of it is.

    `expect.within` holds by two one-sided tests (Schuirmann 1987): the interval at 2 level - 1
    lies inside the margins. Where every draw gave the same value there is no interval; if that
    value is off the bound, the exact sign test decides instead: k draws on one side have
    p = 2 * 2**-k (Dixon & Mood 1946), which needs 6 draws at 95 %.
    """
    expect = part.expect
    span = _span(part, values, level, level)
    if span is None:
        return "open"
    low, high = span
    if expect.within is not None:
        inner = _span(part, values, 2 * level - 1, level)
        holds = -expect.bound < inner[0] and inner[1] < expect.bound
        fails = low >= expect.bound or high <= -expect.bound
    elif expect.upward:
        strict = expect.name == "greater_than"
        holds = low > expect.bound if strict else low >= expect.bound
        fails = high <= expect.bound if strict else high < expect.bound
    else:
        strict = expect.name == "less_than"
        holds = high < expect.bound if strict else high <= expect.bound
        fails = low >= expect.bound if strict else low > expect.bound
    return "holds" if holds else "fails" if fails else "open"


def _span(
    part: Part, values: np.ndarray, level: float, sign_level: float
) -> tuple[float, float] | None:
    interval = _interval(part, values, level)
    if interval.low is not None:
        return interval.low, interval.high
    constant = interval.spread == 0 and 2 * 0.5**interval.pairs <= 1 - sign_level
    if constant and abs(interval.estimate - _nearest_bound(part.expect, interval)) > NO_SPREAD:
        return interval.estimate, interval.estimate
    return None


def _nearest_bound(expect: Expectation, interval: Interval) -> float:
    return math.copysign(expect.bound, interval.estimate) if expect.within else expect.bound


def _interval(part: Part, values: np.ndarray, level: float) -> Interval:
    if _is_share(part):
        return accuracy_interval(values, level)
    interval = difference_interval(values, level)
    if part.kind != "ratio" or interval.estimate is None:
        return interval
    names = ("estimate", "low", "high")
    logarithms = {name: getattr(interval, name) for name in names}
    ratios = {n: None if value is None else math.exp(value) for n, value in logarithms.items()}
    return replace(interval, **ratios)


def _is_share(part: Part) -> bool:
    return part.kind == "mean_of" and part.metric in SHARES


def _from_bound(part: Part, values: np.ndarray, bound: float) -> np.ndarray:
    return values - (math.log(bound) if part.kind == "ratio" else bound)


def _p(part: Part, values: np.ndarray) -> float | None:
    """Two-sided p value of the bound, that of the interval; with margins the larger one-sided."""
    if len(values) < 2:
        return None
    if part.expect.within is not None:
        margin = part.expect.bound
        return max(one_sided_p(values, -margin), one_sided_p(-values, -margin))
    distances = _from_bound(part, values, part.expect.bound)
    sides = (one_sided_p(side, 0.0, _is_share(part)) for side in (distances, -distances))
    return min(1.0, 2 * min(sides))


def _more_pairs(part: Part, values: np.ndarray, level: float) -> int | None:
    """About how many further draws would settle it, were the effect and its spread as they are."""
    if len(values) < 2:
        return None
    bound = _nearest_bound(part.expect, _interval(part, values, level))
    needed = pairs_needed(_from_bound(part, values, bound), 0.0, level)
    return None if needed is None else max(needed - len(values), 1)


def _favour(part: Part, answer: Answer) -> tuple[int, float]:
    rank = {"fails": 0, "open": 1, "holds": 2}[answer.outcome]
    if answer.interval.estimate is None:
        return rank, -math.inf
    if part.expect.within is not None:
        return rank, -abs(answer.interval.estimate)
    margin = answer.interval.estimate - part.expect.bound
    return rank, margin if part.expect.upward else -margin


def _reason(part: Part, answer: Answer) -> str:
    interval = answer.interval
    text = effect_text(interval.estimate, part.unit, digits=2)
    if interval.spread == 0:
        return f"{text} in each of {interval.pairs} draws, expected {expectation_text(part)}"
    if interval.low is None:
        return f"{text}, no interval: {interval.reason}"
    bounds = interval_text(_bounds(interval), part.unit, digits=2)
    return f"{text} {bounds}, expected {expectation_text(part)}"


def expectation_text(part: Part) -> str:
    """`> 0`, `< +2.0 points`, `>= 99.0 %` or `within 1.0 points`."""
    expect = part.expect
    if expect.within is not None:
        return f"within {effect_text(expect.bound, part.unit).removeprefix('+')}"
    bound = effect_text(expect.bound, part.unit) if expect.bound else "0"
    return f"{SIGNS[expect.name]} {bound}"


def _unanswered(part: Part, claim: Claim, why: Unanswerable) -> dict[str, Any]:
    nothing = Answer([], NOTHING, why.outcome, None, None)
    return _result(part, claim, [], nothing) | {"reason": why.reason}


def _result(part: Part, claim: Claim, sizes: Sequence[int], answer: Answer) -> dict[str, Any]:
    return {
        "id": part.id,
        "says": part.says,
        "deciding": part.deciding,
        "measure": part.measure,
        "unit": part.unit,
        "over": part.over,
        "asked": str(part.train_size),
        "expect": expectation_text(part),
        "outcome": answer.outcome,
        "effect": answer.interval.estimate,
        "interval": _bounds(answer.interval),
        "level": claim.level,
        "p": answer.p,
        "pairs": answer.interval.pairs,
        "more_pairs": answer.more_pairs,
        "caveat": answer.interval.caveat,
        "sizes": list(sizes),
        "published": published_effect(part, claim, sizes),
        "seeds_left_out": 0,
        "by_size": [],
    }


def _bounds(interval: Interval) -> list[float] | None:
    return None if interval.low is None else [interval.low, interval.high]


def published_effect(part: Part, claim: Claim, sizes: Sequence[int]) -> float | None:
    """The source's own effect: as given, or from its points at the sizes that were run here."""
    if part.published is not None:
        return part.published
    points = claim.published.points if claim.published else {}
    named = [str(arm) for arm in part.arms]
    known = part.metric == "accuracy" and part.kind in ("contrast", "mean_of")
    if not known or not all(name in points for name in named):
        return None
    curves = [points[name] for name in named]
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
