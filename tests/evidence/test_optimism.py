"""Numbers of epochs chosen on the test data: marked wherever they stand, and held against the
same runs at their last epoch."""

import csv
import io
import json

import pytest

from benchmarks.evidence import figures
from benchmarks.evidence.agreement import agreement, agreement_text
from benchmarks.evidence.claims.markdown import claims_markdown
from benchmarks.evidence.figures.ranks import mean_accuracies
from benchmarks.evidence.optimism import scored_twice
from benchmarks.evidence.outputs import find, texts_of
from benchmarks.evidence.report import report_html
from benchmarks.evidence.report.index import index_html
from benchmarks.evidence.results import results_frame
from benchmarks.evidence.tables import (
    FORMATS,
    TableRequest,
    blocks,
    make_table,
    summary,
    table_csv,
    table_text,
)
from benchmarks.records.holdings import Holding
from tests.evidence.claim_samples import claim_with, judged

WHY = "the epoch was selected on the test data"
BENCHMARK = {"name": "raj", "says": "", "methods": [], "datasets": []}
CHOSEN, LAST = [0.90, 0.92, 0.94, 0.96, 0.93], [0.86, 0.90, 0.91, 0.92, 0.91]
GAINS = {"contrast": ["tuned_net", "linear"], "expect": {"greater_than": 0}}


def published(records, last):
    """The records as the protocol `published` leaves them: `last` are the honest accuracies."""
    return [
        record
        | {"metrics": record["metrics"] | {"accuracy_last_epoch": honest, "selected_epoch": 3}}
        | {"optimistic": WHY, "key": f"{record['key']} chosen"}
        for record, honest in zip(records, last, strict=True)
    ]


@pytest.fixture(scope="module")
def records(rows):
    """A net and an estimator without epochs under `published`, and the net under `default`."""
    chosen = published(rows("tuned_net", 10, CHOSEN, protocol="published"), LAST)
    estimator = rows("linear", 10, [0.7, 0.71, 0.69, 0.72, 0.7], protocol="published")
    return chosen + estimator + rows("tuned_net", 10, LAST)


@pytest.fixture(scope="module")
def frame(records):
    return results_frame(records)


@pytest.fixture(scope="module")
def verdict(records):
    return judged(claim_with(GAINS, protocol="published"), records)


def report(records, verdicts=()):
    frame = results_frame(records)
    return report_html(BENCHMARK, verdicts, blocks(summary(frame)), [], records, [])


@pytest.mark.parametrize("format", ["md", "html"])
def test_a_table_marks_the_numbers_that_are_too_good_and_no_others(frame, format):
    text = table_text(make_table(frame), format)
    (optimistic,) = (line for line in text.splitlines() if "tuned_net" in line and "93.0" in line)
    (honest,) = (line for line in text.splitlines() if "tuned_net" in line and "90.0" in line)
    (estimator,) = (line for line in text.splitlines() if "linear" in line and "70.4" in line)
    assert "§" in optimistic
    assert "§" not in honest + estimator
    assert f"§ optimistic: {WHY}." in text


def test_latex_marks_them_with_its_own_sign(frame):
    text = table_text(make_table(frame), "tex")
    assert r"93.0 {$^{\S{}}$}" in text
    assert rf"\S{{}} optimistic: {WHY}." in text


def test_a_number_can_be_optimistic_and_not_significantly_worse(rows):
    many = [0.90, 0.92, 0.94, 0.96, 0.93, 0.91, 0.95, 0.94]
    chosen = published(rows("a", 10, many, protocol="published"), many)
    best = published(rows("b", 10, many[::-1], protocol="published"), many)
    best[0]["metrics"]["accuracy"] += 0.01
    frame = results_frame(chosen + best)
    assert "† §" not in table_text(make_table(frame), "md")
    assert "†§" in table_text(make_table(frame), "md")
    assert r"{$^{\dagger\S{}}$}" in table_text(make_table(frame), "tex")
    assert '<td class="number tied"' in table_text(make_table(frame), "html")


@pytest.mark.parametrize("of_summary", [True, False])
def test_csv_has_a_column_that_says_so_only_where_a_number_is(frame, rows, of_summary):
    def written(found):
        text = table_csv(summary(found)) if of_summary else table_text(make_table(found), "csv")
        return list(csv.DictReader(io.StringIO(text)))

    marks = {(line["protocol"], line["method"]): line["optimistic"] for line in written(frame)}
    assert marks == {
        ("default", "tuned_net"): "0",
        ("published", "tuned_net"): "1",
        ("published", "linear"): "0",
    }
    assert "optimistic" not in written(results_frame(rows("a", 10, CHOSEN)))[0]


