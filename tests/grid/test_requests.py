"""Overrides in Hydra's syntax, sorted into axes of the grid and settings."""

from __future__ import annotations

import pytest

from benchmarks.grid.errors import RequestError, nearest
from benchmarks.grid.request import parse_request, values_of


def test_groups_fields_and_seeds_are_axes_and_all_else_is_passed_on():
    words = ["benchmark=b", "method=mlp,cnn", "dataset.train_size=10", "executor.workers=3"]
    request = parse_request(words)
    assert request.benchmark == "b"
    assert request.axes == {"method": ["mlp", "cnn"], "dataset.train_size": [10]}
    assert request.fixed == ("executor.workers=3",)


def test_ranges_choices_and_lists_keep_their_types():
    assert parse_request(["split_seed=range(1,4)"]).axes == {"split_seed": [1, 2, 3]}
    assert parse_request(["dataset.classes=[0,1],[3,5]"]).axes["dataset.classes"] == [
        [0, 1],
        [3, 5],
    ]
    assert parse_request(["dataset.classes=[0,1]"]).axes["dataset.classes"] == [[0, 1]]
    assert parse_request(["method.optimizer.lr=1e-2"]).axes["method.optimizer.lr"] == [0.01]


def test_a_range_beyond_all_grids_is_refused_at_once():
    """Regression: range(1000000000) was written out, value by value."""
    with pytest.raises(RequestError, match=r"split_seed=.*more than 100000 values; give fewer"):
        parse_request(["split_seed=range(1000000000)"])


def test_an_added_field_is_left_to_hydra():
    assert parse_request(["+method.extra=1"]).fixed == ("+method.extra=1",)


def test_a_sweep_over_a_setting_is_refused():
    with pytest.raises(RequestError, match=r"executor\.workers=1,2"):
        parse_request(["executor.workers=1,2"])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("method=mlp method=cnn", "for both, write method=mlp,cnn"),
        ("seed=1 split_seed=2,3", "for both, write split_seed=1,2,3"),
        ("split_seed=range(3) split_seed=5", "leave one out"),
        ("dataset.drop=[a] dataset.drop=[b]", "leave one out"),
        ("dataset.root=a dataset.root=b", "leave one out"),
        ("split_seed=1,2 split_seed=2,3", "for both, write split_seed=1,2,3"),
        ("++threads=1 threads=2", "for both, write threads=1,2"),
        ("executor.workers=1 executor.workers=2", "leave one out"),
        ("benchmark=a benchmark=b", "leave one out"),
    ],
)
def test_another_value_of_a_field_that_has_one_is_refused(words, told):
    """Regression: the last was taken, as Hydra does, and the first dropped without a word."""
    first, second = words.split()
    with pytest.raises(RequestError) as refusal:
        parse_request([first, second])
    twice = f"{second}: given twice, as {first.partition('=')[2]} before"
    assert str(refusal.value) == f"{twice}; {told}"


def test_the_same_value_again_changes_nothing():
    for again in ("method=mlp", "method='mlp'"):
        assert parse_request(["method=mlp", again]).axes == {"method": ["mlp"]}


def test_a_range_among_other_values_is_refused():
    """Regression: the range itself was taken for a seed, and told as Hydra's object."""
    with pytest.raises(RequestError, match=r"split_seed=range\(3\),5: a range or choice within"):
        parse_request(["split_seed=range(3),5"])


def test_each_folder_on_the_search_path_counts():
    words = ["hydra.searchpath=[file://a]", "hydra.searchpath=[file://b]"]
    assert parse_request(words).folders == ("file://a", "file://b")


@pytest.mark.parametrize(
    ("written", "values"),
    [
        ("range(10,25,5)", [10, 15, 20]),
        ([3, 4], [3, 4]),
        (7, [7]),
        ("leek", ["leek"]),
        (True, [True]),
    ],
)
def test_a_benchmark_file_may_write_an_axis_as_range_list_or_value(written, values):
    assert values_of("dataset.train_size", written) == values


def test_the_nearest_name_is_suggested_and_all_are_listed_where_none_is_near():
    assert nearest("mpl", ["mlp", "cnn"]) == "did you mean mlp?"
    assert nearest("forest", ["mlp", "cnn"]) == "known: cnn, mlp"
