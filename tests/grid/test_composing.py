"""Cells put together from files are those that Hydra composes."""

from __future__ import annotations

import pytest

from benchmarks.grid import composing
from benchmarks.grid.configs import opened
from benchmarks.grid.plan import make_plan
from benchmarks.grid.request import parse_request
from tests.tiny import TINY

CELLS = [
    ("method=mlp,logistic,cnn", "loss=cosine,cross_entropy"),
    ("method=frozen", "backbone=resnet18,squeezenet", "augmentation=flip,flip+rotate"),
    ("method=mlp", "method.epochs=3,4", "trainer=gpu"),
    ("method=mlp", "++method.epochs=3"),
    ("method=mine", "protocol=default"),
    ("benchmark=reaching", "method=mlp"),
]


@pytest.fixture
def mine(tmp_path):
    """A method that refers to the seed, and a benchmark that reaches into the method."""
    for folder in ("method", "benchmark"):
        (tmp_path / folder).mkdir()
    (tmp_path / "method" / "mine.yaml").write_text(
        "defaults: [mlp]\nname: mine\nsays: the network of 160 units\nepochs: 7\n"
    )
    (tmp_path / "benchmark" / "reaching.yaml").write_text(
        "# @package _global_\n"
        "benchmark: {name: reaching, says: what is asked, grid: [{split_seed: [0, 1]}]}\n"
        "method: {epochs: 2}\n"
    )
    return f"hydra.searchpath=[file://{tmp_path}]"


@pytest.mark.parametrize("words", CELLS, ids=" ".join)
def test_they_have_the_same_configurations_in_the_same_order(words, mine, monkeypatch):
    request = parse_request([mine, *TINY, "split_seed=0", *words])
    with opened(list(request.folders)) as configs:
        quick = make_plan(request, configs).configs
        monkeypatch.setattr(composing.Composer, "_assembled", lambda self, groups: None)
        assert make_plan(request, configs).configs == quick
    assert quick
