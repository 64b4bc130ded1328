"""Files that speak of the project as a whole name what there is, and nothing that is not."""

from __future__ import annotations

import re
import subprocess
import tomllib

import pytest
import yaml

from benchmarks.grid.configs import CONF, PROJECT

PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CHANGES = (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
LICENCES = (PROJECT / "LICENSES-data.md").read_text(encoding="utf-8")


def rows(title: str) -> dict[str, list[str]]:
    """The rows of the licences' table under that title, by what their first column names."""
    section = LICENCES.split(f"\n## {title}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {name.strip("`"): rest for name, *rest in cells}


@pytest.mark.parametrize(("title", "group"), [("Data sets", "dataset"), ("Weights", "backbone")])
def test_the_terms_of_all_data_and_weights_are_told(title, group):
    told = rows(title)
    assert list(told) == sorted(file.stem for file in (CONF / group).glob("*.yaml"))
    for name, (terms, place, comes_from, here) in told.items():
        assert terms, name
        assert place.startswith("<https://") or place in ("-", "as `bigcats`"), name
        assert comes_from, name
        assert here in ("no", "the list of directions"), name


def test_nothing_that_others_licensed_is_in_the_repository():
    """Files of git alone: a folder may hold more."""
    done = subprocess.run(["git", "-C", PROJECT, "ls-files"], capture_output=True, text=True)
    if done.returncode:
        pytest.skip("no clone")
    held = re.compile(r"\.(jpe?g|npy|npz|pth?|safetensors|idx\d-ubyte|gz|zip|tgz|mat)$")
    assert [name for name in done.stdout.splitlines() if held.search(name)] == []


def test_the_citation_names_this_project():
    citation = yaml.safe_load((PROJECT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= citation.keys()  # what its schema requires
    told = [citation[name] for name in ("title", "version", "license")]
    assert told == [PYPROJECT[name] for name in ("name", "version", "license")]


def test_the_newest_version_and_what_is_not_in_it_yet_open_the_changes():
    titles = re.findall(r"^## \[(.+?)\]", CHANGES, flags=re.MULTILINE)
    assert titles[:2] == ["Unreleased", PYPROJECT["version"]]
    kinds = re.findall(r"^### (.+)$", CHANGES, flags=re.MULTILINE)
    assert set(kinds) <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "CHANGELOG.md", "LICENSES-data.md"])
def test_links_lead_to_files(page):
    text = (PROJECT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
        assert (PROJECT / target).exists(), target


def test_contributors_are_told_targets_that_there_are():
    text = (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), flags=re.MULTILINE)
    named = set(re.findall(r"\bmake ([a-z-]+)", text))
    assert named
    assert named <= set(targets)
