"""What every loss is tested for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from benchmarks.checking.cells import chance, complete, one_cell, ran
from benchmarks.checking.steps import Doubt, Step, require
from benchmarks.grid import learners
from benchmarks.grid.configs import Configs

NAMES = ("red fox", "grey fox", "brown bear", "polar bear")  # for losses that read class names
SAMPLES = 32
UPDATES, RATE = 300, 0.1  # of Adam on the outputs themselves; ours
CELL = ("dataset=digits01", "dataset.train_size=80", "method=mlp", "method.epochs=50")


def steps(name: str, given: Sequence[str], configs: Configs) -> Iterator[Step]:
    """Of the loss of that name, in a small network on few digits."""
    trial = _Trial(name, given, configs)
    yield Step("builds", trial.builds, needed=True)
    yield Step("finite", trial.finite, needed=True)
    yield Step("gradient", trial.gradient)
    yield Step("right below wrong", trial.right_below_wrong)
    yield Step("a cell runs", lambda: complete(*trial.record), needed=True)
    yield Step("learns", trial.learns)


class _Trial:
    def __init__(self, name: str, given: Sequence[str], configs: Configs):
        self.words, self.given, self.configs = [*CELL, f"loss={name}"], given, configs

    def builds(self) -> str:
        return f"{self.cell.config['loss']['_target_']}, scores: {self.criterion.score_kind}"

    def finite(self) -> str:
        outputs, labels = self._batch()
        value = self.criterion(outputs, labels)
        require(value.ndim == 0, f"a scalar needed, not of shape {tuple(value.shape)}")
        require(value.isfinite(), f"{value.item()} of random outputs")
        again = self.criterion(outputs, labels)
        require(value.equal(again), "the same outputs and labels gave another value")
        return f"{value.item():.4g} of random outputs"

    def gradient(self) -> str:
        outputs, labels = self._batch()
        outputs.requires_grad_()
        self.criterion(outputs, labels).backward()
        require(outputs.grad is not None, "there is none: the outputs do not come into it")
        require(outputs.grad.isfinite().all(), "not finite everywhere")
        norm = outputs.grad.norm().item()
        require(norm > 0, "zero everywhere")
        return f"finite, its norm {norm:.3g}"

    def right_below_wrong(self) -> str:
        """Going down leads to outputs whose prediction is the label."""
        import torch

        free, labels = self._batch()
        free.requires_grad_()
        layer = self._last_layer(free.shape[1])
        trained = [free, *layer.parameters(), *self.criterion.parameters()]
        optimizer = torch.optim.Adam(trained, lr=RATE)
        for _ in range(UPDATES):
            optimizer.zero_grad()
            self.criterion(layer(free), labels).backward()
            optimizer.step()
        with torch.no_grad():
            outputs = layer(free)
            right = self.criterion(outputs, labels).item()
            wrong = self.criterion(outputs, (labels + 1) % len(NAMES)).item()
            predicted = self.criterion.scores(outputs).argmax(dim=1)
        require(right < wrong, f"{right:.4g} for right outputs, {wrong:.4g} for wrong ones")
        share = (predicted == labels).float().mean().item()
        require(share == 1, f"where it is smallest, {share:.0%} of the predictions are right")
        return f"{right:.4g} for right outputs, {wrong:.4g} for wrong ones"

    def learns(self) -> str:
        record, predictions = self.record
        share, least = chance(predictions["labels"])
        told = f"accuracy {record['metrics']['accuracy']:.1%}, chance {share:.1%}"
        if record["metrics"]["accuracy"] <= least:
            raise Doubt(f"{told}: not clearly above it with this method's settings")
        return told

    @cached_property
    def cell(self) -> Any:
        return one_cell(self.words, self.given, self.configs)

    @cached_property
    def criterion(self) -> Any:
        from models.losses.contract import make_criterion

        return make_criterion(learners.build(self.cell.config).loss, len(NAMES), NAMES)

    @cached_property
    def record(self) -> Any:
        return ran(self.cell)

    def _last_layer(self, width: int) -> Any:
        """The one that the loss asks for, before which the outputs are features; or none."""
        import torch

        torch.manual_seed(0)
        asked = getattr(self.criterion.loss, "last_layer", None)
        return asked(width, len(NAMES)) if asked else torch.nn.Identity()

    def _batch(self) -> Any:
        """Outputs (m, K), and labels (m,) of which every class has as many."""
        import torch

        outputs = torch.randn(SAMPLES, len(NAMES), generator=torch.Generator().manual_seed(0))
        return outputs, torch.arange(SAMPLES) % len(NAMES)
