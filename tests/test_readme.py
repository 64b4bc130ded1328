"""What the README shows is what is published, and what it promises exists."""

from __future__ import annotations

import json
import re

import pytest

from benchmarks.cli import COMMANDS
from benchmarks.grid.configs import PROJECT
from tests import readme

README = (PROJECT / "README.md").read_text()


@pytest.mark.parametrize("name", readme.blocks())
def test_the_tables_shown_are_the_published_ones(name):
    assert readme.shown(README, name).group(2) == readme.blocks()[name]


def test_the_verdicts_shown_are_those_of_the_published_results():
    assert readme.VERDICTS.read_text() == readme.verdicts()


def test_every_verdict_leads_to_its_section_and_its_report():
    links = re.findall(r"\]\(([^)]+)\)", readme.verdicts())
    assert links
    for link in links:
        path, _, anchor = link.partition("#")
        text = (readme.VERDICTS.parent / path).read_text()
        if anchor:
            headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
            assert anchor in {heading.replace(": ", "-") for heading in headings}


def test_reduced_scale_and_substitute_data_stand_beside_the_verdict():
    """By what the benchmarks' manifests and the records say, not by the words of a claim's file."""
    lines = readme.VERDICTS.read_text().splitlines()
    for folder in sorted(path.parent for path in readme.PUBLISHED.glob("*/claims.json")):
        manifest = json.loads((folder / "manifest.json").read_text())
        for verdict in json.loads((folder / "claims.json").read_text())["claims"]:
            shown = [
                line
                for line in lines
                if f"published/{folder.name}/claims.md#{verdict['id']}-" in line
            ]
            for line in shown:
                remarks = " ".join(verdict["caveats"])
                substitute = "substitute photos" in remarks or "substitute data: " in remarks
                assert ("reduced scale" in line) == ("reduced" in manifest["benchmark"]), line
                assert not substitute or "substitute data" in line, line


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_every_linked_file_exists(path):
    assert (PROJECT / path).is_file()


def test_every_command_is_in_the_readme_and_every_shown_one_exists():
    shown = set(re.findall(r"^scarce (\w+)", README, re.MULTILINE))
    assert shown == set(COMMANDS)


def test_the_example_method_is_the_one_that_is_tested():
    from tests.cli.test_adding_a_method import FILE

    shown = re.search(r"<<'YAML'\n(.*?)YAML\n", README, re.DOTALL).group(1)
    fields = [line.split(":")[0] for line in shown.splitlines()]
    assert fields == [line.split(":")[0] for line in FILE.strip().splitlines()]


def test_every_method_file_is_told_of():
    for file in (PROJECT / "conf" / "method").glob("*.yaml"):
        assert f"`{file.stem}`" in README
