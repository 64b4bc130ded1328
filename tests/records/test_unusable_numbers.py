"""A record with a number that nothing can be computed with is damaged, and told by name."""

from __future__ import annotations

import json
import math

import pytest

from benchmarks.records.store import Store
from tests.records.test_store import ARRAYS, KEY, RECORD


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "results")
    store.prepare()
    return store


def measured(**metrics):
    return {"metrics": {"accuracy": 1.0, **metrics}}


def configured(**fields):
    return {"config": {**RECORD["config"], **fields}}


UNUSABLE = {
    "metrics.parameters": measured(parameters=math.inf),
    "metrics.trainable_parameters": measured(trainable_parameters=10**30),
    "metrics.test_samples": measured(test_samples=-1),
    "metrics.train_samples": measured(train_samples=1.5),
    "metrics.train_accuracy": measured(train_accuracy=1.5),
    "metrics.accuracy_last_epoch": measured(accuracy_last_epoch=math.nan),
    "metrics.sharpness": measured(sharpness=True),
    "metrics.accuracy": measured(accuracy=None),
    "timing.train": {"timing": {"total": 1.0, "train": math.inf}},
    "timing.total": {"timing": {"total": -1.0}},
    "config.split_seed": configured(split_seed=1.5),
    "config.init_seed": configured(init_seed="0"),
    "config.threads": configured(threads=10**30),
    "config.dataset.train_size": configured(dataset={"name": "digits01", "train_size": math.inf}),
}


@pytest.mark.parametrize("field", UNUSABLE)
def test_a_number_that_nothing_can_be_computed_with_makes_a_record_damaged(field, store):
    """A count of parameters that was infinite ended reports in an OverflowError."""
    store.write({**RECORD, **UNUSABLE[field]}, ARRAYS)
    assert store.read(KEY) is None
    assert store.damaged[0].startswith(f"{KEY}.json: {field}")


@pytest.mark.parametrize(("digits", "told"), [("1e400", "1e400"), ("1" + 400 * "0", "1000")])
def test_digits_of_a_number_that_no_float_holds_make_a_record_damaged(digits, told, store):
    """Wherever they stand: read as infinity, or as a whole number, they failed much later."""
    content = json.dumps({**RECORD, **configured(own="HERE"), "arrays": "x"})
    (store.folder / f"{KEY}.json").write_text(content.replace('"HERE"', digits))
    assert store.read(KEY) is None
    assert store.damaged[0].startswith(f"{KEY}.json: {told}")
    assert store.damaged[0].endswith("is too large a number")


def test_a_measure_of_a_learner_may_be_infinite(store):
    store.write({**RECORD, **measured(own=math.inf, sharpness=math.nan)}, ARRAYS)
    assert store.read(KEY)["metrics"]["own"] == math.inf
