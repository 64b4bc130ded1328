"""Axes inside a block multiply, `zip` pairs them, `exclude` removes cells, blocks add; requested
axes take their place."""

from __future__ import annotations

from typing import ClassVar

import pytest

from benchmarks.grid.blocks import assignments
from benchmarks.grid.errors import RequestError

BLOCKS = [
    {"dataset": "a", "method": ["m", "n"], "split_seed": "range(2)"},
    {"dataset": "b", "dataset.partition": "leek", "method": ["m"], "split_seed": "range(2)"},
]
PAIRED_SIZES = {"dataset.train_size": [10, 20], "method.epochs": [1, 2]}


def cells(blocks, requested=None):
    return list(assignments(blocks, requested or {}))


def refusal(block, requested=None) -> str:
    """The one line that a grid of this block is refused with."""
    with pytest.raises(RequestError) as refused:
        cells([block], requested)
    assert len(str(refused.value).splitlines()) == 1
    return str(refused.value)


def without(block, word):
    return {name: content for name, content in block.items() if name != word}


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
        ({7: ["mlp"]}, "no such axis"),
        ({"method": ["m"], "exlude": []}, "did you mean exclude?"),
    ],
)
def test_a_block_with_a_wrong_axis_is_refused(block, message):
    assert message in refusal(block)


class TestPairedAxes:
    BLOCK: ClassVar = {
        "method": ["m", "n"],
        "zip": {"dataset.train_size": "range(10,40,10)", "method.epochs": [300, 200, 100]},
        "split_seed": "range(2)",
    }

    def test_are_paired_position_by_position_and_multiply_with_the_others(self):
        found = cells([self.BLOCK])
        pairs = {(cell["dataset.train_size"], cell["method.epochs"]) for cell in found}
        assert pairs == {(10, 300), (20, 200), (30, 100)}
        assert len(found) == 2 * 3 * 2

    def test_of_several_zips_multiply(self):
        block = {"zip": [{"dataset": ["a", "b"], "protocol": ["p", "q"]}, PAIRED_SIZES]}
        found = cells([block])
        assert len(found) == 2 * 2
        assert {(cell["dataset"], cell["protocol"]) for cell in found} == {("a", "p"), ("b", "q")}

    def test_keep_the_positions_with_a_requested_value(self):
        found = cells([self.BLOCK], {"method.epochs": [100, 300], "split_seed": [0]})
        pairs = {(cell["dataset.train_size"], cell["method.epochs"]) for cell in found}
        assert pairs == {(10, 300), (30, 100)}

    def test_keep_the_positions_with_a_requested_choice_of_a_group(self):
        block = {"zip": {"dataset": ["a", "b"], "dataset.train_size": [10, 20]}}
        assert cells([block], {"dataset": ["b"]}) == [{"dataset": "b", "dataset.train_size": 20}]

    def test_may_be_restricted_on_both_sides(self):
        requested = {"dataset.train_size": [10, 20], "method.epochs": [200, 100]}
        found = cells([self.BLOCK], requested)
        assert {cell["method.epochs"] for cell in found} == {200}

    def test_refuse_a_requested_value_that_has_no_partner(self):
        message = refusal(self.BLOCK, {"dataset.train_size": [10, 80]})
        assert message.startswith("dataset.train_size=80: paired with method.epochs")
        assert message.endswith("10,20,30")

    def test_refuse_requests_that_leave_no_position(self):
        message = refusal(self.BLOCK, {"dataset.train_size": [10], "method.epochs": [100]})
        assert message.startswith("method.epochs=100: paired with dataset.train_size")
        assert message.endswith("choose from 300")

    def test_refuse_a_choice_that_is_new_to_the_benchmark(self):
        block = {"zip": {"method": ["m", "n"], "dataset.train_size": [10, 20]}}
        message = refusal(block, {"method": ["mine"]})
        assert message.startswith("method=mine: paired with dataset.train_size")

    def test_leave_a_new_choice_to_the_blocks_where_the_axis_is_plain(self):
        paired = {"zip": {"method": ["m", "n"], "dataset.train_size": [10, 20]}}
        found = cells([paired, {"method": ["m"], "protocol": "p"}], {"method": ["mine"]})
        assert found == [{"method": "mine", "protocol": "p"}]

    @pytest.mark.parametrize(
        "requested", [{"method": ["m"]}, {"dataset": ["b"]}, {"split_seed": [1]}]
    )
    def test_of_length_one_are_as_plain(self, requested):
        plain = {"dataset": ["a", "b"], "method": ["m", "n"], "split_seed": [0, 1]}
        alone = {"dataset": ["a", "b"], "zip": {"method": ["m", "n"]}, "split_seed": [0, 1]}
        assert cells([alone], requested) == cells([plain], requested)

    def test_of_unequal_lengths_are_refused_with_the_lengths(self):
        message = refusal({"zip": {"dataset.train_size": [10, 20, 30], "method.epochs": [1, 2]}})
        assert message.startswith("benchmark.grid.zip=")
        assert "dataset.train_size has 3" in message
        assert "method.epochs has 2" in message

    @pytest.mark.parametrize("zipped", [None, 3, "range(3)", [], {}, [{}], ["dataset"], [[1, 2]]])
    def test_of_another_shape_are_refused(self, zipped):
        message = refusal({"method": ["m"], "zip": zipped})
        assert message.startswith("benchmark.grid.zip")
        assert "mapping" in message

    def test_with_a_misspelt_axis_are_refused(self):
        assert "did you mean method?" in refusal({"zip": {"metod": ["m"], "dataset": ["a"]}})

    @pytest.mark.parametrize(
        "block",
        [
            {"method": ["m"], "zip": {"method": ["m"], "dataset": ["a"]}},
            {"zip": [{"method": ["m"], "dataset": ["a"]}, {"method": ["m"], "protocol": ["p"]}]},
        ],
    )
    def test_may_not_be_stated_twice(self, block):
        assert refusal(block).startswith("benchmark.grid=method: stated twice")


