"""A store with twelve finished records, in single files and compacted."""

from __future__ import annotations

import pytest

from benchmarks.records.compaction import fold
from benchmarks.records.store import Store
from tests.records.samples import (
    KEYS,
    a_record,
    the_predictions,
)


@pytest.fixture
def store(tmp_path):
    """Twelve finished records in single files."""
    store = Store(tmp_path / "results")
    store.prepare()
    for key in KEYS:
        store.write(a_record(key), the_predictions(key))
    return store


@pytest.fixture
def compacted(store):
    fold(store, "digits", KEYS)
    return Store(store.results)
