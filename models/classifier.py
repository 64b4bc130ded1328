"""Training of one network: the LightningModule and a Trainer stripped of all that costs time."""

from __future__ import annotations

import logging
import math
import signal
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytorch_lightning as pl
import torch
from lightning_fabric.plugins.environments.lightning import LightningEnvironment
from torch import nn
from torch.multiprocessing.spawn import ProcessRaisedException
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from models.optimisation import make_optimizer
from models.options import lightning_options

if TYPE_CHECKING:
    from models.losses.contract import Criterion
    from models.scoring import Watch


logger = logging.getLogger(__name__)


class Diverged(ArithmeticError):  # noqa: N818
    """The training loss is no longer a finite number; the message names the epoch."""


class Classifier(pl.LightningModule):
    """Minimises the loss `criterion` of the outputs of `network`; keeps its mean of every epoch.

    `optimizer(network)` and `schedule(optimizer)` are factories; the schedule, where there is
    one, is stepped after every batch. `train_loss` holds one mean over samples for each epoch, for
    a loss that is itself a mean over its batch. Raises Diverged at the end of an epoch whose mean
    loss is not finite.

    With `clip_norm` the gradients of a step are scaled down to that Euclidean norm, taken over all
    that the optimiser changes. With `micro_batch_size` a batch is computed in parts of at most so
    many samples, and their gradients add up to those of the whole; but batch normalisation sees
    each part for itself.

    On several devices each takes its share of every batch and the gradients are averaged: the batch
    is as large as on one device. `seed` then gives each device random numbers of its own.

    A `watch` scores its images after every epoch.
    """

    # Manual optimisation and fetching the batch here spare Lightning's hooks around every batch,
    # which cost as much as a small network's whole step.
    automatic_optimization = False

    def __init__(
        self,
        network: nn.Module,
        criterion: Criterion,
        optimizer: Callable[[nn.Module], Optimizer],
        schedule: Callable[[Optimizer], LRScheduler] | None = None,
        clip_norm: float | None = None,
        micro_batch_size: int | None = None,
        seed: int = 0,
        watch: Watch | None = None,
    ) -> None:
        super().__init__()
        self.network = network
        self.criterion = criterion
        self.optimizer_factory = optimizer
        self.schedule_factory = schedule
        self.clip_norm = clip_norm
        self.micro_batch_size = micro_batch_size
        self.seed = seed
        self.watch = watch
        self.train_loss: list[float] = []
        self._losses: list[tuple[torch.Tensor, int]] = []  # of parts, whose sum is their batch's
        self._samples = 0

    def on_fit_start(self) -> None:
        if self.trainer.world_size > 1:
            torch.manual_seed(self.seed + self.global_rank)

    def teardown(self, stage: str) -> None:
        # A device's process that ends with threads of the group still running is aborted, at times.
        if torch.distributed.is_initialized():
            torch.distributed.destroy_process_group()

    def configure_optimizers(self) -> Optimizer | tuple[list[Optimizer], list[LRScheduler]]:
        optimizer = make_optimizer(self.optimizer_factory, self.network, self.criterion)
        if self.schedule_factory is None:
            return optimizer
        return [optimizer], [self.schedule_factory(optimizer)]

    def training_step(
        self, dataloader_iter: Iterator[tuple[tuple[torch.Tensor, torch.Tensor], int, int]]
    ) -> None:
        (images, labels), _, _ = next(dataloader_iter)
        samples = len(labels)
        optimizer, precision = self.optimizers(), self.dtype
        assert not isinstance(optimizer, list)  # see `configure_optimizers`
        assert isinstance(precision, torch.dtype)
        optimizer.zero_grad()
        for part, weight in self._parts(samples):
            some = images[part].to(self.device, precision)
            of_class = labels[part].to(self.device)
            loss = self.criterion.loss(self.network(some), of_class) * weight
            self.manual_backward(loss)
            self._losses.append((loss.detach(), samples))
        self._samples += samples
        optimizer.step()
        if self.schedule_factory is not None:
            schedule = self.lr_schedulers()
            assert schedule is not None
            assert not isinstance(schedule, list)  # one, see `configure_optimizers`
            schedule.step()

    def _parts(self, samples: int) -> Iterator[tuple[slice, float]]:
        """This device's samples of a batch in parts, and the weights with which the sum of all
        losses, averaged over devices, is that of the batch.

        Every device has as many parts, as it waits for the others after each: one sample of weight
        0 where there is none left.
        """
        world, rank = self.trainer.world_size, self.global_rank
        own, largest_share = range(rank, samples, world), -(-samples // world)
        size = self.micro_batch_size or largest_share
        for start in range(0, largest_share, size):
            part = own[start : start + size]
            if part:
                yield slice(part.start, part.stop, part.step), len(part) * world / samples
            else:
                yield slice(0, 1), 0.0

    # Lightning calls this between taking mixed precision's scale off the gradients and the step.
    def on_before_optimizer_step(self, optimizer: Optimizer) -> None:
        if self.clip_norm is not None:
            clipped = [weight for group in optimizer.param_groups for weight in group["params"]]
            nn.utils.clip_grad_norm_(clipped, self.clip_norm)

    def on_train_epoch_end(self) -> None:
        mean = self._mean_loss()
        self._losses.clear()
        self._samples = 0
        if not math.isfinite(mean):
            raise Diverged(
                f"training loss is {mean} in epoch {self.current_epoch + 1} of "
                f"{self.trainer.max_epochs}; lower the learning rate or scale the inputs"
            )
        self.train_loss.append(mean)
        epoch = self.current_epoch + 1
        logger.info("epoch %d of %d: training loss %.4g", epoch, self.trainer.max_epochs, mean)
        if self.watch is not None:
            self.watch.score(self.network, self.criterion, epoch)

    def _mean_loss(self) -> float:
        mean = sum(loss.item() * samples for loss, samples in self._losses) / self._samples
        if self.trainer.world_size > 1:
            everywhere = torch.tensor(mean, dtype=torch.float64, device=self.device)
            return self.trainer.strategy.reduce(everywhere, reduce_op="mean").item()
        return mean

    # The losses are part of the state, so that they come back from the processes of a training on
    # several devices as the weights do.
    def get_extra_state(self) -> dict[str, list[float]]:
        return {"train_loss": self.train_loss}

    def set_extra_state(self, state: dict[str, list[float]]) -> None:
        self.train_loss = state["train_loss"]


def train(
    classifier: pl.LightningModule,
    batches: Iterable[tuple[torch.Tensor, torch.Tensor]],
    epochs: int,
    trainer: Mapping[str, Any],
) -> pl.Trainer:
    """Fit `classifier` for `epochs` passes over `batches`; give back Lightning's Trainer.

    `trainer` holds Lightning's accelerator, devices, precision, deterministic; what else it holds
    is not Lightning's. Of several devices each has a process of its own (Lightning's `ddp_spawn`).
    No logger, bar, checkpoint, summary or validation; nothing is printed. Ctrl-C stays a
    KeyboardInterrupt.
    """
    with _quiet(), _interruptible(), TemporaryDirectory() as folder, _told_by_processes():
        strategy = "ddp_spawn" if device_count(trainer) > 1 else "auto"
        lightning = pl.Trainer(
            max_epochs=epochs,
            barebones=True,
            strategy=strategy,
            plugins=[LightningEnvironment()],  # no other launcher, whatever started this process
            default_root_dir=folder,  # through which the weights come back from the processes
            **lightning_options(trainer),
        )
        classifier.train()  # Lightning leaves modules in the mode that building left them in
        lightning.fit(classifier, train_dataloaders=batches)
    return lightning


def device_count(trainer: Mapping[str, Any]) -> int:
    """How many devices one training takes: a number, or a list of their indices."""
    devices = trainer.get("devices", 1)
    return len(devices) if isinstance(devices, list) else devices


@contextmanager
def _told_by_processes() -> Iterator[None]:
    """An exception of the process of one device is told by its own words, not by its traceback."""
    try:
        yield
    except ProcessRaisedException as error:
        last = str(error).strip().splitlines()[-1]
        name, _, message = last.partition(": ")
        kind = Diverged if name.endswith(Diverged.__name__) else RuntimeError
        raise kind(message or last) from error


@contextmanager
def _quiet() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in ("pytorch_lightning", "lightning_fabric")]
    levels = [logger.level for logger in loggers]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"(pytorch_lightning|lightning_fabric)\.")
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)


@contextmanager
def _interruptible() -> Iterator[None]:
    # Lightning answers Ctrl-C with sys.exit(1) and leaves SIGINT ignored from then on.
    handler = signal.getsignal(signal.SIGINT)
    try:
        yield
    except SystemExit as stop:
        signal.signal(signal.SIGINT, handler)
        raise KeyboardInterrupt from stop
