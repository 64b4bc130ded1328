"""What docs/extending.md shows works as it is written there."""

from __future__ import annotations

import re
import shlex

import pytest

from benchmarks.grid.configs import PROJECT
from benchmarks.grid.extensions import ENTRY_POINTS, HOLDS
from tests.outside import write

GUIDE = (PROJECT / "docs" / "extending.md").read_text()
COMMANDS = re.findall(r"^((?:SCARCE_CONF=\w+ )?scarce .*)$", GUIDE, re.MULTILINE)
SHOWN = {shlex.split(c.removeprefix("SCARCE_CONF=mine "))[1] for c in COMMANDS}


def call(scarce, line, outside, monkeypatch):
    """A line as a shell would run it."""
    words = shlex.split(line.replace("$PWD", str(outside)))
    if words[0].startswith("SCARCE_CONF="):
        monkeypatch.setenv("SCARCE_CONF", words.pop(0).partition("=")[2])
    command, *rest = words[1:]
    return scarce(command, *rest, **({"places": {}} if command == "new" else {}))


def shown(language, first):
    return re.search(rf"```{language}\n({first}.*?)```", GUIDE, re.DOTALL).group(1)


def test_all_commands_are_shown():
    assert sorted(SHOWN) == ["check", "doctor", "list", "new", "run"]


def test_the_first_three_commands_run(outside, scarce, records, monkeypatch):
    for line in COMMANDS[:3]:
        few = line.replace("range(5)", "range(1)") + (" executor=serial" if " run " in line else "")
        outcome = call(scarce, few, outside, monkeypatch)
        assert outcome.code == 0, outcome.err + outcome.out
    assert {record["config"]["method"]["name"] for record in records().values()} == {
        "my_net",
        "logistic",
    }


def test_the_other_kinds_are_written_checked_and_listed(outside, scarce, monkeypatch):
    others = [line for line in COMMANDS[3:] if "doctor" not in line]
    assert len(others) == 7
    for line in others:
        outcome = call(scarce, line, outside, monkeypatch)
        assert outcome.code == 0, outcome.err + outcome.out


@pytest.mark.slow
def test_doctor_looks_at_all_benchmarks(outside, scarce, monkeypatch):
    assert call(scarce, "scarce doctor", outside, monkeypatch).code == 0


def test_doctor_is_asked_for_one_benchmark(outside, scarce, monkeypatch):
    line = next(line for line in COMMANDS if "doctor benchmark" in line)
    outcome = call(scarce, line, outside, monkeypatch)
    assert outcome.code == 0, outcome.err
    assert "quickstart" in outcome.json["benchmarks"]


@pytest.mark.parametrize("name", ["forest", "means"])
def test_the_methods_that_are_shown_pass_their_check(name, outside, scarce):
    file = write(outside / "mine" / "method" / f"{name}.yaml", shown("yaml", f"name: {name}"))
    if name == "means":
        write(outside / "mine" / "means.py", shown("python", "import numpy"))
    outcome = scarce("check", str(file))
    assert outcome.code == 0, outcome.out


def test_groups_and_the_entry_point_are_named_as_they_are():
    named = set(re.findall(r"`(\w+)/`", GUIDE)) - {"conf"}
    assert named <= set(HOLDS)
    assert f'[project.entry-points."{ENTRY_POINTS}"]' in GUIDE
