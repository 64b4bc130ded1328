"""The key holds all that can change a result, and nothing else."""

from __future__ import annotations

import copy

import pytest

from benchmarks.grid.configs import opened
from benchmarks.grid.key import MISSING, cell_key, differences, left_out, science
from benchmarks.grid.plan import make_plan
from benchmarks.grid.request import parse_request


@pytest.fixture(scope="module")
def cell():
    with opened([]) as configs:
        words = ["dataset=digits01", "dataset.train_size=10", "method=mlp", "split_seed=0"]
        (planned,) = make_plan(parse_request(words), configs).cells
    return planned


SCIENCE = {
    ("dataset", "train_size"): 11,
    ("dataset", "partition"): "official",
    ("dataset", "replacement"): True,
    ("method", "version"): 2,
    ("method", "epochs"): 7,
    ("method", "network"): {"_target_": "models.networks.MLP", "hidden": [9]},
    ("method", "inputs"): "unit",
    ("loss", "_target_"): "torch.nn.MultiMarginLoss",
    ("trainer", "precision"): "bf16-mixed",
    ("trainer", "accelerator"): "gpu",
    ("trainer", "deterministic"): False,
    ("protocol", "name"): "tuned",
    ("split_seed",): 1,
    ("init_seed",): 1,
    ("threads",): 2,
}
WHEREABOUTS = {
    ("dataset", "root"): "/elsewhere",
    ("dataset", "says"): "other words",
    ("method", "says"): "other words",
    ("trainer", "devices"): [1],
    ("trainer", "says"): "other words",
}


def changed(config, path, value):
    config = copy.deepcopy(config)
    block = config
    for name in path[:-1]:
        block = block[name]
    block[path[-1]] = value
    return config


@pytest.mark.parametrize("path", SCIENCE, ids=".".join)
def test_a_changed_science_field_gives_another_key(path, cell):
    other = changed(cell.config, path, SCIENCE[path])
    assert cell_key(other, cell.fingerprints) != cell.key


@pytest.mark.parametrize("path", WHEREABOUTS, ids=".".join)
def test_where_and_how_it_is_called_leaves_the_key(path, cell):
    other = changed(cell.config, path, WHEREABOUTS[path])
    assert cell_key(other, cell.fingerprints) == cell.key


def test_other_data_under_the_same_name_give_another_key(cell):
    assert cell_key(cell.config, {**cell.fingerprints, "split": "0" * 64}) != cell.key


def test_every_field_of_a_configuration_is_in_the_key_or_known_to_be_left_out(cell):
    assert set(left_out(cell.config)) == {
        "dataset._target_",  # what it loads is in the fingerprint of the split
        "dataset.classes",
        "dataset.says",
        "method.says",
        "loss.says",
        "protocol.says",
        "trainer.name",
        "trainer.says",
        "trainer.devices",
    }


@pytest.mark.parametrize("path", SCIENCE, ids=".".join)
def test_what_differs_is_named_by_its_dotted_field(path, cell):
    other = changed(cell.config, path, SCIENCE[path])
    found = differences(science(cell.config, {}), science(other, {}))
    assert found
    assert all(name == ".".join(path) or name.startswith(".".join(path) + ".") for name in found)


@pytest.mark.parametrize("path", WHEREABOUTS, ids=".".join)
def test_what_is_not_in_the_key_makes_no_difference(path, cell):
    other = changed(cell.config, path, WHEREABOUTS[path])
    assert differences(science(cell.config, {}), science(other, {})) == {}


ALIKE = {
    "nothing": ({}, {}),
    "order": ({"a": 1, "b": {"c": [1, 2]}}, {"b": {"c": [1, 2]}, "a": 1}),
    "tuple": ({"a": (1, 2)}, {"a": [1, 2]}),
}
UNLIKE = {
    "value": ({"a": {"b": 1}}, {"a": {"b": 2}}, {"a.b": (1, 2)}),
    "missing": ({"a": 1, "b": 2}, {"a": 1}, {"b": (2, MISSING)}),
    "null": ({"a": None}, {}, {"a": (None, MISSING)}),
    "true": ({"a": 1}, {"a": True}, {"a": (1, True)}),
    "float": ({"a": 1}, {"a": 1.0}, {"a": (1, 1.0)}),
    "list": ({"a": [1, 2]}, {"a": [2, 1]}, {"a": ([1, 2], [2, 1])}),
    "block": ({"a": {"b": 1}}, {"a": None}, {"a.b": (1, MISSING)}),
    "empty": ({"a": {}}, {"a": None}, {"a": ({}, None)}),
    "shape": ({"a": {"b": 1}}, {"a": 1}, {"a": ({"b": 1}, 1)}),
}


@pytest.mark.parametrize("case", ALIKE)
def test_two_that_hash_alike_have_no_differences(case):
    assert differences(*ALIKE[case]) == {}


@pytest.mark.parametrize("case", UNLIKE)
def test_two_that_hash_differently_have_a_difference(case):
    one, other, expected = UNLIKE[case]
    assert repr(differences(one, other)) == repr(expected), "1, 1.0 and true are equal in Python"


def test_the_key_of_a_known_cell_is_pinned(cell):
    """A change here makes every published result stale: raise KEY_VERSION and run them again."""
    assert cell.key == "e7857d08f8688d9c1ecc04b9c1815727c78385914cb6c4928b80e2c06408930d"


def test_what_trials_are_judged_by_is_in_the_key_where_it_is_not_accuracy(cell):
    """Keys from before it could be chosen stay what they were."""

    def judged_by(**told):
        config = cell.config | {"protocol": {"name": "tuned", "stage": "trial", **told}}
        return cell_key(config, cell.fingerprints)

    assert judged_by(metric="accuracy") == judged_by()
    assert judged_by(metric="auroc") != judged_by()
