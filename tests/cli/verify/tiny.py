"""A small benchmark of the user's own, and how the outcome of verifying it is read."""

from __future__ import annotations

import json

from benchmarks.grid.key import cell_key
from benchmarks.records.store import Store

BENCHMARK = """
name: tiny
says: one linear model and one net on ten digits
grid:
  - {dataset: digits01, dataset.train_size: 10, method: [moody, small_net], split_seed: range(2)}
"""
NET = """
name: small_net
says: one hidden layer of 8 units
version: 1
_target_: models.neural.NeuralClassifier
inputs: unit
network: {_target_: models.networks.MLP, hidden: [8], activation: relu, dropout: 0.0}
optimizer: {_target_: torch.optim.Adam, lr: 0.01}
batch_size: 10
epochs: 2
"""
MOODY = """
name: moody
says: logistic regression that can be told to behave otherwise
version: 1
_target_: models.linear.LinearClassifier
inputs: unit
estimator: {_target_: moody_estimator.Moody}
"""
MODULE = """
import os
from sklearn.linear_model import LogisticRegression

class Moody(LogisticRegression):
    def fit(self, X, y):
        mood = os.environ.get("MOOD")
        if mood == "broken":
            raise ValueError("not in the mood")
        return super().fit(X, 1 - y if mood == "contrary" else y)
"""


def statuses(outcome) -> dict[str, str]:
    return {cell["key"]: cell["status"] for cell in outcome.json["cells"]}


def cell(outcome, key: str) -> dict:
    (found,) = (cell for cell in outcome.json["cells"] if cell["key"] == key)
    return found


def key_of(record: dict) -> str:
    return cell_key(record["config"], record["fingerprints"])


def keep(results, record: dict, predictions: dict) -> None:
    """Put a record into the store as one of the benchmark's whole grid."""
    Store(results).write(record, predictions)
    manifest = results / "tiny" / "whole.json"
    listed = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**listed, "cells": [*listed["cells"], record["key"]]}))


def content(folder) -> dict[str, bytes]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {str(file): file.read_bytes() for file in files}
