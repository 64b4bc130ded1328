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
from benchmarks.evidence.claims.expectations import SHARES, Bound, Expectation, Metric, Size, Sizes
from benchmarks.evidence.ranges import ANY, Range, range_of

Mark = Literal["read", "digitised", "memory"]


class Source(Strict):
    """Who said it; `confirmed` tells how the claim's protocol is known."""

    author: Text
    title: Text
    where: Text
    date: Text
    confirmed: Mark


Pair = tuple[Arm, Arm]
MEASURES = ("contrast", "interaction", "ratio", "mean_of", "spread_of")


class Part(Strict):
    """One testable statement: a measure of one to four arms, held to a bound.

    `contrast`: first minus second. `interaction`: the first pair's difference minus the second's.
    `ratio`: first over second. `mean_of`: one arm. `spread_of`: one arm's standard deviation over
    initialisations, the data fixed. `datasets`: which of the claim's it speaks of; none means all.
    `fails_at`: a bound of its own from which on the part fails, where an effect that is smaller
    than claimed does not contradict it; between the two the part is open.
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
    fails_at: Bound | None = None
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
        if given[0] == "ratio" and min(self.expect.bound, self.failing) <= 0:
            raise ValueError("the bound of a ratio must be above 0")
        if self.fails_at is not None:
            self._check_fails_at(self.fails_at)
        self._check_reach()
        return self

    def _check_fails_at(self, bound: float) -> None:
        if self.expect.within is not None:
            raise ValueError("fails_at: expect.within has two margins; leave fails_at out")
        beyond = bound < self.expect.bound if self.expect.upward else bound > self.expect.bound
        if not beyond:
            side = "below" if self.expect.upward else "above"
            told = f"give a bound {side} that of {self.expect.name}, or leave it out"
            raise ValueError(f"fails_at={bound:g}: {told}")

    def _check_reach(self) -> None:
        """What no share can ever be is a slip: mostly points or per cent in the place of shares."""
        if self.metric not in SHARES or self.kind == "ratio":
            return
        low, high = self.reach
        bounds = {self.expect.name: self.expect.bound, "fails_at": self.fails_at}
        for name, value in (bounds | {"published": self.published}).items():
            if value is not None and not low <= value <= high:
                told = f"a share goes from {low:g} to {high:g} here; 0.05 is 5 points"
                raise ValueError(f"{name}={value:g}: {told}")

    @model_serializer(mode="wrap")
    def _without_later_fields(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """The digest of a claim that has none of the fields that came later stays what it was."""
        fields: dict[str, Any] = write(self)
        later = ("datasets", "fails_at")
        unused = {name for name in later if fields[name] is None or fields[name] in ((), [])}
        return {name: value for name, value in fields.items() if name not in unused}

    @property
    def failing(self) -> float:
        """The bound from which on the part fails."""
        return self.expect.bound if self.fails_at is None else self.fails_at

    def _pairs(self) -> tuple[tuple[object, object], ...]:
        if self.interaction:
            return (*self.interaction, self.interaction)
        return tuple(pair for pair in (self.contrast, self.ratio) if pair)

    @property
    def kind(self) -> str:
        """Which of MEASURES it is."""
        return next(name for name in MEASURES if getattr(self, name) is not None)

    @property
    def reach(self) -> Range:
        """What the measure can be at all; a ratio counts as its logarithm, which is any number."""
        of_metric = range_of(self.metric)
        return {
            "contrast": of_metric.of_differences,
            "interaction": of_metric.of_differences.of_differences,
            "ratio": ANY,
            "mean_of": of_metric,
            "spread_of": of_metric.of_spreads,
        }[self.kind]

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
