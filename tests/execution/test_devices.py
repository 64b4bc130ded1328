"""What cells need of a machine, and how its GPUs are dealt out; no GPU is needed for that."""

from __future__ import annotations

import pytest

from benchmarks.execution.devices import VISIBLE, Needs, gpu_places, needs_of, visible_gpus
from benchmarks.grid.errors import RequestError


@pytest.mark.parametrize(
    ("trainer", "needs"),
    [
        (None, Needs()),
        ({"accelerator": "gpu", "devices": 2}, Needs("gpu", 2)),
        ({"accelerator": "cuda", "devices": [3]}, Needs("cuda", 1, (3,))),
    ],
)
def test_needs_are_read_from_the_trainer(trainer, needs):
    assert needs_of({"trainer": trainer}) == needs


PLACES = [
    (Needs("gpu"), 1, ["0", "1", "2"]),
    (Needs("gpu"), 2, ["0", "0", "1", "1", "2", "2"]),
    (Needs("gpu", 2), 1, ["0,1"]),
    (Needs("gpu", 2), 4, ["0,1"]),
    (Needs("gpu", 3), 1, ["0,1,2"]),
    (Needs("gpu", 1, (1,)), 2, [None, None]),
    (Needs("gpu", 2, (0, 2)), 2, [None]),
]


@pytest.mark.parametrize(("needs", "cells_per_gpu", "seen"), PLACES)
def test_gpus_are_dealt_out(needs, cells_per_gpu, seen):
    places = gpu_places(needs, ["0", "1", "2"], cells_per_gpu)
    assert [place.get(VISIBLE) for place in places] == seen


def test_more_gpus_than_can_be_seen_are_refused():
    with pytest.raises(RequestError, match=r"trainer\.devices=2: 1 GPUs can be seen"):
        gpu_places(Needs("gpu", 2), ["0"], 1)


@pytest.mark.parametrize(
    ("named", "most", "seen"),
    [
        ("0,1", None, ["0", "1"]),
        (" GPU-ab , 2,", None, ["GPU-ab", "2"]),
        ("0,1,2", 2, ["0", "1"]),
        ("2,-1,0", None, ["2"]),
    ],
)
def test_the_environment_says_which_gpus_can_be_seen(named, most, seen, monkeypatch):
    monkeypatch.setenv(VISIBLE, named)
    assert visible_gpus(most) == seen


def test_minus_one_is_no_gpu(monkeypatch):
    """It was once counted as one."""
    monkeypatch.setenv(VISIBLE, "-1")
    assert visible_gpus(None) == []
    with pytest.raises(RequestError, match=r"executor\.gpus=1: 0 GPUs can be seen"):
        visible_gpus(1)
