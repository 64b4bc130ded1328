"""The file of a class hierarchy counts by its content, wherever it lies."""

from __future__ import annotations

import shutil

import pytest

from benchmarks.grid.configs import opened
from benchmarks.grid.errors import RequestError
from benchmarks.grid.plan import make_plan
from benchmarks.grid.request import parse_request
from benchmarks.records.record import recorded_config

CELL = ["dataset=digits01", "dataset.train_size=10", "method=mlp", "split_seed=0"]


def cell(hierarchy):
    words = [*CELL, "loss=hierarchy_cosine", f"loss.hierarchy={hierarchy}"]
    with opened([]) as configs:
        return make_plan(parse_request(words), configs).cells[0]


@pytest.fixture
def tree(tmp_path):
    file = tmp_path / "tree.txt"
    file.write_text("0 digit\n1 digit\n")
    return file


def test_the_same_tree_elsewhere_is_the_same_cell(tree, tmp_path):
    copy = shutil.copy(tree, tmp_path / "copy.txt")
    assert cell(tree).key == cell(copy).key


def test_another_tree_is_another_cell(tree):
    before = cell(tree).key
    tree.write_text("0 round\nround digit\n1 digit\n")
    assert cell(tree).key != before
    assert cell("last_word").key != before


def test_no_path_of_this_machine_is_recorded(tree):
    assert recorded_config(cell(tree).config)["loss"]["hierarchy"] == "tree.txt"


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(RequestError, match=r"loss.hierarchy=.*none.txt: not readable"):
        cell(tmp_path / "none.txt")
