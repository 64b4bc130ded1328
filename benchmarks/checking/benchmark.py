"""What every benchmark is tested for, and the files of groups that only need to be planned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmarks.checking.cells import SEEDS, planned
from benchmarks.checking.steps import Doubt, Step
from benchmarks.grid import stages
from benchmarks.grid.configs import Configs

# Methods that take a choice of the group.
TRIED_WITH = {"backbone": "frozen", "trainer": "mlp"}


def steps(name: str, given: Sequence[str], configs: Configs) -> Iterator[Step]:
    """Of the benchmark of that name: all of its cells are planned and built, none is run."""

    def plans() -> str:
        plan = planned([f"benchmark={name}"], given, configs)
        stages.extend(plan, lambda _: [])  # the first trials, and those that will follow
        if plan.unavailable:
            first = plan.unavailable[0]
            told = f"{len(plan.unavailable)} of {plan.total} cells cannot be run here"
            raise Doubt(f"{told}: {first.reason}")
        return f"{plan.total} cells, all of them can be run here"

    yield Step("plans", plans)


def steps_of_a_choice(
    group: str, name: str, given: Sequence[str], configs: Configs
) -> Iterator[Step]:
    """Of a file that a cell is planned and built with."""

    def plans() -> str:
        method = TRIED_WITH.get(group, "logistic")
        words = ["dataset=digits01", "dataset.train_size=20", f"method={method}", f"{group}={name}"]
        plan = planned([*SEEDS, *words], given, configs)
        return f"with {method}, cells: {plan.total}"

    yield Step("plans", plans)
