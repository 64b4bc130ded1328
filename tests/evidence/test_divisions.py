"""Who competes with whom, where not all were tested on the same samples."""

import pytest

from benchmarks.evidence.tables.divisions import divisions


@pytest.mark.parametrize("names", ["xyz", "zyx", "yzx"])
def test_they_do_not_depend_on_the_order_of_the_competitors(names):
    """y may be with z but not with x, and z with both."""
    tested = {"x": {0: (66, 66)}, "y": {0: (67, 67), 1: (66, 66)}, "z": {1: (66, 66)}}
    found = divisions({name: tested[name] for name in names})
    assert found["y"] == found["z"] == (66, 67, 1)
    assert found["x"] == (66, 66, 2)


def test_a_competitor_joins_those_with_which_it_shares_draws():
    """It agrees with `many`, too: they have no draw in common."""
    many = dict.fromkeys(range(10), (1000, 1000))
    few = dict.fromkeys(range(9, 16), (2, 2))
    found = divisions({"many": many, "few": few, "late": dict.fromkeys(range(10, 13), (2, 2))})
    assert found["late"] == found["few"] != found["many"]


def test_a_competitor_without_a_shared_draw_joins_those_tested_on_as_many():
    """Regression: it joined the first, and took away the comparison that was there."""
    many, few = dict.fromkeys(range(8), (1000, 1000)), dict.fromkeys(range(8), (2, 2))
    tested = {"a": many, "a2": many, "b": few, "b2": few, "late": {8: (2, 2)}}
    found = divisions(tested)
    assert found["late"] == found["b"] == found["b2"]
    assert found["a"] == found["a2"] == (1000, 1000, 1)


def test_folds_of_67_and_66_samples_are_as_many_as_67():
    tested = {"a": {0: (50, 50), 1: (50, 50)}, "b": {0: (66, 67), 1: (66, 67)}, "c": {9: (67, 67)}}
    found = divisions(tested)
    assert found["c"] == found["b"] != found["a"]
