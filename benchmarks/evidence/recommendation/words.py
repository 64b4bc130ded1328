"""The advice as a page of Markdown, and as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.evidence.axes import NO_AUGMENTATION
from benchmarks.evidence.recommendation.advice import Advice, Standing
from benchmarks.evidence.recommendation.candidates import Candidates
from benchmarks.evidence.statistics.intervals import Interval

INTERVALS = {
    False: "intervals of means and differences allow for splits that share images (corrected "
    "resampled t, Nadeau and Bengio 2003).",
    True: "all splits test the same images, and intervals of means and differences are Student's "
    "over these images; dataset.partition=folds would test all images.",
}
LITTLE = 0.01  # a gain below one point is called little
PAIRS, IMAGES = 5, 20


def recommendation_markdown(
    advice: Advice,
    found: Candidates,
    class_names: Sequence[str],
    names: Sequence[str] | None,
    notes: Sequence[str] = (),
    missing: Sequence[str] = (),
    pictures: Mapping[str, str] | None = None,
) -> str:
    """The whole page.

    `names` are those of all images of the data set, where they have any; `pictures` the addresses
    of those of the pictures `learning` and `mistakes` that were drawn.
    """
    pictures = pictures or {}
    sections = [
        f"# {headline(advice)}",
        _expected(advice, found),
        " ".join([_alternatives(advice), *_not_compared(missing)]),
        _table(advice.standings),
        "## Would more images help?\n\n" + more_images(advice),
        _picture(pictures, "learning", "Accuracy by number of training images"),
        "## What is confused\n\n" + _confused(advice, class_names),
        "## Images it gets wrong\n\n" + _mistakes(advice, class_names, names),
        _picture(pictures, "mistakes", "Images that most methods get wrong"),
        "## How this was found\n\n" + _method(found, notes),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def headline(advice: Advice) -> str:
    return f"Use {_named(advice.chosen)}"


def terminal_lines(
    advice: Advice, found: Candidates, missing: Sequence[str] = (), notes: Sequence[str] = ()
) -> list[str]:
    """The advice in short; `missing` methods were not run often enough to be compared."""
    return [
        headline(advice) + ". " + _expected(advice, found),
        _alternatives(advice),
        *_not_compared(missing),
        f"More images? {more_images(advice)}",
        *(f"note: {note}" for note in notes),
    ]


def more_images(advice: Advice) -> str:
    """What the last step of the learning curve tells of the next one."""
    if advice.gain is None:
        return "Unknown: it was run at one number of training images only."
    less, more = (size for size, _ in advice.curve[-2:])
    gain = advice.gain
    step = f"From {less} to {more} training images it gained {_points(gain)}"
    if advice.curve[-1][1].estimate == 1:
        return f"Images like these cannot tell: it got all of them right. {step}."
    if gain.low is None:
        return f"{step}, which is all that can be said ({gain.reason})."
    if gain.low > 0:
        return f"Yes, in all likelihood. {step}."
    if gain.high < LITTLE:
        return f"Little, if at all. {step}, which is less than 1 point."
    return f"These images cannot tell. {step}: the interval holds no gain and a large one."


def as_data(
    advice: Advice, found: Candidates, missing: Sequence[str] = (), notes: Sequence[str] = ()
) -> dict[str, Any]:
    """One JSON document."""
    return {
        "chosen": advice.chosen,
        "expected_accuracy": advice.expected.mean,
        "interval": [advice.expected.low, advice.expected.high],
        "splits": found.splits,
        "train_size": found.train_size,
        "methods": [
            {
                "method": standing.label,
                "accuracy": standing.accuracy.estimate,
                "interval": [standing.accuracy.low, standing.accuracy.high],
                "as_good": standing.as_good or standing.label == advice.chosen,
                "seconds": standing.seconds,
                "selected": standing.selected,
            }
            for standing in advice.standings
        ],
        "not_compared": list(missing),
        "more_images": more_images(advice),
        "notes": list(notes),
    }


def _expected(advice: Advice, found: Candidates) -> str:
    expected = advice.expected
    return (
        f"Of new images like these it should get {_percent(expected.mean)} right "
        f"(95 % interval {_percent(expected.low)} to {_percent(expected.high)}), "
        f"trained on about {found.train_size}."
    )


def _alternatives(advice: Advice) -> str:
    rivals = [standing for standing in advice.standings if standing.as_good]
    if not rivals:
        return "Every other method that was compared is worse on these images."
    chosen = next(each for each in advice.standings if each.label == advice.chosen)
    told = [f"{_named(each.label)} ({_percent(each.accuracy.estimate)})" for each in rivals]
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
    return chosen.accuracy.estimate - other.accuracy.estimate


def _table(standings: Sequence[Standing]) -> str:
    rows = [
        "| method | accuracy % | 95 % interval | behind the best, points | seconds | did best |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for each in standings:
        behind = "" if each.behind is None else _points(each.behind, unit="")
        accuracy = f"{100 * each.accuracy.estimate:.1f} | {_bounds(each.accuracy)}"
        rows.append(
            f"| {_named(each.label)} | {accuracy} | {behind} | {each.seconds:.1f} "
            f"| {100 * each.selected:.0f} % |"
        )
    return "\n".join(rows)


def _confused(advice: Advice, class_names: Sequence[str]) -> str:
    if not advice.confused:
        return "Nothing: every image was recognised."
    return "\n".join(
        f"- {_percent(share)} of `{class_names[label]}` are taken for `{class_names[taken]}`"
        for label, taken, share in advice.confused[:PAIRS]
    )


def _mistakes(advice: Advice, class_names: Sequence[str], names: Sequence[str] | None) -> str:
    lines = []
    for mistake in advice.mistakes[:IMAGES]:
        name = names[mistake.image] if names else f"image {mistake.image}"
        sure = "" if mistake.sure is None else f", {_percent(mistake.sure)} sure"
        lines.append(
            f"- `{name}`: `{class_names[mistake.label]}` taken for "
            f"`{class_names[mistake.taken_for]}`{sure}"
        )
    more = len(advice.mistakes) - len(lines)
    if more > 0:
        lines.append(f"- and {more} more")
    return "\n".join(lines) or "None."


def _method(found: Candidates, notes: Sequence[str]) -> str:
    lines = [
        f"Each method was trained and tested on the same {found.splits} splits; no image was ever "
        "tested by a model that was trained on it. The expected accuracy is corrected for the luck "
        "of having done best (bootstrap bias-corrected cross-validation, Tsamardinos et al. 2018); "
        f"{INTERVALS[found.one_test_set]} Both speak of images from the same source: of other "
        "cameras, places or times they know nothing.",
    ]
    return "\n\n".join([*lines, *(f"Note: {note}" for note in notes)])


def _not_compared(missing: Sequence[str]) -> list[str]:
    if not missing:
        return []
    return [f"Not compared, for want of finished runs: {_listed(missing)}."]


def _picture(pictures: Mapping[str, str], name: str, says: str) -> str:
    return f"![{says}]({pictures[name]})" if name in pictures else ""


def _named(label: str) -> str:
    """A label of the tables for one who has not seen the tables."""
    return label.replace(f"({NO_AUGMENTATION})", "(no augmentation)").replace(
        f", {NO_AUGMENTATION})", ", no augmentation)"
    )


def _points(interval: Interval, unit: str = " points") -> str:
    value = f"{100 * interval.estimate:+.1f}{unit}".replace("-", "−")
    return value if interval.low is None else f"{value} [{_bounds(interval, signed=True)}]"


def _bounds(interval: Interval, signed: bool = False) -> str:
    if interval.low is None:
        return "–"
    low, high = interval.low, interval.high
    if not signed:
        low, high = max(low, 0.0), min(high, 1.0)
    form = "{:+.1f} to {:+.1f}" if signed else "{:.1f} to {:.1f}"
    return form.format(100 * low, 100 * high).replace("-", "−")


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
