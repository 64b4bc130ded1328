"""`scarce check`: files with a fault fail at the step that is about it, and others pass."""

from __future__ import annotations

import pytest

from tests.outside import write

METHOD = """
name: {module}
says: nearest class mean
version: 1
_target_: {module}.Means
"""
MEANS = """
import numpy as np


class Means:
    score_kind = "probability"

    def __init__(self):
        self.history, self.parameters = {}, {}

    def fit(self, data, seed):
        images = np.asarray(data.train_inputs).reshape(len(data.train_labels), -1).astype(float)
        labels = data.train_labels.numpy()
        self.means = np.stack([images[labels == c].mean(axis=0) for c in range(data.classes)])
        self.parameters = {"total": self.means.size, "trainable": self.means.size}
        FIT

    def scores(self, images):
        rows = np.asarray(images).reshape(len(images), -1).astype(float)
        far = ((rows[:, None] - self.means) ** 2).sum(axis=2)
        odds = np.exp((far.min(axis=1, keepdims=True) - far) / 1000)
        SCORES
        return (odds / odds.sum(axis=1, keepdims=True)).astype(np.float32)
"""
# By fault: what stands in the place of FIT and SCORES, the step that fails, and what it says.
FAULTS = {
    "test_images": ("data.test_inputs", "", "trains", "OutOfReach"),
    "chance": ("self.means += np.random.normal(size=self.means.shape)", "", "deterministic", ""),
    "no_sum": ("", "return odds.astype(np.float32) + 1", "scores", "rows sum to 1"),
    "one_column": ("", "return odds[:, :1].astype(np.float32)", "scores", "shape (72, 2) needed"),
    "doubles": ("", "return odds / odds.sum(axis=1, keepdims=True)", "scores", "float32 needed"),
    "same": ("self.means[:] = 0", "", "learns", "not clearly above chance"),
    "reversed": ("self.means = self.means[::-1]", "", "learns", "not clearly above chance"),
    "raises": ("raise ValueError('no luck')", "", "trains", "no luck"),
}


def method(folder, module, fit="", scores=""):
    write(folder / "mine" / f"{module}.py", MEANS.replace("FIT", fit).replace("SCORES", scores))
    return write(folder / "mine" / "method" / f"{module}.yaml", METHOD.format(module=module))


def checked(scarce, file, *words):
    outcome = scarce("check", str(file), "--json", *words)
    assert outcome.code in (0, 1), outcome.err
    steps = {check["name"]: check for check in outcome.json["checks"]}
    assert outcome.code == (1 if outcome.json["failed"] else 0)
    return steps


def test_a_sound_method_passes_every_step(outside, scarce):
    steps = checked(scarce, method(outside, "means_sound"))
    assert {step["status"] for step in steps.values()} == {"ok"}
    assert len(steps) == 8


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_a_method_fails_its_step(fault, outside, scarce):
    fit, scores, name, says = FAULTS[fault]
    steps = checked(scarce, method(outside, f"means_{fault}", fit, scores))
    assert steps[name]["status"] == "FAILED"
    assert says in steps[name]["says"]


def test_a_method_that_finds_the_test_labels_elsewhere_is_caught(outside, scarce):
    peek = (
        "import sys; labels = sys._getframe(1).f_locals['split_data'].test_labels.numpy(); "
        "self.means *= 1 + 1e-4 * (labels * np.arange(72)).sum()"
    )
    steps = checked(scarce, method(outside, "means_peeks", peek))
    assert steps["no test leakage"]["status"] == "FAILED"


def test_what_cannot_learn_by_heart_by_nature_gets_a_warning(outside, scarce):
    steps = checked(scarce, method(outside, "means_flat", "self.means[:] = 0"))
    assert steps["overfits 8 samples"]["status"] == "warning"


def test_a_network_that_cannot_learn_by_heart_fails_unless_its_class_says_so(outside, scarce):
    fit = "self.means[:] = 0; self.history = {'loss': [1.0]}"
    steps = checked(scarce, method(outside, "means_net", fit))
    assert steps["overfits 8 samples"]["status"] == "FAILED"
    fit = f"{fit}; type(self).overfits = False"
    steps = checked(scarce, method(outside, "means_said", fit))
    assert steps["overfits 8 samples"]["status"] == "warning"


LOSS = """
import torch


class Loss(torch.nn.Module):
    def forward(self, outputs, labels):
        return BODY
"""
LOSS_FAULTS = {
    "rising": ("-torch.nn.functional.mse_loss(outputs, 9 * torch.eye(outputs.shape[1])[labels])",),
    "constant": ("outputs.sum() * 0",),
    "each": ("torch.nn.functional.cross_entropy(outputs, labels, reduction='none')",),
    "endless": ("outputs.sum() / 0",),
}
FAILS = {
    "rising": "right below wrong",
    "constant": "gradient",
    "each": "builds",
    "endless": "finite",
}


