"""The learner for scikit-learn estimators on flat inputs. Importable without scikit-learn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from models.scaling import flat_pixels, require_kind, shift_and_factor

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

    from models.interface import Inputs, TrainingData

SAVED = ("coef_", "intercept_", "classes_")


@dataclass
class LinearClassifier:
    """Any scikit-learn classifier on all pixels, or on the columns of a table, scaled by `inputs`
    (a kind of `models.scaling`).

    `estimator()` is a factory of an unfitted estimator; where it takes a `random_state` it gets
    the seed. Scores are probabilities where the estimator has `predict_proba`, else decision
    values. A training sample of one class gives a constant prediction of that class. Weights of
    the classes are handed to the estimator as weights of its samples.

    Raises ValueError naming the field where a value is wrong.
    """

    estimator: Callable[[], BaseEstimator]
    inputs: str = "raw"

    takes: ClassVar[tuple[str, ...]] = ("images", "table")
    takes_resampling: ClassVar[bool] = True

    score_kind: str | None = field(default=None, init=False)
    history: dict[str, list[float]] = field(default_factory=dict, init=False, repr=False)
    parameters: dict[str, int | None] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        require_kind(self.inputs)
        if not callable(self.estimator):
            raise ValueError(f"estimator={self.estimator}: a block with _target_ naming a class")

    def check(self, shape: tuple[int, ...], classes: int, weighted: bool = False) -> None:
        """Build the estimator and fit it on a few inputs of noise, of shape (C, H, W) or (F,);
        `weighted`: with class weights.

        Raises ValueError, such as for a misspelt argument or too many classes.
        """
        images = np.random.default_rng(0).random((4 * classes, *shape))
        labels = np.arange(len(images)) % classes
        try:
            estimator = self.estimator()
            score_kind(estimator)
            weights = np.ones(classes) if weighted else None
            fit_estimator(estimator, flat_pixels(images), labels, 0, weights)
        except Exception as error:
            raise ValueError(f"estimator: {error}") from error

    def fit(self, data: TrainingData, seed: int) -> None:
        """Fit on `data.train_inputs` and `data.train_labels` (see `models`)."""
        estimator = self.estimator()
        self.score_kind = score_kind(estimator)
        self._shift, self._factor = shift_and_factor(self.inputs, data.train_inputs, data.peak)
        self._classes = data.classes
        features, labels = self._features(data.train_inputs), np.asarray(data.train_labels)
        self._fitted = fit_estimator(estimator, features, labels, seed, data.class_weights)
        self.parameters = count_coefficients(self._fitted)

    def scores(self, images: Inputs) -> np.ndarray:
        """Scores, float32 array (m, K), of images (m, C, H, W) or rows (m, F)."""
        return class_scores(self._fitted, self._features(images), self._classes)

    def state(self) -> dict[str, np.ndarray]:
        """Arrays by name from which `restore` makes the fitted learner again.

        Raises ValueError for an estimator whose fit is more than coefficients and intercepts, and
        for a sample of one class.
        """
        missing = [name for name in SAVED if not hasattr(self._fitted, name)]
        if missing or not hasattr(self._fitted, "predict_proba"):
            name = type(self._fitted).__name__
            raise ValueError(f"estimator={name}: not to be saved; use LogisticRegression")
        arrays = {name: np.asarray(getattr(self._fitted, name)) for name in SAVED}
        return {**arrays, "shift": np.asarray(self._shift), "factor": np.asarray(self._factor)}

    def restore(
        self, state: Mapping[str, np.ndarray], shape: tuple[int, ...], classes: int, peak: float
    ) -> None:
        """Become the learner that gave `state`, fitted on images of that shape, classes and peak.

        Raises ValueError where the arrays are not those of such a learner.
        """
        if set(state) != {*SAVED, "shift", "factor"}:
            raise ValueError(f"state: {', '.join(state)}; it is of another method")
        if state["coef_"].shape[1] != np.prod(shape):
            raise ValueError(f"state: {state['coef_'].shape[1]} coefficients; of another data set")
        self._fitted = self.estimator()
        for name in SAVED:
            setattr(self._fitted, name, state[name])
        self._shift, self._factor, self._classes = state["shift"], state["factor"], classes
        self.score_kind = score_kind(self._fitted)
        self.parameters = count_coefficients(self._fitted)

    def _features(self, images: Inputs) -> np.ndarray:
        pixels = np.asarray(images, dtype=np.float64)
        return flat_pixels((pixels - self._shift) * self._factor)


def score_kind(estimator: BaseEstimator) -> str:
    """What the estimator's scores are: "probability" or "decision"."""
    if hasattr(estimator, "predict_proba"):
        return "probability"
    if hasattr(estimator, "decision_function"):
        return "decision"
    raise ValueError(f"{type(estimator).__name__} has no predict_proba or decision_function")


def fit_estimator(
    estimator: BaseEstimator,
    features: np.ndarray,
    labels: np.ndarray,
    seed: int,
    class_weights: np.ndarray | None = None,
) -> BaseEstimator:
    """The fitted estimator, or a constant one where `labels` hold a single class.

    Raises ValueError for class weights and an estimator that does not weigh samples.
    """
    from sklearn.dummy import DummyClassifier
    from sklearn.utils.validation import has_fit_parameter

    if len(np.unique(labels)) == 1:
        return DummyClassifier(strategy="most_frequent").fit(features, labels)
    if "random_state" in estimator.get_params():
        estimator.set_params(random_state=seed % 2**32)  # scikit-learn takes 32 bits
    if class_weights is None:
        return estimator.fit(features, labels)
    if not has_fit_parameter(estimator, "sample_weight"):
        name = type(estimator).__name__
        raise ValueError(f"estimator={name}: takes no class weights; use resampling=none")
    return estimator.fit(features, labels, sample_weight=class_weights[labels])


def class_scores(fitted: BaseEstimator, features: np.ndarray, classes: int) -> np.ndarray:
    """Scores, float32 array (m, K), the columns in label order.

    A class the estimator never saw gets probability 0, or decision value minus infinity. A single
    decision value d of a two-class estimator becomes the pair (-d, d).
    """
    if score_kind(fitted) == "probability":
        values, unseen = fitted.predict_proba(features), 0.0
    else:
        values, unseen = fitted.decision_function(features), -np.inf
        if values.ndim == 1:
            values = np.column_stack([-values, values])
    scores = np.full((len(values), classes), unseen, dtype=np.float32)
    scores[:, fitted.classes_] = values
    return scores


def count_coefficients(fitted: BaseEstimator) -> dict[str, int | None]:
    """Number of fitted coefficients with intercepts; None for an estimator, such as a tree, that
    has no coefficients to count.
    """
    if not hasattr(fitted, "coef_"):
        return {"total": None, "trainable": None}
    size = sum(np.size(getattr(fitted, name, ())) for name in ("coef_", "intercept_"))
    return {"total": size, "trainable": size}
