"""Fictitious records: accuracies are given by hand, nothing here was ever measured."""

import pytest

CONFIGURATION = {
    "loss": {"name": "cross_entropy"},
    "trainer": {"accelerator": "cpu", "precision": 32},
    "init_seed": 0,
    "threads": 1,
}


def build_record(method, train_size, seed, accuracy, dataset="mnist01", **changes):
    config = CONFIGURATION | {
        "dataset": {"name": dataset, "partition": "leek", "train_size": train_size},
        "method": {"name": method, "version": 1, "optimizer": {"lr": 0.001}},
        "protocol": {"name": changes.pop("protocol", "default")},
        "split_seed": seed,
    }
    train_accuracy = changes.pop("train_accuracy", 1.0)
    return {
        "schema": 2,
        "key": f"{dataset}-{method}-{train_size}-{seed}-{config['protocol']['name']}",
        "status": "done",
        "config": config,
        "fingerprints": {"data": f"data of {dataset}", "split": f"{dataset}/{train_size}/{seed}"},
        "metrics": {"accuracy": accuracy, "train_accuracy": train_accuracy, "test_samples": 500},
        "timing": {"train": 0.5, "total": 0.7},
        "provenance": {"cpu": "none, fictitious", "git": {"commit": "0000000"}},
        "caveats": [],
        "error": None,
    } | changes


@pytest.fixture(scope="session")
def record():
    """One record: `record(method, train_size, seed, accuracy, **changes)`."""
    return build_record


@pytest.fixture(scope="session")
def rows():
    """Records of a whole row: `rows(method, train_size, [accuracy of seed 0, 1, ...])`."""

    def build(method, train_size, accuracies, **changes):
        return [
            build_record(method, train_size, seed, accuracy, **changes)
            for seed, accuracy in enumerate(accuracies)
        ]

    return build
