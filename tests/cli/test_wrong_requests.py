"""A wrong request: exit code 2, one line with field, value and remedy, and nothing written."""

from __future__ import annotations

from typing import ClassVar

import pytest

from tests.tiny import TINY

WRONG = {
    "method=mlpp": ("method=mlpp", "did you mean mlp?"),
    "dataset=digits02": ("dataset=digits02", "did you mean digits01?"),
    "benchmark=quickstar": ("benchmark=quickstar", "did you mean quickstart?"),
    "executor=slrum": ("executor=slrum", "slurm"),
    "dataset.train_size=900": ("dataset.train_size=900", "288"),
    "dataset.train_size=0": ("dataset.train_size=0", "from 1 up"),
    "dataset.train_size=-3": ("dataset.train_size=-3", "from 1 up"),
    "dataset.train_size=many": ("dataset.train_size=many", "from 1 up"),
    "dataset.train_size=1.5": ("dataset.train_size=1.5", "from 1 up"),
    "dataset.classes=[0,12]": ("dataset.classes=[0, 12]", "0, 1, 2"),
    "dataset.classes=[3,3]": ("dataset.classes=[3, 3]", "distinct"),
    "dataset.partition=half": ("dataset.partition=half", "leek"),
    "dataset.partition=beam": ("dataset.partition=beam", "leek"),
    "dataset.tran_size=10": ("dataset.tran_size=10", "did you mean dataset.train_size?"),
    "epochs=3": ("epochs=3", "no such field"),
    "method.epocs=3": ("method.epocs=3", "did you mean method.epochs?"),
    "method.epochs=0": ("epochs=0", "from 1 up"),
    "method.network.hiden=3": ("method.network.hiden=3", "did you mean method.network.hidden?"),
    "method.hidden=3": ("method.hidden=3", "did you mean method.network.hidden?"),
    "loss.smoothing=0.1": ("loss.smoothing=0.1", "did you mean loss.label_smoothing?"),
    "method.weight_decay=1": ("method.weight_decay=1", "method.optimizer.weight_decay?"),
    "foo.bar=1": ("foo.bar=1", "known: augmentation"),
    "+method.layers=3": ("method.layers=3", "mlp has no such field"),
    "split_seed=range(0)": ("split_seed=range(0)", "empty range"),
    "split_seed=range(3,3)": ("split_seed=range(3,3)", "empty range"),
    "split_seed=first": ("split_seed=first", "whole number"),
    "threads=0": ("threads=0", "from 1 to 256"),
    "executor.workers=0": ("executor.workers=0", "from 1 up"),
    "executor.gpus=-1": ("executor.gpus=-1", "from 1 up"),
    "executor.cells_per_gpu=0": ("executor.cells_per_gpu=0", "from 1 up"),
    "executor.wrokers=2": ("executor.wrokers", "did you mean executor.workers?"),
    "time_limit=-1": ("time_limit=-1", "seconds above 0"),
    "memory_limit=0": ("memory_limit=0", "megabytes above 0"),
    "memory_limit=lots": ("memory_limit=lots", "megabytes above 0"),
    "price_per_hour=-1": ("price_per_hour=-1", "0"),
    "lost_workers=0": ("lost_workers=0", "from 1 up"),
    "retry=always": ("retry=always", "failed"),
    "results_dir=7": ("results_dir=7", "folder"),
    "threads=100000": ("threads=100000", "256"),
    "trainer.devices=0": ("trainer.devices=0", "from 1 up"),
    "trainer.devices=[0,0]": ("trainer.devices=[0, 0]", "list of indices"),
    "trainer.devices=null": ("trainer.devices=None", "from 1 up"),
    "trainer.devices='2'": ("trainer.devices='2'", "from 1 up"),
    "trainer.devices=[]": ("trainer.devices=[]", "from 1 up"),
    "benchmark.name=slurm": ("benchmark.name=slurm", "another"),
    "trainer.accelerator=auto": ("trainer.accelerator=auto", "name it"),
    "trainer.precision=foo": ("trainer.precision=foo", "32-true"),
    "trainer.deterministic=maybe": ("trainer.deterministic=maybe", "true or false"),
    "method.version=null": ("method.version=None", "from 1 up"),
    "+foo=1": ("foo=1", "no such field"),
    "benchmark.name=../../evil": ("benchmark.name=../../evil", "letters"),
    "benchmark.name=records": ("benchmark.name=records", "another"),
    "dataset.name=null": ("dataset.name=None", "letters"),
    "~method": ("method=deleted", "left out"),
    "~benchmark.name": ("benchmark.name=deleted", "left out"),
    "method=[mlp]": ("method=['mlp']", "no such method"),
    "dataset.train_size=range(0,100,0)": ("dataset.train_size=range(0,100,0)", "sweep"),
    "dataset._target_=os.system": ("dataset._target_=os.system", "class"),
    "hydra.searchpath=foo": ("hydra.searchpath=foo", "no such folder"),
    "dataset.train_size=[": ("dataset.train_size=[", "name=value"),
    "hydra.searchpath=[file:///no/such/folder]": ("hydra.searchpath", "no such folder"),
}


