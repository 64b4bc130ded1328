"""`scarce plan`: what is there, what is new, how long and how dear; nothing runs."""

from __future__ import annotations

from typing import ClassVar

import pytest

from benchmarks.grid.configs import CONF, opened
from benchmarks.grid.plan import make_plan
from benchmarks.grid.request import parse_request
from tests.tiny import TINY, last_of_each

GRID = (*TINY, "method=leekasso,logistic")


@pytest.fixture
def benchmark_file(tmp_path):
    """Writes a benchmark called `mine`; returns the words that choose it."""

    def write(grid: str, **files: str) -> tuple[str, ...]:
        for name, text in {"benchmark/mine": f"name: mine\nsays: a test\n{grid}", **files}.items():
            file = tmp_path / "conf" / f"{name}.yaml"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return f"hydra.searchpath=[file://{tmp_path}/conf]", "benchmark=mine"

    return write


class TestCounts:
    def test_are_given_by_every_group(self, scarce):
        scarce("run", *GRID, "split_seed=range(2)")
        groups = scarce("plan", "--json", *GRID, "split_seed=range(3)").json["groups"]
        assert groups["method"] == {
            "leekasso": {"done": 2, "pending": 1},
            "logistic": {"done": 2, "pending": 1},
        }
        assert groups["dataset"] == {"digits01": {"done": 4, "pending": 2}}
        assert groups["protocol"] == {"default": {"done": 4, "pending": 2}}

    def test_tell_methods_without_a_loss_apart(self, scarce):
        words = (*TINY, "method=leekasso,mlp", "split_seed=0")
        groups = scarce("plan", "--json", *words).json["groups"]
        assert groups["loss"] == {"-": {"pending": 1}, "cross_entropy": {"pending": 1}}

    def test_by_method_are_shown_always_and_by_others_where_there_is_a_choice(self, scarce):
        one = scarce("plan", *GRID, "split_seed=0").out
        assert "leekasso" in one
        assert "digits01" not in one
        assert "cross_entropy" not in one
        two = scarce("plan", *GRID[1:], "dataset=digits01,mnist01", "split_seed=0").out
        assert "digits01" in two

    def test_of_unavailable_cells_are_there_too(self, scarce, tmp_path, monkeypatch):
        monkeypatch.setenv("SCARCE_DATA", str(tmp_path))
        words = ("dataset=mnist01", "method=leekasso", "split_seed=0", f"dataset.root={tmp_path}")
        plan = scarce("plan", "--json", *words, "dataset.train_size=10").json
        assert plan["groups"]["dataset"] == {"mnist01": {"unavailable": 1}}


class TestNewCells:
    def test_are_unknown_before_the_first_run(self, scarce):
        plan = scarce("plan", "--json", *GRID, "split_seed=0").json
        assert plan["new"] == {"since_last_run": None, "cells": 2, "gone": 0}
        assert "no run yet" in scarce("plan", *GRID, "split_seed=0").out

    def test_are_those_that_the_last_run_did_not_have(self, scarce):
        scarce("run", *GRID, "split_seed=range(2)")
        plan = scarce("plan", "--json", *GRID, "split_seed=range(1,4)").json
        assert plan["new"] == {"since_last_run": 4, "cells": 6, "gone": 2}
        shown = scarce("plan", *GRID, "split_seed=range(1,4)").out
        assert "4 of 6 cells were not in the last run's grid; 2 of its cells are no longer" in shown

    def test_are_none_after_a_run(self, scarce):
        scarce("run", *GRID, "split_seed=0")
        plan = scarce("plan", "--json", *GRID, "split_seed=0").json
        assert plan["new"] == {"since_last_run": 0, "cells": 2, "gone": 0}

    def test_a_damaged_manifest_is_told_in_one_line(self, scarce, results):
        scarce("run", *GRID, "split_seed=0")
        (results / "quickstart" / "manifest.json").write_text("[")
        outcome = scarce("plan", *GRID, "split_seed=0")
        assert outcome.code == 2
        assert "manifest.json" in outcome.err
        assert len(outcome.err.strip().splitlines()) == 1


