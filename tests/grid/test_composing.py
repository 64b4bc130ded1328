"""Cells put together from files are those that Hydra composes."""

from __future__ import annotations

import pytest

from benchmarks.grid import composing
from benchmarks.grid.configs import opened
from benchmarks.grid.plan import make_plan
from benchmarks.grid.request import parse_request

REQUESTS = [
    ("method=mlp,logistic,cnn", "loss=cosine,cross_entropy"),
    ("method=logistic,frozen", "backbone=resnet18,squeezenet", "augmentation=flip,flip+rotate"),
    ("method=mlp,leek_net", "method.epochs=3,4", "trainer=gpu"),
    ("method=mlp,leek_net", "++method.epochs=3"),
    ("method=mlp,mine", "protocol=default,tuned"),
    ("method=mlp,leek_net", "split_seed=0,1", "++init_seed=${split_seed}"),
    ("benchmark=reaching", "method=mlp,leek_net"),
    ("benchmark=reaching", "method=mlp,mine", "trainer=cpu,gpu"),
    ("executor=reaching", "method=mlp,leek_net"),
    ("executor='reaching'", "method=mlp,leek_net"),
]
MINE = {
    "method/mine": "defaults: [mlp]\nname: mine\nsays: as mlp, for longer\nepochs: ${threads}\n",
    "benchmark/reaching": """# @package _global_
defaults: [{override /trainer: gpu}, {override /loss: cosine}]
benchmark: {name: reaching, says: what is asked, grid: [{split_seed: [0, 1], method: [mlp, mine]}]}
method: {epochs: 2}
""",
    "executor/reaching": """# @package _global_
executor: {_target_: benchmarks.execution.executors.serial.Serial, name: reaching, says: here}
method: {epochs: 200}
""",
}


@pytest.fixture
def mine(tmp_path):
    """Choices that refer to a seed and reach into groups that are not theirs."""
    for name, text in MINE.items():
        file = tmp_path / f"{name}.yaml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    return f"hydra.searchpath=[file://{tmp_path}]"


@pytest.mark.parametrize("words", REQUESTS, ids=" ".join)
def test_they_are_the_same_in_the_same_order(words, mine, monkeypatch):
    request = parse_request([mine, "dataset=digits01", "dataset.train_size=10", *words])
    with opened(list(request.folders)) as configs:
        quick = make_plan(request, configs)
        monkeypatch.setattr(composing.Composer, "_assembled", lambda self, groups: None)
        whole = make_plan(request, configs)
    assert quick.configs
    assert quick.configs == whole.configs
    assert [cell.key for cell in quick.cells] == [cell.key for cell in whole.cells]
