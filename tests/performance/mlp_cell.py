"""What a cell of the MLP costs beside the bare PyTorch loop it amounts to.

Both train Beam's (2017) MLP on 80 images for 200 epochs in batches of 32 and score 1,058 images, on
one thread of a warm process, in turn. Prints the median seconds, their ratio and the peak memory.

    python -m tests.performance.mlp_cell [repetitions]
"""

import resource
import statistics
import sys
import time
from functools import partial
from types import SimpleNamespace

import torch
from torch import nn

from models.networks import MLP
from models.neural import NeuralClassifier

TRAIN, TEST, EPOCHS, BATCH = 80, 1058, 200, 32
ADAM = partial(torch.optim.Adam, lr=1e-3)
CPU = {"accelerator": "cpu", "devices": 1, "precision": "32-true", "deterministic": True}


class Batches:
    """One permutation an epoch, then tensor indexing."""

    def __init__(self, images, labels):
        self.images, self.labels = images, labels
        self.order = torch.Generator().manual_seed(0)

    def __len__(self):
        return -(-len(self.labels) // BATCH)

    def __iter__(self):
        for batch in torch.randperm(len(self.labels), generator=self.order).split(BATCH):
            yield self.images[batch], self.labels[batch]


def make_data():
    noise = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (TRAIN + TEST, 1, 28, 28), generator=noise).float()
    labels = torch.randint(0, 2, (TRAIN,), generator=noise)
    return SimpleNamespace(
        train_images=images[:TRAIN],
        train_labels=labels,
        test_images=images[TRAIN:],
        train_dataloader=partial(Batches, images[:TRAIN], labels),
        shape=(1, 28, 28),
        classes=2,
        peak=255.0,
    )


def bare_loop(data):
    torch.use_deterministic_algorithms(False)
    torch.manual_seed(0)
    layers = [nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Dropout(0.5)]
    layers += [nn.Linear(128, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, 2)]
    network, loss_function = nn.Sequential(*layers), nn.CrossEntropyLoss()
    optimizer, batches = ADAM(network.parameters()), data.train_dataloader()
    for _ in range(EPOCHS):
        for images, labels in batches:
            loss = loss_function(network(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    network.eval()
    with torch.inference_mode():
        return network(data.test_images).softmax(dim=1).numpy()


def our_side(data):
    learner = NeuralClassifier(
        network=partial(MLP, hidden=[128, 128], activation="relu", dropout=0.5),
        optimizer=ADAM,
        loss=nn.CrossEntropyLoss,
        trainer=CPU,
        epochs=EPOCHS,
        batch_size=BATCH,
        inputs="raw",
    )
    learner.fit(data, seed=0)
    return learner.scores(data.test_images)


def seconds(run, data):
    start = time.perf_counter()
    run(data)
    return time.perf_counter() - start


def measure(repetitions):
    """Seconds of both sides, run in turn after one warm-up of each."""
    data = make_data()
    sides = {"bare loop": bare_loop, "learner": our_side}
    for run in sides.values():
        run(data)
    times = {name: [] for name in sides}
    for _ in range(repetitions):
        for name, run in sides.items():
            times[name].append(seconds(run, data))
    return times


def main(repetitions=9):
    torch.set_num_threads(1)
    medians = {name: statistics.median(runs) for name, runs in measure(repetitions).items()}
    for name, median in medians.items():
        print(f"{name:<12}{median:8.3f} s")
    print(f"{'ratio':<12}{medians['learner'] / medians['bare loop']:8.2f}")
    print(f"{'peak memory':<12}{_peak_megabytes():8.0f} MB")


def _peak_megabytes():
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
