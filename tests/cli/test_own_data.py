"""A table and texts of one's own, as few as there are: the benchmarks that the README names."""

from __future__ import annotations

import numpy as np
import pytest

FEW = ("executor=serial", "split_seed=range(2)")


@pytest.fixture
def table(tmp_path):
    values = np.random.default_rng(0).normal(size=(24, 2)).round(3).tolist()
    lines = ["x,y,label", *(f"{x},{y},{'ab'[x > 0]}" for x, y in values)]
    file = tmp_path / "mine.csv"
    file.write_text("\n".join(lines) + "\n")
    return file


@pytest.fixture
def texts(tmp_path):
    for name, word in (("neg", "dull"), ("pos", "fine")):
        (tmp_path / "texts" / name).mkdir(parents=True)
        for number in range(10):
            text = f"a {word} film number {number}"
            (tmp_path / "texts" / name / f"{number}.txt").write_text(text)
    return tmp_path / "texts"


def test_methods_for_tables_are_compared_on_a_small_table(table, scarce, results):
    words = (f"dataset.file={table}", "dataset.target=label", "method=logistic_table,decision_tree")
    outcome = scarce("run", "benchmark=compare_tables", *words, *FEW)
    assert outcome.code == 0, outcome.err
    assert "12 cells: 0 done, 0 failed, 12 to run, 0 unavailable" in outcome.out
    assert (results / "compare_tables" / "report.html").is_file()
    assert not (results / "quickstart").exists()


def test_methods_for_texts_are_compared_on_a_few_texts(texts, scarce, results):
    words = (f"dataset.root={texts}", "method=tfidf_logistic")
    outcome = scarce("run", "benchmark=compare_texts", *words, *FEW)
    assert outcome.code == 0, outcome.err
    assert "6 cells: 0 done, 0 failed, 6 to run, 0 unavailable" in outcome.out
    assert (results / "compare_texts" / "report.html").is_file()


@pytest.mark.parametrize(
    ("benchmark", "field"),
    [("compare_tables", "dataset.file"), ("compare_texts", "dataset.root")],
)
def test_without_data_the_field_to_give_is_named(benchmark, field, scarce):
    outcome = scarce("plan", f"benchmark={benchmark}")
    assert outcome.code == 2
    assert outcome.err.startswith(f"scarce: {field}=None: ")


def test_where_the_table_lies_makes_no_other_grid(table, scarce):
    words = ("benchmark=compare_tables", f"dataset.file={table}", "dataset.target=-1")
    assert scarce("run", *words, *FEW, "method=decision_tree").code == 0
    changes = scarce("report", "benchmark=compare_tables").out
    assert "dataset.file=" not in changes
