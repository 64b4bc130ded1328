"""What the draws say of a part, and how that is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.evidence.claims.effects import TRAIN_ACCURACY, Arms
from benchmarks.evidence.claims.expectations import SHARES
from benchmarks.evidence.claims.schema import Claim, Part
from benchmarks.evidence.optimism import optimistic_sentence
from benchmarks.evidence.statistics import Interval
from benchmarks.evidence.wording import effect_text, interval_text, percent, sizes_text

LEARNED, APART = 0.9, 0.1  # ours: of the training samples
TEST_SHARES = tuple(metric for metric in SHARES if metric != TRAIN_ACCURACY)
SIGNS = {"greater_than": ">", "at_least": ">=", "less_than": "<", "at_most": "<="}


@dataclass(frozen=True)
class Answer:
    """What the draws say of a part at some sizes.

    `p` belongs to the outcome (see `_p`), `more_pairs` would settle an open one. `level` is that at
    which it stayed open: higher than the claim's where only the correction keeps it from failing.
    """

    sizes: list[int]
    interval: Interval
    outcome: str
    p: float | None
    more_pairs: int | None
    level: float

    @property
    def bounds(self) -> list[float] | None:
        """The ends of the interval, or None."""
        return self.interval.ends


def reason_text(part: Part, claim: Claim, arms: Arms, answer: Answer) -> str:
    """Effect, interval and expectation in one line, why an open part is open, and whether the
    numbers are too good.
    """
    text = _reason(part, claim, answer)
    return f"{text}; {optimistic_sentence(arms.optimistic)[:-1]}" if arms.optimistic else text


def _reason(part: Part, claim: Claim, answer: Answer) -> str:
    interval = answer.interval
    text = effect_text(interval.estimate, part.unit, digits=2)
    if interval.spread == 0:
        told = f"{text} in each of {interval.pairs} draws, expected {expectation_text(part)}"
    elif interval.low is None:
        return f"{text}, no interval: {interval.reason}"
    else:
        bounds = interval_text(answer.bounds, part.unit, digits=2)
        told = f"{text} {bounds}, expected {expectation_text(part)}"
    if answer.outcome == "open" and answer.level > claim.level:
        tests = round((1 - claim.level) / (1 - answer.level))
        return f"{told}; it fails, but not after correction for {tests} tests"
    return told


def caveats_of(part: Part, claim: Claim, arms: Arms, answer: Answer) -> list[str]:
    """What a reader must know of the cells that the part was asked of."""
    found = [optimistic_sentence(arms.optimistic)[:-1]] if arms.optimistic else []
    found += arms.differing
    absent = [n for n in claim.sizes if part.train_size.contains(n) and n not in arms.sizes]
    if absent:
        run = sizes_text(arms.sizes)
        found.append(f"run at {run} only; the source also has {sizes_text(absent)}")
    lacking = [n for n in arms.lacking if n not in absent]
    if lacking:
        found.append(f"{sizes_text(lacking)} was run for some arms only and does not count")
    found += _lacking_text(arms, answer)
    if text := _fitting_text(part, arms, answer.sizes):
        found.append(text)
    if answer.interval.caveat:
        found.append(answer.interval.caveat)
    return [f"{part.id}: {text}" for text in found]


def _lacking_text(arms: Arms, answer: Answer) -> list[str]:
    """Draws and initialisations that only some arms have: by plan, or for want of cells."""
    lost, (few, whole) = arms.seeds_left_out(answer.sizes), arms.cells_lacking(answer.sizes)
    found = []
    if lost and arms.as_planned:
        found.append(
            f"{answer.interval.pairs} of {lost + answer.interval.pairs} seeds count: on the others"
            " the grid has not every arm and size"
        )
    elif lost:
        found.append(
            f"{lost} of {lost + answer.interval.pairs} seeds left out, not all their cells are"
            " there; cells do not go missing at random"
        )
    if few and arms.as_planned:
        found.append("the grid has more initialisations of some draws that count than of others")
    elif few:
        found.append(
            f"{few} of {whole} cells are missing in the draws that count, where other"
            " initialisations stand for them; cells do not go missing at random"
        )
    return found


def _fitting_text(part: Part, arms: Arms, sizes: Sequence[int]) -> str:
    """Where an arm has not learned its own training samples, and less so than another: then
    optimisation differs, and not, or not only, what is learned from few samples.
    """
    if part.kind not in ("contrast", "interaction") or part.metric not in TEST_SHARES:
        return ""
    fitted = arms.train_accuracies(sizes)
    if not fitted or min(fitted) >= LEARNED or max(fitted) - min(fitted) < APART:
        return ""
    told = zip(part.arms, fitted, strict=True)
    listed = ", ".join(f"{arm} {percent(share, 0)}" for arm, share in told)
    return f"arms fit their own training samples unequally, which is optimisation: {listed}"


def expectation_text(part: Part) -> str:
    """`> 0`, `< +2.0 points`, `>= +10.0 points, not <= 0`, `>= 99.0 %` or `within 1.0 points`."""
    expect = part.expect
    if expect.within is not None:
        return f"within {effect_text(expect.bound, part.unit).removeprefix('+')}"
    text = f"{SIGNS[expect.name]} {_bound_text(expect.bound, part)}"
    if part.fails_at is None:
        return text
    return f"{text}, not {'<=' if expect.upward else '>='} {_bound_text(part.fails_at, part)}"


def _bound_text(bound: float, part: Part) -> str:
    return effect_text(bound, part.unit) if bound else "0"


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
