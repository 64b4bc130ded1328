"""What a part of a claim may speak of and expect: metrics, training sizes, bounds."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from benchmarks.evidence.claims.arms import Strict

Bound = Annotated[float, Field(allow_inf_nan=False, strict=True)]
Size = Annotated[int, Field(ge=1, strict=True)]
Metric = Literal[
    "accuracy",
    "train_accuracy",
    "accuracy_last_epoch",
    "all_right",
    "balanced_accuracy",
    "macro_f1",
    "log_loss",
    "brier",
    "calibration_error",
    "auroc",
    "average_precision",
    "f1_at_threshold",
    "train_seconds",
    "trainable_parameters",
    "sharpness",
    "hessian_eigenvalue",
]
# Told in % and points; the others are plain numbers in their own unit.
SHARES: tuple[str, ...] = ("accuracy", "train_accuracy", "accuracy_last_epoch", "balanced_accuracy")
SHARES += ("macro_f1", "auroc", "average_precision", "f1_at_threshold", "all_right")


class Sizes(Strict):
    """The training sizes a part speaks of; no bound means every size."""

    at_least: Size | None = None
    at_most: Size | None = None
    equals: Size | None = None

    @model_validator(mode="after")
    def _some_size(self) -> Self:
        if self.equals is not None and (self.at_least, self.at_most) != (None, None):
            raise ValueError("equals says it all: leave out at_least and at_most")
        least, most = self.at_least, self.at_most
        if least is not None and most is not None and least > most:
            raise ValueError(f"no size is at least {least} and at most {most}: change one")
        return self

    def contains(self, size: int) -> bool:
        """Whether the part speaks of this size."""
        return (
            (self.equals is None or size == self.equals)
            and (self.at_least is None or size >= self.at_least)
            and (self.at_most is None or size <= self.at_most)
        )

    def __str__(self) -> str:
        signs = {"at_least": ">=", "at_most": "<=", "equals": "="}
        set_bounds = [(signs[name], bound) for name, bound in self if bound is not None]
        return " and ".join(f"n {sign} {bound}" for sign, bound in set_bounds) or "every n"


class Expectation(Strict):
    """What the claim expects of the effect: exactly one bound.

    `within` asks for no difference: an effect between -within and +within.
    """

    greater_than: Bound | None = None
    at_least: Bound | None = None
    less_than: Bound | None = None
    at_most: Bound | None = None
    within: Annotated[Bound, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        if sum(bound is not None for _, bound in self) != 1:
            raise ValueError(
                "give exactly one of greater_than, at_least, less_than, at_most, within"
            )
        return self

    @property
    def name(self) -> str:
        """Which of the five it is."""
        return next(name for name, bound in self if bound is not None)

    @property
    def bound(self) -> float:
        """The value that the effect is held against."""
        value: float = getattr(self, self.name)
        return value

    @property
    def upward(self) -> bool:
        """Whether larger effects favour the claim."""
        return self.name in ("greater_than", "at_least")
