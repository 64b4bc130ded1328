"""`protocol=tuned`: searched on validation samples, trained on all, tested once."""

from __future__ import annotations

import pytest

from benchmarks.grid import data
from tests.tiny import TINY, last_of_each

TUNED = (*TINY, "dataset.train_size=12", "protocol=tuned", "protocol.trials=5")
MLP = (*TUNED, "method=mlp", "method.epochs=4", "split_seed=0")


def parts(records):
    """Records of trials and of tested cells."""
    tested = [r for r in records.values() if r["config"]["protocol"].get("stage") != "trial"]
    return [r for r in records.values() if r not in tested], tested


def test_trials_are_records_and_their_winner_is_tested(scarce, records):
    outcome = scarce("run", *MLP, "init_seed=range(2)")
    assert outcome.code == 0, outcome.err
    trials, tested = parts(records())
    assert len(trials) == 5 + 2
    assert len(tested) == 2
    assert {r["config"]["init_seed"] for r in tested} == {0, 1}
    rungs = [r["config"]["protocol"]["rung"] for r in trials]
    assert (rungs.count(0), rungs.count(1)) == (5, 2)
    last = [r for r in trials if r["config"]["protocol"]["rung"] == 1]
    best = max(last, key=lambda r: (r["metrics"]["accuracy"], -r["config"]["protocol"]["trial"]))
    for record in tested:
        assert record["config"]["method"]["optimizer"] == best["config"]["method"]["optimizer"]
        assert record["config"]["method"]["epochs"] == 4
        assert record["metrics"]["train_samples"] == 12


def test_no_trial_sees_a_test_sample(scarce, records, results):
    """Trials learn from and are judged on training samples of their split alone."""
    from benchmarks.records.store import Store

    scarce("run", *MLP)
    trials, tested = parts(records())
    config = tested[0]["config"]
    split = data.split(config["dataset"], 0)
    store = Store(results)
    for trial in trials:
        index = store.predictions(trial["key"])["test_index"]
        assert set(index) <= set(split.train)
        assert not set(index) & set(split.test)
        assert trial["metrics"]["train_samples"] + len(index) == 12


class Peeker:
    """A learner that looks at the test images."""

    score_kind = "decision"

    def __init__(self, depth: int):
        self.depth = depth

    def scores(self, images):
        raise NotImplementedError

    def fit(self, data, seed):
        return data.test_inputs


def test_a_method_that_looks_at_test_images_is_stopped(scarce, records, tmp_path):
    file = tmp_path / "mine" / "method" / "peeker.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(
        "name: peeker\nsays: it peeks\nversion: 1\n_target_: tests.cli.test_tuned.Peeker\n"
        "depth: 1\nsearch:\n  depth: [1, 2]\n"
    )
    mine = f"hydra.searchpath=[file://{tmp_path / 'mine'}]"
    for protocol in ("protocol=tuned", "protocol=default"):
        words = [word for word in TUNED if not word.startswith("protocol")]
        outcome = scarce("run", *words, protocol, "method=peeker", "split_seed=0", mine)
        assert outcome.code == 1
        assert "a learner is given the training samples alone" in outcome.out
    assert {record["error"]["type"] for record in records().values()} == {"OutOfReach"}


def test_tables_show_what_was_tested_and_no_trial(scarce):
    outcome = scarce("run", *MLP)
    (line,) = [line for line in outcome.out.splitlines() if line.startswith("mlp")]
    assert line.split()[1] == "1"  # one run


def test_an_interrupted_search_goes_on_to_the_same_end(scarce, records, results):
    scarce("run", *MLP)
    whole = records()
    trials, _ = parts(whole)
    for record in [*trials[::2], *parts(whole)[1]]:
        (results / "records" / f"{record['key']}.json").unlink()
    scarce("run", *MLP)
    again = records()
    assert again.keys() == whole.keys()
    for key, record in whole.items():
        assert again[key]["metrics"] == record["metrics"]
        assert again[key]["predictions"] == record["predictions"]