class TestEstimate:
    def test_is_learned_from_own_records(self, scarce, records):
        scarce("run", *GRID, "split_seed=range(3)")
        plan = scarce("plan", "--json", *GRID, "split_seed=range(6)").json
        spent = sum(record["timing"]["total"] for record in records().values())
        found = plan["estimate"]
        assert found["seconds"] == pytest.approx(spent)
        assert found["seconds"] == plan["predicted_seconds_on_one_worker"]
        assert found["low"] <= found["seconds"] <= found["high"]
        assert (found["known"], found["guessed"], found["unknown"]) == (1, 0, 0)
        assert found["learned_from"] == "6 records of this machine"

    def test_is_learned_from_cells_that_are_no_longer_planned(self, scarce):
        scarce("run", *GRID, "split_seed=range(3)")
        found = scarce("plan", "--json", *GRID, "split_seed=range(3,6)").json["estimate"]
        assert found["learned_from"] == "6 records of this machine"

    def test_says_how_much_is_guessed(self, scarce):
        scarce("run", *GRID, "split_seed=range(3)")
        words = last_of_each(*GRID, "split_seed=range(3,6)", "dataset.train_size=10,20")
        assert scarce("plan", "--json", *words).json["estimate"]["guessed"] == 0.5
        shown = scarce("plan", *words).out
        assert "50 % of the cells of a kind that was measured" in shown
        assert "50 % of the cells guessed from the nearest kind" in shown

    def test_is_not_made_up(self, scarce):
        plan = scarce("plan", "--json", *GRID, "split_seed=0").json
        assert plan["estimate"]["seconds"] is None
        assert plan["predicted_seconds_on_one_worker"] is None
        assert "no estimate yet" in scarce("plan", *GRID, "split_seed=0").out

    def test_shares_the_work_among_the_workers_of_the_executor(self, scarce):
        scarce("run", *GRID, "split_seed=range(3)")
        words = (*GRID[:2], GRID[-1], "split_seed=range(100)", "executor.workers=4")
        found = scarce("plan", "--json", *words).json["estimate"]
        assert found["workers"] == 4
        assert found["wall_seconds"] == pytest.approx(found["seconds"] / 4)
        assert "on 4 workers" in scarce("plan", *words).out

    def test_has_a_price_where_one_is_given(self, scarce):
        scarce("run", *GRID, "split_seed=range(3)")
        words = (*GRID, "split_seed=range(6)", "price_per_hour=7200")
        found = scarce("plan", "--json", *words).json["estimate"]
        assert found["price"] == pytest.approx(2 * found["seconds"])
        assert "by price_per_hour" in scarce("plan", *words).out

    @pytest.mark.parametrize("price", ["-1", "cheap", ".inf", "true"])
    def test_refuses_what_is_no_price(self, price, scarce):
        outcome = scarce("plan", *GRID, "split_seed=0", f"price_per_hour={price}")
        assert outcome.code == 2
        assert "price_per_hour=" in outcome.err
        assert len(outcome.err.strip().splitlines()) == 1

    def test_of_a_finished_grid_is_that_nothing_is_to_run(self, scarce):
        scarce("run", *GRID, "split_seed=0")
        assert "nothing to run" in scarce("plan", *GRID, "split_seed=0").out


@pytest.mark.parametrize("columns", [80, 200])
def test_lines_fit_the_terminal(columns, scarce, monkeypatch):
    scarce("run", *GRID, "split_seed=range(3)")
    monkeypatch.setenv("COLUMNS", str(columns))
    words = (*GRID, "split_seed=range(9)", "price_per_hour=2")
    assert max(map(len, scarce("plan", *words).out.splitlines())) <= columns


class TestBenchmarkFiles:
    GRID = """
grid:
  - dataset: digits01
    method: [leekasso, mlp]
    zip: {dataset.train_size: [10, 20], init_seed: [0, 1]}
    split_seed: range(3)
    exclude:
      - {method: mlp, dataset.train_size: 20}
"""

    def test_pair_axes_and_exclude_cells(self, benchmark_file, scarce):
        plan = scarce("plan", "--json", *benchmark_file(self.GRID)).json
        assert plan["methods"] == {"leekasso": {"pending": 6}, "mlp": {"pending": 3}}

    def test_are_run_as_planned(self, benchmark_file, scarce, records):
        words = (*benchmark_file(self.GRID), "executor=serial", "method=leekasso")
        assert scarce("run", *words).code == 0
        found = {
            (r["config"]["dataset"]["train_size"], r["config"]["init_seed"])
            for r in records().values()
        }
        assert found == {(10, 0), (20, 1)}

    WRONG: ClassVar = {
        "zip: {dataset.train_size: [10, 20], init_seed: [0]}": "benchmark.grid.zip=",
        "zip: 3": "benchmark.grid.zip=3",
        "exclude: [{method: cnn}]": "benchmark.grid.exclude={'method': 'cnn'}",
        "exclude: {method: mlp}": "benchmark.grid.exclude=",
        "exclude: [{loss: cross_entropy}]": "benchmark.grid.exclude=",
        "exclude: [{method: [mlp, leekasso]}]": "benchmark.grid=",
        "zip: {method: [mlp], split_seed: [1]}": "benchmark.grid=method: stated twice",
    }

    @pytest.mark.parametrize("line", WRONG)
    def test_with_a_wrong_grid_are_refused_in_one_line(self, line, benchmark_file, scarce):
        grid = f"grid:\n  - dataset: digits01\n    method: [mlp, leekasso]\n    {line}\n"
        outcome = scarce("plan", *benchmark_file(grid))
        assert outcome.code == 2
        assert self.WRONG[line] in outcome.err
        assert len(outcome.err.strip().splitlines()) == 1


