"""Learning curves: every method there and told apart, intervals, published points, the ceiling."""

import itertools
import math

import matplotlib
import numpy as np
import pytest

from benchmarks.evidence.claims.files import PublishedCurves
from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.figures import learning_curves
from benchmarks.evidence.results import results_frame

LONG = "a_method_with_a_name_$x^2$_that_takes_more_than_one_line_of_any_legend_in_print"


def lines(ax):
    """The curves of a panel by label."""
    return {line.get_gid(): line for line in ax.lines if line.get_gid()}


def legend(drawing):
    return [text.get_text() for text in drawing.figure.legends[0].get_texts()]


@pytest.fixture(scope="module")
def nine(rows, tmp_path_factory):
    """Nine methods at two sizes and a tenth on other data, where nothing was wrong."""
    records = [
        record
        for size in (10, 20)
        for place, method in enumerate("abcdefghi")
        for record in rows(method, size, [0.9 + place / 100, 0.91 + place / 100])
    ]
    records += rows("j", 10, [1.0, 1.0], dataset="digits01")
    curves = [
        PublishedCurves("mnist01", "published (Nobody 2000)", {"a": {10: 0.8, 15: 0.85}}),
        PublishedCurves("mnist01", "published (Other 2001)", {"a": {20: 0.82}, "z": {10: 0.5}}),
    ]
    stem = tmp_path_factory.mktemp("figures") / "curve"
    return learning_curves(results_frame(records), curves, stem, "abcdefghij")


def test_there_is_one_panel_per_dataset_with_every_method(nine):
    digits, mnist = nine.figure.axes
    assert (digits.get_title(), mnist.get_title()) == ("digits01", "mnist01")
    assert set("abcdefghi") <= set(lines(mnist))
    assert set(lines(digits)) == {"j"}


def test_methods_differ_in_colour_marker_and_dashes_together(nine):
    found = [
        (line.get_color(), line.get_marker(), str(line.get_linestyle()))
        for ax in nine.figure.axes
        for name, line in lines(ax).items()
        if len(name) == 1
    ]
    assert len(set(found)) == len(found) == 10


def test_the_intervals_of_many_methods_stand_side_by_side(nine):
    places = [
        line.get_xdata()[0]
        for name, line in lines(nine.figure.axes[1]).items()
        if name in "abcdefghi"
    ]
    assert sorted(places) == places
    assert len(set(places)) == 9
    assert np.mean(places) == pytest.approx(10)


def test_published_points_take_the_look_of_their_method(nine):
    own, published = (lines(nine.figure.axes[1])[n] for n in ("a", "published (Nobody 2000)"))
    assert published.get_color() == own.get_color()
    assert published.get_marker() == own.get_marker()
    assert published.get_xdata().tolist() == [10, 15]
    assert published.get_ydata() == pytest.approx([0.2, 0.15])


def test_two_sources_are_told_apart(nine):
    panel = lines(nine.figure.axes[1])
    fills = [panel[f"published ({name})"].get_fillstyle() for name in ("Nobody 2000", "Other 2001")]
    assert fills == ["none", "bottom"]
    assert legend(nine)[-2:] == ["published (Nobody 2000)", "published (Other 2001)"]


def test_a_mean_without_error_stands_at_the_top_as_100(nine):
    digits = nine.figure.axes[0]
    (height,) = lines(digits)["j"].get_ydata()
    assert height == 0.5 / (500 * 2)
    ticks = zip(digits.get_yticks(), digits.get_yticklabels(), strict=True)
    assert "100" in [text.get_text() for place, text in ticks if place == height]


def test_the_words_tell_first_and_last_mean_with_interval(nine):
    assert "mnist01, n = 10 to 20: a from 90.5 % to 90.5 % [84.1, 96.9];" in nine.alt
    assert "j 100.0 %." in nine.alt


def test_few_methods_have_bands_and_low_accuracies_a_plain_axis(rows, tmp_path):
    records = rows("a", 10, [0.1, 0.2, 0.3]) + rows("a", 20, [0.3, 0.35, 0.4])
    (ax,) = learning_curves(results_frame(records), [], tmp_path / "curve").figure.axes
    assert ax.get_yscale() == "linear"
    assert lines(ax)["a"].get_ydata() == pytest.approx([20, 35])
    (band,) = ax.collections
    assert isinstance(band, matplotlib.collections.PolyCollection)
    assert band.get_paths()[0].vertices[:, 1].min() < 10


def test_one_draw_has_no_interval_and_no_name_becomes_a_formula(rows, tmp_path):
    names = ["_a", "cost$1 and $2", LONG, "d"]
    records = [record for name in names for size in (10, 40) for record in rows(name, size, [0.9])]
    drawing = learning_curves(results_frame(records), [], tmp_path / "curve", names)
    assert [text.replace("\n", "") for text in legend(drawing)] == names
    assert "\n" in legend(drawing)[2]
    assert not any(text.get_parse_math() for text in drawing.figure.legends[0].get_texts())
    assert "_a from 90.0 % to 90.0 %;" in drawing.alt


