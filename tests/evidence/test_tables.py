"""The default tables of a benchmark: pinned bytes, honest cells."""

import csv
import importlib.util
import io
import random

import pandas as pd
import pytest

from benchmarks.evidence.claims.files import PublishedCurves
from benchmarks.evidence.notices import Notice
from benchmarks.evidence.results import results_frame
from benchmarks.evidence.tables import blocks, summary, table_csv, table_markdown
from benchmarks.evidence.tables.latex import table_latex
from tests.evidence.golden.tables import GOLDEN, golden_records, golden_tables


def cells(line: str) -> list[str]:
    """The texts of a line of a Markdown table."""
    return [text.strip() for text in line.strip("|").split("|")]


def table_lines(text: str) -> list[list[str]]:
    return [cells(line) for line in text.splitlines() if line.startswith("|")]


@pytest.mark.parametrize("name", ["table.csv", "table.md", "table.tex"])
def test_the_golden_records_give_the_pinned_bytes(name):
    assert golden_tables()[name].encode() == (GOLDEN / name).read_bytes()


def test_the_golden_records_are_what_their_generator_writes():
    path = GOLDEN / "generate.py"
    spec = importlib.util.spec_from_file_location("golden_generator", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert golden_records() == module.generate()


def test_the_order_of_the_records_changes_no_byte():
    records = golden_records()
    random.Random(0).shuffle(records)
    frame = results_frame(records)
    expected = results_frame(golden_records())
    for write in (table_csv, table_markdown, table_latex):
        assert write(summary(frame)) == write(summary(expected))


def test_a_row_holds_mean_interval_and_published_value(rows):
    curves = PublishedCurves("mnist01", "published", {"mlp": {10: 0.9}})
    records = rows("mlp", 10, [0.8, 0.9], train_accuracy=0.75)
    row = summary(results_frame(records), [curves]).iloc[0]
    assert (row.runs, row.draws) == (2, 2)
    assert row["mean"] == pytest.approx(0.85)
    assert row.sd == pytest.approx(0.1 / 2**0.5)
    assert (row.low, row.high) == (pytest.approx(0.2146898), 1.0)
    assert (row.train_mean, row.published) == (0.75, 0.9)


def test_published_values_belong_to_their_dataset_only(rows):
    curves = PublishedCurves("mnist01", "published", {"mlp": {10: 0.9}})
    table = summary(results_frame(rows("mlp", 10, [0.8, 0.9], dataset="digits01")), [curves])
    assert pd.isna(table.published.iloc[0])


def test_published_values_of_two_articles_stand_in_rows_of_their_own(rows):
    curves = [
        PublishedCurves("mnist01", "published (A 2017)", {"mlp": {10: 0.9}}),
        PublishedCurves("mnist01", "published (B 2018, unconfirmed)", {"mlp": {10: 0.7}}),
    ]
    table = summary(results_frame(rows("mlp", 10, [0.8])), curves)
    shown = table_lines(table_markdown(table))
    assert shown[-3:] == [
        ["mlp", "1", "80.0"],
        ["published (A 2017)", "", "90.0"],
        ["published (B 2018, unconfirmed)", "", "70.0"],
    ]
    assert "unconfirmed: quoted from memory" in table_markdown(table)
    row = next(csv.DictReader(io.StringIO(table_csv(table))))
    assert row["published"] == "0.900000; 0.700000"
    assert row["published_by"] == "published (A 2017); published (B 2018, unconfirmed)"


def test_one_run_has_no_interval_anywhere(rows):
    table = summary(results_frame(rows("mlp", 10, [0.9])))
    row = next(csv.DictReader(io.StringIO(table_csv(table))))
    assert (row["mean"], row["low"], row["high"], row["sd"]) == ("0.900000", "", "", "")
    assert table_lines(table_markdown(table))[-1] == ["mlp", "1", "90.0"]


def test_starts_on_one_draw_are_runs_but_not_draws(rows):
    records = rows("mlp", 10, [0.9, 0.8])
    for record in rows("mlp", 10, [0.7, 0.6]):
        config = record["config"] | {"init_seed": 1}
        records.append(record | {"key": record["key"] + "again", "config": config})
    table = summary(results_frame(records))
    row = table.iloc[0]
    assert (row.runs, row.draws) == (4, 2)
    assert row["mean"] == pytest.approx(0.75)
    head, _, shown = table_lines(table_markdown(table))
    assert head[:3] == ["method", "runs", "draws"]
    assert shown[:3] == ["mlp", "4", "2"]


def test_a_method_without_results_keeps_an_empty_row(rows):
    table = summary(results_frame(rows("mlp", 10, [0.9])))
    assert table_lines(table_markdown(table, ["cnn", "mlp"]))[2:] == [
        ["cnn", "0", "-"],
        ["mlp", "1", "90.0"],
    ]
    (block,) = blocks(table, ["cnn", "mlp"])
    assert block.rows == [("cnn", "0", [None]), ("mlp", "1", [(0.9, None, "")])]


def test_two_protocols_are_never_in_one_table(rows):
    records = rows("mlp", 10, [0.9]) + rows("mlp", 10, [0.8], protocol="tuned")
    text = table_markdown(summary(results_frame(records)))
    assert "## mnist01, protocol default" in text
    assert "## mnist01, protocol tuned" in text


def test_every_table_file_shows_the_notices():
    for text in golden_tables().values():
        assert "failed" in text
        assert "metrics.accuracy is missing" in text
        assert "6 cells unavailable" in text


def test_no_results_at_all_still_give_tables_with_the_reason():
    table = summary(results_frame([]))
    notices = [Notice("unavailable", "no data.")]
    assert "unavailable: no data." in table_csv(table, notices)
    assert "No finished cell." in table_markdown(table, notices=notices)
    assert "unavailable: no data." in table_latex(table, notices=notices)


def test_a_method_that_the_grid_does_not_have_somewhere_has_no_empty_row_there(rows):
    """Two networks of two data sets once stood, one of them empty, in both tables."""
    records = [*rows("mlp", 10, [0.8, 0.9]), *rows("cnn", 10, [0.8, 0.9], dataset="digits01")]
    planned = {
        (r["config"]["dataset"]["name"], "default", r["config"]["method"]["name"]) for r in records
    }
    lost = {(*next(iter(planned))[:2], "lost")}
    table = summary(results_frame(records), planned=planned | lost)
    found = [row[0] for block in blocks(table, ["mlp", "cnn", "lost"]) for row in block.rows]
    assert sorted(found) == ["cnn", "lost", "mlp"]
