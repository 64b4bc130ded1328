"""What a claim file may contain."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Mark = Literal["read", "digitised", "memory"]
Text = Annotated[str, Field(min_length=1)]
Bound = Annotated[float, Field(allow_inf_nan=False)]
Size = Annotated[int, Field(ge=1, strict=True)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(_Strict):
    """Who said it; `confirmed` tells how the claim's protocol is known."""

    author: Text
    title: Text
    where: Text
    date: Text
    confirmed: Mark


class Sizes(_Strict):
    """The training sizes a part speaks of; no bound means every size."""

    at_least: Size | None = None
    at_most: Size | None = None
    equals: Size | None = None

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


class Expectation(_Strict):
    """What the claim expects of the effect: exactly one bound."""

    greater_than: Bound | None = None
    at_least: Bound | None = None
    less_than: Bound | None = None
    at_most: Bound | None = None

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        if sum(bound is not None for _, bound in self) != 1:
            raise ValueError("give exactly one of greater_than, at_least, less_than, at_most")
        return self

    @property
    def bound(self) -> float:
        """The value that the effect is held against."""
        return next(bound for _, bound in self if bound is not None)

    @property
    def upward(self) -> bool:
        """Whether larger effects favour the claim."""
        return self.greater_than is not None or self.at_least is not None


class Part(_Strict):
    """One testable statement: a difference of two methods, or the mean of one, held to a bound."""

    id: Text
    says: Text
    deciding: bool = False
    contrast: tuple[Text, Text] | None = None
    mean_of: Text | None = None
    metric: Literal["accuracy", "train_accuracy"] = "accuracy"
    train_size: Sizes = Sizes()
    over: Literal["mean", "each"] = "mean"
    expect: Expectation
    published: Bound | None = None

    @model_validator(mode="after")
    def _one_measure(self) -> Self:
        if (self.contrast is None) == (self.mean_of is None):
            raise ValueError("give either contrast (two methods) or mean_of (one method)")
        if self.contrast and self.contrast[0] == self.contrast[1]:
            raise ValueError("contrast needs two different methods")
        return self

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods this part needs, the one that is subtracted last."""
        return self.contrast or (self.mean_of,)

    @property
    def unit(self) -> str:
        """`difference` or `mean`."""
        return "difference" if self.contrast else "mean"

    @property
    def measure(self) -> str:
        """What is estimated, in words."""
        what = "" if self.metric == "accuracy" else " (train accuracy)"
        return " - ".join(self.methods) + what


class Published(_Strict):
    """The source's own numbers: mean test accuracy by method and training size."""

    kind: Text
    mark: Mark
    points: dict[Text, dict[Size, Annotated[float, Field(ge=0, le=1)]]]


class Claim(_Strict):
    """A claim with its source, its parts and its decision rule.

    `datasets`: the first is the one the claim is about, the others are replications.
    `sizes`: the training sizes of the source.
    """

    id: Text
    sentence: Text
    source: Source
    benchmarks: Annotated[tuple[Text, ...], Field(min_length=1)]
    datasets: Annotated[tuple[Text, ...], Field(min_length=1)]
    protocol: Text = "default"
    level: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    sizes: tuple[Size, ...] = ()
    parts: Annotated[tuple[Part, ...], Field(min_length=1)]
    published: Published | None = None
    caveats: tuple[Text, ...] = ()
    rule: Text

    @model_validator(mode="after")
    def _decidable(self) -> Self:
        if not any(part.deciding for part in self.parts):
            raise ValueError("no part has deciding: true, so there would never be a verdict")
        names = [part.id for part in self.parts]
        if len(set(names)) < len(names):
            raise ValueError("two parts have the same id")
        return self
