"""The advice in sentences, rows and lists; pages lay them out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from benchmarks.evidence.axes import NO_AUGMENTATION
from benchmarks.evidence.recommendation.advice import Advice, Standing
from benchmarks.evidence.recommendation.recommended import Recommendation
from benchmarks.evidence.statistics.intervals import Interval
from benchmarks.evidence.statistics.selection import RESAMPLES

INTERVALS = {
    False: "intervals of means and differences allow for splits that share images (corrected "
    "resampled t, Nadeau and Bengio 2003).",
    True: "all splits test the same images, and intervals of means and differences are Student's "
    "over these images; dataset.partition=folds would test all images.",
}
ALONE = "So this does not say whether another method suits these images better."
LITTLE = 0.01  # a gain below one point is called little
PAIRS, IMAGES = 5, 20
COLUMNS = (
    "method",
    "accuracy %",
    "95 % interval",
    "behind the best, points",
    "seconds",
    "did best",
)


class Confused(NamedTuple):
    """`share` of the images of `label` were taken for `taken_for`, class names both."""

    share: str
    label: str
    taken_for: str


class Wrong(NamedTuple):
    """An image that the chosen method got wrong; `sure` is empty without probabilities."""

    name: str
    label: str
    taken_for: str
    sure: str


def section(advice: Advice) -> str:
    """What contents call it."""
    return "Recommendation" if _compared(advice) else "The one method"


def headline(advice: Advice) -> str:
    """The method to use or, where one stands alone, that nothing was compared with it."""
    chosen = _named(advice.chosen)
    if _compared(advice):
        return f"Use {chosen}"
    enough = " often enough" if advice.others_ran else ""
    return f"Only {chosen} was run{enough}; nothing was compared with it"


def expected(recommendation: Recommendation) -> str:
    expected = recommendation.advice.expected
    return (
        f"Of new images like these it should get {_percent(expected.mean)} right "
        f"(95 % interval {_percent(expected.low)} to {_percent(expected.high)}), "
        f"trained on about {recommendation.found.train_size}."
    )


def alternatives(recommendation: Recommendation) -> str:
    """What may be as good, and what could not be compared."""
    advice = recommendation.advice
    told = [_rivals(advice) if _compared(advice) else ALONE]
    if recommendation.missing:
        listed = _listed(recommendation.missing)
        told.append(f"Not compared, for want of finished runs: {listed}.")
    return " ".join(told)


def more_images(advice: Advice) -> str:
    """What the last step of the learning curve tells of the next one."""
    if advice.gain is None:
        return "Unknown: it was run at one number of training images only."
    less, more = (size for size, _ in advice.curve[-2:])
    gain = advice.gain
    step = f"From {less} to {more} training images it gained {_points(gain)}"
    if advice.curve[-1][1].estimate == 1:
        return f"Images like these cannot tell: it got all of them right. {step}."
    if gain.low is None or gain.high is None:
        return f"{step}, which is all that can be said ({gain.reason})."
    if gain.low > 0:
        return f"Yes, in all likelihood. {step}."
    if gain.high < LITTLE:
        return f"Little, if at all. {step}, which is less than 1 point."
    return f"These images cannot tell. {step}: the interval holds no gain and a large one."


def rows(advice: Advice) -> list[tuple[str, ...]]:
    """The texts of one row of COLUMNS for each method, the best first."""
    return [
        (
            _named(each.label),
            f"{100 * each.accuracy.measured:.1f}",
            _bounds(each.accuracy),
            "" if each.behind is None else _points(each.behind, unit=""),
            f"{each.seconds:.1f}",
            f"{100 * each.selected:.0f} %",
        )
        for each in advice.standings
    ]


def confused(recommendation: Recommendation) -> list[Confused]:
    """The pairs of classes most often confused; empty where every image was recognised."""
    return [
        Confused(
            _percent(share), recommendation.class_name(label), recommendation.class_name(taken_for)
        )
        for label, taken_for, share in recommendation.advice.confused[:PAIRS]
    ]


def mistakes(recommendation: Recommendation) -> tuple[list[Wrong], int]:
    """The images most often got wrong, and how many more there are."""
    every = recommendation.advice.mistakes
    told = [
        Wrong(
            recommendation.image_name(mistake.image),
            recommendation.class_name(mistake.label),
            recommendation.class_name(mistake.taken_for),
            "" if mistake.sure is None else f"{_percent(mistake.sure)} sure",
        )
        for mistake in every[:IMAGES]
    ]
    return told, len(every) - len(told)


def how_found(recommendation: Recommendation) -> str:
    found = recommendation.found
    apart = "no image was ever tested by a model that was trained on it."
    intervals = INTERVALS[found.one_test_set]
    source = "speak of images from the same source: of other cameras, places or times they know"
    if not _compared(recommendation.advice):
        return (
            f"It was trained and tested on {found.splits} splits; {apart} The interval of the "
            "expected accuracy is of bootstrap resamples of these images; "
            f"{intervals} Both {source} nothing."
        )
    return (
        f"Each method was trained and tested on the same {found.splits} splits; {apart} "
        "The expected accuracy is corrected for the luck "
        "of having done best (bootstrap bias-corrected cross-validation, Tsamardinos et al. 2018); "
        f"{intervals} Both {source} nothing. The column \u201cdid best\u201d is "
        f"about {RESAMPLES} resamples of these images; methods that tie for the best share one."
    )


def terminal_lines(recommendation: Recommendation) -> list[str]:
    """The advice in short."""
    advice = recommendation.advice
    return [
        f"{headline(advice)}. {expected(recommendation)}",
        alternatives(recommendation),
        f"More images? {more_images(advice)}",
        *(f"note: {note}" for note in recommendation.notes),
    ]


def _compared(advice: Advice) -> bool:
    return len(advice.standings) > 1


def _rivals(advice: Advice) -> str:
    rivals = [standing for standing in advice.standings if standing.as_good]
    if not rivals:
        return "Every other method that was compared is worse on these images."
    chosen = next(each for each in advice.standings if each.label == advice.chosen)
    told = [f"{_named(each.label)} ({_percent(each.accuracy.measured)})" for each in rivals]
    text = f"These images do not rule out that as good are {_listed(told)}."
    near = [each for each in rivals if _gap(chosen, each) <= LITTLE]
    quickest = min(near, key=lambda rival: rival.seconds, default=chosen)
    if quickest.seconds < chosen.seconds / 2:
        text += (
            f" Of those as accurate to a point the quickest, {_named(quickest.label)}, trains in "
            f"{quickest.seconds:.1f} s instead of {chosen.seconds:.1f} s."
        )
    return text


def _gap(chosen: Standing, other: Standing) -> float:
    return chosen.accuracy.measured - other.accuracy.measured


def _named(label: str) -> str:
    """A label of the tables for one who has not seen the tables."""
    return label.replace(f"({NO_AUGMENTATION})", "(no augmentation)").replace(
        f", {NO_AUGMENTATION})", ", no augmentation)"
    )


def _points(interval: Interval, unit: str = " points") -> str:
    value = f"{100 * interval.measured:+.1f}{unit}".replace("-", "\N{MINUS SIGN}")
    return value if interval.low is None else f"{value} [{_bounds(interval, signed=True)}]"


def _bounds(interval: Interval, signed: bool = False) -> str:
    if interval.low is None or interval.high is None:
        return "\N{EN DASH}"
    form = "{:+.1f} to {:+.1f}" if signed else "{:.1f} to {:.1f}"
    return form.format(100 * interval.low, 100 * interval.high).replace("-", "\N{MINUS SIGN}")


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
