"""Writes records.json: fictitious results that pin the bytes of the tables.

Run from the project's root: python tests/evidence/golden/generate.py
The accuracies are made-up numbers in round steps; no model was ever trained for them.
"""

import json
from pathlib import Path

STARTS = {"leekasso": 0.90, "leek_net": 0.70, "odd_name_100%": 0.60}
SIZES = (10, 20, 30, 40, 50, 60)


def generate() -> list[dict]:
    records = []
    for place, (method, start) in enumerate(STARTS.items()):
        for size in SIZES:
            for seed in range(3):
                accuracy = start + size / 1000 + seed / 100 * (1 + place)
                records.append(record("mnist01", method, size, seed, round(accuracy, 4)))
    records.append(record("digits01", "leekasso", 10, 0, 0.875))
    records += [record("digits01", "leek_net", 10, seed, 1.0) for seed in range(3)]
    records[-1]["metrics"]["accuracy"] = None
    records.append(record("digits01", "odd_name_100%", 10, 0, 0.5, status="failed"))
    return records + compared()


def compared() -> list[dict]:
    """Eight draws, enough for tests: one method as good as the best, one worse, one with 3."""
    records = []
    for seed in range(8):
        records.append(record("pairs01", "leekasso", 10, seed, 0.9 + seed / 100))
        records.append(record("pairs01", "leek_net", 10, seed, 0.9 + (seed % 4) / 50))
        records.append(record("pairs01", "odd_name_100%", 10, seed, 0.8 + seed / 100))
    return records + [record("pairs01", "few_draws", 10, seed, 0.85) for seed in range(3)]


def record(dataset, method, size, seed, accuracy, status="done") -> dict:
    return {
        "schema": 2,
        "key": f"fictitious-{dataset}-{method}-{size}-{seed}",
        "status": status,
        "config": {
            "dataset": {"name": dataset, "train_size": size},
            "method": {"name": method},
            "protocol": {"name": "default"},
            "split_seed": seed,
            "init_seed": 0,
            "threads": 1,
        },
        "metrics": {"accuracy": accuracy, "train_accuracy": 1.0, "test_samples": 1000},
        "provenance": {"cpu": "fictitious"},
        "error": {"type": "TimeoutError"} if status == "failed" else None,
    }


if __name__ == "__main__":
    text = json.dumps(generate(), indent=0, sort_keys=True)
    Path(__file__).with_name("records.json").write_text(text + "\n", encoding="utf-8")
