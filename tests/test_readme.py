"""What the README shows is what is published, and what it promises exists."""

from __future__ import annotations

import re

import pytest

from benchmarks.cli import COMMANDS
from benchmarks.grid.configs import PROJECT

README = (PROJECT / "README.md").read_text()


def block(name: str) -> str:
    match = re.search(rf"<!-- begin {re.escape(name)} -->\n(.*?)<!-- end -->", README, re.DOTALL)
    assert match, name
    return match.group(1).strip()


def published(file: str) -> str:
    return (PROJECT / "results" / "published" / "quickstart" / file).read_text()


def test_the_table_shown_is_the_published_one():
    section = published("table.md").split("## mnist01")[1].split("\n## ")[0]
    table = [line for line in section.splitlines() if line.startswith("|")]
    assert block("results/published/quickstart/table.md mnist01").splitlines() == table


def test_the_verdicts_shown_are_the_published_ones():
    overview = published("claims.md").split("\n## ")[0]
    table = [line for line in overview.splitlines() if line.startswith("|")]
    assert block("results/published/quickstart/claims.md").splitlines() == table


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
