"""No interval that is shown reaches beyond what its effect can be, however few the draws."""

import re
from typing import get_args

import pytest

from benchmarks.evidence.claims.expectations import Metric
from benchmarks.evidence.figures import paired_differences
from benchmarks.evidence.ranges import ANY, FROM_ZERO, RANGES, SHARE, Range, range_of
from benchmarks.evidence.results import results_frame
from benchmarks.evidence.statistics import difference_interval
from benchmarks.evidence.tables import (
    TableRequest,
    blocks,
    caption,
    cell_text,
    make_table,
    summary,
    table_text,
)
from benchmarks.evidence.tables.metrics import METRICS
from tests.evidence.claim_samples import claim_with, judged

# Three draws, whose Student's intervals reach beyond 0, 100 % or 100 points.
HIGH, LOW = [1.0, 1.0, 0.6], [0.0, 0.1, 0.5]


def with_metric(records, name, values):
    timed = "timing" if name == "train_seconds" else "metrics"
    field = name.removesuffix("_seconds")
    return [
        record | {timed: record[timed] | {field: value}}
        for record, value in zip(records, values, strict=True)
    ]


def interval(part, records):
    return judged(claim_with({"expect": {"greater_than": 0.01}} | part), records)["interval"]


def test_every_metric_states_its_range():
    assert set(RANGES) == set(METRICS) | set(get_args(Metric))
    assert {name for name, metric in METRICS.items() if metric.is_share} <= {
        name for name, found in RANGES.items() if found == SHARE
    }
    assert range_of("brier") == (0, 2)  # every sample sure and wrong
    assert range_of("log_loss") == FROM_ZERO
    assert range_of("of_a_plugin") == ANY


def test_differences_and_spreads_have_ranges_of_their_own():
    assert SHARE.of_differences == (-1, 1)
    assert SHARE.of_differences.of_differences == (-2, 2)
    assert Range(0, 2).of_spreads == (0, 2)
    assert FROM_ZERO.of_differences == ANY
    assert ANY.of_spreads == FROM_ZERO


def test_a_claims_contrast_ends_at_100_points(rows):
    found = interval({"contrast": ["a", "b"]}, rows("a", 10, HIGH) + rows("b", 10, LOW))
    low, high = difference_interval([1.0, 0.9, 0.1]).ends
    assert low < -1
    assert high > 1
    assert found == [-1.0, 1.0]


def test_an_interaction_ends_at_200_points(rows):
    records = [*rows("a", 10, [1.0, 1.0, 0.9]), *rows("b", 10, [0.0, 0.0, 0.3])]
    records += [*rows("c", 10, [0.0, 0.0, 0.2]), *rows("d", 10, [1.0, 1.0, 0.9])]
    assert interval({"interaction": [["a", "b"], ["c", "d"]]}, records)[1] == 2.0


def test_a_spread_begins_at_0(rows):
    records = []
    for start, scale in ((0, 0), (1, 1)):
        for record in rows("a", 10, [0.5 + scale * gap for gap in (0.0, 0.01, 0.3)]):
            record["config"] = record["config"] | {"init_seed": start}
            records.append(record | {"key": f"{record['key']}/{start}"})
    assert interval({"spread_of": "a"}, records)[0] == 0.0


@pytest.mark.parametrize(("metric", "least"), [("train_seconds", 0), ("hessian_eigenvalue", None)])
def test_a_mean_ends_where_its_metric_does(rows, metric, least):
    records = with_metric(rows("a", 10, HIGH), metric, [1.0, 1.0, 9.0])
    low = interval({"mean_of": "a", "metric": metric}, records)[0]
    assert low == least if least is not None else low < 0


def test_a_verdict_is_as_without_the_end(rows):
    """What is cut off lies beyond every bound that a claim may ask for."""
    records = rows("a", 10, [1.0, 1.0, 0.9]) + rows("b", 10, [0.0, 0.1, 0.1])
    part = {"contrast": ["a", "b"], "expect": {"greater_than": 0.5}}
    verdict = judged(claim_with(part), records)
    assert verdict["interval"][1] == 1.0
    assert (verdict["verdict"], verdict["p"] < 0.05) == ("reproduced", True)


def test_a_table_of_differences_ends_at_100_points(rows):
    frame = results_frame(rows("a", 10, HIGH) + rows("b", 10, LOW))
    table = make_table(frame, TableRequest(reference="b"))
    cell = table.panels[0].rows[0].cells[0]
    assert cell.high == 1.0
    assert "+66.7 [-100.0, +100.0]" in table_text(table, "md")


@pytest.mark.parametrize(
    ("accuracies", "shown"),
    [
        (HIGH, "86.7 [0.0, 100.0]"),
        ([0.97, 0.98, 0.98, 0.99, 0.98], "98.0 ± 0.9"),
        ([0.99, 1.0, 1.0, 1.0, 1.0], "99.8 [98.5, 100.0]"),
    ],
)
def test_no_cell_says_that_an_accuracy_may_be_beyond_100_percent(rows, accuracies, shown):
    """The distance to the lower end once stood for the upper one, too: 86.7 ± 86.7."""
    frame = results_frame(rows("a", 10, accuracies))
    table = make_table(frame)
    assert shown in table_text(table, "md")
    assert f">{shown}<" in re.sub("</?strong>", "", table_text(table, "html"))
    (block,) = blocks(summary(frame))
    assert cell_text(block.rows[0][2][0]) == shown
    cut = "[" in shown
    for text in (table_text(table, "md"), caption(block)):
        assert ("both ends of the interval: [low, high]" in text) is cut
        assert ("A cell without ± has" in text) is not cut


@pytest.mark.parametrize(
    ("mean", "reach", "beyond"),
    [(0.98, 0.02, False), (0.9804, 0.0204, False), (0.9995, 0.0005, True), (0.02, 0.03, True)],
)
def test_what_counts_is_what_is_shown(mean, reach, beyond):
    """98.0 ± 2.0 for 98.04 ± 2.04 does not say 100.08; 100.0 ± 0.1 for 99.95 ± 0.05 would."""
    assert METRICS["accuracy"].overshoots(mean, reach) is beyond


@pytest.mark.parametrize(("reference", "least"), [(None, 0), ("b", None)])
def test_a_table_of_times_begins_at_0_and_one_of_their_differences_anywhere(rows, reference, least):
    records = with_metric(rows("a", 10, HIGH), "train_seconds", [1.0, 1.0, 9.0])
    records += with_metric(rows("b", 10, LOW), "train_seconds", [1.0, 1.1, 1.2])
    request = TableRequest(metric="train_seconds", reference=reference)
    table = make_table(results_frame(records), request)
    cell = table.panels[0].rows[0].cells[0]
    assert cell.low == least if least is not None else cell.low < 0
    assert table.ends(cell).startswith("[0.000, ") is (least == 0)


def test_a_figure_of_differences_tells_none_beyond_100_points(rows, tmp_path):
    frame = results_frame(rows("a", 10, HIGH) + rows("b", 10, LOW))
    assert ", +100.0], a ahead in 3 of 3" in paired_differences(frame, "a", "b", tmp_path / "p").alt
