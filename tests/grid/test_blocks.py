"""Axes inside a block multiply, blocks add, requested axes take their place."""

from __future__ import annotations

import pytest

from benchmarks.grid.blocks import assignments
from benchmarks.grid.errors import RequestError

BLOCKS = [
    {"dataset": "a", "method": ["m", "n"], "split_seed": "range(2)"},
    {"dataset": "b", "dataset.partition": "leek", "method": ["m"], "split_seed": "range(2)"},
]


def listed(requested=None):
    return [tuple(cell.items()) for cell in assignments(BLOCKS, requested or {})]


def test_axes_multiply_within_a_block_and_blocks_add():
    assert len(listed()) == 1 * 2 * 2 + 1 * 1 * 1 * 2


def test_a_requested_seed_or_field_replaces_the_axis_in_every_block():
    cells = listed({"split_seed": [5], "dataset.train_size": [10, 20]})
    assert len(cells) == 2 * 2 + 2
    assert all(("split_seed", 5) in cell for cell in cells)


def test_a_requested_choice_keeps_only_the_blocks_that_have_it():
    cells = listed({"dataset": ["b"]})
    assert len(cells) == 2
    assert all(("dataset.partition", "leek") in cell for cell in cells)


def test_a_choice_new_to_the_benchmark_is_added_to_every_block():
    cells = listed({"method": ["m", "mine"]})
    assert sum(("method", "mine") in cell for cell in cells) == 4
    assert not any(("method", "n") in cell for cell in cells)


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ({"metod": ["mlp"]}, "did you mean method?"),
        ({"results_dir": ["x"]}, "no such axis"),
        ({"method": []}, "an empty axis"),
        ({"split_seed": "range(0)"}, "an empty range"),
    ],
)
def test_a_block_with_a_wrong_axis_is_refused(block, message):
    with pytest.raises(RequestError, match=message.replace("?", r"\?")):
        list(assignments([block], {}))
