"""A key is made of the science of a cell: any of it changed, another key; all else changed, the
same."""

from __future__ import annotations

import copy

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from benchmarks.grid import stages
from benchmarks.grid.configs import CONF, opened
from benchmarks.grid.key import cell_key, left_out, science
from benchmarks.grid.plan import make_plan
from benchmarks.grid.request import parse_request
from tests.hardening.fuzzing import at, fuzzed, paths

CELLS = {
    "a net": ("method=mlp", "augmentation=rotate", "loss=label_smoothing"),
    "a pre-trained net": ("method=frozen", "backbone=resnet18", "backbone.weights=none"),
    "an estimator": ("method=logistic", "resampling=smote"),
    "one that is tuned": ("method=logistic", "protocol=tuned", "protocol.trials=2"),
}
ELSEWHERE = [
    "executor=serial",
    "executor=slurm",
    "executor.workers=3",
    "logger=csv",
    "figures=none",
    "results_dir=/elsewhere",
    "published_dir=/elsewhere",
    "time_limit=60",
    "memory_limit=1000",
    "lost_workers=2",
    "retry=failed",
    "budget=10m",
    "price_per_hour=1.5",
    "trainer.devices=[0]",
]


def planned(*words):
    cell = ("dataset=digits01", "dataset.train_size=10", "split_seed=0")
    request = parse_request([*cell, *words])
    with opened(list(request.folders)) as configs:
        plan = make_plan(request, configs)
    stages.extend(plan, lambda keys: [])  # the first trial, where there are trials
    return plan.cells[0]


@pytest.fixture(scope="module", params=CELLS)
def cell(request):
    return planned(*CELLS[request.param])


def key_of(config, cell):
    return cell_key(config, cell.fingerprints)


def shuffled(value, random):
    if isinstance(value, dict):
        items = random.sample(list(value.items()), len(value))
        return {name: shuffled(inner, random) for name, inner in items}
    return [shuffled(inner, random) for inner in value] if isinstance(value, list) else value


def another(value):
    """A value of the same kind that is not this one."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, str):
        return f"{value}x"
    return [value, 1] if isinstance(value, list) else 1


def leaves(config):
    """Where the values lie that hold no others."""
    found = [(path, at(config, path)) for path in paths(config)]
    return [path for path, value in found if not (isinstance(value, dict | list) and value)]


def in_the_key(config):
    told = science(config, {})
    without = left_out(config)
    return [
        path
        for path in leaves(config)
        if path[0] in told and ".".join(map(str, path[:2])) not in without and path[-1] != "says"
    ]


@fuzzed
@given(random=st.randoms(use_true_random=False))
def test_the_order_of_fields_leaves_the_key(cell, random):
    assert key_of(shuffled(cell.config, random), cell) == cell.key


@fuzzed
@given(data=st.data())
def test_another_value_of_any_science_field_gives_another_key(cell, data):
    path = data.draw(st.sampled_from(in_the_key(cell.config)))
    config = copy.deepcopy(cell.config)
    at(config, path[:-1])[path[-1]] = another(at(config, path))
    assert key_of(config, cell) != cell.key, path


@fuzzed
@given(data=st.data())
def test_a_science_field_more_or_less_gives_another_key(cell, data):
    path = data.draw(st.sampled_from(in_the_key(cell.config)))
    config = copy.deepcopy(cell.config)
    block = at(config, path[:-1])
    assume(isinstance(block, dict) and path[0] in ("method", "loss", "backbone", "augmentation"))
    if data.draw(st.booleans()):
        assume(path != ("backbone", "weights"))
        del block[path[-1]]
    else:
        block["one_more"] = None
    assert key_of(config, cell) != cell.key, path


@fuzzed
@given(data=st.data())
def test_what_is_left_out_leaves_the_key(cell, data):
    # Trials judged by accuracy are those from before it could be chosen; by another they are not.
    names = sorted(set(left_out(cell.config)) - {"protocol.metric"})
    name = data.draw(st.sampled_from(names))
    group, _, field = name.partition(".")
    config = copy.deepcopy(cell.config)
    value = config[group][field]
    # Several devices take part of every batch: that is in the key.
    config[group][field] = [3] if name == "trainer.devices" else another(value)
    assert key_of(config, cell) == cell.key, name


@fuzzed
@given(data=st.data())
def test_other_contents_give_another_key(cell, data):
    name = data.draw(st.sampled_from(sorted(cell.fingerprints)))
    other = {**cell.fingerprints, name: "0" * 64}
    assert cell_key(cell.config, other) != cell.key


def test_where_and_by_what_it_runs_leaves_the_key():
    here = planned("method=logistic").key
    for word in ELSEWHERE:
        if not word.startswith("trainer"):
            assert planned("method=logistic", word).key == here, word
    assert planned("method=mlp", "trainer.devices=[0]").key == planned("method=mlp").key


@fuzzed
@given(
    random=st.randoms(use_true_random=False),
    remark=st.text(st.characters(categories=["L", "N", "P"]), max_size=20),
    flow=st.booleans(),
)
def test_how_a_file_is_written_leaves_the_key(tmp_path_factory, random, remark, flow):
    """Order, comments, quotation marks, layout, and the folder that it lies in."""
    folder = tmp_path_factory.mktemp("mine")
    block = yaml.safe_load((CONF / "method" / "mlp.yaml").read_text()) | {"name": "mine"}
    text = yaml.safe_dump(shuffled(block, random), sort_keys=False, default_flow_style=flow)
    (folder / "method").mkdir()
    (folder / "method" / "mine.yaml").write_text(f"# {remark}\n{text}# {remark}\n", "utf-8")
    found = planned("method=mine", f"hydra.searchpath=[file://{folder}]")
    plain = planned("method=mlp")
    config = {**plain.config, "method": {**plain.config["method"], "name": "mine"}}
    assert found.key == cell_key(config, plain.fingerprints)
