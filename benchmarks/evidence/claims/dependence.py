"""What an interaction says, in one sentence: whether a difference depends on a further choice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.evidence.claims.arms import Arm
from benchmarks.evidence.claims.schema import Claim, Part
from benchmarks.evidence.wording import effect_text, interval_text, percent

DEPENDENCE = "dependence"


def dependence_sentence(
    part: Part, claim: Claim, effect: float | None, interval: Sequence[float] | None
) -> str | None:
    """None for a part that is no interaction over the mean of sizes or has no interval, and where
    its four arms are not two choices crossed.
    """
    if part.interaction is None or part.over != "mean" or effect is None or interval is None:
        return None
    (first, first_other), (second, second_other) = part.interaction
    within, between = _change(first, first_other, claim), _change(first, second, claim)
    if within is None or between is None or _change(second, second_other, claim) != within:
        return None
    # An interaction is symmetric: what was tuned or not is told as the condition.
    compared, condition = (between, within) if within[0] == "protocol" else (within, between)
    low, high = interval
    depends = "depends" if low > 0 or high < 0 else "is not shown to depend"
    measured = f"{effect_text(effect, part.unit)} {interval_text(interval, part.unit)}"
    return (
        f"The difference of {compared[1]} and {compared[2]} {depends} on the {condition[0]}: with"
        f" {condition[1]} in place of {condition[2]} it changes by {measured}"
        f" ({percent(claim.level, 0)} interval, not corrected for other questions)."
    )


def dependences(verdict: Mapping[str, Any]) -> list[str]:
    """The sentences of all parts of a verdict."""
    return [part[DEPENDENCE] for part in verdict["parts"] if DEPENDENCE in part]


def _change(one: Arm, other: Arm, claim: Claim) -> tuple[str, str, str] | None:
    """The single field in which two arms differ, and their choices."""
    mine, theirs = (
        {**dict(arm), "protocol": arm.protocol or claim.protocol} for arm in (one, other)
    )
    differing = [name for name in mine if mine[name] != theirs[name]]
    if len(differing) != 1 or None in (mine[differing[0]], theirs[differing[0]]):
        return None
    (name,) = differing
    return name, mine[name], theirs[name]