class TestExcludedCells:
    BLOCK: ClassVar = {
        "dataset": ["a", "b"],
        "method": ["m", "n"],
        "dataset.train_size": "range(10,60,10)",
        "exclude": [{"dataset": "b", "method": "n", "dataset.train_size": "range(30,100,10)"}],
    }

    def test_match_in_all_axes_of_a_mapping(self):
        gone = [c for c in cells([without(self.BLOCK, "exclude")]) if c not in cells([self.BLOCK])]
        assert [tuple(cell.values()) for cell in gone] == [
            ("b", "n", 30),
            ("b", "n", 40),
            ("b", "n", 50),
        ]

    def test_of_several_mappings_are_all_left_out(self):
        block = {**self.BLOCK, "exclude": [{"method": "m", "dataset": "a"}, {"method": ["n"]}]}
        assert {(cell["dataset"], cell["method"]) for cell in cells([block])} == {("b", "m")}

    def test_may_be_named_by_a_paired_axis(self):
        block = {"method": ["m", "n"], "zip": PAIRED_SIZES, "exclude": [{"method.epochs": 2}]}
        assert {cell["dataset.train_size"] for cell in cells([block])} == {10}

    def test_belong_to_their_block_alone(self):
        found = cells([self.BLOCK, {"dataset": "b", "method": "n", "dataset.train_size": 30}])
        assert found.count({"dataset": "b", "method": "n", "dataset.train_size": 30}) == 1

    def test_stay_excluded_where_they_are_requested(self):
        found = cells([self.BLOCK], {"dataset": ["b"], "dataset.train_size": [20, 30]})
        assert [(c["method"], c["dataset.train_size"]) for c in found] == [
            ("m", 20),
            ("m", 30),
            ("n", 20),
        ]

    def test_need_not_be_requested(self):
        assert len(cells([self.BLOCK], {"method": ["m"]})) == 2 * 5
        assert len(cells([self.BLOCK], {"dataset.train_size": [10]})) == 2 * 2

    def test_must_have_an_axis_of_their_block(self):
        message = refusal({**self.BLOCK, "exclude": [{"dataset.trainsize": 10}]})
        assert message.startswith("benchmark.grid.exclude={'dataset.trainsize': 10}")
        assert "did you mean dataset.train_size?" in message

    @pytest.mark.parametrize(
        "exclude",
        [{"method": "o"}, {"method": "m", "dataset.train_size": 15}, {"dataset": "range(3)"}],
    )
    def test_must_be_there_to_be_excluded(self, exclude):
        message = refusal({**self.BLOCK, "exclude": [exclude]})
        assert message.startswith(f"benchmark.grid.exclude={exclude}")
        assert "matches no cell" in message

    def test_of_paired_axes_must_stand_at_one_position(self):
        exclude = [{"dataset.train_size": 10, "method.epochs": 2}]
        assert "matches no cell" in refusal({"zip": PAIRED_SIZES, "exclude": exclude})

    @pytest.mark.parametrize(
        "exclude", [None, 3, "m", {"method": "m"}, ["m"], [{}], [{"method": "m"}, None]]
    )
    def test_of_another_shape_are_refused(self, exclude):
        message = refusal({**self.BLOCK, "exclude": exclude})
        assert message.startswith("benchmark.grid.exclude")
        assert "list of mappings" in message

    def test_may_not_be_all(self):
        message = refusal({**self.BLOCK, "exclude": [{"method": ["m", "n"]}]})
        assert message.startswith("benchmark.grid=")

    def test_may_not_be_all_that_was_asked_for(self):
        asked = {"dataset": ["b"], "method": ["n"], "dataset.train_size": [40]}
        message = refusal(self.BLOCK, asked)
        assert message.startswith("benchmark.grid=")
        assert "dataset=b method=n dataset.train_size=40" in message
