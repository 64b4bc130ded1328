"""The files in conf/dataset: what they name exists, and cells of them run from the command line."""

import inspect
from pathlib import Path

import pytest
import yaml
from hydra.utils import get_class

from datasets.splits import Sampling
from tests.datasets.birds import cub_folder

FOLDER = Path(__file__).resolve().parents[2] / "conf" / "dataset"
FILES = sorted(file.stem for file in FOLDER.glob("*.yaml"))
LABELS = {"_target_", "name", "says"}


@pytest.mark.parametrize("name", FILES)
def test_every_file_states_options_of_its_class_and_of_sampling(name):
    block = yaml.safe_load((FOLDER / f"{name}.yaml").read_text())
    source = get_class(block["_target_"])
    known = set(inspect.signature(source).parameters)
    sampling = set(inspect.signature(Sampling).parameters)
    assert block["name"] == name
    assert block["says"]
    assert set(block) <= LABELS | known | sampling
    assert known <= set(block), "an option that the file leaves out is hard to find"
    if name not in ("folder", "table"):  # whose root or file must be given
        source(**{field: block[field] for field in known})
    Sampling(**{field: value for field, value in block.items() if field in sampling})


def birds(tmp_path, *words):
    return (
        "run",
        "dataset=cub_subset",
        f"dataset.root={cub_folder(tmp_path / 'birds')}",
        "dataset.classes=3",
        "dataset.train_size=2",
        "split_seed=0",
        "executor=serial",
        *words,
    )


def test_networks_learn_birds_from_windows_and_records_say_what_they_are(tmp_path, scarce, records):
    words = ["method=small_cnn", "method.epochs=1", "dataset.image_size=32"]
    words.append("augmentation=window+flip+erasing_small,window+offline,none")
    outcome = scarce(*birds(tmp_path, *words))
    assert outcome.code == 0, outcome.err
    assert len(records()) == 3
    for record in records().values():
        assert (record["metrics"]["train_samples"], record["metrics"]["test_samples"]) == (6, 6)
        assert record["caveats"][0] == "the first 3 of 200 classes"


def test_a_wrong_option_of_the_birds_is_a_wrong_request(tmp_path, scarce):
    outcome = scarce(*birds(tmp_path, "method=logistic"), "dataset.boxes=3")
    assert (outcome.code, outcome.err.strip()) == (2, "scarce: dataset.boxes=3: true or false")
