"""Every file of every group runs through the real command line in a tiny setting."""

from __future__ import annotations

import pytest
import yaml

from benchmarks.grid.configs import CONF
from tests.clusters import needs_slurm
from tests.tiny import TINY

SHORT = {"leek_net": 1, "leek_net_sgd": 1, "leek_net_adam": 1, "mlp": 2, "mlp_table": 1, "cnn": 1}
SHORT |= {"minima_mlp": 1, "logistic_descent": 1, "mlp_descent": 1, "logistic_minibatch": 1}
SHORT |= {"mlp_pca_code": 2, "mlp_autoencoder_code": 2}
TRANSFER = ("frozen", "frozen_uncached", "last_blocks", "fine_tuned", "from_scratch")
TRANSFER += ("from_scratch_sgd", "barz2019", "brigato2022", "frozen_mlp")
SHORT |= dict.fromkeys(TRANSFER, 1)
SHORT |= {"resnet20": 1}
# With the benchmarks reviews72 in tests/cli/test_reviews.py, compare_texts in test_own_data.py.
OF_TEXTS = ("skip_gram", "random_embedding", "tfidf_logistic")
SMALL = ("backbone=efficientnet_lite0", "backbone.image_size=32")


def names(group: str) -> list[str]:
    return sorted(file.stem for file in (CONF / group).glob("*.yaml"))


def short(method: str) -> list[str]:
    return [f"method.epochs={SHORT[method]}"] if method in SHORT else []


def in_short(benchmark: str) -> tuple[str, ...]:
    """Benchmarks of estimators and small networks with estimators alone; others on small images."""
    if benchmark in ("quickstart", "leek2017", "beam2017"):
        return ("method=logistic,leekasso",)
    if benchmark.startswith("autoencoder"):
        return ("method=mlp", "method.epochs=1", "resampling=vae_samples", "resampling.updates=2")
    if benchmark == "cifar_plus":
        return ("method.epochs=1", "method.repeat_to=null", "augmentation=none")
    if benchmark == "convex":
        return ("method=logistic,linear_svm", "init_seed=range(2)")
    if benchmark == "minima":
        fields = ("method.epochs=1", "method.batch_size=16", "method.optimizer.lr=0.05")
        return ("dataset.partition=leek", "method=minima_mlp", *fields)
    if benchmark in ("compare", "compare_tables"):
        return ("method=logistic",)
    if benchmark == "smote":
        return ("method=decision_tree", "protocol.trials=2")
    if benchmark in ("barz2019_cub", "barz2019_small", "brigato2022_cub") or "cosine" in benchmark:
        return OF_LOSSES.get(benchmark, ())
    pooled = ["backbone.representation=pooled"] if benchmark == "raj2018_published" else []
    sampling = ("dataset.partition=leek", "augmentation=none", "method.epochs=1")
    return (*sampling, *SMALL, *pooled)


DEEP = ("raj2018", "raj2018_published", "distant", "barz2019_cub", "barz2019_small", "head_size")
DEEP += ("brigato2022_cub", "cosine_curve", "cosine_pretrained", "cosine_vs_tuned")
DEEP += ("half_time", "augmentation_ablation")

# Where losses are compared: two of them, and whatever makes a cell long made short.
NETWORK = ("method.epochs=1", "init_seed=0", "augmentation=none", *SMALL[1:])
PAIR, ONE_LOSS = "loss=cross_entropy,cosine", "loss=cross_entropy"
OF_DIGITS = ("dataset.partition=leek", "dataset.classes=[0,1]")  # not the birds of the file
ON_CPU = ("trainer=cpu", "dataset.partition=leek")
OF_LOSSES = {
    "barz2019_cub": (*NETWORK, *ON_CPU, "backbone=resnet18", PAIR),
    "barz2019_small": (*NETWORK, "dataset.partition=leek", PAIR),
    "brigato2022_cub": (*NETWORK, *ON_CPU, "backbone=resnet18", PAIR, "protocol.trials=2"),
    "cosine_vs_tuned": (*NETWORK, *OF_DIGITS, PAIR, "protocol.trials=2"),
    "cosine_curve": (*NETWORK, *OF_DIGITS, "method.repeat_to=null", ONE_LOSS),
    "cosine_pretrained": (*NETWORK, "dataset.partition=leek", PAIR, "backbone=efficientnet_lite0"),
    "cosine_easy": ("method=mlp", "method.epochs=1", PAIR),
}


@pytest.mark.parametrize(
    "method",
    [
        pytest.param(name, marks=pytest.mark.slow if name in TRANSFER else ())
        for name in names("method")
        if name not in OF_TEXTS
    ],
)
def test_method(method, scarce, records):
    words = ("split_seed=0", *short(method), *(SMALL if method in TRANSFER else ()))
    if method == "resnet20":  # an epoch takes the samples many times
        words = (*words, "method.repeat_to=null")
    if method == "mlp_autoencoder_code":
        words = (*words, "method.code.updates=2")
    if method == "small_cnn":  # needs more than 8 pixels
        words = (*words, "method.epochs=1", "method.network.channels=[4]")
    outcome = scarce("run", *TINY, f"method={method}", *words)
    assert outcome.code == 0, outcome.err
    assert [record["status"] for record in records().values()] == ["done"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "benchmark", [b for b in names("benchmark") if not b.startswith("compare")]
)
def test_benchmark_plans_as_its_file_stands(benchmark, scarce):
    outcome = scarce("plan", f"benchmark={benchmark}")
    assert outcome.code == 0, outcome.err
    assert benchmark in outcome.out


