"""A misspelt field of any block is refused while it is planned, with the nearest right name."""

from __future__ import annotations

import subprocess
import sys

import pytest

from benchmarks.grid.signatures import arguments_of
from tests.outside import write
from tests.tiny import TINY

# By group: what stands in the file beside name and says, and what is said of it.
MISSPELT = {
    "loss": (
        "_target_: torch.nn.CrossEntropyLoss\nlabel_smothing: 0.1",
        "loss.label_smothing=0.1",
        "did you mean label_smoothing?",
    ),
    "executor": (
        "_target_: benchmarks.execution.executors.local.Local\nwrokers: 1",
        "executor.wrokers=1",
        "did you mean workers?",
    ),
    "augmentation": ("operations: []\nfil: wrap", "augmentation.fil=wrap", "did you mean fill?"),
    "trainer": ("acelerator: cpu", "trainer.acelerator=cpu", "did you mean accelerator?"),
    "resampling": (
        "_target_: datasets.oversampling.Oversampling\nsampler: random\nration: 1",
        "resampling.ration=1",
        "did you mean ratio?",
    ),
    "dataset": (
        "_target_: datasets.digits.Digits\ntrain_size: 10\nclases: [0, 1]",
        "dataset.clases=[0, 1]",
        "did you mean classes?",
    ),
    "benchmark": (
        "gird: []\ngrid: [{dataset: digits01, method: leekasso}]",
        "benchmark.gird=[]",
        "did you mean grid?",
    ),
    "method": (
        "version: 1\n_target_: models.linear.LinearClassifier\ninputs: unit\nestimator:"
        " {_target_: sklearn.neighbors.KNeighborsClassifier, n_neighbours: 3}",
        "method.estimator.n_neighbours=3",
        "did you mean n_neighbors?",
    ),
}
# A method that takes a choice of the group.
WITH = dict.fromkeys(("loss", "augmentation", "trainer", "resampling"), "mlp")


def planned(scarce, outside, group, text):
    write(outside / "mine" / group / "ours.yaml", f"name: ours\nsays: a trial\n{text}\n")
    words = [word for word in TINY if not word.startswith(f"{group}=")]
    if group == "benchmark":
        words = []
    if group != "method":
        words.append(f"method={WITH.get(group, 'leekasso')}")
    own = (f"hydra.searchpath=[file://{outside}/mine]", f"{group}=ours", "split_seed=0")
    return scarce("plan", *words, *own)


@pytest.mark.parametrize("group", MISSPELT)
def test_a_misspelt_field_is_refused_with_the_nearest_name(group, outside, scarce):
    text, field, remedy = MISSPELT[group]
    outcome = planned(scarce, outside, group, text)
    assert outcome.code == 2, outcome.out
    assert len(outcome.err.splitlines()) == 1
    assert field in outcome.err
    assert remedy in outcome.err


@pytest.mark.parametrize("group", ["loss", "executor", "dataset", "resampling"])
def test_a_file_without_a_class_is_refused(group, outside, scarce):
    outcome = planned(scarce, outside, group, "train_size: 10\n_targt_: a.b.C")
    assert outcome.code == 2, outcome.out
    assert len(outcome.err.splitlines()) == 1
    assert f"{group}._target_=missing" in outcome.err


def test_an_operation_of_an_augmentation_is_read_too(outside, scarce):
    text = "operations:\n- _target_: datasets.augmentation.geometric.Rotation\n  degree: 3"
    outcome = planned(scarce, outside, "augmentation", text)
    assert outcome.code == 2
    assert "augmentation.operations.0.degree=3" in outcome.err
    assert "did you mean degrees?" in outcome.err


def test_arguments_are_read_from_source_without_importing_it():
    code = """
import sys
from benchmarks.grid.signatures import arguments_of
assert "label_smoothing" in arguments_of("torch.nn.CrossEntropyLoss")
assert "lr" in arguments_of("torch.optim.Adam")
assert "kappa" in arguments_of("models.losses.TVMFLoss")
assert not {"torch", "sklearn", "models.losses"} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("target", ["no.such.Thing", "C", "json.loads", "torch.nn.NoSuchLoss"])
def test_what_the_source_does_not_tell_is_left_to_the_call(target):
    assert arguments_of(target) is None


def test_arguments_are_those_of_the_class(tmp_path, monkeypatch):
    write(
        tmp_path / "lab_shapes" / "__init__.py",
        "from .plain import *\nfrom .plain import Kept as Renamed\n",
    )
    write(
        tmp_path / "lab_shapes" / "plain.py",
        '''
from dataclasses import dataclass, field
from typing import ClassVar


class Above:
    def __init__(self, one, *, two=2):
        """Text at the margin.

    and a blank line before it.
        """


class Below(Above):
    pass


class AnyOther(Above):
    def __init__(self, **others):
        pass


@dataclass(frozen=True)
class Kept:
    three: int
    known: ClassVar[int] = 1
    made: int = field(default=0, init=False)


def made(four, five=5):
    pass
''',
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert arguments_of("lab_shapes.Below") == ("one", "two")
    assert arguments_of("lab_shapes.AnyOther") is None
    assert arguments_of("lab_shapes.Kept") == arguments_of("lab_shapes.Renamed") == ("three",)
    assert arguments_of("lab_shapes.plain.made") == ("four", "five")
