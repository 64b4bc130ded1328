"""Values that only the classes of a method can refuse: by field, value and remedy, in a plan as in
a run, before anything is trained."""

from __future__ import annotations

import re

import pytest

from benchmarks.grid.configs import CONF
from tests.tiny import ONE_CELL, TINY

REFUSED = {
    ("method.optimizer.lr=nan",): "method.optimizer.lr=nan: a number, as 0.001 is",
    ("method.optimizer.lr=abc",): "method.optimizer.lr=abc: a number, as 0.001 is",
    ("method.optimizer.lr=inf",): "method.optimizer.lr=inf: zero or a positive number",
    ("method.batch_size=0",): "method.batch_size=0: a whole number from 1 up",
    ("method.network.dropout=2",): "method.network.dropout=2: a share from 0 up, below 1",
    ("method.network.hidden=16",): ("method.network.hidden=16: a list of whole numbers from 1 up"),
    ("method.inputs=units",): "method.inputs=units: one of raw, unit, standardise",
    ("method.optimizer._target_=torch.optim.Adm",): (
        "method.optimizer._target_=torch.optim.Adm: no Adm in torch.optim; did you mean Adam?"
    ),
    ("loss._target_=torch.nn.CrossEntropyLos",): (
        "loss._target_=torch.nn.CrossEntropyLos: no CrossEntropyLos in torch.nn; "
        "did you mean CrossEntropyLoss?"
    ),
    ("method._target_=torch.pi",): (
        "method._target_=torch.pi: it is there, but is no class that can be made here; "
        "give the import path of a class"
    ),
    ("train_size=10",): "train_size=10: no such field; did you mean dataset.train_size?",
    ("dataset.drop=[b (cm)]",): (
        "dataset.drop=[b (cm)]: not an override of the form name=value (Error parsing override "
        "'dataset.drop=[b (cm)]'); a text with other signs stands in quotes: '\"b (cm)\"'"
    ),
    ("split_seed=range(3",): (
        "split_seed=range(3: not an override of the form name=value: a bracket has no partner; "
        "a text with other signs stands in quotes: '\"b (cm)\"'"
    ),
    ("method=mlp,",): "method=mlp,: not an override of the form name=value: a comma too many",
    ("split_seed=[range(3)]",): (
        "split_seed=[range(3)]: a range or choice within other values; list them one by one"
    ),
    ("dataset.separator=;",): (
        "dataset.separator=;: not an override of the form name=value; a text with other signs "
        "stands in quotes: dataset.separator='\";\"'"
    ),
    ("loss._target_=no.such.Loss",): (
        "loss._target_=no.such.Loss: no module no; give the import path of a class or function"
    ),
    ("method=logistic", "method.estimator.C=-1"): (
        "method.estimator=LogisticRegression(C=-1, max_iter=1000): The 'C' parameter of "
        "LogisticRegression must be a float in the range (0.0, inf]. Got -1 instead.; "
        "change these values, or choose another method"
    ),
    ("resampling=smote", "resampling.neighbours=0"): (
        "resampling.neighbours=0: a whole number from 1 up"
    ),
}


@pytest.mark.parametrize("command", ["plan", "run"])
@pytest.mark.parametrize("words", REFUSED, ids=lambda words: words[-1])
def test_a_value_is_refused_by_its_field(command, words, scarce, records):
    """Regression: a plan took them, and a run named the method alone."""
    given = {word.partition("=")[0] for word in words}
    cell = [word for word in ONE_CELL if word.partition("=")[0] not in given]
    cell = [word for word in cell if "method=logistic" not in words or "epochs" not in word]

    outcome = scarce(command, *cell, *words)

    assert outcome.err == f"scarce: {REFUSED[words]}\n"
    assert outcome.code == 2
    assert records() == {}


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("class Net(\n", r"does not load \('\(' was never closed \(\w+.py, line 1\)\); mend it"),
        ("import nosuchpackage\n", "needs nosuchpackage, which is not installed; install it"),
        ("1 / 0\n", r"does not load \(ZeroDivisionError: .*\.py line 1\); mend it"),
        ("class Nets: pass\n", r"no Net in \w+; did you mean Nets\?"),
    ],
    ids=["syntax", "package", "fault", "name"],
)
def test_a_module_of_ones_own_that_does_not_load_is_told_with_its_fault(
    source, told, scarce, tmp_path, monkeypatch
):
    """Regression: Hydra's words were passed on, which name no cause."""
    module = f"own_{len(source)}"
    (tmp_path / "method").mkdir()
    (tmp_path / f"{module}.py").write_text(source)
    mlp = (CONF / "method/mlp.yaml").read_text().replace("name: mlp", "name: own")
    own = mlp.replace("models.networks.MLP", f"{module}.Net")
    (tmp_path / "method/own.yaml").write_text(own)
    monkeypatch.setenv("SCARCE_CONF", str(tmp_path))

    outcome = scarce("plan", "method=own", *TINY)

    assert outcome.code == 2
    assert re.search(rf"method\.network\._target_={module}\.Net: .*{told}", outcome.err)


@pytest.fixture
def own_method(tmp_path, monkeypatch):
    """`own_method(lines)`: the method `own`, logistic regression with these lines in its class."""

    def write(*lines):
        module = f"own_learner_{abs(hash(lines))}"
        (tmp_path / "method").mkdir()
        body = "".join(f"    {line}\n" for line in lines)
        (tmp_path / f"{module}.py").write_text(
            f"from models.linear import LinearClassifier\n\n\nclass Own(LinearClassifier):\n{body}"
        )
        logistic = (CONF / "method/logistic.yaml").read_text()
        logistic = logistic.replace("name: logistic", "name: own")
        (tmp_path / "method/own.yaml").write_text(
            logistic.replace("models.linear.LinearClassifier", f"{module}.Own")
        )
        monkeypatch.setenv("SCARCE_CONF", str(tmp_path))

    return write


def test_a_method_whose_scores_have_another_shape_fails_its_cells(own_method, scarce, records):
    """Regression: one column for two classes was counted as one class, named always."""
    own_method("def scores(self, inputs):", "    return super().scores(inputs)[:, :1]")

    outcome = scarce("run", "method=own", "split_seed=0", *TINY)

    assert outcome.code == 1
    (record,) = records().values()
    assert record["error"]["type"] == "WrongScores"
    assert re.fullmatch(
        r"scores: shape \(\d+, 2\) needed, not \(\d+, 1\)", record["error"]["message"]
    )


def test_a_cell_whose_record_could_not_be_read_again_has_failed(own_method, scarce, records):
    """Regression: it was done, then damaged, and trained again by every run."""
    own_method(
        "def fit(self, data, seed):",
        "    super().fit(data, seed)",
        "    self.parameters = {'total': 1.0, 'trainable': True}",
    )

    first = scarce("run", "method=own", "split_seed=0", *TINY)
    again = scarce("run", "method=own", "split_seed=0", *TINY)

    assert (first.code, again.code) == (1, 1)
    (record,) = records().values()
    assert record["error"]["message"] == "metrics.parameters is no whole number from 0 up"
    assert "0 done, 1 failed, 0 to run" in again.out


def test_a_class_that_a_small_draw_has_no_sample_of_fails_no_cell(scarce):
    """Regression: its score, minus infinity, was refused."""
    words = ("dataset=digits", "dataset.train_size=9", "dataset.stratified=false")
    outcome = scarce("run", *words, "method=linear_svm", "split_seed=range(2)", "executor=serial")
    assert outcome.code == 0, outcome.out
