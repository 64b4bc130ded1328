"""A few generated images of a cell, kept beside its predictions for the report of own runs."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.grid import resampling
from benchmarks.records.single_file import GENERATED, GENERATED_LABELS
from benchmarks.records.store import Predictions

EACH, CLASSES = 4, 12  # images of a class, classes
BYTE = 255


def pictures(training: Any, config: dict[str, Any]) -> Predictions:
    """Up to four of each of the first twelve classes, and their labels; nothing where the
    resampling generates nothing.

    Of the first draw alone: they are to be looked at, and a store holds thousands of cells.
    """
    first = config["split_seed"] == config["init_seed"] == 0
    if not first or not getattr(resampling.build(config), "generates", False):
        return {}
    import torch

    labels = training.train_labels.numpy()[training.epoch_size :]
    chosen = [np.flatnonzero(labels == label)[:EACH] for label in range(CLASSES)]
    places = np.concatenate(chosen)
    images = training.train_inputs.stored(torch.from_numpy(training.epoch_size + places))
    bytes_ = (images.numpy() * (BYTE / training.peak)).round().astype(np.uint8)
    return {GENERATED: bytes_, GENERATED_LABELS: labels[places].astype(np.int16)}
