"""Small samples for learners, with no data set behind them."""

from functools import partial
from types import SimpleNamespace

import pytest
import torch


class Batches:
    def __init__(self, images, labels, batch_size):
        self.images, self.labels, self.batch_size = images, labels, batch_size
        self.order = None  # made late: it does not travel to a process

    def __len__(self):
        return -(-len(self.labels) // self.batch_size)

    def __iter__(self):
        if self.order is None:
            self.order = torch.Generator().manual_seed(0)
        order = torch.randperm(len(self.labels), generator=self.order)
        for batch in order.split(self.batch_size):
            yield self.images[batch], self.labels[batch]


def data_of(images, labels, classes=2, batch_size=4, peak=255.0):
    images = torch.as_tensor(images, dtype=torch.float32)
    labels = torch.as_tensor(labels, dtype=torch.int64)
    return SimpleNamespace(
        train_inputs=images,
        train_labels=labels,
        train_dataloader=partial(Batches, images, labels, batch_size),
        shape=tuple(images.shape[1:]),
        classes=classes,
        class_names=names_of(classes),
        peak=peak,
        epoch_size=len(labels),
        class_weights=None,
    )


def names_of(classes):
    """Of classes in pairs: the last word is that of two neighbours."""
    return tuple(f"{label}.One_{'abcdefgh'[label]}_Bird{label // 2}" for label in range(classes))


def bright_halves(samples, side=8, classes=2, seed=0):
    """Noisy images whose class is where they are bright: a task that is learnt at once."""
    noise = torch.Generator().manual_seed(seed)
    labels = torch.arange(samples) % classes
    images = torch.randint(0, 100, (samples, 1, side, side), generator=noise).float()
    for image, label in zip(images, labels, strict=True):
        rows = side // classes
        image[:, label * rows : (label + 1) * rows] += 150
    return images, labels


@pytest.fixture
def make_data():
    return data_of


@pytest.fixture
def make_halves():
    return bright_halves


@pytest.fixture(autouse=True)
def _one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