def test_more_trials_keep_those_that_were_run(scarce, records):
    scarce("run", *MLP)
    first = {key for key, r in records().items() if r["config"]["protocol"].get("rung") == 0}
    words = [word for word in MLP if not word.startswith("protocol.trials")]
    scarce("run", *words, "protocol.trials=7")
    rung = [r for r in records().values() if r["config"]["protocol"].get("rung") == 0]
    assert len(rung) == 7
    assert first <= {r["key"] for r in rung}


def test_the_plan_counts_what_is_still_to_be_decided(scarce):
    words = (*TUNED, "method=mlp,logistic", "split_seed=range(2)", "init_seed=range(3)")
    before = scarce("plan", *words, "--json").json
    assert before["total"] == before["pending"] == 2 * (5 + 2 + 3) + 2 * (5 + 3)
    assert before["methods"]["mlp"] == {"pending": 20}


def test_training_that_diverges_is_an_answer_of_a_trial(scarce, records):
    words = [word for word in MLP if not word.startswith("method.epochs")]
    words += ["method.epochs=12", "method.inputs=raw", "method.optimizer.lr=1e20"]
    outcome = scarce("run", *words)
    assert outcome.code == 0, outcome.err
    trials, tested = parts(records())
    diverged = [r for r in trials if "Diverged" in r["notes"].get("nothing_learned", "")]
    assert {r["config"]["protocol"]["trial"] for r in diverged} == {0}
    assert tested[0]["config"]["protocol"]["chosen_trial"] != 0


class OutOfMemory(Peeker):
    """A learner whose device gives it no memory, as PyTorch says it."""

    def fit(self, data, seed):
        import torch

        raise torch.OutOfMemoryError("CUDA out of memory")


def test_what_a_device_raises_is_no_answer_of_a_trial(scarce, records, tmp_path):
    """It once made the trial the last of its search, for good."""
    file = tmp_path / "mine" / "method" / "without_memory.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(
        "name: without_memory\nsays: it has no memory\nversion: 1\n"
        "_target_: tests.cli.test_tuned.OutOfMemory\ndepth: 1\nsearch:\n  depth: [1, 2]\n"
    )
    mine = f"hydra.searchpath=[file://{tmp_path / 'mine'}]"
    outcome = scarce("run", *TUNED, "method=without_memory", "split_seed=0", mine)
    assert outcome.code == 1
    assert {record["status"] for record in records().values()} == {"failed"}
    assert {record["error"]["type"] for record in records().values()} == {"OutOfMemoryError"}


def test_settings_that_cannot_be_trained_with_lose(scarce, records, tmp_path):
    """Regression: nine neighbours of eight samples left the method without any result."""
    file = tmp_path / "mine" / "method" / "neighbours.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(
        "name: neighbours\nsays: nearest neighbours\nversion: 1\n"
        "_target_: models.linear.LinearClassifier\ninputs: unit\n"
        "estimator: {_target_: sklearn.neighbors.KNeighborsClassifier, n_neighbors: 1}\n"
        "search:\n  estimator.n_neighbors: [1, 3, 50]\n"
    )
    words = [word for word in TUNED if not word.startswith("protocol.trials")]
    mine = f"hydra.searchpath=[file://{tmp_path / 'mine'}]"
    outcome = scarce("run", *words, "method=neighbours", "split_seed=0", mine)
    assert outcome.code == 0, outcome.err
    trials, (tested,) = parts(records())
    assert len(trials) == 3  # all that the list has
    assert tested["config"]["method"]["estimator"]["n_neighbors"] in (1, 3)


def test_the_report_calls_no_trial_a_lost_cell(scarce, results):
    scarce("run", *MLP)
    page = (results / "quickstart" / "report.html").read_text()
    assert '"lost":{}' in page


