"""Features are computed once, by whichever process asks first, and survive what can happen."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from models.features.cache import CHUNK, MANY, FeatureCache

ONE, OTHER = "a" * 64, "b" * 64
LARGE = 10**9


class Computing:
    """Features of an image are its place and ten times its place; counts what it was asked for."""

    def __init__(self, index):
        self.index = np.asarray(index)
        self.asked = []

    def __call__(self, positions):
        places = self.index[positions]
        self.asked += places.tolist()
        return features_of(places)


def features_of(places):
    return np.stack([places, 10 * np.asarray(places)], axis=1).astype(np.float32)


def take(cache, index, identity=ONE):
    """Features, checked, and the places that had to be computed."""
    index = np.asarray(index, dtype=np.int64)
    computing = Computing(index)
    features = cache.take(identity, index, computing)
    assert features.dtype == np.float32
    np.testing.assert_array_equal(features, features_of(index))
    return computing.asked


@pytest.fixture
def cache(tmp_path):
    return FeatureCache(tmp_path / "features", LARGE)


def test_only_missing_images_are_computed_in_any_order_and_repeated(cache):
    assert take(cache, [5, 3, 3, 9]) == [3, 5, 9]
    assert take(cache, [9, 2, 5, 2]) == [2]
    assert take(cache, [3, 2, 9, 5, 5]) == []


def test_no_images_have_no_features(cache):
    features = cache.take(ONE, np.empty(0, dtype=np.int64), Computing([]))
    assert len(features) == 0


def test_another_identity_has_features_of_its_own(cache):
    take(cache, [1, 2])
    assert take(cache, [1, 2], OTHER) == [1, 2]


def test_what_was_computed_before_a_failure_is_kept(cache):
    index = np.arange(3 * CHUNK)
    computing = Computing(index)

    def failing(positions):
        if len(computing.asked) == 2 * CHUNK:
            raise RuntimeError("killed")
        return computing(positions)

    with pytest.raises(RuntimeError, match="killed"):
        cache.take(ONE, index, failing)
    assert take(cache, index) == list(range(2 * CHUNK, 3 * CHUNK))


def test_a_damaged_segment_is_computed_again(cache):
    take(cache, range(CHUNK + 10))
    segments = sorted((cache.folder / ONE).glob("*.features"))
    assert len(segments) == 2
    content = bytearray(segments[0].read_bytes())
    content[-1] ^= 1
    segments[0].write_bytes(content)
    segments[1].write_bytes(segments[1].read_bytes()[:20])
    assert take(cache, range(CHUNK + 10)) == list(range(CHUNK + 10))
    assert take(cache, range(CHUNK + 10)) == []


def test_many_segments_become_one(cache):
    images = (MANY + 3) * CHUNK
    take(cache, range(images))
    assert take(cache, range(images)) == []
    assert len(list((cache.folder / ONE).glob("*.features"))) == 1
    assert take(cache, range(images)) == []


def test_thousands_of_rows_are_read_fast(cache):
    index = np.random.default_rng(0).permutation(12_000)
    rows = np.zeros((12_000, 512), dtype=np.float32)
    cache.take(ONE, index, lambda positions: rows[positions])
    cache.take(ONE, index, lambda positions: rows[positions])
    start = time.perf_counter()
    cache.take(ONE, index, None)
    assert time.perf_counter() - start < 1.0


def test_beyond_the_limit_the_identity_used_longest_ago_goes_first(tmp_path):
    cache = FeatureCache(tmp_path, limit_bytes=1500)  # two identities of 50 images fit
    names = [letter * 64 for letter in "abc"]
    for number, name in enumerate(names[:2]):
        take(cache, range(40), name)
        os.utime(tmp_path / name / "used", (number, number))
    take(cache, [0], names[0])  # used again: now the other one is the older
    take(cache, range(40), names[2])
    assert {path.name for path in tmp_path.iterdir() if path.is_dir()} == {names[0], names[2]}
    assert take(cache, range(40), names[0]) == []


def test_the_identity_in_use_stays_even_if_it_alone_is_too_large(tmp_path):
    cache = FeatureCache(tmp_path, limit_bytes=10)
    assert take(cache, range(100)) == list(range(100))
    assert take(cache, range(100)) == []


WORKER = """
import sys, time
from pathlib import Path
import numpy as np
from models.features.cache import FeatureCache
from tests.models.test_feature_cache import ONE, features_of

folder, log, pause = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3])
index = np.arange(400)

def compute(positions):
    with open(log, "a") as file:
        file.write("".join(f"{p}\\n" for p in index[positions]))
    time.sleep(pause)
    return features_of(index[positions])

features = FeatureCache(folder, 10**9).take(ONE, index, compute)
assert np.array_equal(features, features_of(index))
"""


def start_worker(folder: Path, log: Path, pause: float) -> subprocess.Popen:
    command = [sys.executable, "-c", WORKER, str(folder), str(log), str(pause)]
    return subprocess.Popen(command, cwd=Path(__file__).parents[2])


def test_several_processes_share_the_work_and_compute_nothing_twice(tmp_path):
    logs = [tmp_path / f"{number}.log" for number in range(3)]
    workers = [start_worker(tmp_path / "features", log, 0.3) for log in logs]
    assert [worker.wait(60) for worker in workers] == [0, 0, 0]
    computed = [log.read_text().split() for log in logs if log.exists()]
    assert sorted(int(place) for places in computed for place in places) == list(range(400))
    assert len(computed) > 1


def test_after_a_kill_another_process_goes_on_where_it_ended(tmp_path, cache):
    log = tmp_path / "killed.log"
    killed = start_worker(cache.folder, log, 0.5)
    while not log.exists() or len(log.read_text().split()) <= CHUNK:
        assert killed.poll() is None
        time.sleep(0.05)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    computed = take(cache, range(400))
    assert CHUNK <= 400 - len(computed) < 400
    assert not list(cache.folder.rglob("*.claim"))
    assert not list(cache.folder.rglob("*.new"))


def test_features_of_another_count_or_type_are_refused(cache):
    with pytest.raises(ValueError, match=r"float32 \(2, D\) needed"):
        cache.take(ONE, np.arange(2), lambda positions: np.zeros((3, 4), dtype=np.float32))
    with pytest.raises(ValueError, match="float64"):
        cache.take(ONE, np.arange(2), lambda positions: np.zeros((2, 4)))
