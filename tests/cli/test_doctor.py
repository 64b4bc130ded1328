"""`scarce doctor`: what is here, what would be downloaded, what is missing; nothing is fetched."""

from __future__ import annotations

import pytest

from datasets.looking import HERE, MISSING, TO_FETCH, TO_NAME
from tests.outside import write

ONE = "benchmark=quickstart"


@pytest.fixture
def empty(outside, monkeypatch):
    """A machine without data."""
    monkeypatch.delenv("SCARCE_DATA", raising=False)
    monkeypatch.setenv("SCARCE_CACHE", str(outside / "cache"))


@pytest.fixture
def found(scarce, empty):
    outcome = scarce("doctor", ONE, "--json")
    assert outcome.code == 0, outcome.err
    return outcome.json


def test_data_are_here_to_be_downloaded_to_be_named_or_missing_and_what_to_do(found, outside):
    states = {name: finding["state"] for name, finding in found["datasets"].items()}
    assert states["digits01"] == HERE
    assert states["mnist01"] == states["cifar10"] == states["flowers102"] == TO_FETCH
    assert states["folder"] == states["table"] == TO_NAME
    assert states["nabirds"] == MISSING
    assert not (outside / "cache").exists()
    assert found["datasets"]["mnist01"]["where"].startswith("train-images-idx3-ubyte.gz from ")
    assert "dataset.root=PATH" in found["datasets"]["folder"]["remedy"]
    assert "put the folder nabirds" in found["datasets"]["nabirds"]["remedy"]


def test_the_size_of_a_download_is_told_where_it_is_stated(scarce, empty):
    outcome = scarce("doctor", ONE)
    told = {
        line.split()[0]: line.rstrip() for line in outcome.out.splitlines() if "to download" in line
    }
    assert told["cub200"].endswith("CUB_200_2011.tgz from data.caltech.edu; 1.2 GB")
    assert told["cifar10"].endswith("170.5 MB")
    assert told["vgg19"].endswith("download.pytorch.org; 574.7 MB")
    assert told["eurosat"].endswith("size not stated")
    found = scarce("doctor", ONE, "--json").json
    assert found["weights"]["resnet18"]["size"] == 46_830_453
    assert found["datasets"]["digits01"]["size"] is None


def test_benchmarks_packages_and_devices_are_told(found):
    ready = found["benchmarks"]["quickstart"]
    assert (ready["cells"], ready["waiting"]) == (720, 360)
    assert ready["misses"] == [f"{TO_FETCH}: data set mnist01"]
    versions = {package["name"]: package["version"] for package in found["packages"]}
    assert versions["torch"]
    assert {package["extra"] for package in found["packages"]} >= {"needed", "lite", "slurm"}
    assert found["devices"]["cores"] >= 1
    assert found["devices"]["gpus"] is not None


def test_of_a_search_its_trials_are_told(scarce, empty):
    """They once were left out, and smote had 4,075 cells in place of 18,200."""
    ready = scarce("doctor", "benchmark=cosine_vs_tuned", "--json").json["benchmarks"]
    assert ready["cosine_vs_tuned"]["cells"] == 120
    assert ready["cosine_vs_tuned"]["trials"] == 20 * (12 + 3)
    told = scarce("doctor", "benchmark=cosine_vs_tuned").out
    assert "120 cells, up to 300 trials before" in " ".join(told.split())


def test_weights_are_looked_for_where_runs_look(scarce, empty, outside, monkeypatch):
    from models.backbones.options import TORCHVISION_FILES

    monkeypatch.setenv("SCARCE_DATA", str(outside / "data"))
    write(outside / "data" / "weights" / TORCHVISION_FILES["resnet18"], "no weights")
    weights = scarce("doctor", ONE, "--json").json["weights"]
    assert weights["vgg19"]["state"] == TO_FETCH
    assert "download.pytorch.org" in weights["vgg19"]["where"]
    assert weights["resnet18"]["state"] == MISSING
    assert "damaged" in weights["resnet18"]["remedy"]


@pytest.mark.real_data
def test_real_data_are_found_without_being_read(scarce, outside):
    outcome = scarce("doctor", ONE, "--json")
    assert outcome.json["datasets"]["mnist01"]["state"] == HERE
    assert outcome.json["benchmarks"]["quickstart"]["waiting"] == 0


def test_files_of_a_user_are_looked_for_too(scarce, empty, outside):
    text = "_target_: datasets.table.Table\nname: ours\nsays: x\nfile: ours.csv\n"
    write(outside / "mine" / "dataset" / "ours.yaml", text + "partition: folds\ntrain_size: null\n")
    grid = "grid:\n- {dataset: ours, method: logistic_table, split_seed: range(3)}\n"
    write(outside / "mine" / "benchmark" / "asks.yaml", f"name: asks\nsays: x\n{grid}")
    search = f"hydra.searchpath=[file://{outside}/mine]"
    found = scarce("doctor", "benchmark=asks", "--json", search).json
    assert found["datasets"]["ours"]["state"] == MISSING
    assert found["benchmarks"]["asks"] == {
        "cells": 3,
        "waiting": 3,
        "misses": [f"{MISSING}: data set ours"],
        "trials": 0,
    }


def test_a_benchmark_that_cannot_be_planned_does_not_hide_the_rest(scarce, empty, outside):
    text = "name: wrong\nsays: x\ngrid:\n- {dataset: digits01, method: mlpp}\n"
    write(outside / "mine" / "benchmark" / "wrong.yaml", text)
    search = f"hydra.searchpath=[file://{outside}/mine]"
    outcome = scarce("doctor", "benchmark=wrong", search)
    assert outcome.code == 0
    assert "did you mean mlp?" in outcome.out
    assert "digits01" in outcome.out


def test_no_address_is_cut_in_a_narrow_terminal(scarce, empty, outside, monkeypatch):
    """Regression: at 80 columns an address ended in an ellipsis, so that nobody could open it."""
    address = "https://example.org/" + "a/long/way/" * 9 + "data.zip"
    text = f"_target_: datasets.table.Table\nname: ours\nsays: x\nfile: /no/{address[8:]}\n"
    write(outside / "mine" / "dataset" / "ours.yaml", text + "train_size: null\n")
    scarce_conf = f"hydra.searchpath=[file://{outside}/mine]"
    monkeypatch.setenv("COLUMNS", "80")
    told = scarce("doctor", ONE, scarce_conf).out
    assert "\N{HORIZONTAL ELLIPSIS}" not in told
    assert address[8:] in "".join(told.split())
    assert max(map(len, told.splitlines())) <= 80


def test_what_must_be_named_is_told_alike_for_data_and_weights(scarce, empty):
    """Regression: `dataset.root=None` stood beside `backbone.architecture=null`."""
    told = " ".join(scarce("doctor", ONE).out.split())
    assert "dataset.root must be given; give dataset.root=PATH" in told
    assert "backbone.architecture must be given; give" in told
    assert "=None" not in told
    assert "=null" not in told
