"""`scarce predict PHOTO... model=FOLDER`: what a saved model makes of new photos."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from benchmarks.execution.saved_model import SavedModel, load, square_images
from benchmarks.execution.worker import silence
from benchmarks.grid.configs import PROJECT
from benchmarks.grid.errors import RequestError
from benchmarks.grid.paths import path_of
from benchmarks.grid.plan import ROOT_FIELDS
from benchmarks.grid.request import ALIASES
from datasets.errors import DataDamaged, DataUnavailable
from datasets.image_listing import is_image_file

MODEL = "model="
USUAL = PROJECT / "results" / "runs" / "compare" / "model"
BATCH = 32


def execute(arguments: argparse.Namespace, console: Console) -> int:
    """Print class and probability of each photo; 1 where one could not be read."""
    folder = _model_folder(arguments.overrides)
    photos = _photos([word for word in arguments.overrides if not word.startswith(MODEL)])
    silence()
    model = load(folder)
    answers = [answer for batch in _batches(photos) for answer in _classified(model, batch)]
    if arguments.json:
        print(json.dumps({"model": str(folder), "photos": answers}, ensure_ascii=False))
    else:
        _print(answers, console)
    return 1 if any("error" in answer for answer in answers) else 0


def _model_folder(words: list[str]) -> Path:
    given = [word.removeprefix(MODEL) for word in words if word.startswith(MODEL)]
    if len(given) > 1:
        raise RequestError("model", " ".join(given), "give one folder")
    return path_of("model", given[0]) if given else USUAL


def _photos(words: list[str]) -> list[Path]:
    """The files named, and all image files of the folders named."""
    if not words:
        raise RequestError("PHOTO", "nothing", "name photos, or folders of photos")
    found: list[Path] = []
    for word in words:
        path = path_of("PHOTO", word)
        if os.path.isdir(path):  # no name is too long for it
            inside = sorted(p for p in path.rglob("*") if is_image_file(p))
            if not inside:
                raise RequestError("PHOTO", word, "no image files in this folder")
            found += inside
        elif os.path.isfile(path):
            found.append(path)
        else:
            raise _no_photo(word)
    return found


def _no_photo(word: str) -> RequestError:
    field, equals, value = word.partition("=")
    if equals and field.lstrip("+").split(".")[0] in (*ROOT_FIELDS, *ALIASES):
        return RequestError(field, value, "predict takes photos and model=FOLDER alone")
    return RequestError("PHOTO", word, "no such file or folder")


def _batches(photos: list[Path]) -> list[list[Path]]:
    return [photos[start : start + BATCH] for start in range(0, len(photos), BATCH)]


def _classified(model: SavedModel, photos: list[Path]) -> list[dict[str, Any]]:
    channels = model.meaning["shape"][0]
    read = list(square_images(photos, model.image_size, channels))
    whole = [image for image in read if not isinstance(image, Exception)]
    rows = iter(model.probabilities(np.stack(whole)) if whole else ())
    return [
        {"photo": str(photo), "error": _why(image)}
        if isinstance(image, Exception)
        else {"photo": str(photo), **_answer(model.class_names, next(rows))}
        for photo, image in zip(photos, read, strict=True)
    ]


def _why(error: DataDamaged | DataUnavailable) -> str:
    return error.found if isinstance(error, DataDamaged) else error.reason


def _answer(class_names: list[str], probabilities: np.ndarray) -> dict[str, Any]:
    best = int(probabilities.argmax())
    shown = {name: round(float(p), 4) for name, p in zip(class_names, probabilities, strict=True)}
    return {"class": class_names[best], "probability": shown[class_names[best]], "all": shown}


def _print(answers: list[dict[str, Any]], console: Console) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("photo", overflow="fold")
    table.add_column("class", overflow="fold")
    table.add_column("probability", justify="right", overflow="fold")
    for answer in answers:
        if "error" in answer:
            table.add_row(escape(answer["photo"]), f"not read: {escape(answer['error'])}", "")
        else:
            probability = f"{100 * answer['probability']:.1f} %"
            table.add_row(escape(answer["photo"]), escape(answer["class"]), probability)
    console.print(table)
