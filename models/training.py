"""One training of a network, as the fields of its learner state it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import chain
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer

from models.classifier import Classifier, train
from models.interface import Batches, Network, Watched
from models.losses.contract import Criterion
from models.optimisation import make_schedule
from models.scoring import watch_of


def begin(trainer: Mapping[str, Any]) -> None:
    """Choose PyTorch's algorithms as the trainer states it (`deterministic`).

    Lightning does so where the training begins; but codes, features and initial weights are
    computed before, and this process may have trained otherwise.
    """
    if trainer.get("deterministic", False):
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # read at cuBLAS' first call
    torch.use_deterministic_algorithms(trainer.get("deterministic", False))


def repeated(batches: Batches, passes: int) -> Batches:
    """Batches of which an epoch takes so many passes, each in an order of its own."""
    # Lightning asks for an iterator that it does not use, for which the data's batches draw an
    # order: those of a single pass must not be wrapped, or the later orders would be others.
    return batches if passes == 1 else Passes(batches, passes)


class Passes:
    """See `repeated`."""

    def __init__(self, batches: Batches, passes: int) -> None:
        self.batches = batches
        self.passes = passes

    def __len__(self) -> int:
        return self.passes * len(self.batches)

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        return chain.from_iterable(self.batches for _ in range(self.passes))


def passes_of(repeat_to: int | None, samples: int, classes: int) -> int:
    """How often an epoch takes the training samples: `repeat_to` // n times, and at least once, for
    n of them in each class (rounded down, at least 1); once for None.

    Barz & Denzler, WACV 2020, section 4.4, repeat to 30.
    """
    if repeat_to is None:
        return 1
    return max(1, repeat_to // max(1, samples // classes))


def train_as(
    learner: Any,
    network: Network,
    criterion: Criterion,
    optimizer: Callable[[nn.Module], Optimizer],
    batches: Batches,
    seed: int,
    watched: Watched | None,
) -> Network:
    """Train network and loss for the learner's `epochs`, each all of `batches`, with its
    `schedule`, `clip_norm` and `trainer`; leave `history` and the best of the scores of what is
    `watched` in its fields.

    Gives back the network; it and the loss are on the device of the training. Raises ValueError
    where images are watched on several devices, and `models.classifier.Diverged`.
    """
    watch = watch_of(watched, learner.trainer)
    steps = {"steps_per_epoch": len(batches), "epochs": learner.epochs}
    schedule = learner.schedule and partial(make_schedule, learner.schedule, **steps)
    micro = learner.trainer.get("micro_batch_size")
    classifier = Classifier(
        network, criterion, optimizer, schedule, learner.clip_norm, micro, seed, watch
    )
    torch.manual_seed(seed)
    trainer = train(classifier, batches, learner.epochs, dict(learner.trainer))
    learner.history = {"train_loss": classifier.train_loss}
    if watch:
        learner.history["watched_accuracy"] = watch.accuracies
        learner.best_scores, learner.best_epoch = watch.best_scores, watch.best_epoch
    device = trainer.strategy.root_device
    criterion.to(device)
    return network.to(device)
