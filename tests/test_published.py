"""What is published is what today's code makes of the published records."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from benchmarks.grid import stages
from benchmarks.grid.configs import PROJECT, opened
from benchmarks.grid.plan import make_plan
from benchmarks.grid.request import parse_request
from benchmarks.records import archive, holdings
from tests.answers import PUBLISHED, RECORDS

# The weights or data of a benchmark's further cells, which it goes without.
NOT_TO_BE_HAD = {
    "raj2018_published": ("vgg19",),
    "cifar_plus": ("cifar-10-python", "cifar-100-python", "ciFAIR-10"),
}
NAMES = sorted(folder.name for folder in PUBLISHED.iterdir() if folder.is_dir())
ANSWER = """
import sys
from pathlib import Path

class NoTorch:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("torch", "torchvision", "pytorch_lightning"):
            raise ModuleNotFoundError(f"{name} is not installed")

sys.meta_path.insert(0, NoTorch())
from tests.answers import write_answers

write_answers(*map(Path, sys.argv[1:]))
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Tables, figures, verdicts and pages of published records, made without PyTorch."""
    folder = tmp_path_factory.mktemp("made")
    command = [sys.executable, "-c", ANSWER, str(PUBLISHED), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=PROJECT)
    assert done.returncode == 0, done.stderr
    return folder


def answers(folder):
    """Files by their place."""
    return {
        path.relative_to(folder): path
        for path in folder.rglob("*")
        if path.is_file() and path.name not in RECORDS
    }


@pytest.mark.slow
def test_what_is_published_is_what_the_records_give(made):
    assert set(answers(made)) == set(answers(PUBLISHED))


@pytest.mark.slow
def test_texts_and_pages_made_again_are_the_same_to_the_byte(made):
    for name, path in answers(made).items():
        if path.suffix not in (".png", ".pdf"):
            assert path.read_bytes() == (PUBLISHED / name).read_bytes(), name


@pytest.mark.slow
def test_figures_made_again_have_the_same_pixels(made):
    pictures = {name: path for name, path in answers(made).items() if path.suffix == ".png"}
    assert len(pictures) > 3 * len(NAMES)
    for name, path in pictures.items():
        with Image.open(path) as again, Image.open(PUBLISHED / name) as before:
            assert np.array_equal(np.asarray(again), np.asarray(before)), name


def test_every_benchmark_of_the_debate_is_published():
    assert {"quickstart", "leek2017", "beam2017"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_records_are_complete_and_come_from_committed_code(name):
    holding = holdings.read_published(PUBLISHED, name)
    lacking = sum(entry["cells"] for entry in holding.unavailable)
    assert len(holding.done) == holding.expected - lacking
    for entry in holding.unavailable:
        assert entry["reason"].startswith(NOT_TO_BE_HAD[name])
    assert {record["status"] for record in holding.records} == {"done"}
    assert {record["provenance"]["dirty"] for record in holding.records} == {False}


@pytest.mark.parametrize("name", NAMES)
def test_the_accuracies_are_those_of_the_published_predictions(name):
    for record, arrays in archive.read_archive(PUBLISHED / name / archive.FILE):
        accuracy = (arrays["predicted"] == arrays["labels"]).mean()
        assert accuracy == record["metrics"]["accuracy"]
        assert len(arrays["test_index"]) == record["metrics"]["test_samples"]


def keys_of_today(name, records, *words):
    with opened([]) as configs:
        plan = make_plan(parse_request([f"benchmark={name}", *words]), configs)
    stages.extend(plan, lambda keys: [records[key] for key in keys if key in records])
    return {cell.key for cell in plan.cells}


@pytest.mark.real_data
@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_keys_are_those_of_todays_plan(name):
    """A key that changed without a reason would make every published result unreachable."""
    records = {r["key"]: r for r in holdings.read_published(PUBLISHED, name).records}
    assert keys_of_today(name, records) == set(records)


@pytest.mark.real_data
@pytest.mark.parametrize("name", NAMES)
def test_the_keys_of_one_split_are_those_of_todays_plan(name):
    records = {r["key"]: r for r in holdings.read_published(PUBLISHED, name).records}
    split = next(record["config"]["split_seed"] for record in records.values())
    of_split = {key for key, r in records.items() if r["config"]["split_seed"] == split}
    assert of_split <= keys_of_today(name, records, f"split_seed={split}")


def test_claims_of_the_published_benchmarks_have_verdicts():
    """Each in one of its benchmarks, which may not be all of them."""
    verdicts: dict[str, set[str]] = {}
    for name in NAMES:
        for claim in json.loads((PUBLISHED / name / "claims.json").read_text())["claims"]:
            verdicts.setdefault(claim["id"], set()).add(claim["verdict"])
    assert all(found != {"not-run"} for found in verdicts.values())
