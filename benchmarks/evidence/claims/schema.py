"""What a claim file may contain."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import (
    Field,
    SerializerFunctionWrapHandler,
    StrictBool,
    model_serializer,
    model_validator,
)

from benchmarks.evidence.claims.arms import Arm, Strict, Text

Mark = Literal["read", "digitised", "memory"]
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


class Source(Strict):
    """Who said it; `confirmed` tells how the claim's protocol is known."""

    author: Text
    title: Text
    where: Text
    date: Text
    confirmed: Mark


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


Pair = tuple[Arm, Arm]
# What a measure of shares can be at all.
REACH = {"contrast": (-1, 1), "interaction": (-2, 2), "mean_of": (0, 1), "spread_of": (0, 1)}
MEASURES = ("contrast", "interaction", "ratio", "mean_of", "spread_of")


class Part(Strict):
    """One testable statement: a measure of one to four arms, held to a bound.

    `contrast`: first minus second. `interaction`: the first pair's difference minus the second's.
    `ratio`: first over second. `mean_of`: one arm. `spread_of`: one arm's standard deviation over
    initialisations, the data fixed. `datasets`: which of the claim's it speaks of; none means all.
    """

    id: Text
    says: Text
    deciding: StrictBool = False
    contrast: Pair | None = None
    interaction: tuple[Pair, Pair] | None = None
    ratio: Pair | None = None
    mean_of: Arm | None = None
    spread_of: Arm | None = None
    metric: Metric = "accuracy"
    datasets: tuple[Text, ...] = ()
    train_size: Sizes = Sizes()
    over: Literal["mean", "each"] = "mean"
    expect: Expectation
    published: Bound | None = None

    @model_validator(mode="after")
    def _one_measure(self) -> Self:
        given = [name for name in MEASURES if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(
                "give exactly one of contrast (two arms), interaction (two pairs), ratio (two"
                " arms), mean_of (one arm), spread_of (one arm)"
            )
        for first, second in self._pairs():
            if first == second:
                raise ValueError(f"{given[0]} needs two different arms")
        if self.expect.within is not None and given[0] not in ("contrast", "interaction"):
            raise ValueError("expect.within asks for no difference: give a contrast")
        if given[0] == "ratio" and self.expect.bound <= 0:
            raise ValueError("the bound of a ratio must be above 0")
        self._check_reach()
        return self

    def _check_reach(self) -> None:
        """What no share can ever be is a slip: mostly points or per cent in the place of shares."""
        if self.metric not in SHARES or self.kind == "ratio":
            return
        low, high = REACH[self.kind]
        for name, value in ((self.expect.name, self.expect.bound), ("published", self.published)):
            if value is not None and not low <= value <= high:
                raise ValueError(
                    f"{name}={value:g}: a share goes from {low} to {high} here; 0.05 is 5 points"
                )

    @model_serializer(mode="wrap")
    def _without_no_datasets(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """The digest of a claim whose parts speak of all its data sets stays what it was."""
        fields: dict[str, Any] = write(self)
        return {name: value for name, value in fields.items() if value or name != "datasets"}

    def _pairs(self) -> tuple[tuple[object, object], ...]:
        if self.interaction:
            return (*self.interaction, self.interaction)
        return tuple(pair for pair in (self.contrast, self.ratio) if pair)

    @property
    def kind(self) -> str:
        """Which of MEASURES it is."""
        return next(name for name in MEASURES if getattr(self, name) is not None)

    @property
    def arms(self) -> tuple[Arm, ...]:
        """The arms this part needs, in the order of the formula."""
        if self.interaction:
            return (*self.interaction[0], *self.interaction[1])
        single = tuple(arm for arm in (self.mean_of, self.spread_of) if arm)
        return self.contrast or self.ratio or single

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods of the arms that name one."""
        return tuple(dict.fromkeys(arm.method for arm in self.arms if arm.method))

    @property
    def unit(self) -> str:
        """How the effect is told: see `wording.effect_text`."""
        if self.kind == "ratio":
            return "ratio"
        signed = self.kind in ("contrast", "interaction")
        if self.metric in SHARES:
            return "difference" if signed else "points" if self.kind == "spread_of" else "mean"
        return "signed number" if signed else "number"

    @property
    def measure(self) -> str:
        """What is estimated, in words."""
        arms = [str(arm) for arm in self.arms]
        formula = {
            "contrast": " - ".join(arms),
            "interaction": " - ".join(f"({' - '.join(pair)})" for pair in (arms[:2], arms[2:])),
            "ratio": " / ".join(arms),
            "mean_of": arms[0],
            "spread_of": f"spread over initialisations of {arms[0]}",
        }[self.kind]
        metric = self.metric.replace("_", " ")
        return formula if metric == "accuracy" else f"{formula} ({metric})"


class Published(Strict):
    """The source's own numbers: mean test accuracy by method and training size, or in words."""

    kind: Text
    mark: Mark
    points: dict[Text, dict[Size, Annotated[float, Field(ge=0, le=1)]]] = Field(
        default_factory=dict
    )
    numbers: tuple[Text, ...] = ()


class Claim(Strict):
    """A claim with its source, its parts and its decision rule.

    `datasets`: the first is the one the claim is about, the others are replications.
    `sizes`: the training sizes of the source. A claim with `cited` is not tested here; `cited` says
    why, and it needs neither benchmarks nor parts.
    """

    id: Text
    sentence: Text
    source: Source
    benchmarks: tuple[Text, ...] = ()
    datasets: tuple[Text, ...] = ()
    protocol: Text = "default"
    level: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    sizes: tuple[Size, ...] = ()
    parts: tuple[Part, ...] = ()
    published: Published | None = None
    caveats: tuple[Text, ...] = ()
    counter: tuple[Text, ...] = ()
    rule: Text | None = None
    cited: Text | None = None

    @model_validator(mode="after")
    def _decidable(self) -> Self:
        if self.cited is not None:
            return self._without_test()
        for name in ("benchmarks", "datasets", "parts", "rule"):
            if not getattr(self, name):
                raise ValueError(f"{name} is missing: add it, or say in `cited` why it is not run")
        if not any(part.deciding for part in self.parts):
            raise ValueError("no part has deciding: true, so there would never be a verdict")
        self._check_datasets()
        names = [part.id for part in self.parts]
        if len(set(names)) < len(names):
            raise ValueError("two parts have the same id")
        return self

    def _check_datasets(self) -> None:
        for part in self.parts:
            for name in part.datasets:
                if name not in self.datasets:
                    raise ValueError(f"part {part.id}: {name} is none of the claim's datasets")
        for name in self.datasets:
            if not any(part.deciding for part in self.on(name).parts):
                raise ValueError(f"no part that speaks of {name} has deciding: true")

    def on(self, dataset: str) -> Claim:
        """The claim with those of its parts that speak of this data set."""
        spoken = tuple(part for part in self.parts if dataset in (part.datasets or (dataset,)))
        return self.model_copy(update={"parts": spoken})

    def _without_test(self) -> Self:
        for name in ("benchmarks", "datasets", "parts", "rule"):
            if getattr(self, name):
                raise ValueError(f"{name} has no use in a claim that is only cited: leave it out")
        return self
