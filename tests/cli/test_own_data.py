"""A table and texts of one's own, as few as there are: the benchmarks that the README names."""

from __future__ import annotations

import numpy as np
import pytest

from tests.tiny import last_of_each

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


def test_rows_of_each_class_are_told_as_a_run_begins(table, scarce, monkeypatch):
    """Regression: of photos alone."""
    monkeypatch.chdir(table.parent)
    words = ("benchmark=compare_tables", "dataset.file=mine.csv", "dataset.target=label", *FEW)
    out = scarce("run", *words, "method=decision_tree").out
    counts = [table.read_text().count(f",{name}\n") for name in "ab"]
    assert f"\ntable: 24 rows of mine.csv: a {counts[0]}, b {counts[1]}\n" in out
    assert "differ in case" not in out


def test_labels_that_differ_in_case_alone_are_told_as_a_run_begins(table, scarce):
    """Regression: `yes` and `YES ` were learned as two classes, and nobody told."""
    rows = [f"{n},{n % 3},{['yes', 'no', 'YES ', 'NO '][n % 4]}" for n in range(40)]
    table.write_text("\n".join(["x,y,label", *rows]) + "\n")
    words = ("benchmark=compare_tables", f"dataset.file={table}", "dataset.target=label")
    out = scarce("run", *words, *FEW, "method=decision_tree").out
    assert f"\ntable: 40 rows of {table}: NO 10, YES 10, no 10, yes 10\n" in out
    told = "labels that differ in case or spaces alone: NO and no, YES and yes"
    assert f"\ntable: {told}; mend them if they mean the same\n" in out


def test_texts_of_each_class_are_told_with_their_folder(tmp_path, scarce, monkeypatch):
    """Regression: files in the working folder came before those of $SCARCE_DATA, unnoticed."""
    for name in ("bad", "good"):
        (tmp_path / f"{name}.txt").write_text("".join(f"{name} film {n}\n" for n in range(10)))
    monkeypatch.chdir(tmp_path)
    words = ("benchmark=compare_texts", "dataset.files={neg: bad.txt, pos: good.txt}")
    out = scarce("run", *words, *FEW, "method=tfidf_logistic").out
    assert f"\ntexts: 20 texts of {tmp_path}: neg 10, pos 10\n" in out


def test_a_class_of_one_row_is_not_to_be_parted_into_one_fold(table, scarce):
    """Regression: "class c has 1 samples; ask for at most 1", and one fold is refused."""
    table.write_text(table.read_text() + "0,0,c\n")
    words = ("benchmark=compare_tables", f"dataset.file={table}", "dataset.target=label")
    outcome = scarce("plan", *words, "method=decision_tree")
    assert (outcome.code, outcome.err) == (
        2,
        "scarce: dataset.folds=5: class c has 1 row, and 5 folds need 5 of each class (2 folds "
        "need 2); add rows, or leave the class out of the data\n",
    )
    more = table.with_name("more.csv")
    more.write_text(table.read_text() + "1,1,c\n")
    words = ("benchmark=compare_tables", f"dataset.file={more}", "dataset.target=label")
    assert "give dataset.folds=2, add rows" in scarce("plan", *words, "method=decision_tree").err
    assert scarce("plan", *words, "method=decision_tree", "dataset.folds=2").code == 0


def test_classes_are_told_by_a_plan_as_by_a_run(table, scarce):
    words = ("benchmark=compare_tables", f"dataset.file={table}", "dataset.target=label")
    told = f"table: 24 rows of {table}: "
    assert told in scarce("plan", *words).out
    (line,) = scarce("plan", "--json", *words).json["data"]
    assert line.startswith(told)


@pytest.mark.parametrize(
    ("dataset", "benchmark"), [("table", "compare_tables"), ("texts", "compare_texts")]
)
def test_a_forgotten_benchmark_of_own_data_is_named(dataset, benchmark, table, texts, scarce):
    """Regression: methods were refused one by one, and the benchmark never named."""
    where = {"table": (f"dataset.file={table}", "dataset.target=label")}
    words = where.get(dataset, (f"dataset.root={texts}",))
    outcome = scarce("run", f"dataset={dataset}", *words)
    told = f"(no benchmark is given; of data of your own, benchmark={benchmark} asks)\n"
    assert outcome.code == 2
    assert outcome.err.endswith(told)
    assert told not in scarce("run", f"dataset={dataset}", "benchmark=quickstart", *words).err


