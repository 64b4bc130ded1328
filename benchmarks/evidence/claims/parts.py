"""One part of a claim held against results: holds, fails, open or not run."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from benchmarks.evidence.claims.dependence import DEPENDENCE, dependence_sentence
from benchmarks.evidence.claims.effects import ArmResults, Arms, Unanswerable, arms_of
from benchmarks.evidence.claims.outcomes import interval_of, more_pairs_of, outcome_of, p_of
from benchmarks.evidence.claims.schema import Claim, Part
from benchmarks.evidence.claims.told import (
    Answer,
    caveats_of,
    expectation_text,
    published_effect,
    reason_text,
)
from benchmarks.evidence.optimism import OPTIMISTIC
from benchmarks.evidence.statistics import Interval
from benchmarks.evidence.wording import sizes_text

NOTHING = Interval(None, None, None, 0, None)


def judge_part(part: Part, claim: Claim, results: ArmResults, dataset: str) -> dict[str, Any]:
    """The outcome of a part on one dataset, as plain data; with `optimistic`, why, only where its
    numbers are too good, and `dependence`, a sentence, only of an interaction.

    A part fails only at the level corrected (Bonferroni) for the number of deciding parts and of
    sizes it is asked at: any one of them failing contradicts the claim. That all of them hold needs
    no correction (an intersection-union test, Berger 1982).
    """
    try:
        arms = arms_of(part, claim, results, dataset)
    except Unanswerable as why:
        return _unanswered(part, claim, why)
    answer = _over_mean if part.over == "mean" else _over_each
    found = _within_reach(answer(part, claim, arms), part, claim, arms)
    sentence = dependence_sentence(part, claim, found["effect"], found["interval"])
    found |= {DEPENDENCE: sentence} if sentence else {}
    return found | ({OPTIMISTIC: arms.optimistic} if arms.optimistic else {})


def _within_reach(answer: dict[str, Any], part: Part, claim: Claim, arms: Arms) -> dict[str, Any]:
    """A part can only hold where its smallest and its largest size were run; a part about the
    mean over sizes can only fail there, too. Its sizes are the source's and those of any arm.
    """
    named = {size for size in claim.sizes if part.train_size.contains(size)}
    ends = [max(sizes) for sizes in (named, arms.lacking + arms.sizes) if sizes]
    ends += [min(sizes) for sizes in (named, arms.lacking + arms.sizes) if sizes]
    missing = sorted(set(ends) - set(arms.sizes))
    decided = ("holds", "fails") if part.over == "mean" else ("holds",)
    if answer["outcome"] not in decided or not missing:
        return answer
    reason = f"{answer['reason']}, but the end of the range was not run: {sizes_text(missing)}"
    return {**answer, "outcome": "open", "reason": reason, "more_pairs": None}


def _over_mean(part: Part, claim: Claim, arms: Arms) -> dict[str, Any]:
    answer = _answer(part, claim, arms, arms.sizes, tests=1)
    return _result(part, claim, arms.sizes, answer) | {
        "reason": reason_text(part, claim, arms, answer),
        "caveats": caveats_of(part, claim, arms, answer),
    }


def _over_each(part: Part, claim: Claim, arms: Arms) -> dict[str, Any]:
    """The part's effect and p are those of the size that speaks most against it.

    For a part that holds that is the size with the largest p (an intersection-union test), for one
    that fails the smallest p, times the number of sizes.
    """
    answers = [_answer(part, claim, arms, [size], len(arms.sizes)) for size in arms.sizes]
    worst = min(answers, key=lambda answer: _favour(part, answer))
    p = worst.p
    if worst.outcome == "fails" and p is not None:
        p = min(1.0, len(answers) * p)
    open_ones = [answer for answer in answers if answer.outcome == "open"]
    needed = [answer.more_pairs for answer in open_ones if answer.more_pairs is not None]
    more = max(needed) if needed and len(needed) == len(open_ones) else None
    reason = reason_text(part, claim, arms, worst)
    return _result(part, claim, arms.sizes, worst) | {
        "p": p,
        "more_pairs": more,
        "headline_size": worst.sizes[0],
        "reason": f"least favourable size n = {worst.sizes[0]}: {reason}",
        "caveats": caveats_of(part, claim, arms, worst),
        "published": published_effect(part, claim, worst.sizes),
        "by_size": [
            {
                "train_size": answer.sizes[0],
                "effect": answer.interval.estimate,
                "interval": answer.bounds,
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
    values, level = arms.values(sizes), claim.level
    outcome = outcome_of(part, values, level)
    if outcome == "fails":
        tests *= sum(other.deciding for other in claim.parts) if part.deciding else 1
        level = 1 - (1 - claim.level) / tests
        outcome = outcome_of(part, values, level)
    more = more_pairs_of(part, values, level) if outcome == "open" else None
    interval = interval_of(part, values, claim.level)
    return Answer(sizes, interval, outcome, p_of(part, values, outcome), more, level)


def _favour(part: Part, answer: Answer) -> tuple[int, float]:
    """How much an answer speaks for the part: the size with the least is the part's own."""
    rank = {"fails": 0, "open": 1, "holds": 2}[answer.outcome]
    if answer.interval.estimate is None:
        return rank, -math.inf
    if answer.outcome != "open" and answer.p is not None:
        return rank, answer.p if answer.outcome == "fails" else -answer.p
    if part.expect.within is not None:
        return rank, -abs(answer.interval.estimate)
    margin = answer.interval.estimate - part.expect.bound
    return rank, margin if part.expect.upward else -margin


def _unanswered(part: Part, claim: Claim, why: Unanswerable) -> dict[str, Any]:
    nothing = Answer([], NOTHING, why.outcome, None, None, claim.level)
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
        "interval": answer.bounds,
        "level": claim.level,
        "p": answer.p,
        "pairs": answer.interval.pairs,
        "more_pairs": answer.more_pairs,
        "sizes": list(sizes),
        "published": published_effect(part, claim, sizes),
        "headline_size": None,
        "caveats": [],
        "by_size": [],
    }