@pytest.mark.parametrize("word", WRONG)
def test_one_line_names_field_value_and_remedy_and_nothing_is_written(word, scarce, results):
    words = ["dataset=digits01", "method=mlp"]
    words = [w for w in words if w.partition("=")[0] != word.partition("=")[0]]
    outcome = scarce("run", *words, word)
    lines = outcome.err.strip().splitlines()
    assert outcome.code == 2
    assert len(lines) == 1, outcome.err
    for part in WRONG[word]:
        assert part in lines[0]
    assert not results.exists()


@pytest.mark.parametrize(
    ("loss", "field"),
    [
        ("label_smoothing", "loss.label_smoothing=1.5"),
        ("cosine_cross_entropy", "loss.cross_entropy_weight=-1"),
        ("cosine_cross_entropy", "loss.momentum=2"),
        ("t_vmf", "loss.kappa=-3"),
        ("hierarchy_cosine", "loss.hierarchy=gone.txt"),
    ],
)
def test_a_value_that_a_loss_refuses_is_named_by_its_field(loss, field, scarce, results):
    outcome = scarce("run", "dataset=digits01", "method=mlp", f"loss={loss}", field)
    assert outcome.code == 2
    assert len(outcome.err.splitlines()) == 1
    assert outcome.err.startswith(f"scarce: {field}: ")
    assert not results.exists()


def test_a_tampered_mnist_file_is_named_with_both_checksums(scarce, tmp_path, results):
    for name in ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"):
        (tmp_path / f"{name}-ubyte").write_bytes(b"cut short")
    outcome = scarce("run", "dataset=mnist01", "method=leekasso", f"dataset.root={tmp_path}")
    assert outcome.code == 2
    assert len(outcome.err.strip().splitlines()) == 1
    assert outcome.err.count("sha256:") == 2
    assert f"{tmp_path}/train-images-idx3-ubyte" in outcome.err
    assert not results.exists()


