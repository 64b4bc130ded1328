"""The grid that is tortured, and what its records must hold whatever happened."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import yaml

from benchmarks.grid.configs import CONF
from benchmarks.records.store import Store
from tests.faults.program import Suite

# A network and an estimator of scikit-learn, each of which notes what it trains.
COUNTED = {"mlp": "CountedNetwork", "logistic": "CountedEstimator"}
METHODS = "method=counted_mlp,counted_logistic"


def counted_suite(folder: Path) -> Suite:
    suite = Suite(folder)
    for name, learner in COUNTED.items():
        method = yaml.safe_load((CONF / "method" / f"{name}.yaml").read_text())
        method |= {"name": f"counted_{name}", "_target_": f"tests.faults.learners.{learner}"}
        (suite.methods / f"counted_{name}.yaml").write_text(yaml.safe_dump(method))
    return suite


def grid(seeds: int) -> tuple[str, ...]:
    """`4 * seeds` cells: two methods, two train sizes."""
    return (
        "dataset=digits01",
        "dataset.train_size=10,40",
        METHODS,
        f"split_seed=range({seeds})",
    )


def contents(suite: Suite) -> dict[str, dict[str, Any]]:
    """Of each finished cell what does not depend on when, where and how often it ran."""
    store = Store(suite.results)
    cells = filter(None, map(store.read_whole, store.keys()))
    return {
        record["key"]: {
            "metrics": record["metrics"],
            "history": record["history"],
            "sha256": record["predictions"]["sha256"],
            "arrays": _digest(arrays),
        }
        for record, arrays in cells
        if record["status"] == "done"
    }


def differing(suite: Suite, reference: dict[str, dict[str, Any]]) -> int:
    """Cells that are missing, too many, or not the same bit for bit."""
    found = contents(suite)
    return sum(found.get(key) != reference.get(key) for key in found.keys() | reference.keys())


def _digest(arrays: dict[str, Any]) -> str:
    digest = hashlib.sha256()
    for name in sorted(arrays):
        digest.update(f"{name} {arrays[name].dtype} {arrays[name].shape}".encode())
        digest.update(arrays[name].tobytes())
    return digest.hexdigest()
