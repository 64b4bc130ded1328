"""Tables and figures by another metric than accuracy: its name, its numbers, what lacks it."""

from __future__ import annotations

import math

import pytest

from benchmarks.evidence.claims.files import PublishedCurves
from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.figures import (
    accuracies,
    learning_curves,
    paired_differences,
    rank_diagram,
)
from benchmarks.evidence.report import report_html
from benchmarks.evidence.results import results_frame
from benchmarks.evidence.tables import blocks, caption, summary, table_csv, table_markdown
from benchmarks.evidence.tables.latex import table_latex
from benchmarks.evidence.tables.metrics import METRICS
from benchmarks.grid.metrics import ACCURACY, SHOWN

AREA = "area under the ROC curve"
CURVES = [PublishedCurves("mnist01", "published (Nobody 2000)", {"a": {10: 0.99}})]


def with_areas(records, less=0.2):
    """A frame whose areas are the accuracies less something."""
    frame = results_frame(records)
    return frame.assign(auroc=frame["accuracy"] - less)


@pytest.fixture
def two(rows):
    """Two methods at two sizes; b has no area at 20."""
    records = [
        record
        for place, method in enumerate("ab")
        for size in (10, 20)
        for record in rows(method, size, [0.95 + place / 100, 0.97 + place / 100, 0.96])
    ]
    frame = with_areas(records)
    frame.loc[(frame["method"] == "b") & (frame["train_size"] == 20), "auroc"] = math.nan
    return records, frame


def test_what_a_benchmark_may_show_are_the_shares_of_which_larger_is_better():
    shares = {name for name, m in METRICS.items() if m.is_share and m.direction == "larger"}
    assert set(SHOWN) == shares - {"train_accuracy"}
    assert SHOWN[0] == ACCURACY


def test_the_summary_holds_the_metric_and_leaves_out_runs_without_it(two):
    table = summary(two[1], CURVES, metric="auroc")
    found = table.set_index(["method", "train_size"])
    means = {("a", 10): 0.76, ("a", 20): 0.76, ("b", 10): 2.3 / 3}
    assert found["mean"].to_dict() == pytest.approx(means)
    assert found["published"].isna().all()
    assert table.attrs["metric"] == "auroc"


def test_every_text_of_the_summary_names_the_metric(two):
    table = summary(two[1], CURVES, metric="auroc")
    head, first, *_ = table_csv(table).splitlines()
    assert head.split(",")[: head.split(",").index("runs")][-2:] == ["train_size", "metric"]
    assert ",10,auroc,3,3," in first
    texts = [table_markdown(table), table_latex(table), *map(caption, blocks(table))]
    for text in texts:
        assert "Area under the ROC curve in" in text
        assert "accuracy" not in text.lower()
        assert "Nobody 2000" not in text


def test_a_summary_of_accuracy_has_no_column_of_the_metric(two):
    assert "metric" not in table_csv(summary(two[1])).splitlines()[0]


def test_learning_curves_have_a_linear_axis_of_the_metric_and_no_published_points(two, tmp_path):
    drawing = learning_curves(two[1], CURVES, tmp_path / "curve", metric="auroc")
    (ax,) = drawing.figure.axes
    assert ax.get_ylabel() == f"{AREA} (%)"
    assert ax.get_yscale() == "linear"
    drawn = {line.get_gid(): line.get_ydata().tolist() for line in ax.lines if line.get_gid()}
    assert drawn.keys() == {"a", "b"}
    assert drawn["a"] == pytest.approx([76, 76])
    assert len(drawn["b"]) == 1
    assert drawing.alt.startswith(f"Mean {AREA} against the number of training samples n")
    assert "accuracy" not in drawing.alt


def test_areas_near_one_have_a_linear_axis_too(rows, tmp_path):
    frame = with_areas(rows("a", 10, [0.98, 0.99]) + rows("a", 20, [0.99, 1.0]), less=0)
    (ax,) = learning_curves(frame, [], tmp_path / "curve", metric="auroc").figure.axes
    assert ax.get_yscale() == "linear"
    (ax,) = learning_curves(frame, [], tmp_path / "curve").figure.axes
    assert ax.get_ylabel() == "test accuracy (%), log scale of the error"


