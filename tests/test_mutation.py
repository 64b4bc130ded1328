"""`make mutation` goes on where it was, but with no results of other tests than today's."""

from __future__ import annotations

import pytest

from benchmarks.grid.configs import PROJECT
from tests import mutation

SETTINGS = '[tool.mutmut]\npytest_add_cli_args_test_selection = ["tests/evidence/test_ranks.py"]\n'
FILES = {
    "tests/evidence/test_ranks.py": "from tests.tiny import TINY\nfrom tests import samples\n",
    "tests/tiny.py": "TINY = ()\n",
    "tests/samples.py": "import tests.numbers_of\n",
    "tests/numbers_of.py": "",
    "tests/conftest.py": "",
}


@pytest.fixture
def project(tmp_path):
    """With the results of an earlier run of its tests."""
    (tmp_path / "tests" / "evidence").mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text(SETTINGS)
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    assert not forgotten(tmp_path), "there is nothing yet to forget"
    (tmp_path / "mutants" / "ranks.py.meta").write_text("{}")
    return tmp_path


def forgotten(project):
    return mutation.forget_other_tests(project / "mutants", project)


def test_results_of_the_same_tests_are_kept(project):
    (project / "tests" / "test_another_room.py").write_text("assert True\n")
    assert not forgotten(project)
    assert (project / "mutants" / "ranks.py.meta").exists()


@pytest.mark.parametrize("file", FILES)
def test_a_mutant_is_not_killed_by_a_test_that_was_weakened_since(file, project):
    """It stayed so until somebody removed the folder by hand."""
    (project / file).write_text(FILES[file] + "# weaker\n")
    assert forgotten(project)
    assert not (project / "mutants" / "ranks.py.meta").exists()
    assert not forgotten(project)


def test_results_of_tests_that_nobody_noted_are_forgotten(project):
    (project / "mutants" / mutation.TESTED_BY).unlink()
    assert forgotten(project)


def test_the_chosen_tests_are_there():
    files = mutation.files_of_tests(PROJECT)
    assert {"tests/conftest.py", "tests/tiny.py"} < {
        file.relative_to(PROJECT).as_posix() for file in files
    }
