"""Every YAML file that the documentation shows is taken as it stands; Python that it shows runs."""

from __future__ import annotations

import re

import pytest

from benchmarks.grid.configs import PROJECT
from tests.docs import shown
from tests.photos import photo_folder
from tests.tiny import last_of_each

FILES = [file for page in shown.PAGES for file in shown.files(page)]
ON_DIGITS = ("dataset=digits01", "dataset.train_size=20", "split_seed=0")


def test_only_the_reference_waits_for_the_build():
    """A page of the clone once was a heading and a mark that the build replaces."""
    marked = {shown.title(page) for page in shown.PAGES if "<!-- generated:" in page.read_text()}
    assert {page.rsplit("/", 1)[0] for page in marked} == {"docs/reference"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{shown.title(file.page)}:{file.name}")
def test_a_file_on_the_search_path_is_taken(file, outside, scarce):
    file.write(outside / "mine")
    path = f"hydra.searchpath=[file://{outside}/mine]"
    if file.group == "claim":
        listed = scarce("list", "claims", "--json", path)
        assert file.name in {claim["name"] for claim in listed.json["claims"]}
        outcome = scarce("claims", "--json", path)
        assert outcome.code == 0, outcome.err
        assert file.name in {claim["id"] for claim in outcome.json["claims"]}
        return
    words = [] if file.group == "benchmark" else ["method=mlp", *ON_DIGITS]
    if file.group == "augmentation":  # another package's pipeline takes pixels of 0 to 255 alone
        words = ["method=mlp", *_on_photos(outside)]
    words = last_of_each(*words, f"{file.group}={file.name}")
    outcome = scarce("plan", "--json", path, *words)
    assert outcome.code == 0, outcome.err
    assert outcome.json["total"] + outcome.json["unavailable"] > 0


def _on_photos(folder):
    root = f"dataset.root={photo_folder(folder / 'photos')}"
    return ("dataset=folder", root, "dataset.image_size=16", "dataset.train_size=null")


def test_the_pages_show_files_of_every_kind_that_users_add():
    assert {file.group for file in FILES} == {"method", "benchmark", "claim", "augmentation"}


def test_the_python_of_the_results_page_gives_an_interval(monkeypatch, capsys):
    monkeypatch.chdir(PROJECT)
    (code,) = shown.blocks(shown.DOCS / "reference" / "results.md", "python")
    exec(compile(code, "results.md", "exec"), {})
    assert re.search(r"Interval\(estimate=.*pairs=10", capsys.readouterr().out)
