"""Every command that the documentation shows does what a reader expects: it ends without error.

Runs of at most a dozen cells are run; larger ones, and those that take a cluster or a GPU, are
planned with the same words. tests/test_extending_guide runs those of docs/extending.md.
"""

from __future__ import annotations

import pytest

from benchmarks.cli import COMMANDS
from tests.docs import reader, shown

PAGES = [page for page in shown.PAGES if shown.commands(page) and page.name != "extending.md"]


@pytest.fixture(scope="module")
def at(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reader")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCARCE_CACHE", str(folder / "cache"))
        return reader.machine(folder)


@pytest.mark.slow
@pytest.mark.real_data
@pytest.mark.parametrize("page", PAGES, ids=shown.title)
def test_every_command_of_a_page_works(page, at, outside, scarce, monkeypatch):
    reader.furnish(outside)
    for file in shown.files(page):
        file.write(outside / "mine")
    faults = [reader.follow(line, scarce, at, monkeypatch) for line in shown.commands(page)]
    assert [fault for fault in faults if fault] == []


def test_the_documentation_shows_every_command():
    told = {line.split("scarce ")[1].split()[0] for page in PAGES for line in shown.commands(page)}
    assert told == set(COMMANDS)
