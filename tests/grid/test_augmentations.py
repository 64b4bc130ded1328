"""Augmentations composed of several files, by + or as a list."""

from __future__ import annotations

import pytest

from benchmarks.grid.augmentations import composed
from benchmarks.grid.configs import opened
from benchmarks.grid.errors import RequestError
from benchmarks.grid.plan import make_plan
from benchmarks.grid.request import parse_request
from tests.tiny import last_of_each

CELL = ["dataset=digits01", "dataset.train_size=10", "method=mlp", "split_seed=0"]
BLOCKS = {
    "none": {"name": "none", "says": "nothing", "fill": "reflect", "views": None, "operations": []},
    "flip": {"name": "flip", "says": "flipped", "operations": [{"_target_": "Flip"}]},
    "turn": {"name": "turn", "says": "turned", "operations": [{"_target_": "Turn"}]},
    "wrap": {"name": "wrap", "says": "wrapped", "fill": "wrap", "operations": []},
}


def cells_of(*words):
    with opened([]) as configs:
        return make_plan(parse_request(last_of_each(*CELL, *words)), configs).cells


def test_the_operations_of_all_parts_follow_each_other():
    block = composed("flip+turn", BLOCKS.__getitem__)
    assert [each["_target_"] for each in block["operations"]] == ["Flip", "Turn"]
    assert (block["name"], block["says"]) == ("flip+turn", "flipped; turned")


def test_the_last_part_that_states_a_field_decides_it():
    assert composed("flip", BLOCKS.__getitem__)["fill"] == "reflect"
    assert composed("flip+wrap", BLOCKS.__getitem__)["fill"] == "wrap"


def test_a_list_of_augmentations_is_one_augmentation():
    (cell,) = cells_of("augmentation=[flip,rotate]")
    (same,) = cells_of("augmentation=flip+rotate")
    assert cell.config["augmentation"]["name"] == "flip+rotate"
    assert cell.key == same.key


def test_without_augmentation_a_cell_has_no_such_block_and_its_old_key():
    (plain,) = cells_of()
    (none,) = cells_of("augmentation=none")
    assert "augmentation" not in plain.config
    assert plain.key == none.key


def test_several_augmentations_are_several_cells_each_with_its_key():
    cells = cells_of("augmentation=none,flip,translate+wrap,translate+edge")
    names = [cell.config.get("augmentation", {}).get("name") for cell in cells]
    assert names == [None, "flip", "translate+wrap", "translate+edge"]
    assert len({cell.key for cell in cells}) == 4


def test_a_field_of_an_augmentation_is_an_axis():
    cells = cells_of("augmentation=flip", "augmentation.views=2,3")
    assert [cell.config["augmentation"]["views"] for cell in cells] == [2, 3]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["augmentation=flipp"], "augmentation=flipp: no such augmentation; did you mean flip?"),
        (["augmentation=flip+"], r"augmentation=flip\+: give names"),
        (["augmentation=wrap"], "augmentation=wrap: changes no image by itself; compose it"),
        (["augmentation=flip", "augmentation.fil=wrap"], "did you mean augmentation.fill"),
        (["augmentation=flip", "+augmentation.fill=wrap"], "give augmentation.FIELD=VALUE"),
        (["method=leekasso", "augmentation=flip"], r"none of the methods here \(leekasso\) takes"),
        (["method=mlp", "backbone=resnet18"], r"none of the methods here \(mlp\) takes"),
    ],
)
def test_what_cannot_be_meant_is_refused(words, told):
    with pytest.raises(RequestError, match=told):
        cells_of(*words)
