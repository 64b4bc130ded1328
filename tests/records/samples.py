"""Twelve small records, and how to tell that none was lost."""

from __future__ import annotations

import base64
import hashlib
import json

import numpy as np

from benchmarks.records.store import Store
from tests.records.test_store import RECORD

KEYS = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(12)]


def a_record(key, **changes):
    history = {"train_loss": [0.1 + 0.2, 1e-7, 3.0]}
    spoken_of = {"sha256": sha256(the_predictions(key)["scores"])}
    return {**RECORD, "key": key, "history": history, "predictions": spoken_of, **changes}


def sha256(scores):
    return hashlib.sha256(scores.tobytes()).hexdigest()


def the_predictions(key):
    """Single precision with all its bits, among them those of no ordinary number."""
    bits = hashlib.sha256(str(key).encode()).digest()
    scores = np.frombuffer(bits + bytes.fromhex("000080ff0000c07f01000000"), np.float32)
    return {"labels": np.arange(11, dtype=np.int16), "scores": scores}


def a_failed_record(key):
    error = {"type": "ValueError", "message": "no", "log": [], "losses": 0}
    return {**RECORD, "key": key, "status": "failed", "metrics": {}, "error": error}


def single_files(store):
    return sorted(file.name for file in store.folder.iterdir() if file.suffix == ".json")


def edit_arrays(store, key, change):
    """Change the bytes of the stored predictions; `None` takes them away."""
    file = store.folder / f"{key}.json"
    document = json.loads(file.read_text())
    changed = change(base64.b64decode(document.pop("arrays")))
    if changed is not None:
        document["arrays"] = base64.b64encode(changed).decode()
    file.write_text(json.dumps(document))


def without_history(record):
    return {name: value for name, value in record.items() if name != "history"}


def assert_all_is_there(results, keys=KEYS):
    """Every record and prediction, bit for bit, for somebody who looks for the first time."""
    store = Store(results)
    assert store.read_all(keys) == [without_history(a_record(key)) for key in keys]
    assert [store.read(key) for key in keys] == [a_record(key) for key in keys]
    assert store.keys() == sorted(keys)
    assert store.damaged == []
    for key in keys:
        found = store.predictions(key)
        assert list(found) == ["labels", "scores"]
        for name, array in the_predictions(key).items():
            assert (found[name].dtype, found[name].tobytes()) == (array.dtype, array.tobytes())
        record, arrays = store.read_whole(key)
        assert record == a_record(key)
        assert {name: array.tobytes() for name, array in arrays.items()} == {
            name: array.tobytes() for name, array in found.items()
        }