class TestComposition:
    """Configurations are composed no more often than needed; what they say stays the same."""

    @pytest.fixture
    def planned(self, benchmark_file):
        def plan(grid: str, *words: str, **files: str) -> list[dict]:
            search, benchmark = benchmark_file(f"grid: [{grid}]", **files)
            folder = search.partition("=")[2].strip("[]")
            with opened([folder]) as configs:
                cells = make_plan(parse_request([benchmark, *words]), configs).cells
            return [cell.config for cell in cells]

        return plan

    OTHER = (CONF / "dataset" / "digits01.yaml").read_text().replace("digits01", "other")
    MINE = (CONF / "method" / "leekasso.yaml").read_text().replace("leekasso\n", "mine\n")
    CROSS = "{dataset: [digits01, other], method: [leekasso, mine], dataset.train_size: [10, 20]}"

    def test_gives_each_cell_the_blocks_of_its_choices(self, planned):
        other = self.OTHER.replace("[0, 1]", "[3, 5]")
        mine = self.MINE.replace("pixels: 10", "pixels: 5")
        configs = planned(self.CROSS, **{"dataset/other": other, "method/mine": mine})
        found = [(c["dataset"]["classes"][0], c["method"]["pixels"]) for c in configs]
        assert found == [(0, 10)] * 2 + [(0, 5)] * 2 + [(3, 10)] * 2 + [(3, 5)] * 2

    def test_follows_references_to_other_fields(self, planned):
        mine = self.MINE.replace("pixels: 10", "pixels: ${dataset.train_size}")
        configs = planned(self.CROSS, **{"dataset/other": self.OTHER, "method/mine": mine})
        sizes = {c["method"]["pixels"] for c in configs if c["method"]["name"] == "mine"}
        assert len(configs) == 2 * 2 * 2
        assert sizes == {10, 20}

    def test_keeps_what_a_file_says_of_another_group(self, planned):
        block = "\n".join(f"  {line}" for line in self.MINE.splitlines())
        mine = f"# @package _global_\nmethod:\n{block}\ndataset: {{stratified: true}}\n"
        configs = planned(self.CROSS, **{"dataset/other": self.OTHER, "method/mine": mine})
        assert len(configs) == 2 * 2 * 2
        for config in configs:
            assert config["dataset"]["stratified"] == (config["method"]["name"] == "mine")

    def test_applies_an_added_field_to_every_choice(self, planned):
        files = {"dataset/other": self.OTHER, "method/mine": self.MINE}
        configs = planned(self.CROSS, "++method.pixels=3", **files)
        assert [config["method"]["pixels"] for config in configs] == [3] * 8


def test_an_override_of_a_group_reaches_every_choice_of_it():
    """A shortcut once read the second method's file alone, as the first was changed by nothing."""
    words = ["dataset=digits01", "method=mlp,leek_net", "++method.epochs=200"]
    with opened([]) as configs:
        plan = make_plan(parse_request(words), configs)
    epochs = {cell.config["method"]["name"]: cell.config["method"]["epochs"] for cell in plan.cells}
    assert epochs == {"mlp": 200, "leek_net": 200}


def test_a_plan_names_what_is_damaged_and_how_failed_cells_run_again(scarce, results, records):
    scarce("run", *GRID, "split_seed=range(2)")
    key = min(records())
    (results / "records" / f"{key}.json").write_text("{")
    told = scarce("plan", *GRID, "split_seed=range(2)").out
    assert f"damaged record, its cell runs again: {key}.json" in told
    assert scarce("plan", "--json", *GRID, "split_seed=range(2)").json["damaged"]


class TestFieldsThatAFileLeavesAtTheirDefault:
    def test_can_be_set_and_change_the_key_of_a_cell(self, scarce):
        words = (*TINY, "method=mlp", "method.epochs=1", "split_seed=0")
        scarce("run", *words)
        assert scarce("plan", "--json", *words).json["done"] == 1
        assert scarce("plan", "--json", *words, "method.repeat_to=40").json["pending"] == 1

    def test_can_be_swept_within_an_inner_block(self, scarce):
        sweep = "method.optimizer.weight_decay=0.0,0.1"
        plan = scarce("plan", "--json", *TINY, "method=mlp", sweep, "split_seed=0")
        assert plan.code == 0, plan.err
        assert plan.json["pending"] == 2

    def test_are_suggested_for_a_misspelt_one(self, scarce):
        refused = scarce("plan", *TINY, "method=mlp", "method.repat_to=40")
        assert refused.code == 2
        assert "did you mean method.repeat_to?" in refused.err

    def test_that_a_benchmark_sets_are_those_of_its_own_choices_alone(self, scarce, benchmark_file):
        """Regression: `method=frozen` on a benchmark of fine-tuned nets was refused a field that
        its file does not state."""
        own = benchmark_file(
            "grid: [{dataset: digits01, dataset.train_size: 10, method: mlp, method.epochs: 1,"
            " method.repeat_to: 40, loss: cross_entropy, augmentation: none, split_seed: 0}]"
        )
        assert scarce("run", *own, "executor=serial").code == 0
        assert scarce("plan", "--json", *own, "method=mlp").json["done"] == 1
        other = ("method=cnn", "method.epochs=1")
        assert scarce("run", *TINY, *other, "split_seed=0").code == 0
        assert scarce("plan", "--json", *own, *other).json["done"] == 1