def test_an_unwritable_results_folder_is_named(scarce, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    outcome = scarce("run", "dataset=digits01", "method=mlp", f"results_dir={blocked}/results")
    assert outcome.code == 2
    assert f"results_dir={blocked}/results" in outcome.err
    assert "cannot be written" in outcome.err


def test_an_option_of_another_executor_is_not_suggested(scarce):
    outcome = scarce("run", "dataset=digits01", "executor=serial", "executor.workers=2")
    assert outcome.code == 2
    assert "did you mean executor.workers" not in outcome.err


def test_a_plan_refuses_what_a_run_would_refuse(scarce):
    assert scarce("plan", "dataset=digits01", "executor.workers=abc").code == 2


@pytest.mark.parametrize("devices", ["null", "'2'", "[0,0]", "true"])
def test_a_plan_refuses_devices_that_no_key_can_be_made_of(devices, scarce):
    """null once ended in a traceback, and '2' in the key of one device."""
    outcome = scarce("plan", "dataset=digits01", "method=mlp", f"trainer.devices={devices}")
    assert outcome.code == 2
    assert "trainer.devices=" in outcome.err


@pytest.mark.parametrize("flags", [(), ("-m",)], ids=["run", "multirun"])
def test_a_limit_that_no_executor_keeps_is_refused_before_anything_is_written(
    flags, scarce, results
):
    """The manifest of the last run was once replaced, and Hydra's multirun told its stack."""
    words = ("dataset=digits01", "method=leekasso", "executor=serial", "time_limit=5")
    outcome = scarce("run", *flags, *words)
    assert outcome.code == 2
    assert outcome.err == "scarce: time_limit=5: executor=serial cannot stop a cell; use local\n"
    assert not results.exists()


def test_a_published_folder_that_cannot_be_written_is_named(scarce, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    scarce("run", *TINY, "method=leekasso", "split_seed=0")
    outcome = scarce("publish", f"published_dir={tmp_path}/file/published")
    assert outcome.code == 2
    assert "published_dir" in outcome.err


def test_a_report_without_results_says_which_run_is_needed(scarce):
    outcome = scarce("report", "benchmark=leek2017")
    assert outcome.code == 2
    assert "scarce run benchmark=leek2017" in outcome.err


def test_an_unknown_kind_to_list_suggests_the_nearest(scarce):
    outcome = scarce("list", "method")
    assert outcome.code == 2
    assert "did you mean methods?" in outcome.err


def test_merging_from_a_folder_without_records_says_so(scarce, tmp_path):
    outcome = scarce("merge", str(tmp_path))
    assert outcome.code == 2
    assert str(tmp_path) in outcome.err


def test_an_unknown_option_is_refused_by_name(scarce):
    assert scarce("plan", "--jsn").code == 2


class TestMethodFiles:
    """A method's YAML with a missing or misspelt field."""

    @pytest.fixture
    def method_file(self, tmp_path):
        def write(text: str) -> str:
            folder = tmp_path / "mine" / "method"
            folder.mkdir(parents=True)
            (folder / "mine.yaml").write_text(text)
            return f"hydra.searchpath=[file://{folder.parent}]"

        return write

    GOOD = """
name: mine
says: a small net
version: 1
_target_: models.neural.NeuralClassifier
inputs: unit
network: {_target_: models.networks.MLP, hidden: [8], activation: relu, dropout: 0.0}
optimizer: {_target_: torch.optim.Adam, lr: 0.001}
batch_size: 8
epochs: 2
"""

    FAULTS: ClassVar = {
        "epochs: 2": ("", "method.epochs=missing"),
        "version: 1": ("", "method.version=missing"),
        "says: a small net": ("", "method.says=missing"),
        "batch_size: 8": ("batchsize: 8", "did you mean batch_size?"),
        "hidden: [8]": ("hiden: [8]", "hiden"),
        "torch.optim.Adam": ("torch.optim.Adamm", "Adamm"),
        "models.neural.Neural": ("models.neural.Neurall", "Neurall"),
        "inputs: unit": ("inputs: units", "inputs=units"),
        "name: mine": ("name: [", "YAML"),
        "\nname: mine": ("\nname: other", "mine.yaml"),
        "models.neural.NeuralClassifier": ("sklearn.svm.SVC", "models.linear.LinearClassifier"),
    }

    @pytest.mark.parametrize("good", FAULTS)
    def test_is_refused_in_one_line(self, good, method_file, scarce, results):
        fault, expected = self.FAULTS[good]
        search = method_file(self.GOOD.replace(good, fault))
        outcome = scarce("run", "dataset=digits01", "method=mine", search)
        assert outcome.code == 2, outcome.out
        assert len(outcome.err.strip().splitlines()) == 1
        assert expected in outcome.err
        assert not results.exists()


@pytest.mark.parametrize("command", ["plan", "run", "claims", "publish", "key explain"])
def test_a_field_given_twice_is_refused_by_every_command(command, scarce):
    outcome = scarce(*command.split(), "threads=1", "threads=2")
    assert outcome.code == 2
    told = "given twice, as 1 before; for both, write threads=1,2"
    assert outcome.err == f"scarce: threads=2: {told}\n"
