"""Nothing in a file of weights, in a record or in a saved model is ever run."""

from __future__ import annotations

import ast
import hashlib
import io
import json
import pickle
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks.cli import main
from tests.hardening import malicious
from tests.photos import photo_folder
from tests.tiny import ONE_CELL, TINY

pytestmark = pytest.mark.slow  # a model is trained and saved for it

PACKAGES = ("benchmarks", "datasets", "models")
PROJECT = Path(__file__).parents[2]
BARE = {"compile", "eval", "exec", "__import__"}
CALLS = {
    "cPickle",
    "cloudpickle",
    "dill",
    "joblib",
    "jsonpickle",
    "marshal",
    "pickle.load",
    "pickle.loads",
    "shelve",
    "torch.hub.load",
    "yaml.full_load",
    "yaml.unsafe_load",
}
SAFE_LOADERS = {"_EachKeyOnce", "CSafeLoader", "SafeLoader"}


@pytest.fixture
def trap(tmp_path) -> Path:
    """What a malicious file would create; the tests end without it."""
    trap = tmp_path / "created"
    yield trap
    assert not trap.exists()


def assert_refused(outcome, *told: str) -> None:
    lines = outcome.err.strip().splitlines()
    assert outcome.code == 2, outcome.out + outcome.err
    assert len(lines) == 1, outcome.err
    for part in told:
        assert part in lines[0]


@pytest.mark.parametrize(
    ("make", "unsafely_read"),
    [
        (malicious.bare, pickle.load),
        (malicious.of_torch, partial(torch.load, weights_only=False)),
        (malicious.of_old_torch, partial(torch.load, weights_only=False)),
        (malicious.npy, partial(np.load, allow_pickle=True)),
        (malicious.npz, lambda file: np.load(file, allow_pickle=True)["scores"]),
    ],
    ids=["bare", "of torch", "of old torch", "npy", "npz"],
)
def test_the_trap_would_work(tmp_path, make, unsafely_read):
    unsafely_read(io.BytesIO(make(tmp_path / "sprung")))
    assert (tmp_path / "sprung").exists()


class TestWeights:
    @pytest.mark.parametrize("suffix", ["pth", "pt", "safetensors"])
    @pytest.mark.parametrize("make", [malicious.bare, malicious.of_torch, malicious.of_old_torch])
    def test_of_a_backbone_are_refused(self, scarce, trap, tmp_path, make, suffix):
        file = tmp_path / f"evil.{suffix}"
        file.write_bytes(make(trap))
        given = (*TINY, "method=frozen", "backbone=resnet18", f"backbone.weights={file}")
        assert_refused(scarce("run", *given, "split_seed=0"), "backbone.weights=", file.name)

    def test_of_a_backbone_cannot_be_a_file_of_another_kind(self, scarce, trap, tmp_path):
        for suffix in ("pkl", "bin", "npz", "joblib", "ckpt"):
            file = tmp_path / f"evil.{suffix}"
            file.write_bytes(malicious.bare(trap))
            given = (*TINY, "method=frozen", "backbone=resnet18", f"backbone.weights={file}")
            assert_refused(scarce("run", *given, "split_seed=0"), ".safetensors, .pth or .pt")