@pytest.mark.parametrize("fault", LOSS_FAULTS)
def test_a_fault_of_a_loss_fails_its_step(fault, outside, scarce):
    name = f"loss_{fault}"
    write(outside / "mine" / f"{name}.py", LOSS.replace("BODY", LOSS_FAULTS[fault][0]))
    text = f"name: {name}\nsays: x\n_target_: {name}.Loss\n"
    file = write(outside / "mine" / "loss" / f"{name}.yaml", text)
    assert checked(scarce, file)[FAILS[fault]]["status"] == "FAILED"


OPERATION = """
import numpy as np
from dataclasses import dataclass

SEEN = []


@dataclass(frozen=True)
class Changed:
    def apply(self, image, stream, peak):
        return BODY
"""
OPERATION_FAULTS = {
    "random": ("np.minimum(np.random.randint(0, 9, image.shape, np.uint8), peak)", "deterministic"),
    "brighter": ("image + np.uint8(200)", "shape and type"),
    "floats": ("image * 0.5", "shape and type"),
    "counting": ("(SEEN.append(1), image * np.uint8(len(SEEN) % 2))[1]", "each for itself"),
}


@pytest.mark.parametrize("fault", OPERATION_FAULTS)
def test_a_fault_of_an_augmentation_fails_its_step(fault, outside, scarce):
    body, step = OPERATION_FAULTS[fault]
    name = f"operation_{fault}"
    write(outside / "mine" / f"{name}.py", OPERATION.replace("BODY", body))
    text = f"name: {name}\nsays: x\noperations: [{{_target_: {name}.Changed}}]\n"
    file = write(outside / "mine" / "augmentation" / f"{name}.yaml", text)
    assert checked(scarce, file)[step]["status"] == "FAILED"


SOURCE = """
import numpy as np
from datasets.samples import Samples

LOADED = []


class Source:
    def load(self):
        LOADED.append(1)
        images = np.zeros((40, 1, 8, 8), np.uint8)
        images[::2] = len(LOADED)
        return Samples(images, np.arange(40) % 2, ("even", "odd"), 255.0)
"""


def test_a_data_set_that_changes_is_found_out(outside, scarce):
    write(outside / "mine" / "source_changing.py", SOURCE)
    text = "name: changing\nsays: x\n_target_: source_changing.Source\n"
    text += "partition: stratified\ntrain_size: 10\n"
    file = write(outside / "mine" / "dataset" / "changing.yaml", text)
    assert checked(scarce, file)["stable"]["status"] == "FAILED"


def test_a_resampling_of_the_suite_passes(scarce):
    from benchmarks.grid.configs import CONF

    steps = checked(scarce, CONF / "resampling" / "random_oversampling.yaml")
    assert {step["status"] for step in steps.values()} == {"ok"}


CLAIM_FAULTS = {
    "contrast: [linear_svm, leekasso]": (
        "contrast: [linear_svn, leekasso]",
        "arms exist",
        "did you mean linear_svm?",
    ),
    "at_most: 40": ("at_most: 5", "arms exist", "n <= 5"),
    "benchmarks: [quickstart]": ("benchmarks: [quikstart]", "benchmarks exist", "quickstart?"),
    "deciding: true": ("decidng: true", "parses", "did you mean"),
    "datasets: [mnist01, digits01]": ("datasets: [iris]", "arms exist", "has iris"),
}


@pytest.mark.parametrize("good", CLAIM_FAULTS)
def test_a_fault_of_a_claim_fails_its_step(good, outside, scarce):
    fault, step, says = CLAIM_FAULTS[good]
    assert scarce("new", "claim", "svm_first", places={}).code == 0
    file = outside / "mine" / "claim" / "svm_first.yaml"
    file.write_text(file.read_text().replace(good, fault))
    found = checked(scarce, file)[step]
    assert found["status"] == "FAILED"
    assert says in found["says"]


def test_lines_are_aligned_and_the_exit_code_tells(outside, scarce):
    outcome = scarce("check", str(method(outside, "means_told", "raise ValueError('[no luck]')")))
    assert outcome.code == 1
    builds, trains = outcome.out.splitlines()
    assert builds.index("ok") == trains.index("FAILED")
    assert "[no luck]" in trains


@pytest.mark.parametrize("file", ["missing.yaml", "notes/plan.yaml", "method/net.py"])
def test_a_file_that_is_no_choice_is_refused(file, outside, scarce):
    if file != "missing.yaml":
        write(outside / file, "")
    outcome = scarce("check", file)
    assert outcome.code == 2
    assert len(outcome.err.splitlines()) == 1
    assert "FILE=" in outcome.err


def test_a_file_that_another_one_hides_is_refused(outside, scarce):
    file = write(outside / "mine" / "method" / "mlp.yaml", "name: mlp")
    outcome = scarce("check", str(file))
    assert outcome.code == 2
    assert "comes first" in outcome.err