def test_what_could_be_searched_changes_no_key_of_another_protocol(scarce, records):
    scarce("run", *TINY, "method=logistic", "split_seed=0")
    (record,) = records().values()
    assert "search" not in record["config"]
    assert "search" not in record["config"]["method"]


def test_a_search_verifies(scarce):
    scarce("run", *MLP)
    scarce("run", "benchmark=quickstart", *MLP)
    explained = scarce("key", "explain", *MLP)
    assert explained.code == 2  # several cells: the trials


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("protocol.trials=0",), "protocol.trials=0: a whole number from 1 up"),
        (("protocol.validation=13",), "12 training samples; ask for at most 12 folds"),
        (("init_seed=[]",), "init_seed"),
    ],
)
def test_wrong_budgets_are_told_in_one_line(scarce, words, told):
    given = [w for w in MLP if w.split("=")[0] not in {word.split("=")[0] for word in words}]
    outcome = scarce("plan", *given, *words)
    assert outcome.code == 2
    assert told in outcome.err
    assert outcome.err.count("\n") == 1


def test_a_field_of_one_protocol_is_not_asked_of_the_others(scarce):
    words = [word for word in MLP if not word.startswith("protocol")]
    both = "protocol=default,tuned"
    assert (
        scarce("plan", *words, both, "protocol.trials=5", "--json").json["total"] == 1 + 5 + 2 + 1
    )
    refused = scarce("plan", *words, both, "protocol.trails=5")
    assert refused.code == 2
    assert "no protocol here has such a field; did you mean protocol.trials?" in refused.err


def test_trials_are_judged_by_the_metric_of_the_protocol(scarce, records, results):
    """AUROC of the validation samples, as the measure of tables has it; the best one is tested."""
    from benchmarks.evidence.metrics import auroc
    from benchmarks.records.store import Store

    words = [*TUNED, "dataset.train_size=24", "method=logistic", "split_seed=0"]
    words.remove("dataset.train_size=12")
    assert scarce("run", *words, "protocol.metric=auroc").code == 0
    trials, (tested,) = parts(records())
    store = Store(results)
    for trial in trials:
        arrays = store.predictions(trial["key"])
        expected = auroc(arrays["labels"], arrays["scores"]).value
        assert trial["metrics"]["auroc"] == pytest.approx(expected)
    best = max(trials, key=lambda r: (r["metrics"]["auroc"], -r["config"]["protocol"]["trial"]))
    assert tested["config"]["method"] == best["config"]["method"]
    assert "auroc" not in tested["metrics"]


def test_a_search_by_accuracy_has_the_same_cells_whether_it_says_so_or_not(scarce):
    scarce("run", *MLP)
    plan = scarce("plan", "--json", *last_of_each(*MLP, "protocol.metric=accuracy")).json
    assert plan["pending"] == 0
    plan = scarce("plan", "--json", *last_of_each(*MLP, "protocol.metric=auroc")).json
    assert plan["done"] == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("protocol.metric=aurok",), "protocol.metric=aurok: did you mean auroc?"),
        (("protocol.metric=null",), "protocol.metric=None: known: accuracy, auroc"),
    ],
)
def test_a_wrong_metric_of_a_search_is_refused(words, told, scarce):
    refused = scarce("plan", *MLP, *words)
    assert refused.code == 2
    assert told in refused.err


def test_a_setting_that_no_estimator_takes_is_refused_before_anything_runs(scarce, tmp_path):
    file = tmp_path / "mine" / "method" / "stump.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(
        "name: stump\nsays: a tree\nversion: 1\n_target_: models.linear.LinearClassifier\n"
        "inputs: raw\nestimator:\n  _target_: sklearn.tree.DecisionTreeClassifier\n"
        "  max_depth: 1\nsearch:\n  estimator.max_depth: [1, -3]\n"
    )
    mine = f"hydra.searchpath=[file://{tmp_path / 'mine'}]"
    refused = scarce("run", *TUNED, "method=stump", "split_seed=0", mine)
    assert refused.code == 2
    assert "max_depth" in refused.err