class TestRecords:
    @pytest.fixture
    def tampered(self, scarce, results):
        """Run a cell and put something else into the place of its predictions."""

        def put(content: bytes) -> Path:
            assert scarce("run", *ONE_CELL).code == 0
            (file,) = (results / "records").glob("*.json")
            record = json.loads(file.read_text())
            file.write_text(json.dumps(record | {"arrays": malicious.text(content)}))
            return file

        return put

    @pytest.mark.parametrize("make", [malicious.npz, malicious.npy, malicious.bare])
    @pytest.mark.parametrize("command", ["report", "verify", "compact", "publish"])
    def test_with_code_for_predictions_run_nothing(self, tampered, scarce, trap, make, command):
        tampered(make(trap))
        outcome = scarce(command, "benchmark=quickstart")
        assert outcome.code in (0, 1, 2)
        assert "Traceback" not in outcome.err

    @pytest.mark.parametrize("make", [malicious.npz, malicious.npy, malicious.bare])
    def test_with_code_for_predictions_are_refused(
        self, tampered, scarce, trap, make, results, tmp_path
    ):
        tampered(make(trap))
        assert_refused(scarce("table", "metric=auroc", "columns=method"), "predictions=", "delete")
        outcome = scarce("merge", str(results), f"results_dir={tmp_path / 'other'}")
        assert "not readable" in outcome.out + outcome.err
        assert not list((tmp_path / "other" / "records").glob("*.json"))

    def test_with_endless_zeros_for_predictions_are_refused(self, tampered, scarce, monkeypatch):
        monkeypatch.setattr("benchmarks.records.single_file.LARGEST", 100)
        content = io.BytesIO()
        np.savez_compressed(content, scores=np.zeros(10_000, np.float32))
        tampered(content.getvalue())
        outcome = scarce("table", "metric=auroc", "columns=method")
        assert_refused(outcome, "GB unpacked")

    @pytest.mark.parametrize(
        "block",
        [
            {"_target_": "subprocess.Popen", "args": ["mkdir", "TRAP"]},
            {"_target_": "tests.hardening.malicious.Creates", "file": "TRAP"},
            {"_target_": "datasets.no.such.Class"},
            {},
        ],
        ids=["a program", "a class", "nothing", "none"],
    )
    def test_cannot_choose_what_is_called(self, scarce, results, trap, block):
        """Regression: a record's data set was made from the class that the record names."""
        assert scarce("run", *ONE_CELL).code == 0
        (file,) = (results / "records").glob("*.json")
        record = json.loads(file.read_text())
        stated = {k: v for k, v in record["config"]["dataset"].items() if k != "_target_"}
        filled = json.loads(json.dumps(block).replace("TRAP", str(trap)))
        record["config"]["dataset"] = stated | filled
        file.write_text(json.dumps(record))
        outcome = scarce("report", "benchmark=quickstart", "figures=all")
        assert outcome.code == 0, outcome.err


class TestSavedModels:
    @pytest.fixture(scope="class")
    def saved(self, tmp_path_factory):
        """The folder of photos, and that of a model that was trained on them."""
        folder = tmp_path_factory.mktemp("own")
        photos = photo_folder(folder / "photos")
        words = ("benchmark=compare", "dataset=folder", f"dataset.root={photos}", "figures=none")
        small = ("method=logistic", "augmentation=none", "dataset.image_size=16")
        places = (f"results_dir={folder}", f"published_dir={folder}", "executor=serial")
        assert main(["run", *words, *small, "split_seed=range(2)", *places]) == 0
        return next((photos / "blue").iterdir()), folder / "compare" / "model"

    @pytest.fixture
    def predict(self, saved, scarce, tmp_path):
        """`predict(meaning=..., weights=...)`: of a model of which something was changed."""
        photo, model = saved
        mine = tmp_path / "model"
        mine.mkdir()

        def call(change=lambda meaning: meaning, weights=None):
            content = (model / "model.safetensors").read_bytes() if weights is None else weights
            meaning = json.loads((model / "model.json").read_text())
            meaning["sha256"] = hashlib.sha256(content).hexdigest()
            changed = change(meaning)
            (mine / "model.safetensors").write_bytes(content)
            (mine / "model.json").write_text(json.dumps(meaning if changed is None else changed))
            return scarce("predict", str(photo), f"model={mine}", places={})

        return call

    def test_as_it_was_saved_it_classifies(self, predict):
        assert predict().code == 0

    @pytest.mark.parametrize(
        "make",
        [malicious.bare, malicious.of_torch, malicious.of_old_torch, malicious.npz, malicious.npy],
    )
    def test_code_for_weights_is_refused(self, predict, trap, make):
        assert_refused(predict(weights=make(trap)), "model=", "model.safetensors does not fit")

    @pytest.mark.parametrize(
        "value",
        [
            {"_target_": "os.mkdir", "path": "TRAP"},
            {"_target_": "tests.hardening.malicious.Creates", "file": "TRAP"},
            "${oc.create:{_target_:os.mkdir,path:TRAP}}",
            "${oc.env:HOME}",
            [{"_target_": "os.mkdir", "_args_": ["TRAP"]}],
        ],
        ids=["a call", "a class", "a call in a reference", "a reference", "a call in a list"],
    )
    def test_a_configuration_that_calls_something_else_is_refused(self, predict, trap, value):
        """Regression: a reference could stand for a block with a class of its own."""
        filled = json.loads(json.dumps(value).replace("TRAP", str(trap)))

        def change(meaning):
            meaning["config"]["method"]["estimator"]["C"] = filled

        assert_refused(predict(change), "model=", "model.json")

    @pytest.mark.parametrize("name", ["config", "shape", "class_names", "peak", "temperature"])
    @pytest.mark.parametrize(
        "value", [None, 5, "text", [], {}, [1], -1, 1e400, [3, 10**9, 10**9], [[]], True]
    )
    def test_a_meaning_of_other_types_is_refused(self, predict, name, value):
        def change(meaning):
            meaning[name] = value

        if name in ("peak", "temperature") and value == 5 and value is not True:
            assert predict(change).code == 0
        else:
            assert_refused(predict(change), "model=")

    @pytest.mark.parametrize("document", [[], 7, "text", None, {}, {"format": 1}])
    def test_another_document_is_refused(self, predict, document):
        assert_refused(predict(lambda meaning: document if document is not None else []), "model=")


