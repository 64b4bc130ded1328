"""`scarce verify`: which cells run again, and what is said of the others."""

from __future__ import annotations

import pytest

from benchmarks.execution.verification import wilson
from benchmarks.grid import data
from benchmarks.records.store import Store
from datasets.mnist import MNIST
from tests.cli.verify.tiny import (
    BENCHMARK,
    NET,
    cell,
    keep,
    key_of,
    statuses,
)


class TestACellThatIsNotPlannedAnyMore:
    def test_is_told_with_the_fields_that_differ_and_not_rerun(
        self, verify, finished, mine, records
    ):
        file = mine / "method" / "small_net.yaml"
        file.write_text(NET.replace("epochs: 2", "epochs: 3"))
        outcome = verify("cells=all", "--json")
        assert outcome.code == 0
        assert (outcome.json["identical"], outcome.json["stale"]) == (2, 2)
        for key, record in records().items():
            told = cell(outcome, key)
            stale = record["config"]["method"]["name"] == "small_net"
            assert told["status"] == ("stale" if stale else "identical")
            assert told["differences"] == ({"method.epochs": [2, 3]} if stale else {})
        shown = verify("cells=all").out
        assert "stale: small_net on digits01, 2 of its cells" in shown
        (line,) = (w for w in shown.splitlines() if w.startswith("method.epochs"))
        assert line.split() == ["method.epochs", "2", "3"]

    def test_is_told_where_the_grid_has_nothing_in_its_place(self, verify, finished, mine):
        (mine / "benchmark" / "tiny.yaml").write_text(BENCHMARK.replace("range(2)", "range(1)"))
        outcome = verify("cells=all", "--json")
        gone = [c for c in outcome.json["cells"] if c["status"] == "stale"]
        assert {c["split_seed"] for c in gone} == {1}
        assert {c["reason"] for c in gone} == {"not in today's grid"}
        assert outcome.json["identical"] == 2

    def test_alone_verifies_nothing(self, verify, finished, mine, records):
        file = mine / "method" / "small_net.yaml"
        file.write_text(NET.replace("version: 1", "version: 2"))
        names = {key: r["config"]["method"]["name"] for key, r in records().items()}
        (key, *_) = (key for key, name in names.items() if name == "small_net")
        outcome = verify(f"key={key}", "--json")
        assert outcome.code == 1
        assert statuses(outcome) == {key: "stale"}

    def test_is_unavailable_where_only_its_data_are_missing(
        self, scarce, mine, tiny, finished, monkeypatch, tmp_path
    ):
        """A record of data that this machine does not have: its configuration is today's."""
        (mine / "benchmark" / "tiny.yaml").write_text(BENCHMARK.replace("digits01", "mnist01"))
        record, predictions = Store(tmp_path / "results").read_whole(finished[0])
        planned = self.cells_without_mnist(tiny, monkeypatch, tmp_path)
        record["config"] = next(
            config
            for config in planned
            if config["method"]["name"] == record["config"]["method"]["name"]
            and config["split_seed"] == record["config"]["split_seed"]
        )
        record["key"] = key_of(record)
        keep(tmp_path / "results", record, predictions)
        outcome = scarce("verify", *tiny, f"key={record['key']}", "--json")
        assert outcome.code == 1
        told = cell(outcome, record["key"])
        assert told["status"] == "unavailable"
        assert "SCARCE_DATA" in told["reason"]

    def cells_without_mnist(self, tiny, monkeypatch, tmp_path):
        from benchmarks.grid.configs import opened
        from benchmarks.grid.plan import make_plan
        from benchmarks.grid.request import parse_request

        data.forget()
        monkeypatch.delenv("SCARCE_DATA", raising=False)
        monkeypatch.setenv("SCARCE_CACHE", str(tmp_path / "cache"))
        monkeypatch.setattr(MNIST, "mirrors", ("http://127.0.0.1:9/",))
        request = parse_request([*tiny])
        with opened(list(request.folders)) as configs:
            return [cell.config for cell in make_plan(request, configs).unavailable]


class TestHowManyAndWhich:
    def test_the_number_asked_for(self, verify, finished):
        told = verify("cells=2", "--json").json
        assert len(told["cells"]) == told["identical"] == 2

    def test_all_where_there_are_no_more_and_that_is_said(self, verify, finished):
        outcome = verify("cells=9")
        assert "fewer than 9 can be rerun: these are all" in outcome.out
        assert "4 identical" in outcome.out

    def test_one_by_the_beginning_of_its_key(self, verify, finished):
        assert statuses(verify(f"key={finished[2][:10]}", "--json")) == {finished[2]: "identical"}

    @pytest.mark.parametrize("count", ["0", "-1", "1.5", "some", "", "²"])
    def test_a_number_that_is_none_is_refused(self, count, verify):
        outcome = verify(f"cells={count}")
        assert outcome.code == 2
        assert outcome.err == f"scarce: cells={count}: give a whole number from 1 up, or all\n"

    @pytest.mark.parametrize(
        ("word", "remedy"),
        [("key=ffffffff", "no such key"), ("key=abc", "4 digits"), ("key=", "neither")],
    )
    def test_a_key_that_is_none_is_refused(self, word, remedy, verify, finished):
        outcome = verify(word)
        assert outcome.code == 2
        assert remedy in outcome.err
        assert len(outcome.err.strip().splitlines()) == 1

    def test_a_number_beside_a_key_is_refused(self, verify):
        assert "key= names one cell" in verify("cells=2", "key=abcdef").err


def test_without_finished_cells_the_command_that_makes_them_is_named(verify, results):
    outcome = verify()
    assert outcome.code == 2
    assert "scarce run benchmark=tiny" in outcome.err
    assert not results.exists()


def test_failed_cells_are_not_rerun(verify, scarce, tiny, mine, records):
    diverging = NET.replace("lr: 0.01", "lr: 1.0e+30").replace("epochs: 2", "epochs: 50")
    (mine / "method" / "small_net.yaml").write_text(diverging)
    assert scarce("run", *tiny).code == 1
    told = statuses(verify("cells=all", "--json"))
    done = [key for key, record in records().items() if record["status"] == "done"]
    assert told.keys() == set(done)
    assert len(done) == 2


@pytest.mark.parametrize("word", ["split_seed=0", "method=moody", "method.epochs=3", "threads=2"])
def test_a_changed_grid_is_refused(word, verify):
    outcome = verify(word)
    assert outcome.code == 2
    assert word in outcome.err


def test_the_interval_is_wilsons():
    low, high = wilson({"accuracy": 1.0, "test_samples": 72})
    assert low == pytest.approx(72 / (72 + 1.959964**2))
    assert high == 1.0


def test_an_accuracy_that_is_no_share_of_the_samples_is_taken_to_the_nearest_one():
    assert wilson({"accuracy": 0.5001, "test_samples": 72}) == wilson(
        {"accuracy": 0.5, "test_samples": 72}
    )


@pytest.mark.parametrize(
    "word", ["executor=slurm", "time_limit=1", "memory_limit=1", "retry=failed"]
)
def test_settings_of_runs_are_refused_not_ignored(word, scarce):
    outcome = scarce("verify", "benchmark=quickstart", word)
    assert outcome.code == 2
    assert f"{word}: verify reruns in this process; leave this out" in outcome.err
