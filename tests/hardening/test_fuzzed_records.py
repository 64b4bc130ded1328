"""Whatever stands in the file of a record: it is left out by name or refused in one line, and no
command that reads it ends in a traceback."""

from __future__ import annotations

import copy
import json
import shutil
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from benchmarks.cli import main
from tests.hardening.fuzzing import (
    ODD_JSON,
    assert_told_in_one_line,
    at,
    changed,
    damaged,
    fuzzed,
    scarce,
)

pytestmark = pytest.mark.slow

CELLS = ("dataset=digits01", "dataset.train_size=10", "split_seed=range(2)", "executor=serial")
CELLS += ("method=mlp,logistic",)
# Numbers as a file may spell them that no float holds, beside those that Python cannot write.
HUGE = ("1e400", "-1e400", "1" + 400 * "0", "Infinity", "NaN", str(2**64 - 1), str(10**30))
COMMANDS = {
    "report": ("report", "benchmark=quickstart"),
    "table": ("table", "benchmark=quickstart"),
    "claims": ("claims", "benchmark=quickstart"),
    "parameters": ("table", "benchmark=quickstart", "metric=parameters", "direction=smaller"),
    "seconds": ("table", "benchmark=quickstart", "metric=train_seconds"),
    "plan": ("plan", *CELLS),
    "merge": ("merge", "SOURCE"),
    "compact": ("compact", "benchmark=quickstart"),
    "key": ("key", "explain", "KEY"),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A results folder with four finished cells."""
    folder = tmp_path_factory.mktemp("made")
    words = ("method=mlp,logistic", "dataset=digits01", "dataset.train_size=10")
    places = (f"results_dir={folder}", f"published_dir={folder}", "figures=none")
    assert main(["run", *words, "split_seed=range(2)", "executor=serial", *places]) == 0
    ran = folder / "quickstart"  # tables and claims read runs of the whole grid alone
    shutil.copy(ran / "manifest.json", ran / "whole.json")
    return folder


@pytest.fixture
def asked(made, tmp_path):
    """`asked(command, text)`: the answer where the first record says `text`."""
    file = sorted((made / "records").glob("*.json"))[0].relative_to(made)
    folder = tmp_path / "results"

    def ask(command: str, text: str):
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(tmp_path / "other", ignore_errors=True)
        shutil.copytree(made, folder)
        (folder / file).write_text(text, encoding="utf-8", errors="surrogatepass")
        filled = {"SOURCE": str(folder), "KEY": file.stem}
        words = [filled.get(word, word) for word in COMMANDS[command]]
        own = tmp_path / "other" if command == "merge" else folder
        published = tmp_path / "published"
        published.mkdir(exist_ok=True)
        places = (f"results_dir={own}", f"published_dir={published}")
        return scarce(*words, *places, *(() if command == "key" else ("figures=none",)))

    ask.whole = (made / file).read_text()
    ask.record = json.loads(ask.whole)
    return ask


@pytest.mark.parametrize("command", COMMANDS)
def test_a_whole_record_is_read_by_every_command(command, asked):
    """Some refused every request, so that no damage could have been noticed."""
    assert asked(command, asked.whole).code == 0


@pytest.mark.parametrize("command", COMMANDS)
def test_a_record_with_one_field_wrong(command, asked):
    @fuzzed
    @given(changed(asked.record, ODD_JSON))
    def check(other):
        assert_told_in_one_line(asked(command, json.dumps(other)))

    check()


def numbers(document, here=()):
    """The paths of all numbers, those of the history aside: they may be infinite."""
    for name, value in document.items():
        if isinstance(value, dict) and name != "history":
            yield from numbers(value, (*here, name))
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield (*here, name)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_record_with_a_number_that_no_float_holds(command, asked):
    """Such counts of parameters once ended a report in an OverflowError."""

    @fuzzed
    @given(st.sampled_from(list(numbers(asked.record))), st.sampled_from(HUGE))
    @example(("metrics", "parameters"), "1e400")
    @example(("metrics", "trainable_parameters"), "1" + 400 * "0")
    @example(("metrics", "parameters"), "Infinity")
    @example(("metrics", "train_accuracy"), "1" + 400 * "0")
    @example(("timing", "train"), "Infinity")
    def check(path, digits):
        other = copy.deepcopy(asked.record)
        at(other, path[:-1])[path[-1]] = "HERE"
        assert_told_in_one_line(asked(command, json.dumps(other).replace('"HERE"', digits)))

    check()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_record_whose_text_is_damaged(command, asked):
    @fuzzed
    @given(damaged(json.dumps(asked.record)))
    def check(text):
        assert_told_in_one_line(asked(command, text))

    check()


@pytest.mark.parametrize("command", COMMANDS)
def test_another_document_in_the_place_of_a_record(command, asked):
    documents = st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
        max_leaves=5,
    )

    @fuzzed
    @given(documents)
    def check(document):
        assert_told_in_one_line(asked(command, json.dumps(document)))

    check()