class TestSources:
    """What would run or unpickle what a file says is nowhere in the program."""

    @pytest.mark.parametrize("package", PACKAGES)
    def test_nothing_that_runs_what_a_file_says(self, package):
        found = [
            f"{file.relative_to(PROJECT)}:{node.lineno}: {told}"
            for file in sorted((PROJECT / package).rglob("*.py"))
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            if (told := _unsafe(node))
        ]
        assert found == []

    @pytest.mark.parametrize(
        "line",
        [
            "import joblib",
            "from pickle import loads",
            "pickle.load(file)",
            "yaml.load(text)",
            "yaml.load(text, yaml.Loader)",
            "yaml.load(text, Loader=yaml.FullLoader)",
            "eval(text)",
            "exec(text)",
            "np.load(file, allow_pickle=True)",
            "torch.load(file)",
            "torch.load(file, weights_only=False)",
            "pd.read_pickle(file)",
        ],
    )
    def test_such_a_line_would_be_found(self, line):
        assert any(_unsafe(node) for node in ast.walk(ast.parse(line)))

    @pytest.mark.parametrize(
        "line",
        ["network.eval()", "np.load(file)", "torch.load(file, weights_only=True)", "re.compile(x)"],
    )
    def test_such_a_line_is_none_of_them(self, line):
        assert not any(_unsafe(node) for node in ast.walk(ast.parse(line)))


def _unsafe(node: ast.AST) -> str | None:
    if isinstance(node, ast.Import):
        return next((name.name for name in node.names if name.name.split(".")[0] in CALLS), None)
    if isinstance(node, ast.ImportFrom):
        names = [node.module, *(f"{node.module}.{name.name}" for name in node.names)]
        return next((name for name in names if name in CALLS), None)
    if not isinstance(node, ast.Call):
        return None
    name = ast.unparse(node.func)
    options = {word.arg: ast.unparse(word.value) for word in node.keywords}
    if name in CALLS | BARE or name.endswith(".read_pickle"):  # of pandas
        return name
    if name == "yaml.load":
        given = options.get("Loader", ast.unparse(node.args[1]) if len(node.args) > 1 else "")
        return None if given.rpartition(".")[2] in SAFE_LOADERS else name
    if name == "torch.load":
        return None if options.get("weights_only") == "True" else name
    return name if options.get("allow_pickle") not in (None, "False") else None
