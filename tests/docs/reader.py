"""A reader's machine in small: photos, a table, texts, results of the quickstart."""

from __future__ import annotations

import json
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from benchmarks.cli import main
from benchmarks.grid.configs import PROJECT
from benchmarks.records.archive import read_records
from tests.photos import photo_folder

PUBLISHED = PROJECT / "results" / "published" / "quickstart"
MOST_CELLS = 12  # of a grid that is run; larger ones are planned
# What this machine lacks, or what takes long: such a run is planned.
PLANNED = ("executor=slurm", "executor=ray", "trainer=gpu", "protocol=default,tuned", "hydra/")
WITHOUT_FOLDERS = ("new", "predict", "show")  # commands that know no results_dir
PHOTO = "photos/red/00.png"


@dataclass(frozen=True)
class Machine:
    """Where results lie; `key` is that of a cell of the quickstart."""

    results: Path
    published: Path
    model: Path
    key: str

    @property
    def places(self) -> dict[str, object]:
        return {"results_dir": self.results, "published_dir": self.published, "figures": "none"}


def machine(folder: Path) -> Machine:
    """The quickstart's own results, taken from the published ones, and a model for photos."""
    published = shutil.copytree(PUBLISHED, folder / "published" / "quickstart").parent
    photos = photo_folder(folder / "photos")
    results = folder / "results"
    key = next(
        record["key"]
        for record in read_records(PUBLISHED / "records.parquet")
        if record["config"]["dataset"]["name"] == "digits01"
        and record["config"]["method"]["name"] == "logistic"
    )
    found = Machine(results, published, results / "compare" / "model", key)
    places = [f"{name}={place}" for name, place in found.places.items()]
    compare = ("benchmark=compare", "dataset=folder", f"dataset.root={photos}", "method=logistic")
    few = ("dataset.image_size=16", "dataset.train_size=null", "split_seed=range(2)")
    for words in (
        ["merge", "published"],
        ["run", "benchmark=quickstart"],
        ["run", *compare, *few, "augmentation=none", "executor=serial"],
    ):
        assert main([*words, *places]) == 0
    return found


def furnish(folder: Path) -> None:
    """The data that commands of the pages name, in a reader's folder."""
    photo_folder(folder / "photos")
    numbers = np.random.default_rng(0).normal(size=(40, 3)).round(3)
    rows = [[*row, "ab"[row[0] > 0]] for row in numbers.tolist()]
    lines = ["x,y,z,label", *(",".join(map(str, row)) for row in rows)]
    (folder / "mine.csv").write_text("\n".join(lines) + "\n")
    for name, word in (("neg", "dull"), ("pos", "fine")):
        (folder / "texts" / name).mkdir(parents=True)
        for number in range(20):
            text = f"a {word} film number {number} with a {word} end"
            (folder / "texts" / name / f"{number}.txt").write_text(text)
    (folder / "other").mkdir()
    (folder / "other" / "results").symlink_to(PUBLISHED)


def words_of(line: str, folder: Path, at: Machine) -> tuple[dict[str, str], list[str]]:
    """A line as a shell takes it, placeholders filled in: variables, and the command's words."""
    for name, value in {
        "$PWD": str(folder),
        "dataset.root=PATH": "dataset.root=photos",
        "dataset.root=FOLDER": "dataset.root=texts",
        "COLUMN": "label",
        "NEW_PHOTOS/": PHOTO,
        "NEW.jpg OTHER.jpg": f"{PHOTO} model={at.model}",
        "results/runs/compare/model": str(at.model),
        "OLDKEY": at.key,
        "PREFIX": at.key[:12],
    }.items():
        line = line.replace(name, value)
    words = shlex.split(line, comments=True)
    cut = words.index("scarce")
    return dict(word.split("=", 1) for word in words[:cut]), words[cut + 1 :]


def follow(line: str, scarce, at: Machine, monkeypatch: pytest.MonkeyPatch) -> str:
    """Do what a line says, or plan it where that takes a cluster or long; returns what is wrong."""
    variables, (command, *words) = words_of(line, Path.cwd(), at)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    places = {} if command in WITHOUT_FOLDERS else at.places
    if command == "publish":  # over what has figures
        places = {**places, "figures": "all"}
    if command == "run":
        return _run_or_plan(words, scarce, places)
    outcome = scarce(command, *words, places=places)
    return "" if outcome.code == 0 else f"{line}\n{outcome.err}{outcome.out}"


def _run_or_plan(words: list[str], scarce, places: dict[str, object]) -> str:
    planned = [word for word in words if word != "-m" and not word.startswith("hydra/")]
    plan = scarce("plan", "--json", *planned, places=places)
    if plan.code != 0:
        return f"plan {' '.join(planned)}\n{plan.err}"
    total = json.loads(plan.out)["total"]
    if total == 0:
        return f"plan {' '.join(planned)}\nno cells"
    if total > MOST_CELLS or any(word.startswith(PLANNED) for word in words):
        return ""
    outcome = scarce("run", *words, "executor=serial", places=places)
    return "" if outcome.code == 0 else f"run {' '.join(words)}\n{outcome.err}{outcome.out}"
