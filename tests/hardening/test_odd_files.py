"""What lies in a folder of a user under the name of a YAML file and is none that can be read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmarks.grid.yaml_files import yaml_text
from tests.hardening.fuzzing import assert_told_in_one_line, scarce
from tests.tiny import TINY

BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 9)}]\n" for number in range(1, 12)
)


def pipe(file: Path) -> None:
    os.mkfifo(file)


def folder(file: Path) -> None:
    file.mkdir()


def aliases(file: Path) -> None:
    file.write_text(BOMB)


def of_itself(file: Path) -> None:
    file.write_text("a: &a [*a]\n")


def deep(file: Path) -> None:
    file.write_text("a: " + "[" * 500 + "]" * 500 + "\n")


def raw(file: Path) -> None:
    file.write_bytes(b"\xff\xfe\x00")


def huge(file: Path) -> None:
    file.write_bytes(b"x" * 2_000_000)


ODD = {
    pipe: "not a file",
    folder: "not a file",
    aliases: "its aliases stand for more than 100000 values",
    of_itself: "its aliases stand for more than 100000 values",
    deep: "nested more than 100 levels deep",
    raw: "not UTF-8",
    huge: "more than 1000000 bytes",
}


@pytest.fixture
def mine(tmp_path, monkeypatch) -> Path:
    for group in ("method", "benchmark", "claim"):
        (tmp_path / "mine" / group).mkdir(parents=True)
    monkeypatch.setenv("SCARCE_CONF", str(tmp_path / "mine"))
    return tmp_path / "mine"


@pytest.mark.parametrize("group", ["method", "benchmark"])
@pytest.mark.parametrize("make", ODD, ids=lambda make: make.__name__)
def test_asked_for_it_is_refused_in_one_line(make, group, mine):
    """Regressions: a pipe was waited for, and aliases of aliases filled the memory."""
    make(mine / group / "odd.yaml")

    answer = scarce("plan", f"{group}=odd")

    assert_told_in_one_line(answer, 2)
    assert answer.err.startswith(f"scarce: {group}=odd: {mine / group / 'odd.yaml'}: {ODD[make]}")


@pytest.mark.parametrize("make", ODD, ids=lambda make: make.__name__)
def test_it_stands_in_no_one_elses_way(make, mine):
    make(mine / "method" / "odd.yaml")
    listed = scarce("list", "methods")

    assert scarce("plan", "method=mlp", *TINY).code == 0
    assert listed.code == 0
    assert ODD[make] in " ".join(listed.out.split())


@pytest.mark.parametrize("make", ODD, ids=lambda make: make.__name__)
def test_as_a_claim_it_is_refused_in_one_line(make, mine):
    make(mine / "claim" / "odd.yaml")

    answer = scarce("claims")

    assert_told_in_one_line(answer, 2)
    assert answer.err.startswith(f"scarce: odd.yaml: {ODD[make]}")


def test_many_values_beside_a_star_are_no_aliases(tmp_path):
    """Regression: a star in a comment had all values of a file counted as aliases."""
    file = tmp_path / "many.yaml"
    file.write_text(f"notes: [{', '.join(['1'] * 120_000)}]  # 5 * 3\n")

    assert yaml_text(file) == file.read_text()


def test_a_part_of_a_grid_that_is_too_large_can_be_asked_for(mine):
    grid = "grid: [{dataset: digits01, method: leekasso, split_seed: range(90000), "
    grid += "dataset.train_size: [10, 20, 40]}]\n"
    (mine / "benchmark" / "large.yaml").write_text(f"name: large\nsays: many\n{grid}")

    assert scarce("plan", "benchmark=large").code == 2
    assert scarce("plan", "benchmark=large", "split_seed=0").code == 0


def test_a_benchmark_that_is_a_list_is_refused_in_one_line(mine):
    """Regression: it ended in an AttributeError."""
    (mine / "benchmark" / "listed.yaml").write_text("- name: listed\n- grid: []\n")

    answer = scarce("plan", "benchmark=listed")

    assert_told_in_one_line(answer, 2)
    assert answer.err == (
        "scarce: benchmark=listed: its file holds no fields; give name, says and grid\n"
    )


@pytest.mark.parametrize(
    "entry", ["pkg://nope.sub", "pkg://.", "pkg://", "[]", "3", "{a: 1}", "file:///no/such"]
)
def test_an_entry_of_the_search_path_that_is_no_folder_is_refused_in_one_line(entry):
    """Regression: a package without a parent, and what is no text, ended in tracebacks."""
    answer = scarce("plan", f"hydra.searchpath=[{entry}]")

    assert_told_in_one_line(answer, 2)
    assert answer.err.startswith("scarce: hydra.searchpath=")


@pytest.mark.parametrize(
    "words",
    [
        ("plan", "results_dir='~nouser/x'"),
        ("merge", "~nouser/x"),
        ("check", "~nouser/method/x.yaml"),
        ("predict", "~nouser/x.jpg"),
        ("predict", "x.jpg", "model=~nouser/x"),
        ("new", "method", "mine", "folder=~nouser/x"),
        ("plan", "method=frozen", "backbone.weights='~nouser/x'"),
        ("plan", "logger=csv", "logger.folder='~nouser/x'"),
    ],
    ids=lambda words: words[-1],
)
def test_a_user_that_there_is_not_is_refused_in_one_line(words):
    """Regression: `Path.expanduser` raises a RuntimeError, which nothing caught."""
    assert_told_in_one_line(scarce(*words), 2)


@pytest.mark.parametrize("variable", ["SCARCE_CONF", "SCARCE_DATA", "SCARCE_CACHE"])
def test_a_variable_with_a_user_that_there_is_not_ends_in_no_traceback(
    variable, monkeypatch, tmp_path
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(variable, "~nouser/x")
    assert_told_in_one_line(scarce("plan", "method=mlp", *TINY))


def test_a_grid_of_more_cells_than_anybody_runs_is_refused_at_once():
    """Regression: each axis had a limit, their product had none."""
    answer = scarce("plan", "split_seed=range(10000)", "init_seed=range(10000)")

    assert_told_in_one_line(answer, 2)
    assert answer.err == (
        "scarce: benchmark.grid=7,200,000,000 cells: more than 200,000; split_seed has 10,000 "
        "values: give fewer, or several benchmarks\n"
    )


@pytest.mark.parametrize("words", [(), ("benchmark=beam2017",)], ids=["default", "named"])
def test_a_benchmark_cannot_take_the_name_of_another(words):
    """Regression: without `benchmark=`, it could, and wrote into the other's results."""
    answer = scarce("plan", *words, "benchmark.name=leek2017")

    assert_told_in_one_line(answer, 2)
    assert "another benchmark's, whose results it would take" in answer.err
