"""Tables: pinned bytes, honest cells, LaTeX that compiles."""

import csv
import importlib.util
import io
import json
import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest

from benchmarks.evidence.claim_files import PublishedCurves
from benchmarks.evidence.latex import escape, table_latex
from benchmarks.evidence.notices import Notice, unavailable_notices
from benchmarks.evidence.results import results_frame
from benchmarks.evidence.tables import summary, table_csv, table_markdown

GOLDEN = Path(__file__).parent / "golden"
METHODS = ["leek_net", "leekasso", "odd_name_100%", "never_run"]
DATASETS = ["mnist01", "digits01"]
UNAVAILABLE = [
    {
        "dataset": "cats_&_dogs",
        "method": method,
        "train_size": 10,
        "reason": "no folder /a_b/50%",
        "remedy": "set SCARCE_DATA",
        "cells": 3,
    }
    for method in ("leekasso", "leek_net")
]


def golden_tables():
    frame = results_frame(json.loads((GOLDEN / "records.json").read_text()))
    notices = unavailable_notices(UNAVAILABLE) + frame.attrs["notices"]
    curves = PublishedCurves("mnist01", "published", {"leekasso": {10: 0.893, 20: 0.943}})
    table = summary(frame, [curves])
    return {
        "table.csv": table_csv(table, notices),
        "table.md": table_markdown(table, METHODS, DATASETS, notices, "golden"),
        "table.tex": table_latex(table, METHODS, DATASETS, notices),
    }


@pytest.mark.parametrize("name", ["table.csv", "table.md", "table.tex"])
def test_the_golden_records_give_the_pinned_bytes(name):
    assert golden_tables()[name].encode() == (GOLDEN / name).read_bytes()


def test_the_golden_records_are_what_their_generator_writes():
    path = GOLDEN / "generate.py"
    spec = importlib.util.spec_from_file_location("golden_generator", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert json.loads((GOLDEN / "records.json").read_text()) == module.generate()


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


def test_one_run_has_no_interval_anywhere(rows):
    table = summary(results_frame(rows("mlp", 10, [0.9])))
    row = next(csv.DictReader(io.StringIO(table_csv(table))))
    assert (row["mean"], row["low"], row["high"], row["sd"]) == ("0.900000", "", "", "")
    assert "| mlp | 1 | 90.0 |" in table_markdown(table)


def test_starts_on_one_draw_are_runs_but_not_draws(rows):
    records = rows("mlp", 10, [0.9, 0.8])
    for record in rows("mlp", 10, [0.7, 0.6]):
        config = record["config"] | {"init_seed": 1}
        records.append(record | {"key": record["key"] + "again", "config": config})
    row = summary(results_frame(records)).iloc[0]
    assert (row.runs, row.draws) == (4, 2)
    assert row["mean"] == pytest.approx(0.75)


def test_a_method_without_results_keeps_an_empty_row(rows):
    text = table_markdown(summary(results_frame(rows("mlp", 10, [0.9]))), ["cnn", "mlp"])
    assert text.index("| cnn | 0 | - |") < text.index("| mlp | 1 | 90.0 |")


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


def test_names_are_escaped_for_latex():
    assert escape(r"a_b%&#${}\~^") == (
        r"a\_b\%\&\#\$\{\}\textbackslash{}\textasciitilde{}\textasciicircum{}"
    )
    assert escape("Å é ≥ 中") == r"Å é $\geq$ U+4E2D"


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_the_latex_table_compiles_and_fits_the_page(tmp_path):
    (tmp_path / "table.tex").write_text(golden_tables()["table.tex"], encoding="utf-8")
    (tmp_path / "paper.tex").write_text(
        "\\documentclass{article}\\usepackage{booktabs}\n"
        "\\begin{document}\\input{table.tex}\\end{document}\n"
    )
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:]
    assert "Overfull \\hbox" not in done.stdout
