"""After a comparison of methods: the recommended one, trained on all images and saved."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import numpy as np
from rich.console import Console

from benchmarks.evidence.recommendation.recommended import Recommendation
from benchmarks.grid.plan import Plan
from benchmarks.records import holdings
from benchmarks.records.store import Store
from benchmarks.settings import Folders

MODEL = "model"


def save_recommended(
    plan: Plan, recommendation: Recommendation, places: Folders, console: Console
) -> None:
    """Train the recommended method on all images, with calibrated probabilities, and save it.

    Where it cannot be saved, that is told.
    """
    from benchmarks.execution.saved_model import save, train_on_all
    from benchmarks.execution.worker import pin_threads, silence

    folder = places.own / plan.benchmark["name"] / MODEL
    chosen = recommendation.advice.chosen
    keys = recommendation.found.keys(chosen)
    config = _config(plan, keys)
    console.print(f"Training {chosen} on all images ...", highlight=False)
    silence()
    pin_threads(config["threads"])
    try:
        save(train_on_all(config), config, _temperature(plan, places, keys), folder)
    except (ValueError, RuntimeError) as error:  # no way to save such an estimator; diverged
        reason = " ".join(str(error).split())
        console.print(f"No model saved: {reason}", highlight=False, soft_wrap=True, markup=False)
        return
    except OSError as error:
        raise Store(places.own).not_writable(error) from error
    console.print(f"Model: {folder}", soft_wrap=True)
    console.print(f"Classify new photos: scarce predict model={folder} PHOTO...", soft_wrap=True)


def _config(plan: Plan, keys: list[str]) -> dict[str, Any]:
    """Where each split was tuned by itself, with the settings that were chosen most often."""
    wanted = set(keys)
    configs = [cell.config for cell in plan.cells if cell.key in wanted]
    methods = [json.dumps(config["method"], sort_keys=True) for config in configs]
    (most_often, _), *_ = Counter(methods).most_common(1)
    return configs[methods.index(most_often)]


def _temperature(plan: Plan, places: Folders, keys: list[str]) -> float:
    """From predictions on images that were not trained on."""
    from benchmarks.execution.calibration import fit_temperature

    held = holdings.of_plan(plan, Store(places.own))
    arrays = [arrays for _, arrays in held.predictions(keys)]
    scores = np.concatenate([each["scores"] for each in arrays])
    labels = np.concatenate([each["labels"] for each in arrays])
    return fit_temperature(scores, labels)
