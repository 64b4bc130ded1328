"""Choices from outside the clone: installed packages, SCARCE_CONF and the search path."""

from __future__ import annotations

import shutil

import pytest

from tests.outside import write
from tests.tiny import TINY

NEIGHBOURS = """
name: lab_neighbours
says: {says}
version: 1
_target_: {target}
inputs: unit
estimator: {{_target_: sklearn.neighbors.KNeighborsClassifier, n_neighbors: 3}}
"""
LEARNER = "models.linear.LinearClassifier"
OWN_LEARNER = """
from models.linear import LinearClassifier


class Learner(LinearClassifier):
    pass
"""


def installed(folder, value="lab", says="of the package"):
    """A package `lab` as pip leaves it, that announces its choices."""
    text = NEIGHBOURS.format(says=says, target=LEARNER)
    write(folder / "lab" / "__init__.py", "")
    write(folder / "lab" / "conf" / "method" / "lab_neighbours.yaml", text)
    info = folder / "lab-1.0.dist-info"
    write(info / "METADATA", "Metadata-Version: 2.1\nName: lab\nVersion: 1.0\n")
    write(info / "entry_points.txt", f"[scarce.conf]\nlab = {value}\n")


def said(scarce, *words):
    outcome = scarce("list", "methods", "--json", *words)
    assert outcome.code == 0, outcome.err
    return {row["name"]: row["says"] for row in outcome.json["methods"]}


@pytest.fixture
def package(outside, monkeypatch):
    installed(outside / "site")
    monkeypatch.syspath_prepend(outside / "site")
    return outside / "site"


def test_choices_of_an_installed_package_are_listed_and_run(package, scarce, records):
    assert said(scarce)["lab_neighbours"] == "of the package"
    outcome = scarce("run", *TINY, "method=lab_neighbours", "split_seed=0")
    assert outcome.code == 0, outcome.err
    assert [record["status"] for record in records().values()] == ["done"]


def test_a_package_that_is_itself_the_folder_of_groups_is_found(package, scarce):
    shutil.move(package / "lab" / "conf" / "method", package / "lab" / "method")
    (package / "lab" / "conf").rmdir()
    assert "lab_neighbours" in said(scarce)


@pytest.mark.parametrize("value", ["labb", "lab.missing", "json.decoder", "os"])
def test_a_broken_announcement_is_named_in_one_line(value, package, scarce):
    installed(package, value)
    outcome = scarce("list", "methods")
    assert outcome.code == 2
    assert len(outcome.err.splitlines()) == 1
    assert outcome.err.startswith(f"scarce: scarce.conf=lab: {value} ")
    assert outcome.err.endswith("mend or uninstall lab\n")


def test_a_package_without_a_group_is_named(package, scarce):
    shutil.rmtree(package / "lab" / "conf")
    outcome = scarce("plan", *TINY)
    assert outcome.code == 2
    assert "has no folder such as conf/method" in outcome.err


def test_the_suite_comes_before_packages_these_before_the_variable_and_the_search_path(
    package, scarce, outside, monkeypatch
):
    for place in ("variable", "given"):
        text = NEIGHBOURS.format(says=f"of {place}", target=LEARNER)
        for name in ("lab_neighbours", "both"):
            written = text.replace("lab_neighbours", name)
            write(outside / place / "method" / f"{name}.yaml", written)
    write(outside / "given" / "method" / "mlp.yaml", "says: never seen")
    monkeypatch.setenv("SCARCE_CONF", str(outside / "variable"))
    found = said(scarce, f"hydra.searchpath=[file://{outside}/given]")
    assert found["lab_neighbours"] == "of the package"
    assert found["both"] == "of variable"
    assert found["mlp"] != "never seen"


def test_a_folder_of_the_variable_that_is_not_there_is_named(outside, scarce, monkeypatch):
    monkeypatch.setenv("SCARCE_CONF", "no/such/folder")
    outcome = scarce("list", "methods")
    assert outcome.code == 2
    assert "SCARCE_CONF=no/such/folder: no such folder" in outcome.err


def test_folders_may_have_blanks_in_their_names(outside, scarce, monkeypatch):
    folder = outside / "our lab, 2nd floor"
    text = NEIGHBOURS.format(says="x", target=LEARNER)
    write(folder / "method" / "lab_neighbours.yaml", text)
    monkeypatch.setenv("SCARCE_CONF", str(folder))
    outcome = scarce("plan", *TINY, "method=lab_neighbours", "split_seed=0")
    assert outcome.code == 0, outcome.err


def own_class(folder, module):
    text = NEIGHBOURS.format(says="a class beside it", target=f"{module}.Learner")
    write(folder / "method" / "lab_neighbours.yaml", text)
    write(folder / f"{module}.py", OWN_LEARNER)
    return f"hydra.searchpath=[file://{folder}]"


@pytest.mark.parametrize(
    "executor", ["serial", pytest.param("local", marks=pytest.mark.slow)], ids=str
)
def test_a_class_in_a_file_beside_the_groups_is_found(executor, outside, scarce, records):
    search = own_class(outside / "mine", f"lab_learner_{executor}")
    words = (search, "method=lab_neighbours", "split_seed=0", f"executor={executor}")
    outcome = scarce("run", *TINY[:2], *words)
    assert outcome.code == 0, outcome.err
    assert [record["status"] for record in records().values()] == ["done"]


def test_a_file_that_another_module_would_hide_is_named(outside, scarce):
    search = own_class(outside / "mine", "random")
    outcome = scarce("plan", *TINY, search, "method=lab_neighbours")
    assert outcome.code == 2
    assert len(outcome.err.splitlines()) == 1
    assert "another module is called random" in outcome.err


@pytest.mark.slow
def test_hydras_multirun_finds_the_choices_of_packages(package, scarce, records):
    outcome = scarce("run", "-m", *TINY, "method=lab_neighbours,leekasso", "split_seed=0")
    assert outcome.code == 0, outcome.err
    assert len(records()) == 2