@pytest.mark.parametrize("metric", ["accuracy_last_epoch", "train_seconds"])
def test_metrics_that_the_choice_does_not_touch_are_not_marked(frame, metric):
    assert "§" not in table_text(make_table(frame, TableRequest(metric=metric)), "md")


def test_a_difference_to_an_optimistic_reference_is_optimistic(frame):
    filters = {"protocol": ["published"]}
    for reference in ("tuned_net", "linear"):
        (panel,) = make_table(frame, TableRequest(filters=filters, reference=reference)).panels
        assert {row.label: bool(row.cells[0].optimistic) for row in panel.rows} == {
            "tuned_net": True,
            "linear": reference == "tuned_net",
        }


def test_figures_mark_the_name_of_the_method(frame, records, tmp_path):
    curves = figures.learning_curves(frame, [], tmp_path / "learning")
    assert "tuned_net, optimistic 93.0 %" in curves.alt
    assert "tuned_net 90.0 %" in curves.alt
    assert "linear 70.4 %" in curves.alt
    first, second = "tuned_net, optimistic", "linear"
    pairs = figures.paired_differences(frame, first, second, tmp_path / "pairs")
    assert pairs.alt.startswith("Test accuracy of tuned_net, optimistic minus that of linear")
    arrays = {"labels": [0, 1], "predicted": [0, 1]}
    matrices = figures.confusion_matrices([(r, arrays) for r in records], tmp_path / "matrices")
    assert "tuned_net, optimistic 100.0 % of 10 right" in matrices.alt


def test_ranks_never_average_over_protocols(frame):
    assert list(mean_accuracies(frame).columns) == [
        "linear, published",
        "tuned_net, default",
        "tuned_net, optimistic, published",
    ]


def test_a_verdict_is_marked_wherever_its_effect_is_told(verdict, records, tmp_path):
    assert verdict["optimistic"] == verdict["parts"][0]["optimistic"] == WHY
    assert verdict["reason"].endswith(f"; optimistic: {WHY}")
    assert f"part: optimistic: {WHY}" in verdict["caveats"]
    for text in (
        claims_markdown([verdict]),
        report(records, [verdict]).replace("</span>", ""),
        index_html([], [verdict]).replace("</a>", ""),
        figures.forest_plot([verdict], tmp_path / "forest").alt.replace(" [", "["),
    ):
        assert "+22.60 points" in text
        assert "(optimistic)" in text


def test_a_claim_can_ask_the_same_runs_at_their_last_epoch(records):
    honest = {"mean_of": "tuned_net", "metric": "accuracy_last_epoch", "expect": {"at_least": 0.8}}
    verdict = judged(claim_with(honest, protocol="published"), records)
    assert verdict["effect"] == pytest.approx(0.9)
    assert "optimistic" not in verdict
    assert "optimistic" not in json.dumps(verdict)


def test_the_same_runs_scored_both_ways_are_compared_draw_by_draw(frame):
    (found,) = scored_twice(frame)
    assert (found.method, found.protocol, found.train_size) == ("tuned_net", "published", 10)
    assert (found.chosen, found.last) == pytest.approx((0.93, 0.90))
    assert found.difference.estimate == pytest.approx(0.03)
    assert found.difference.pairs == 5
    assert 0 < found.difference.low < 0.03 < found.difference.high


def test_the_report_shows_both_scores_and_the_optimism_between_them(records):
    text = report(records)
    section = text.split("The same runs scored both ways</h3>")[1].split("</table>")[0]
    for words in ("93.0 % §", "90.0 %", "+3.00 points", "mnist01, published", "tuned_net"):
        assert words in section
    (line,) = (line for line in text.splitlines() if ">linear</th>" in line)
    assert "§" not in line


def test_a_disagreement_with_published_results_is_marked(records, rows):
    worse = published(rows("tuned_net", 10, [0.5] * 5, protocol="published"), LAST)
    worse = [record | {"key": f"own {record['key']}"} for record in worse]
    text = agreement_text(agreement(worse, records))
    assert "mnist01, tuned_net, n = 10 (optimistic): own 50.0 %" in text


def test_where_no_record_is_optimistic_nothing_speaks_of_it(rows):
    records = rows("tuned_net", 10, CHOSEN) + rows("linear", 10, LAST)
    verdict = judged(claim_with(GAINS), records)
    held = Holding(BENCHMARK, records, [], len(records), [])
    texts = [*texts_of(find(held, [])).values(), claims_markdown([verdict]), json.dumps(verdict)]
    texts += [table_text(make_table(results_frame(records)), format) for format in FORMATS]
    assert not [text for text in texts if "optimis" in text or "§" in text]
    page = report(records, [verdict]).split("<main")[1].split("<script>")[0]
    assert "optimis" not in page
    assert "§" not in page
