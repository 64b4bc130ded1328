"""What is recommended, how sure that is, and whether more images would help."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.evidence.ranges import SHARE
from benchmarks.evidence.recommendation.candidates import Candidates
from benchmarks.evidence.statistics.intervals import Interval, mean_and_spread, mean_interval
from benchmarks.evidence.statistics.resampling import resampled_interval
from benchmarks.evidence.statistics.selection import Selected, selected_accuracy
from benchmarks.records.holdings import Holding


@dataclass(frozen=True)
class Standing:
    """One method beside the chosen one; `behind` is what the chosen one is better by."""

    label: str
    accuracy: Interval
    behind: Interval | None
    seconds: float
    selected: float  # share of the bootstrap resamples in which it did best, ties shared

    @property
    def as_good(self) -> bool:
        """Whether these images cannot tell it from the chosen one."""
        return self.behind is not None and (self.behind.low is None or self.behind.low <= 0)


@dataclass(frozen=True)
class Mistake:
    """An image that the chosen method got wrong: its place, class, what it was taken for."""

    image: int
    label: int
    taken_for: int
    share: float  # of the repetitions
    sure: float | None  # mean probability of the wrong class, where there are probabilities


@dataclass(frozen=True)
class Advice:
    """`expected` is what to expect of the chosen method on new images like these; `others_ran`
    says that other methods have finished runs, too few to be compared.
    """

    chosen: str
    expected: Selected
    standings: tuple[Standing, ...]
    curve: tuple[tuple[int, Interval], ...]
    gain: Interval | None  # from the second largest train size to the largest
    confused: tuple[tuple[int, int, float], ...]  # class, taken for, share of that class
    mistakes: tuple[Mistake, ...]
    others_ran: bool = False


def advise(held: Holding, found: Candidates) -> Advice:
    """Choose the method of the highest mean accuracy; of equals the quickest."""
    means = found.accuracy.mean(axis=0).round(12)  # equal ones must not differ in the last bit
    best = int(means.argmax())
    expected = selected_accuracy(found.correct)
    chosen = found.labels[best]
    curve, gain = _learning_curve(found, chosen)
    confused, mistakes = _mistakes(held, found, chosen)
    standings = [_standing(found, place, best, expected) for place in np.argsort(-means)]
    others = found.frame["label"].nunique() > len(found.labels)
    return Advice(chosen, expected, tuple(standings), curve, gain, confused, mistakes, others)


def _standing(found: Candidates, place: int, best: int, expected: Selected) -> Standing:
    own, top = found.accuracy[:, place], found.accuracy[:, best]
    right, top_right = found.correct[:, place], found.correct[:, best]
    behind = None
    if place != best:
        behind = _interval(found, top - own, top_right - right).within(*SHARE.of_differences)
    return Standing(
        label=found.labels[place],
        accuracy=_interval(found, own, right).within(*SHARE),
        behind=behind,
        seconds=found.seconds[place],
        selected=expected.shares[place],
    )


def _interval(found: Candidates, by_split: np.ndarray, by_image: np.ndarray) -> Interval:
    """Of a mean over splits that share images; where all test the same, over these images.

    With one test set, splits differ in less than what decides how well new images are recognised.
    """
    if found.one_test_set:
        return mean_interval(by_image)
    return resampled_interval(by_split, found.test_share)


def _learning_curve(
    found: Candidates, chosen: str
) -> tuple[tuple[tuple[int, Interval], ...], Interval | None]:
    """Mean accuracy at each train size of the chosen method, and the last gain."""
    own = found.frame[found.frame["label"] == chosen]
    table = own.pivot_table(index="split_seed", columns="train_size", values="accuracy")
    sizes = [int(size) for size in table.columns]
    curve = tuple(
        (size, _at_size(found, size, table[size].dropna()).within(*SHARE)) for size in sizes
    )
    if len(sizes) < 2:
        return curve, None
    less, more = sizes[-2:]
    gain = _at_size(found, less, (table[more] - table[less]).dropna())
    return curve, gain.within(*SHARE.of_differences)


def _at_size(found: Candidates, size: int, by_split: pd.Series) -> Interval:
    """The fewer images are trained on, the less do splits that share test images tell together.

    With one test set, splits draw training images only and tell of no other test images.
    """
    values = by_split.to_numpy()
    if found.one_test_set:
        return replace(mean_and_spread(values), reason="all splits test the same images")
    return resampled_interval(values, found.test_share * found.train_size / size)


def _mistakes(
    held: Holding, found: Candidates, chosen: str
) -> tuple[tuple[tuple[int, int, float], ...], tuple[Mistake, ...]]:
    """The pairs of classes most often confused, and the images got wrong, most often so first."""
    kinds = found.frame.set_index("key")["score_kind"]
    rows: list[dict[str, Any]] = []
    for key, arrays in held.predictions(found.keys(chosen)):
        likely = kinds[key] == "probability"
        for name in range(len(arrays["labels"])):
            taken = int(arrays["predicted"][name])
            sure = float(arrays["scores"][name, taken]) if likely else None
            places = (arrays["test_index"], arrays["labels"])
            image, label = (int(array[name]) for array in places)
            rows.append({"image": image, "label": label, "taken": taken, "sure": sure})
    tested = pd.DataFrame(rows)
    wrong = tested[tested["label"] != tested["taken"]]
    return _pairs(tested, wrong), _images(tested, wrong)


def _pairs(tested: pd.DataFrame, wrong: pd.DataFrame) -> tuple[tuple[int, int, float], ...]:
    counts = Counter(zip(wrong["label"].tolist(), wrong["taken"].tolist(), strict=True))
    of_class = tested["label"].value_counts()
    shares = [(a, b, count / int(of_class[a])) for (a, b), count in counts.items()]
    return tuple(sorted(shares, key=lambda pair: (-pair[2], pair[:2])))


def _images(tested: pd.DataFrame, wrong: pd.DataFrame) -> tuple[Mistake, ...]:
    times = tested.groupby("image").size()
    found = []
    for image, own in wrong.groupby("image"):
        taken = int(own["taken"].mode().iloc[0])
        sure = own.loc[own["taken"] == taken, "sure"].mean()
        share = len(own) / int(times[image])
        label = int(own["label"].iloc[0])
        found.append(Mistake(int(image), label, taken, share, None if pd.isna(sure) else sure))
    return tuple(sorted(found, key=lambda mistake: (-mistake.share, -(mistake.sure or 0))))
