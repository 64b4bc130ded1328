"""Total and trainable parameters stand in every table, and only where they are known."""

import csv
import io

import pytest

from benchmarks.evidence.report import report_html
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

BENCHMARK = {"name": "quickstart", "says": "", "methods": [], "datasets": []}


@pytest.fixture(scope="module")
def records(rows):
    """A frozen backbone, a method that picks features by the sample, and one without any count."""
    found = []
    for size, few in ((10, 3), (80, 11)):
        found += counted(rows("frozen", size, [0.9, 0.8]), 5124, 3_376_132)
        found += counted(rows("leekasso", size, [0.7, 0.6]), few, few)
        found += rows("unknown", size, [0.5, 0.4])
    return found


def counted(records, trainable, total):
    numbers = {"trainable_parameters": trainable, "parameters": total}
    return [record | {"metrics": record["metrics"] | numbers} for record in records]


def lines(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_trained_and_all_parameters_stand_beside_each_row(records):
    text = table_text(make_table(results_frame(records)), "md")
    rows = [[cell.strip() for cell in line.split("|")[1:4]] for line in text.splitlines()]
    assert ["method", "runs", "parameters"] in rows
    assert ["frozen", "2", "5,124 / 3,376,132"] in rows
    assert ["leekasso", "2", "3–11"] in rows
    assert ["unknown", "2", ""] in rows
    assert "Parameters: those that are trained / all of the model" in text


@pytest.mark.parametrize("format", [name for name in FORMATS if name != "csv"])
def test_they_are_in_every_format_for_readers(records, format):
    assert "5,124 / 3,376,132" in table_text(make_table(results_frame(records)), format)


def test_html_sorts_them_by_the_number_that_is_trained(records):
    text = table_text(make_table(results_frame(records)), "html")
    assert '<td class="number" data-sort="5124">5,124 / 3,376,132</td>' in text
    assert '<td class="number" data-sort="3">3–11</td>' in text


@pytest.mark.parametrize("of_summary", [True, False])
def test_csv_has_a_column_of_each(records, of_summary):
    frame = results_frame(records)
    text = table_csv(summary(frame)) if of_summary else table_text(make_table(frame), "csv")
    found = {
        (line["method"], line["train_size"]): (line["trainable_parameters"], line["parameters"])
        for line in lines(text)
    }
    assert found["frozen", "10"] == ("5124", "3376132")
    assert found["leekasso", "80"] == ("11", "11")
    assert found["unknown", "10"] == ("", "")


def test_csv_tells_a_range_where_the_models_of_a_row_differ(rows):
    one, other = counted(rows("a", 10, [0.9, 0.8]), 3, 3)
    other["metrics"] |= {"parameters": 11, "trainable_parameters": 11}
    (line,) = lines(table_csv(summary(results_frame([one, other]))))
    assert (line["trainable_parameters"], line["parameters"]) == ("3 to 11", "3 to 11")


def test_with_methods_as_columns_they_are_told_below_the_table(records):
    request = TableRequest(rows="train_size", columns="method")
    text = table_text(make_table(results_frame(records), request), "md")
    assert "| parameters" not in text
    assert "frozen 5,124 / 3,376,132, leekasso 3–11." in text


def test_without_any_count_a_table_says_nothing_of_them(rows):
    frame = results_frame(rows("a", 10, [0.9, 0.8]))
    for format in ("md", "tex", "html"):
        assert "arameters" not in table_text(make_table(frame), format)


def test_a_table_about_parameters_has_no_second_column_of_them(records):
    request = TableRequest(metric="parameters", filters={"method": ["frozen"]})
    text = table_text(make_table(results_frame(records), request), "md")
    assert "| parameters" not in text
    assert "3376132" in text


def test_the_report_shows_them_in_its_tables_to_be_sorted(records):
    shown = blocks(summary(results_frame(records)))
    text = report_html(BENCHMARK, [], shown, [], records, [])
    assert '<th scope="col" class="number">parameters</th>' in text
    assert '<td class="number" data-value="5124">5,124 / 3,376,132</td>' in text