def test_own_data_may_be_asked_what_the_default_benchmark_asks(table, scarce):
    words = ("dataset=table", f"dataset.file={table}", "dataset.target=label", "method=mlp_table")
    outcome = scarce("plan", *words, "dataset.train_size=10")
    assert outcome.code == 0, outcome.err


@pytest.mark.parametrize("word", ["threads=0", "dataset.file=/nope.csv", "method=leekasso"])
def test_what_was_asked_for_itself_is_not_laid_on_a_forgotten_benchmark(word, table, scarce):
    words = last_of_each(f"dataset.file={table}", "dataset.target=label", "method=mlp_table", word)
    outcome = scarce("plan", "dataset=table", *words, "dataset.train_size=10")
    assert outcome.code == 2
    assert "no benchmark is given" not in outcome.err


ODD = {
    "benchmark": "name: odd\nsays: what is asked\ngrid: {}\n",
    "elsewhere": "# @package foo\nname: odd\nsays: what is asked\ngrid: [{{dataset: table}}]\n",
    "dataset": "_target_: nosuch.Module\nname: odd\nsays: no data\n",
    "yaml": "name: odd\nsays: [\n",
}


@pytest.mark.parametrize(
    ("group", "kind", "grid"),
    [
        *(("benchmark", "benchmark", grid) for grid in ("[1]", "[{dataset: [[1], {a: 1}]}]", "1")),
        ("benchmark", "elsewhere", ""),
        ("dataset", "dataset", ""),
        ("dataset", "yaml", ""),
    ],
)
def test_of_a_file_that_is_wrong_and_was_not_asked_for_nothing_is_said(
    group, kind, grid, table, scarce, tmp_path
):
    """Regression: its fault, or a traceback, came in the place of the benchmark's name."""
    (tmp_path / "mine" / group).mkdir(parents=True)
    (tmp_path / "mine" / group / "odd.yaml").write_text(ODD[kind].format(grid))
    search = f"hydra.searchpath=[file://{tmp_path}/mine]"
    for words in (("dataset=table", f"dataset.file={table}"), (f"dataset.file={table}",)):
        outcome = scarce("plan", *words, "dataset.target=label", search)
        assert outcome.code == 2
        assert outcome.err.endswith("benchmark=compare_tables asks)\n")


def test_own_data_in_the_grid_of_another_benchmark_are_told_of_theirs(table, scarce):
    """Regression: 360 cells of the quickstart's methods, without a word."""
    words = ("dataset=table", f"dataset.file={table}", "dataset.target=label", "method=mlp_table")
    told = "no benchmark is given, so this is the grid of quickstart; of data of your own, "
    told += "benchmark=compare_tables asks"
    cell = (*words, "dataset.train_size=10", "executor=serial")
    assert f"note: {told}\n" in scarce("plan", *cell).out
    assert scarce("plan", "--json", *cell).json["notes"] == [told]
    assert f"note: {told}\n" in scarce("run", *cell).out
    assert "no benchmark is given" not in scarce("plan", "benchmark=quickstart", *cell).out
    own = "benchmark.grid=[{dataset:table,method:mlp_table,split_seed:0}]"
    assert "no benchmark is given" not in scarce("plan", *cell, own).out
    assert "no benchmark is given" not in scarce("plan", *cell, "split_seed=0").out


def test_a_file_alone_leads_to_the_benchmark_of_tables(table, scarce):
    """Regression: "mnist01 has no such field", of which nobody had spoken."""
    outcome = scarce("run", f"dataset.file={table}", "dataset.target=label")
    assert outcome.code == 2
    assert outcome.err.endswith("; of data of your own, benchmark=compare_tables asks)\n")
