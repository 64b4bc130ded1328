"""Fields that a grid varies name its rows; one value, or one paired with a choice, does not."""

import pytest

from benchmarks.grid.block import parse_block
from benchmarks.grid.variants import varied_fields, with_variant

CONFIG = {"method": {"batch_size": 32, "optimizer": {"lr": 0.1}, "clip_norm": None}}


@pytest.mark.parametrize(
    ("block", "varied"),
    [
        ({"method.batch_size": [8, 32], "method.optimizer.lr": [0.1, 1.0]}, 2),
        ({"method.batch_size": [8], "method.epochs": 5}, 0),
        ({"dataset.train_size": [10, 20], "split_seed": "range(3)"}, 0),
        ({"zip": {"method": ["mlp", "cnn"], "method.epochs": [5, 9]}}, 0),
        ({"zip": {"method.batch_size": [8, 32], "method.optimizer.lr": [0.1, 0.4]}}, 2),
    ],
)
def test_fields_of_several_values_are_varied_but_for_those_that_a_choice_names(block, varied):
    assert len(varied_fields([parse_block(block)])) == varied


def test_a_variant_is_named_by_its_values_in_the_order_of_the_grid():
    found = with_variant(CONFIG, ["method.optimizer.lr", "method.batch_size", "method.clip_norm"])
    assert found["variant"]["name"] == "lr=0.1, batch_size=32, clip_norm=null"


def test_a_configuration_without_such_a_field_has_no_variant():
    assert with_variant(CONFIG, ["method.epochs"]) is CONFIG


def test_fields_that_end_alike_are_named_whole():
    config = {"method": {"lr": 1, "optimizer": {"lr": 0.1}}}
    found = with_variant(config, ["method.lr", "method.optimizer.lr"])
    assert found["variant"]["name"] == "method.lr=1, method.optimizer.lr=0.1"
