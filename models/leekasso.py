"""The ten-pixel methods of the debate: Leek's own and Beam's reading of it. For two classes.

Leek, "Don't use deep learning your data isn't that big", Simply Statistics, 31 May 2017.
Beam, "You can probably use deep learning even if your data isn't that big", 4 June 2017.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from models.linear import class_scores, count_coefficients, fit_estimator
from models.scaling import flat_pixels

if TYPE_CHECKING:
    from models.interface import Inputs, TrainingData

TIES = {"first": "ordinal", "mean_rank": "average"}  # and scipy's names for them


@dataclass
class Leekasso:
    """Linear regression of the label on the best `pixels` pixels, cut at one half.

    As in Leek's post: `genefilter::colFtests` on the training sample, then `lm(label ~ .)` on the
    pixels of smallest p value, in pixel order. Where no pixel has a p value, only the intercept is
    left, which predicts the majority (class 0 in a tie).

    `ties`: `first` takes exactly `pixels` pixels, equal p values in pixel order; `mean_rank` is the
    `rank(p.value) <= 10` of a later R script (leek_analysis.R beside Beam's code), under which a
    tie for the smallest p can select more pixels than that, or none at all.

    Scores are (1 - f, f) with f the fitted value. Raises ValueError for more than two classes.
    """

    pixels: int = 10
    ties: str = "first"

    score_kind: str = field(default="decision", init=False)
    history: dict[str, list[float]] = field(default_factory=dict, init=False, repr=False)
    parameters: dict[str, int | None] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        _require_pixels(self.pixels)
        if self.ties not in TIES:
            raise ValueError(f"ties={self.ties}: one of {', '.join(TIES)}")

    def check(self, shape: tuple[int, ...], classes: int) -> None:
        """Raises ValueError for more than two classes."""
        _require_two(classes, "Leekasso")

    def fit(self, data: TrainingData, seed: int) -> None:
        """Fit on `data.train_inputs` and `data.train_labels` (see `models`); nothing is random."""
        images, labels = _two_class_sample(data, "Leekasso")
        self.selected = smallest(f_test(images, labels), self.pixels, self.ties)
        coefficients, kept = least_squares(images[:, self.selected], labels)
        self._intercept, self._slopes = coefficients[0], coefficients[1:]
        self.parameters = {"total": len(kept), "trainable": len(kept)}

    def scores(self, images: Inputs) -> np.ndarray:
        """Decision values, float32 array (m, 2), of images (m, C, H, W)."""
        fitted = self._intercept + flat_pixels(images)[:, self.selected] @ self._slopes
        return np.column_stack([1 - fitted, fitted]).astype(np.float32)


@dataclass
class LeekassoLogistic:
    """Logistic regression on the `pixels` pixels of the largest t statistics.

    Beam's `mnist.py` (github.com/beamandrew/deep_learning_works): C=1e6 and liblinear, the solver
    scikit-learn took in 2017; raw pixels. Equal statistics are taken in pixel order.

    Raises ValueError for more than two classes.
    """

    pixels: int = 10

    score_kind: str = field(default="probability", init=False)
    history: dict[str, list[float]] = field(default_factory=dict, init=False, repr=False)
    parameters: dict[str, int | None] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        _require_pixels(self.pixels)

    def check(self, shape: tuple[int, ...], classes: int) -> None:
        """Raises ValueError for more than two classes."""
        _require_two(classes, "LeekassoLogistic")

    def fit(self, data: TrainingData, seed: int) -> None:
        """Fit on `data.train_inputs` and `data.train_labels` (see `models`)."""
        from sklearn.linear_model import LogisticRegression

        images, labels = _two_class_sample(data, "LeekassoLogistic")
        if len(np.unique(labels)) == 1:
            self.selected = np.arange(0)
        else:
            order = np.argsort(-t_statistic(images, labels), kind="stable")
            self.selected = order[: self.pixels]
        regression = LogisticRegression(C=1e6, solver="liblinear")
        self._fitted = fit_estimator(regression, images[:, self.selected], labels, seed)
        self.parameters = count_coefficients(self._fitted)

    def scores(self, images: Inputs) -> np.ndarray:
        """Class probabilities, float32 array (m, 2), of images (m, C, H, W)."""
        return class_scores(self._fitted, flat_pixels(images)[:, self.selected], classes=2)


def f_test(images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """p values (d,) of the equal-variance F test of two classes, for each column of images (n, d).

    As `genefilter::colFtests`: 0 for a column constant within both classes but not between them,
    NaN (no p value) for a constant column, with a single class, or with fewer than three samples.
    """
    from scipy.stats import f

    overall = images.mean(axis=0)
    between, within = np.zeros_like(overall), np.zeros_like(overall)
    for label in np.unique(labels):
        members = images[labels == label]
        between += len(members) * np.square(members.mean(axis=0) - overall)
        within += np.square(members - members.mean(axis=0)).sum(axis=0)
    freedom = len(images) - 2
    if freedom < 1:
        return np.full_like(overall, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        p_values: np.ndarray = f.sf(between / (within / freedom), 1, freedom)
        return p_values


def smallest(p_values: np.ndarray, count: int, ties: str) -> np.ndarray:
    """Positions, ascending, of the `count` smallest p values; NaN is none.

    Equal values rank in order of position (`first`) or share their mean rank (`mean_rank`, R's
    default for `rank`), which can make the positions more than `count`, or fewer.
    """
    from scipy.stats import rankdata

    tested = np.flatnonzero(~np.isnan(p_values))
    chosen: np.ndarray = tested[rankdata(p_values[tested], method=TIES[ties]) <= count]
    return chosen


def least_squares(
    columns: np.ndarray, response: np.ndarray, tolerance: float = 1e-7
) -> tuple[np.ndarray, list[int]]:
    """Coefficients of R's `lm(response ~ .)`, the intercept first, and the positions it kept.

    A column (n, p) of which less than `tolerance` of its length is left after the columns before
    it is aliased, as in R's `dqrdc2`; its coefficient (NA in R) is 0.
    """
    design = np.column_stack([np.ones(len(columns)), columns])
    kept, basis = [], np.empty((len(design), 0))
    for position, column in enumerate(design.T):
        residual = column - basis @ (basis.T @ column)
        residual -= basis @ (basis.T @ residual)  # once more: the first pass leaves rounding
        left = np.linalg.norm(residual)
        if left >= tolerance * (np.linalg.norm(column) or 1.0):
            kept.append(position)
            basis = np.column_stack([basis, residual / left])
    coefficients = np.zeros(design.shape[1])
    coefficients[kept] = np.linalg.lstsq(design[:, kept], response, rcond=None)[0]
    return coefficients, kept


def t_statistic(images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Beam's statistic (d,) of images (n, d): |m0 - m1| / (sqrt(v0/n0 + v1/n1) + 1e-6).

    m, v and n are mean, population variance and size of a class.
    """
    zeros, ones = images[labels == 0], images[labels == 1]
    spread = np.sqrt(zeros.var(axis=0) / len(zeros) + ones.var(axis=0) / len(ones))
    ratios: np.ndarray = np.abs(zeros.mean(axis=0) - ones.mean(axis=0)) / (spread + 1e-6)
    return ratios


def _require_two(classes: int, method: str) -> None:
    if classes != 2:
        raise ValueError(
            f"classes={classes}: {method} tells two classes apart; "
            "choose two (dataset.classes=[0,1]) or another method"
        )


def _two_class_sample(data: TrainingData, method: str) -> tuple[np.ndarray, np.ndarray]:
    _require_two(data.classes, method)
    return flat_pixels(data.train_inputs), np.asarray(data.train_labels)


def _require_pixels(pixels: int) -> None:
    if isinstance(pixels, bool) or not isinstance(pixels, int) or pixels < 1:
        raise ValueError(f"pixels={pixels}: a whole number from 1 up")
