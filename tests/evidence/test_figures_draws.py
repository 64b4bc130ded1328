"""What single draws show: paired differences by split seed, training loss by epoch."""

import math

import pytest

from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.figures import paired_differences, training_curves
from benchmarks.evidence.results import results_frame


def lines(ax):
    return {line.get_gid(): line for line in ax.lines if line.get_gid()}


@pytest.fixture(scope="module")
def contrast(rows, tmp_path_factory):
    records = rows("net", 10, [0.90, 0.80, 0.72]) + rows("line", 10, [0.88, 0.84, 0.64, 0.5])
    records += rows("net", 40, [0.90]) + rows("line", 40, [0.95])
    records += rows("net", 10, [0.9], dataset="digits01")
    stem = tmp_path_factory.mktemp("figures") / "paired"
    return paired_differences(results_frame(records), "net", "line", stem)


def test_each_seed_that_both_methods_have_is_a_dot_in_points(contrast):
    (ax,) = contrast.figure.axes
    assert lines(ax)["seeds"].get_ydata() == pytest.approx([2, -4, 8, -5])
    assert ax.get_ylabel() == "net − line (points)"


def test_a_seed_keeps_its_place_from_size_to_size(contrast):
    places = lines(contrast.figure.axes[0])["seeds"].get_xdata()
    assert places[3] - places[0] == pytest.approx(1)
    assert len(set(places)) == 4


def test_means_have_intervals_where_there_are_several_draws(contrast):
    (ax,) = contrast.figure.axes
    assert lines(ax)["mean at 10"].get_ydata() == pytest.approx([2])
    assert lines(ax)["mean at 40"].get_ydata() == pytest.approx([-5])
    assert len(ax.collections) == 1  # the interval at 10


def test_the_words_tell_the_mean_and_who_is_ahead(contrast):
    assert contrast.alt == (
        "Test accuracy of net minus that of line, draw by draw. mnist01: n = 10: +2.0 points"
        " [-12.9, +16.9], net ahead in 2 of 3; n = 40: -5.0 points, net ahead in 0 of 1."
    )


def test_no_common_draw_is_said(record, tmp_path):
    frame = results_frame([record("net", 10, 0, 0.9), record("line", 10, 1, 0.9)])
    drawing = paired_differences(frame, "net", "line", tmp_path / "paired")
    assert drawing.alt == "Empty figure: no split seed has results of both net and line."


@pytest.mark.parametrize(
    ("second", "told"),
    [("lime", "second=lime: no results; did you mean line?"), ("net", "second=net: the same")],
)
def test_a_wrong_contrast_is_refused(rows, tmp_path, second, told):
    frame = results_frame(rows("net", 10, [0.9]) + rows("line", 10, [0.9]))
    with pytest.raises(EvidenceError, match=told.replace("?", r"\?")):
        paired_differences(frame, "net", second, tmp_path / "paired")


def histories(record, **losses):
    """Of each method the losses of its runs, one run per split seed."""
    return [
        (record(method, 80, seed, 0.9), {"train_loss": run})
        for method, runs in losses.items()
        for seed, run in enumerate(runs)
    ]


@pytest.fixture(scope="module")
def trained(record, tmp_path_factory):
    early = histories(record, net=[[1.0, 0.5, 0.25], [3.0, 1.5]])
    long = histories(record, deep=[[10.0 / epoch for epoch in range(1, 1001)]])
    small = [(record("net", 10, 0, 0.9), {"train_loss": [9.0]})]
    without = [(record("svm", 80, 0, 0.9), {})]
    stem = tmp_path_factory.mktemp("figures") / "training"
    return training_curves([*without, *small, *long, *early], stem, ["svm", "net", "deep"])


def test_curves_are_means_over_runs_at_the_largest_size(trained):
    (ax,) = trained.figure.axes
    assert ax.get_title() == "mnist01, n = 80"
    assert set(lines(ax)) == {"net", "deep"}
    assert lines(ax)["net"].get_xdata().tolist() == [1, 2, 3]


def test_a_run_that_stopped_early_counts_with_its_last_loss(trained):
    (ax,) = trained.figure.axes
    assert lines(ax)["net"].get_ydata() == pytest.approx([2.0, 1.0, 0.875])


def test_a_long_history_is_averaged_between_the_points_drawn(trained):
    deep = lines(trained.figure.axes[0])["deep"]
    epochs, losses = deep.get_xdata().astype(int), deep.get_ydata()
    assert (epochs[0], epochs[-1]) == (1, 1000)
    assert len(epochs) <= 40
    since = range(epochs[-2] + 1, 1001)
    assert losses[-1] == pytest.approx(sum(10 / epoch for epoch in since) / len(since))


def test_losses_that_differ_by_factors_have_a_log_axis_from_their_smallest(trained):
    (ax,) = trained.figure.axes
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert [text.get_text() for text in ax.get_yticklabels()] == ["10⁻²", "10⁻¹", "10⁰", "10¹"]


def test_the_words_tell_first_and_last_loss(trained):
    assert "net from 2 to 0.88 in 3 epochs (2 runs); deep from 10 to 0.01 in 1000" in trained.alt


def test_another_size_can_be_asked_for_and_one_epoch_is_a_point(record, tmp_path):
    one = [(record("net", 10, 0, 0.9), {"train_loss": [9.0]})]
    drawing = training_curves(one, tmp_path / "training", train_size=10)
    assert lines(drawing.figure.axes[0])["net"].get_ydata().tolist() == [9.0]
    with pytest.raises(EvidenceError, match="train_size=20: no such cells; known: 10"):
        training_curves(one, tmp_path / "training", train_size=20)


def test_losses_of_zero_are_drawn_as_too_small_to_matter(record, tmp_path):
    drawing = training_curves(histories(record, net=[[1.0, 0.0]]), tmp_path / "training")
    (ax,) = drawing.figure.axes
    assert lines(ax)["net"].get_ydata() == pytest.approx([1.0, 1e-6])
    assert ax.get_yticklabels()[0].get_text() == "≤ 10⁻⁶"


def test_a_loss_that_is_no_number_is_refused(record, tmp_path):
    broken = histories(record, net=[[1.0, math.nan]])
    with pytest.raises(EvidenceError, match=r"train_loss=nan in epoch 2"):
        training_curves(broken, tmp_path / "training")


def test_no_history_is_said(record, tmp_path):
    drawing = training_curves([(record("svm", 80, 0, 0.9), {})], tmp_path / "training")
    assert drawing.alt == "Empty figure: no training history."
