"""`scarce key`: what a key is made of, and in which fields two cells differ."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys

import pytest
import yaml

from tests.tiny import ONE_CELL

CELL = ("dataset=digits01", "dataset.train_size=10", "method=logistic", "split_seed=0")
OTHER = (*CELL[:-1], "split_seed=1")


@pytest.fixture
def key(scarce, records):
    """The key of one finished cell."""
    assert scarce("run", *CELL, "executor=serial").code == 0
    (found,) = records()
    return found


def edit(results, key, change) -> None:
    file = results / "records" / f"{key}.json"
    record = json.loads(file.read_text())
    change(record)
    file.write_text(json.dumps(record))


def test_what_is_printed_hashes_to_the_key(scarce, key):
    outcome = scarce("key", "explain", key)
    assert outcome.code == 0
    told = yaml.safe_load(outcome.out)
    text = json.dumps(told["in the key"], sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(text.encode()).hexdigest() == told["key"] == key


def test_overrides_explain_the_same_cell_as_its_key(scarce, key):
    by_key = yaml.safe_load(scarce("key", "explain", key).out)
    by_overrides = yaml.safe_load(scarce("key", "explain", *CELL).out)
    assert by_overrides == by_key
    assert by_key["record"]["status"] == "done"
    assert by_key["record"]["held"] == "own"


def test_a_prefix_in_any_case_is_enough(scarce, key):
    assert scarce("key", "explain", "--json", key[:4].upper()).json["key"] == key


def test_what_is_not_in_the_key_is_told(scarce):
    told = yaml.safe_load(scarce("key", "explain", *ONE_CELL).out)
    assert {"method.says", "trainer.devices", "dataset.classes"} <= set(told["not in the key"])
    assert {"executor", "results_dir", "retry"} <= set(told["not in the key"]["settings"])


def test_a_cell_that_never_ran_has_no_record_and_nothing_is_written(scarce, results):
    told = scarce("key", "explain", "--json", *CELL).json
    assert told["record"] is None
    assert told["science"]["method"]["name"] == "logistic"
    assert not results.exists()


def test_a_failed_cell_is_told_with_its_reason(scarce, records):
    scarce("run", *ONE_CELL, "method.optimizer.lr=1e30", "method.epochs=50")
    (key,) = records()
    told = scarce("key", "explain", "--json", key).json["record"]
    assert told["status"] == "failed"
    assert told["error"].startswith("Diverged")


def test_a_published_record_is_found_where_there_is_no_own_one(scarce, key, tmp_path):
    scarce("publish", "benchmark=quickstart")
    told = scarce("key", "explain", "--json", key[:12], f"results_dir={tmp_path / 'none'}").json
    assert told["key"] == key
    assert told["record"]["held"] == "published in quickstart"


def test_a_record_that_does_not_hash_to_its_key_is_told_so(scarce, key, results):
    assert "note" not in scarce("key", "explain", "--json", key).json
    edit(results, key, lambda record: record["config"]["method"].update(version=7))
    assert "another version" in scarce("key", "explain", "--json", key).json["note"]
    assert "another version" in scarce("key", "explain", key).out
    found = scarce("key", "diff", "--json", key, *CELL).json["differences"]
    assert found == {"key_version": ["unknown", 1], "method.version": [7, 1]}


def test_a_changed_setting_is_the_difference_that_makes_a_cell_run_again(scarce, key):
    outcome = scarce("key", "diff", key, *CELL, "method.estimator.C=0.5")
    (line,) = (row for row in outcome.out.splitlines() if row.startswith("method.estimator.C"))
    assert line.split() == ["method.estimator.C", "1.0", "0.5"]
    assert key[:12] in outcome.out
    assert "no record" in outcome.out


def test_a_field_of_one_side_only_is_null_in_json_and_a_dash_for_people(scarce, key):
    words = (key, *CELL, "+method.estimator.tol=0.1")
    found = scarce("key", "diff", "--json", *words).json
    assert found["differences"] == {"method.estimator.tol": [None, 0.1]}
    assert found["same"] is False
    line = scarce("key", "diff", *words).out.splitlines()[1]
    assert line.split() == ["method.estimator.tol", "-", "0.1"]


def test_two_keys_are_compared(scarce, key, records):
    scarce("run", *OTHER, "executor=serial")
    (other,) = records().keys() - {key}
    found = scarce("key", "diff", "--json", key, other).json
    assert (found["a"], found["b"]) == (key, other)
    assert found["differences"]["split_seed"] == [0, 1]
    assert found["differences"].keys() == {"split_seed", "fingerprints.split"}


def test_a_cell_is_the_same_as_itself(scarce, key):
    assert "the same cell" in scarce("key", "diff", key, key[:8]).out
    assert "the same cell" in scarce("key", "diff", key, *CELL, "trainer.devices=1").out
    found = scarce("key", "diff", "--json", key, *CELL).json
    assert found == {"a": key, "b": key, "same": True, "differences": {}}


def test_beside_a_whole_grid_a_record_is_compared_with_the_cell_in_its_place(scarce, key):
    words = ("dataset=digits01", "method=logistic,leekasso", "threads=2")
    found = scarce("key", "diff", "--json", key, *words).json
    assert found["differences"] == {"threads": [1, 2]}


WRONG = {
    "explain": ("nothing", "one key"),
    "explain abc": ("key=abc", "4 digits"),
    "explain xyz1": ("key=xyz1", "name=value"),
    "explain ffffffff": ("key=ffffffff", "no such key"),
    "explain ffffffff eeeeeeee": ("ffffffff eeeeeeee", "one key"),
    "explain ffffffff method=mlp": ("ffffffff", "one key"),
    "explain method=mlpp": ("method=mlpp", "did you mean mlp?"),
    "explain dataset=digits01 method=mlp": ("cells=40", "dataset.train_size (4 values)"),
    "explain dataset=digits01 method=mlp,cnn dataset.train_size=10 split_seed=0": (
        "cells=2",
        "method (2 values)",
    ),
    "diff": ("no key", "two keys"),
    "diff ffffffff": ("ffffffff", "two keys"),
    "diff ffffffff eeeeeeee dddddddd": ("dddddddd", "two keys"),
    "diff ffffffff eeeeeeee method=mlp": ("eeeeeeee", "two keys"),
    "diff method=mlp split_seed=0": ("no key", "two keys"),
    "diff ffffffff method=mlp": ("key=ffffffff", "no such key"),
    "why ffffffff": ("why", "explain"),
}


@pytest.mark.parametrize("words", WRONG)
def test_a_wrong_question_is_answered_in_one_line(words, scarce):
    outcome = scarce("key", *words.split())
    assert outcome.code == 2
    assert not outcome.out
    assert all(part in outcome.err for part in WRONG[words])
    assert len(outcome.err.strip().splitlines()) == 1 or outcome.err.startswith("usage")


def test_a_prefix_of_several_keys_needs_more_digits(scarce, key, results):
    sibling = key[:6] + "0" * 58
    content = (results / "records" / f"{key}.json").read_bytes()
    (results / "records" / f"{sibling}.json").write_bytes(content)
    outcome = scarce("key", "explain", key[:5])
    assert outcome.code == 2
    assert "2 keys begin so" in outcome.err


def test_a_damaged_record_is_named(scarce, key, results):
    (results / "records" / f"{key}.json").write_text("{")
    outcome = scarce("key", "explain", key)
    assert outcome.code == 2
    assert f"damaged: {key}.json" in outcome.err


CODE = """
import sys
from benchmarks.cli import main
assert main(sys.argv[1:]) == 0
heavy = {"torch", "pytorch_lightning"} & set(sys.modules)
assert not heavy, heavy
"""


def test_no_question_about_keys_imports_torch(key, results):
    words = ["key", "diff", key, *CELL[:-1], "split_seed=1", f"results_dir={results}"]
    done = subprocess.run([sys.executable, "-c", CODE, *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