def test_a_long_name_of_a_metric_is_folded_on_the_axis(rows, tmp_path):
    frame = results_frame(rows("a", 10, [0.5, 0.6])).assign(f1_at_threshold=0.4)
    (ax,) = learning_curves(frame, [], tmp_path / "curve", metric="f1_at_threshold").figure.axes
    assert ax.get_ylabel().replace("\n", " ") == f"{METRICS['f1_at_threshold'].says} (%)"
    assert "\n" in ax.get_ylabel()


def test_where_no_run_has_the_metric_the_figure_says_so(two, tmp_path):
    frame = two[1].assign(auroc=math.nan)
    drawing = learning_curves(frame, [], tmp_path / "curve", metric="auroc")
    assert drawing.alt == f"Empty figure: no finished cell with {AREA}."
    assert summary(frame, metric="auroc").empty


def test_a_row_for_each_method_at_one_size(two, tmp_path):
    frame = two[1][two[1]["train_size"] == 10]
    drawing = accuracies(frame, tmp_path / "many", metric="auroc")
    assert {ax.get_xlabel() for ax in drawing.figure.axes} == {f"{AREA} (%)"}
    assert drawing.title == "Area under the ROC curve"
    assert drawing.alt.startswith(f"Mean {AREA} of each method")
    assert "a 76.0 %" in drawing.alt


def test_paired_differences_are_of_the_metric_where_both_have_it(rows, tmp_path):
    frame = results_frame(rows("a", 10, [0.9, 0.9]) + rows("b", 10, [0.8, 0.8]))
    frame["auroc"] = [0.5, 0.5, 0.7, math.nan]
    drawing = paired_differences(frame, "a", "b", tmp_path / "pairs", metric="auroc")
    (ax,) = drawing.figure.axes
    assert ax.get_ylabel().replace("\n", " ") == f"{AREA}: a \N{MINUS SIGN} b (points)"
    (dots,) = (line for line in ax.lines if line.get_gid() == "seeds")
    assert dots.get_ydata().tolist() == pytest.approx([-20])
    assert drawing.alt.startswith("Area under the ROC curve of a minus that of b")


def test_ranks_are_by_the_metric(rows, tmp_path):
    records = [
        record
        for place in range(6)
        for name, level in (("low", 0.6), ("middle", 0.7), ("high", 0.8))
        for record in rows(name, 20, [level, level + place / 1000], dataset=f"data{place}")
    ]
    frame = results_frame(records)
    frame["auroc"] = 1 - frame["accuracy"]
    drawing = rank_diagram(frame, tmp_path / "ranks", "auroc")
    assert f"by {AREA}" in drawing.title
    assert f"by {AREA}" in drawing.alt
    assert "low 1.00, middle 2.00, high 3.00" in drawing.alt


def test_runs_are_not_optimistic_by_their_last_epoch(rows, tmp_path):
    records = rows("a", 10, [0.9, 0.8]) + rows("a", 20, [0.9, 0.8])
    for record in records:
        record["optimistic"] = "the best epoch was chosen on the test data"
        record["metrics"]["accuracy_last_epoch"] = 0.5
    frame = results_frame(records)
    last = learning_curves(frame, [], tmp_path / "last", metric="accuracy_last_epoch")
    assert "optimistic" not in last.alt
    assert "optimistic" in learning_curves(frame, [], tmp_path / "best").alt
    assert "§" not in table_markdown(summary(frame, metric="accuracy_last_epoch"))


def test_a_metric_that_the_frame_lacks_is_refused(two, tmp_path):
    with pytest.raises(EvidenceError, match="metric=macro_f1"):
        learning_curves(two[1], [], tmp_path / "curve", metric="macro_f1")
    assert not list(tmp_path.iterdir())


def test_the_report_shows_the_metric_and_leads_to_cells_without_it(two):
    records, frame = two
    table = summary(frame, metric="auroc")
    about = {"name": "mine", "says": "?"}
    page = report_html(about, [], blocks(table), [], records, [], frame=frame, table=table)
    assert 'aria-label="Area under the ROC curve on mnist01, protocol default"' in page
    assert f"in %: the mean {AREA} over draws" in page
    assert page.count('"no auroc"') == 3
    assert "Accuracies on" not in page
