"""Training of one network: the LightningModule and a Trainer stripped of all that costs time."""

import logging
import math
import signal
import warnings
from contextlib import contextmanager

import pytorch_lightning as pl
import torch


class Diverged(RuntimeError):  # noqa: N818
    """The training loss is no longer a finite number; the message names the epoch."""


class Classifier(pl.LightningModule):
    """Minimises `loss(logits, labels)` of `network`; keeps the mean loss of every epoch.

    `optimizer(parameters)` and `schedule(optimizer)` are factories; the schedule, where there is
    one, is stepped after every batch. `train_loss` holds one mean over samples for each epoch, for
    a loss that is itself a mean over its batch. Raises Diverged at the end of an epoch whose mean
    loss is not finite.
    """

    # Manual optimisation and fetching the batch here spare Lightning's hooks around every batch,
    # which cost as much as a small network's whole step.
    automatic_optimization = False

    def __init__(self, network, loss, optimizer, schedule=None):
        super().__init__()
        self.network = network
        self.loss = loss
        self.optimizer_factory = optimizer
        self.schedule_factory = schedule
        self.train_loss = []
        self._batch_losses = []

    def configure_optimizers(self):
        optimizer = self.optimizer_factory(self.network.parameters())
        if self.schedule_factory is None:
            return optimizer
        return [optimizer], [self.schedule_factory(optimizer)]

    def training_step(self, dataloader_iter):
        (images, labels), _, _ = next(dataloader_iter)
        images, labels = images.to(self.device, self.dtype), labels.to(self.device)
        loss = self.loss(self.network(images), labels)

        optimizer = self.optimizers()
        optimizer.zero_grad()
        self.manual_backward(loss)
        optimizer.step()
        if self.schedule_factory is not None:
            self.lr_schedulers().step()

        self._batch_losses.append((loss.detach(), len(labels)))

    def on_train_epoch_end(self):
        samples = sum(count for _, count in self._batch_losses)
        mean = sum(loss.item() * count for loss, count in self._batch_losses) / samples
        self._batch_losses.clear()
        if not math.isfinite(mean):
            raise Diverged(
                f"training loss is {mean} in epoch {self.current_epoch + 1} of "
                f"{self.trainer.max_epochs}; lower the learning rate or scale the inputs"
            )
        self.train_loss.append(mean)


def train(classifier, batches, epochs, trainer):
    """Fit `classifier` for `epochs` passes over `batches`; give back Lightning's Trainer.

    `trainer` holds Lightning's accelerator, devices, precision and deterministic. No logger, bar,
    checkpoint, summary or validation; nothing is printed. Ctrl-C stays a KeyboardInterrupt.
    """
    with _quiet(), _interruptible():
        lightning = pl.Trainer(max_epochs=epochs, barebones=True, **trainer)
        lightning.fit(classifier, train_dataloaders=batches)
    return lightning


@contextmanager
def _quiet():
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
def _interruptible():
    # Lightning answers Ctrl-C with sys.exit(1) and leaves SIGINT ignored from then on.
    handler = signal.getsignal(signal.SIGINT)
    try:
        yield
    except SystemExit as stop:
        signal.signal(signal.SIGINT, handler)
        raise KeyboardInterrupt from stop


def class_probabilities(network, images, batch_size=256):
    """Softmax of the network's logits for images (m, C, H, W): float32 array (m, K)."""
    network.eval()
    parameter = next(network.parameters())
    with torch.inference_mode():
        logits = [
            network(batch.to(parameter.device, parameter.dtype))
            for batch in images.split(batch_size)
        ]
        return torch.cat(logits).float().softmax(dim=1).cpu().numpy()