def test_sixty_sizes_of_fifteen_methods_name_a_few_sizes(rows, tmp_path):
    sizes = range(10, 610, 10)
    records = [
        record
        for method in "abcdefghijklmno"
        for size in sizes
        for record in rows(method, size, [1 - 1 / size])
    ]
    (ax,) = learning_curves(results_frame(records), [], tmp_path / "curve").figure.axes
    assert len(lines(ax)) == 15
    assert len(lines(ax)["a"].get_xdata()) == 60
    assert len(ax.get_xticks()) <= 9
    assert set(ax.get_xticks()) <= set(sizes)


def test_without_results_there_is_still_a_picture_that_says_so(tmp_path):
    drawing = learning_curves(results_frame([]), [], tmp_path / "curve")
    assert drawing.alt == "Empty figure: no finished cell."
    assert [text.get_text() for text in drawing.figure.axes[0].texts] == ["no finished cell"]
    assert all(path.stat().st_size for path in drawing)


def test_a_number_that_is_none_is_refused(rows, tmp_path):
    frame = results_frame(rows("a", 10, [0.9, 0.8]))
    frame.loc[0, "accuracy"] = math.nan
    with pytest.raises(EvidenceError, match="accuracy=nan"):
        learning_curves(frame, [], tmp_path / "curve")
    assert not list(tmp_path.iterdir())


def test_a_single_size_has_bars_for_a_band_would_not_be_seen(rows, tmp_path):
    records = rows("a", 200, [0.1, 0.2, 0.3])
    (ax,) = learning_curves(results_frame(records), [], tmp_path / "curve").figure.axes
    (bars,) = ax.collections
    assert isinstance(bars, matplotlib.collections.LineCollection)


def test_the_axis_says_whether_sizes_count_the_samples_of_each_class(rows, tmp_path):
    each = rows("a", 10, [0.5, 0.6], dataset="cub_subset")
    for record in each:
        record["config"]["dataset"]["per_class"] = True
    frame = results_frame([*rows("a", 10, [0.5, 0.6]), *each])
    first, second = learning_curves(frame, [], tmp_path / "curve").figure.axes
    assert first.get_xlabel() == "training samples n of each class"
    assert second.get_xlabel() == "training samples n"


def test_each_method_has_a_panel_where_lines_would_crowd_one(rows, tmp_path):
    losses = [f"loss{place}" for place in range(8)]
    records = []
    for method, size, loss in itertools.product("ab", (10, 20), losses):
        for record in rows(method, size, [0.5, 0.6]):
            record["config"]["loss"] = {"name": loss}
            record["key"] += loss
            records.append(record)
    drawing = learning_curves(results_frame(records), [], tmp_path / "curve", "ba")
    titles = [ax.get_title() for ax in drawing.figure.axes]
    assert titles == ["mnist01, b", "mnist01, a"]
    assert all(list(lines(ax)) == losses for ax in drawing.figure.axes)
    assert legend(drawing) == losses
    assert "mnist01, b, n = 10 to 20: loss0 from 55.0 % to 55.0 %" in drawing.alt


def crowded(rows, levels, dataset="mnist01"):
    """Records of methods with eight losses each, at these mean accuracies."""
    records = []
    for place, (method, size) in itertools.product(range(8), itertools.product(levels, (10, 20))):
        for record in rows(method, size, [levels[method], levels[method] + 0.01], dataset=dataset):
            record["config"]["loss"] = {"name": f"loss{place}"}
            record["key"] += f"loss{place}"
            records.append(record)
    return records


def test_all_panels_of_a_data_set_have_axes_of_one_kind(rows, tmp_path):
    """Those of methods below 90 % once were linear, beside logarithmic ones."""
    records = crowded(rows, {"a": 0.95, "b": 0.4})
    records += crowded(rows, {"a": 0.8, "b": 0.4}, dataset="other")
    drawing = learning_curves(results_frame(records), [], tmp_path / "curve")
    kinds = {ax.get_title(): ax.get_yscale() for ax in drawing.figure.axes}
    assert kinds == {
        "mnist01, a": "log",
        "mnist01, b": "log",
        "other, a": "linear",
        "other, b": "linear",
    }


def test_a_title_that_names_a_method_is_folded_whole(rows, tmp_path):
    """The method once was put behind a data set's name that was folded already."""
    dataset, method = "a_data_set_of_quite_some_length", "a_method_of_some_length"
    drawing = learning_curves(
        results_frame(crowded(rows, {method: 0.5, "b": 0.4}, dataset)), [], tmp_path / "curve"
    )
    titles = [ax.get_title() for ax in drawing.figure.axes]
    assert titles == [f"{dataset},\n{method}", f"{dataset}, b"]
    assert f"{dataset}, {method}, n = 10 to 20:" in drawing.alt


def test_as_many_methods_without_anything_more_share_a_panel(rows, tmp_path):
    records = [record for name in "abcdefghijklmnopqr" for record in rows(name, 10, [0.5, 0.6])]
    assert len(learning_curves(results_frame(records), [], tmp_path / "curve").figure.axes) == 1
