"""After a comparison of methods: the recommendation, and the recommended model saved."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.illustrated import FOLDER as FIGURES
from benchmarks.evidence.predicted import frame_of
from benchmarks.evidence.recommendation.advice import Advice, advise
from benchmarks.evidence.recommendation.candidates import Candidates, candidates
from benchmarks.evidence.recommendation.words import (
    as_data,
    recommendation_markdown,
    terminal_lines,
)
from benchmarks.grid import data
from benchmarks.grid.plan import Plan
from benchmarks.records import holdings
from benchmarks.records.holdings import Holding
from benchmarks.records.store import Record, Store, write_atomically
from benchmarks.settings import Folders

FIELD = "recommends"  # of a benchmark: it ends with a recommendation
USUAL_LOSS = "cross_entropy"
PAGE, DOCUMENT, MODEL = "recommendation.md", "recommendation.json", "model"


def recommend(plan: Plan, places: Folders, console: Console) -> None:
    """Write and print what is recommended, then train that on all images and save it."""
    if not plan.benchmark.get(FIELD):
        return
    store = Store(places.own)
    held = holdings.of_plan(plan, store)
    folder = places.own / plan.benchmark["name"]
    try:
        found = candidates(held, frame_of(held))
    except EvidenceError as error:
        console.print(str(error), highlight=False, soft_wrap=True)
        return
    advice = advise(held, found)
    config = _chosen_config(plan, found, advice)
    samples = data.load(config["dataset"])
    told = {"missing": _missing(plan, held, found), "notes": [*held.notes, *samples.caveats]}
    of_samples = samples.class_names, samples.names
    pictures = _pictures(folder, config)
    page = recommendation_markdown(advice, found, *of_samples, **told, pictures=pictures)
    document = json.dumps(as_data(advice, found, **told), indent=1, ensure_ascii=False) + "\n"
    _write(folder, page, document)
    console.print()
    for line in terminal_lines(advice, found, **told):
        console.print(line, highlight=False, soft_wrap=True, markup=False)
    console.print(f"Recommendation: {folder / PAGE}", soft_wrap=True)
    _save_model(folder / MODEL, held, found, advice, config, console)


def _chosen_config(plan: Plan, found: Candidates, advice: Advice) -> dict[str, Any]:
    keys = set(_cells(found, advice))
    return next(cell.config for cell in plan.cells if cell.key in keys)


def _cells(found: Candidates, advice: Advice) -> Iterable[str]:
    """Keys of the cells of the chosen method at the largest train size."""
    frame = found.frame
    chosen = frame[(frame["label"] == advice.chosen) & (frame["train_size"] == found.train_size)]
    return chosen["key"]


def _missing(plan: Plan, held: Holding, found: Candidates) -> list[str]:
    """Methods of the plan that are not among the candidates: failed, or never finished."""
    compared = {_choices(record["config"]) for record in held.done if _is_compared(record, found)}
    planned = dict.fromkeys(_choices(cell.config) for cell in plan.cells)
    return [" ".join(choices) for choices in planned if choices not in compared]


def _is_compared(record: Record, found: Candidates) -> bool:
    frame = found.frame
    label = frame.loc[frame["key"] == record["key"], "label"]
    return record["config"]["dataset"]["train_size"] == found.train_size and bool(
        label.isin(found.labels).any()
    )


def _choices(config: dict[str, Any]) -> tuple[str, ...]:
    groups = ("method", "backbone", "loss", "augmentation")
    several = [config[group]["name"] for group in groups if group in config]
    return tuple(name for name in several if name != USUAL_LOSS)


def _write(folder: Path, page: str, document: str) -> None:
    try:
        write_atomically(folder / PAGE, page.encode())
        write_atomically(folder / DOCUMENT, document.encode())
    except OSError as error:
        raise Store(folder.parent).not_writable(error) from error


def _pictures(folder: Path, config: dict[str, Any]) -> dict[str, str]:
    """Addresses, from the folder, of the figures that were drawn."""
    files = {"learning": "learning.png", "mistakes": f"mistakes-{config['dataset']['name']}.png"}
    drawn = {name: f"{FIGURES}/{file}" for name, file in files.items()}
    return {name: place for name, place in drawn.items() if (folder / place).is_file()}


def _save_model(
    folder: Path,
    held: Holding,
    found: Candidates,
    advice: Advice,
    config: dict[str, Any],
    console: Console,
) -> None:
    from benchmarks.execution.saved_model import save, train_on_all
    from benchmarks.execution.worker import pin_threads, silence

    console.print(f"Training {advice.chosen} on all images ...", highlight=False)
    silence()
    pin_threads(config["threads"])
    try:
        save(train_on_all(config), config, _temperature(held, found, advice), folder)
    except (ValueError, RuntimeError) as error:  # no way to save such an estimator; diverged
        reason = " ".join(str(error).split())
        console.print(f"No model saved: {reason}", highlight=False, soft_wrap=True, markup=False)
        return
    except OSError as error:
        raise Store(folder.parent).not_writable(error) from error
    console.print(f"Model: {folder}", soft_wrap=True)
    console.print(f"Classify new photos: scarce predict model={folder} PHOTO...", soft_wrap=True)


def _temperature(held: Holding, found: Candidates, advice: Advice) -> float:
    """From predictions on images that were not trained on."""
    from benchmarks.execution.calibration import fit_temperature

    arrays = [arrays for _, arrays in held.predictions(_cells(found, advice))]
    scores = np.concatenate([each["scores"] for each in arrays])
    labels = np.concatenate([each["labels"] for each in arrays])
    return fit_temperature(scores, labels)
