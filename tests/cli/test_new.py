"""`scarce new`: what it writes passes the generic tests, and the command it prints runs."""

from __future__ import annotations

import shlex

import pytest

KINDS = ("method", "dataset", "loss", "augmentation", "benchmark", "claim")


def new(scarce, *words):
    return scarce("new", *words, places={})


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_passes_its_check(kind, outside, scarce):
    assert new(scarce, kind, f"fresh_{kind}").code == 0
    outcome = scarce("check", f"mine/{kind}/fresh_{kind}.yaml", "--json")
    assert outcome.code == 0, outcome.out
    assert {check["status"] for check in outcome.json["checks"]} == {"ok"}


@pytest.mark.parametrize("kind", KINDS)
def test_the_printed_command_is_right(kind, outside, scarce):
    written = new(scarce, kind, f"shown_{kind}", "folder=my choices")
    line = next(line for line in written.out.splitlines() if line.startswith("run it:"))
    program, command, *words = shlex.split(line.removeprefix("run it:"))
    assert program == "scarce"
    assert command == ("claims" if kind == "claim" else "run")
    outcome = scarce("claims" if kind == "claim" else "plan", "--json", *words)
    assert outcome.code == 0, outcome.err
    if kind != "claim":
        assert outcome.json["total"] > 0


@pytest.mark.parametrize("kind", KINDS)
def test_every_file_is_commented(kind, outside, scarce):
    new(scarce, kind, "fresh")
    assert (outside / "mine" / kind / "fresh.yaml").read_text().count("#") >= 3


def test_no_file_is_overwritten(outside, scarce):
    new(scarce, "method", "fresh")
    file = outside / "mine" / "method" / "fresh.yaml"
    file.write_text("mine already")
    outcome = new(scarce, "method", "fresh")
    assert outcome.code == 2
    assert "fresh.yaml is there" in outcome.err
    assert file.read_text() == "mine already"


def test_nothing_is_written_where_one_of_two_files_is_there(outside, scarce):
    (outside / "mine").mkdir()
    (outside / "mine" / "fresh.py").write_text("")
    assert new(scarce, "method", "fresh").code == 2
    assert not (outside / "mine" / "method").exists()


WRONG = {
    "methd fresh": ("KIND=methd", "did you mean method?"),
    "method mlp": ("NAME=mlp", "there is such a method"),
    "method random": ("NAME=random", "a module is called so"),
    "loss 2nd": ("NAME=2nd", "begin with a letter"),
    "benchmark ../x": ("NAME=../x", "letters, digits"),
    "method a.b": ("NAME=a.b", "letters, digits"),
    "method import": ("NAME=import", "a word of Python itself", "choose another: my_import"),
    "loss None": ("NAME=None", "a word of Python itself", "my_None"),
    "method json": ("NAME=json", "a module is called so"),
    "benchmark no": ("NAME=no", "YAML reads it as False", "choose another: my_no"),
    "benchmark 1e5": ("NAME=1e5", "YAML reads it as 100000.0"),
    "benchmark x²": ("NAME=x²", "from a to z"),
    "benchmark tracking": ("NAME=tracking", "taken by the results folder"),
    f"claim {'x' * 300}": ("NAME=xxx", "at most 100 characters"),
    "method fresh fodler=x": ("fodler=x", "folder=PATH"),
}


@pytest.mark.parametrize("words", WRONG)
def test_a_wrong_request_is_refused_in_one_line(words, outside, scarce):
    outcome = new(scarce, *words.split())
    assert outcome.code == 2
    assert len(outcome.err.splitlines()) == 1
    assert all(part in outcome.err for part in WRONG[words])
    assert list(outside.iterdir()) == []