@pytest.mark.real_data
def test_benchmark_of_tables(scarce, results):
    """Their data sets are paired with sizes, so that none of the bundled ones can stand in."""
    words = ("dataset=phoneme", "dataset.train_size=500", *in_short("smote"), "executor=serial")
    outcome = scarce("run", "benchmark=smote", *words, "split_seed=0")
    assert outcome.code == 0, outcome.err
    table = (results / "smote" / "table.md").read_text()
    assert "Area under the ROC curve in % on phoneme" in table
    assert (results / "smote" / "report.html").is_file()


def by_length(benchmark: str):
    """Those that train a deep network are slow even so short."""
    marks = pytest.mark.slow if benchmark in DEEP else ()
    return pytest.param(benchmark, marks=marks)


@pytest.mark.parametrize(
    "benchmark",
    [by_length(b) for b in names("benchmark") if b not in ("compare_texts", "reviews72", "smote")],
)
def test_benchmark(benchmark, scarce, results):
    words = [*TINY, *in_short(benchmark), "split_seed=range(2)"]
    if benchmark in ("distant", "cosine_easy", "cifar_plus"):  # data sets paired with partitions
        kept = [word for word in words if not word.startswith(("dataset=", "dataset.partition"))]
        words = ["dataset=digits", *kept]
    outcome = scarce("run", f"benchmark={benchmark}", *words)
    assert outcome.code == 0, outcome.err
    assert (results / benchmark / "report.html").is_file()


@pytest.mark.parametrize("loss", names("loss"))
def test_loss(loss, scarce):
    words = ("method=mlp", "method.epochs=2", "split_seed=0")
    assert scarce("run", *TINY, *words, f"loss={loss}").code == 0


SLOW_EXECUTORS = {  # seconds to start
    "local": pytest.mark.slow,
    "ray": pytest.mark.slow,
    "slurm": (pytest.mark.slow, needs_slurm),
}


@pytest.mark.parametrize(
    "executor",
    [pytest.param(name, marks=SLOW_EXECUTORS.get(name, ())) for name in names("executor")],
)
def test_executor(executor, scarce):
    words = ("method=leekasso", "split_seed=range(2)", f"executor={executor}")
    assert scarce("run", *TINY[:2], *words).code == 0


@pytest.mark.parametrize("protocol", names("protocol"))
def test_protocol(protocol, scarce, results):
    scarce("run", *TINY, "method=leekasso", "split_seed=0", f"protocol={protocol}")
    assert f",{protocol}," in (results / "quickstart" / "table.csv").read_text()


def test_the_trainer_for_a_gpu_runs_or_says_that_there_is_none(scarce):
    import torch

    words = ("method=mlp", "method.epochs=2", "split_seed=0", "trainer=gpu")
    outcome = scarce("run", *TINY, *words)
    if torch.cuda.is_available():
        assert outcome.code == 0
    else:
        assert outcome.code == 2
        assert "trainer.accelerator=gpu" in outcome.err


def test_every_claim_has_a_verdict(scarce):
    claims = scarce("claims", "--json").json["claims"]
    assert {verdict["id"] for verdict in claims} == set(names("claim"))


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("partition", "tested"), {"leek": 2533, "beam": 1058, "official": 2115}.items()
)
def test_mnist_with_each_partition(partition, tested, scarce, records):
    words = ("method=leekasso", "split_seed=0", f"dataset.partition={partition}")
    outcome = scarce("run", "dataset=mnist01", *TINY[1:], *words)
    assert outcome.code == 0, outcome.err
    assert [record["metrics"]["test_samples"] for record in records().values()] == [tested]


def test_ten_classes_are_refused_by_the_methods_for_two(scarce):
    outcome = scarce("run", *TINY, "method=leekasso", "dataset.classes=null")
    assert outcome.code == 2
    assert "dataset.classes=[0,1]" in outcome.err


@pytest.mark.real_data
def test_all_ten_digits_by_option(scarce, records):
    words = ("method=logistic", "split_seed=0", "dataset.classes=null", "dataset.per_class=true")
    assert scarce("run", "dataset=mnist01", *TINY[1:], *words).code == 0
    (record,) = records().values()
    assert record["metrics"]["train_samples"] == 100


def test_every_file_says_what_it_is():
    for group in ("dataset", "method", "loss", "protocol", "trainer", "executor", "benchmark"):
        for name in names(group):
            content = yaml.safe_load((CONF / group / f"{name}.yaml").read_text())
            assert content["name"] == name
            assert len(content["says"]) > 10
