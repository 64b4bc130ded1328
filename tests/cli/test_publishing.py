"""What is published: the benchmark as its file states it, and what is told beside other results."""

from __future__ import annotations

import json

import pytest

from benchmarks.grid import data
from benchmarks.grid.configs import PROJECT
from benchmarks.records import archive
from datasets.bundled import Bundled
from datasets.errors import DataUnavailable
from tests.tiny import TINY

GRID = (*TINY, "method=leekasso,logistic", "split_seed=range(3)")


def test_published_results_never_stand_in_for_a_run(scarce, published, results):
    scarce("run", *GRID)
    scarce("publish", "benchmark=quickstart")
    fresh = scarce("run", *GRID, f"results_dir={results.parent / 'fresh'}")
    assert "6 to run" in fresh.out


def test_a_run_ends_with_how_far_it_agrees_with_the_published(scarce, published, tmp_path):
    scarce("run", *GRID)
    scarce("publish", "benchmark=quickstart")
    fresh = scarce("run", *GRID, f"results_dir={tmp_path / 'fresh'}")
    assert "Cells also published: 6; identical accuracy: 6" in fresh.out


def test_a_partial_publication_says_so(scarce, published, records, results):
    scarce("run", *GRID)
    lost = next(iter(records()))
    (results / "records" / f"{lost}.json").unlink()
    scarce("publish", "benchmark=quickstart")
    assert "partial: 5 of 720 cells" in (published / "quickstart" / "table.md").read_text()


def test_a_narrowed_run_does_not_narrow_what_is_published(scarce, published, results):
    scarce("run", *GRID)
    scarce("run", *GRID[:-1], "split_seed=0")
    scarce("publish", "benchmark=quickstart")
    assert "partial: 6 of 720 cells" in (published / "quickstart" / "report.html").read_text()


def test_a_changed_grid_is_not_published_under_the_benchmarks_name(scarce, published):
    scarce("run", *GRID)
    outcome = scarce("publish", "benchmark=quickstart", "split_seed=0")
    assert outcome.code == 2
    assert not list(published.iterdir())


def test_the_own_report_says_by_what_its_grid_was_changed(scarce, results):
    scarce("run", *GRID)
    report = (results / "quickstart" / "report.html").read_text()
    assert "method=leekasso,logistic" in report


def in_archive(published, name) -> dict[str, str]:
    """When each published cell was run, by key."""
    records = archive.read_records(published / name / archive.FILE)
    return {record["key"]: json.dumps(record, sort_keys=True) for record in records}


def test_publishing_few_cells_once_replaced_the_many_published_ones(scarce, published, tmp_path):
    """Regression: 14 of 720 cells took the place of all 720 without a word."""
    scarce("run", *GRID)
    scarce("publish", "benchmark=quickstart")
    before = in_archive(published, "quickstart")
    fresh = f"results_dir={tmp_path / 'fresh'}"
    scarce("run", *TINY, "method=logistic", "split_seed=0", fresh)
    outcome = scarce("publish", "benchmark=quickstart", fresh)
    assert "5 records that were published before are kept\n" in outcome.out
    assert "partial: 6 of 720 cells" in outcome.out
    after = in_archive(published, "quickstart")
    assert after.keys() == before.keys()
    assert sum(after[key] != before[key] for key in before) == 1, "the own record wins"
    merged = scarce("merge", "published", f"results_dir={tmp_path / 'merged'}")
    assert "6 records taken" in merged.out
    assert "damaged" not in merged.out


def test_damaged_published_records_are_replaced_by_a_whole_grid_alone(scarce, published, tiny):
    scarce("run", *tiny, "executor=serial", "split_seed=0")
    (published / "tiny").mkdir(parents=True)
    (published / "tiny" / "manifest.json").write_text("{")
    refused = scarce("publish", *tiny)
    assert refused.code == 2
    assert "manifest.json: not readable" in refused.err
    scarce("run", *tiny, "executor=serial")
    assert scarce("publish", *tiny).code == 0
    assert len(in_archive(published, "tiny")) == 8


BENCHMARK = """
name: tiny
says: one method ahead of another on ten digits
grid:
  - {dataset: digits01, dataset.train_size: 10, method: [logistic, leekasso], split_seed: range(4)}
"""
CLAIM = """
id: tiny_claim
sentence: logistic regression beats ten pixels
source: {author: A Test, title: T, where: here, date: "2026-01-01", confirmed: read}
benchmarks: [tiny]
datasets: [digits01]
parts:
  - id: ahead
    says: ahead
    deciding: true
    contrast: [logistic, leekasso]
    expect: {greater_than: 0}
rule: the interval lies above 0
"""


@pytest.fixture
def tiny(tmp_path):
    """A benchmark and a claim of the user's own, on Hydra's search path."""
    for group, name, text in (("benchmark", "tiny", BENCHMARK), ("claim", "tiny_claim", CLAIM)):
        folder = tmp_path / "mine" / group
        folder.mkdir(parents=True)
        (folder / f"{name}.yaml").write_text(text)
    return (f"hydra.searchpath=[file://{tmp_path}/mine]", "benchmark=tiny")


def tiny_claim(outcome) -> dict:
    (found,) = (c for c in outcome.json["claims"] if c["id"] == "tiny_claim")
    return found


def test_claims_show_own_results_before_published_ones(scarce, published, tmp_path, tiny):
    assert tiny_claim(scarce("claims", "--json", *tiny))["verdict"] == "not-run"
    scarce("run", *tiny, "executor=serial")
    scarce("publish", *tiny)
    own = tiny_claim(scarce("claims", "--json", *tiny))
    elsewhere = f"results_dir={tmp_path / 'nothing'}"
    theirs = tiny_claim(scarce("claims", "--json", *tiny, elsewhere))
    assert (own["results"], theirs["results"]) == ("own", "published")
    assert own["pairs"] == theirs["pairs"] == 4


def test_published_cells_that_left_the_grid_are_dropped_and_told(scarce, published, tmp_path, tiny):
    scarce("run", *tiny, "executor=serial")
    scarce("publish", *tiny)
    smaller = BENCHMARK.replace("range(4)", "range(2)")
    (tmp_path / "mine" / "benchmark" / "tiny.yaml").write_text(smaller)
    told = scarce("publish", *tiny).out
    why = "of cells that are not in the grid any more"
    assert f"4 records that were published before are dropped: {why}\n" in told
    assert len(in_archive(published, "tiny")) == 4


def test_published_cells_whose_data_are_not_here_are_not_lost(
    scarce, published, tmp_path, tiny, monkeypatch
):
    """Without the data no key can be told, and they would seem to have left the grid."""
    more = BENCHMARK + "  - {dataset: wine, method: logistic_table, split_seed: range(2)}\n"
    (tmp_path / "mine" / "benchmark" / "tiny.yaml").write_text(more)
    assert scarce("run", *tiny, "executor=serial").code == 0
    scarce("publish", *tiny)
    before = in_archive(published, "tiny")
    assert len(before) == 10

    def gone(self):
        raise DataUnavailable("wine: gone", "get it")

    monkeypatch.setattr(Bundled, "load", gone)
    data.forget()
    outcome = scarce("publish", *tiny)
    assert outcome.code == 2
    assert "benchmark=tiny: 2 of the published records would be lost: their data" in outcome.err
    assert in_archive(published, "tiny") == before


def test_a_published_folder_that_is_not_there_is_refused_where_it_is_read(scarce, tmp_path, tiny):
    """Regression: /nope was read as if nothing were published, without a word."""
    told = f"scarce: published_dir={tmp_path / 'nope'}: no such folder;"
    nowhere = told.removeprefix("scarce: ").partition(":")[0]
    for command in ("table", "claims", "run", "plan", "report", "merge published"):
        outcome = scarce(*command.split(), *tiny, nowhere)
        assert outcome.code == 2
        assert outcome.err.startswith(told)


def test_a_changed_grid_never_speaks_for_the_claim(scarce, published, tiny):
    scarce("run", *tiny, "executor=serial")
    changed = scarce("run", *tiny, "executor=serial", "split_seed=range(9,11)")
    assert "note: not the benchmark's own grid" in changed.out
    assert tiny_claim(scarce("claims", "--json", *tiny))["pairs"] == 4


def test_a_reduced_scale_is_told_with_every_number(scarce, published, results, tmp_path, tiny):
    reduced = BENCHMARK.replace("grid:", "reduced: four draws where the source has forty\ngrid:")
    (tmp_path / "mine" / "benchmark" / "tiny.yaml").write_text(reduced)
    told = "reduced scale: four draws where the source has forty"
    assert told in " ".join(scarce("run", *tiny, "executor=serial").out.split())
    assert told in scarce("table", *tiny).out
    scarce("publish", *tiny)
    for folder in (results / "tiny", published / "tiny"):
        for name in ("table.md", "table.tex", "table.csv", "claims.md", "claims.json"):
            assert told in (folder / name).read_text(), name
        assert told in (folder / "report.html").read_text()
    assert told in tiny_claim(scarce("claims", "--json", *tiny))["caveats"]


def test_what_is_reduced_is_stated_in_words(scarce, tmp_path, tiny):
    reduced = BENCHMARK.replace("grid:", "reduced: 4\ngrid:")
    (tmp_path / "mine" / "benchmark" / "tiny.yaml").write_text(reduced)
    refused = scarce("plan", *tiny)
    assert refused.code == 2
    assert "benchmark.reduced=4: say in a line what is smaller than in the source" in refused.err


def test_a_report_is_of_the_whole_grid_again(scarce, results, tiny):
    scarce("run", *tiny, "executor=serial")
    whole = (results / "tiny" / "table.csv").read_text()
    scarce("run", *tiny, "executor=serial", "method=logistic")
    assert (results / "tiny" / "table.csv").read_text() != whole
    scarce("report", *tiny)
    assert (results / "tiny" / "table.csv").read_text() == whole


def test_a_method_with_other_settings_is_not_held_against_the_published_one(scarce, tiny):
    scarce("run", *tiny, "executor=serial")
    scarce("publish", *tiny)
    changed = (*tiny, "executor=serial", "method=logistic", "method.estimator.C=0.1")
    assert "Rows also published: 0" in scarce("run", *changed).out


def test_a_verdict_on_a_changed_grid_says_so_first(scarce, results, tiny):
    scarce("run", *tiny, "executor=serial", "split_seed=range(2)")
    (claim,) = json.loads((results / "tiny" / "claims.json").read_text())["claims"]
    assert "split_seed=range(2)" in claim["caveats"][0]


def test_nothing_published_names_a_folder_of_this_machine(scarce, published, tmp_path):
    scarce("run", *GRID)
    scarce("publish", "benchmark=quickstart")
    here = [str(folder).encode() for folder in (tmp_path, published, PROJECT)]
    for file in (path for path in published.rglob("*") if path.is_file()):
        assert not [folder for folder in here if folder in file.read_bytes()], file


def test_a_damaged_published_archive_does_not_keep_a_plan_from_its_estimate(
    scarce, published, tmp_path
):
    scarce("run", *TINY, "method=logistic", "split_seed=range(2)")
    scarce("publish", "benchmark=quickstart")
    archive = published / "quickstart" / "records.parquet"
    archive.write_bytes(archive.read_bytes()[:-30])
    outcome = scarce("plan", *GRID, "--json", f"results_dir={tmp_path / 'fresh'}")
    assert outcome.code == 0
    assert outcome.json["pending"] == 6
    assert "damaged, no times learned from it" in outcome.err
    assert str(archive) in outcome.err


def test_a_run_answers_without_published_results_that_are_damaged(scarce, published, results):
    scarce("run", *TINY, "method=logistic", "split_seed=0")
    folder = published / "quickstart"
    folder.mkdir(parents=True)
    manifest = json.loads((results / "quickstart" / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "records.parquet").write_bytes(b"PAR1")
    outcome = scarce("run", *TINY, "method=logistic", "split_seed=0")
    assert outcome.code == 0
    assert "no published results to compare with: archive=" in outcome.out


def test_published_records_without_their_manifest_are_damaged(scarce, published, tiny):
    """Regression: they counted for nothing, and a part of the grid took their place."""
    scarce("run", *tiny, "executor=serial", "split_seed=0,1")
    scarce("publish", *tiny)
    (published / "tiny" / "manifest.json").unlink()
    before = in_archive(published, "tiny")
    outcome = scarce("publish", *tiny)
    assert outcome.code == 2
    assert "manifest.json: not there, beside records.parquet" in outcome.err
    assert in_archive(published, "tiny") == before


def test_what_is_published_without_figures_says_so(scarce, published):
    scarce("run", *GRID)
    assert "(without figures; figures=all draws them)" in scarce("publish").out
    assert not list(published.glob("quickstart/**/*.png"))
    assert "without figures" not in scarce("publish", "figures=all").out
    drawn = list(published.glob("quickstart/**/*.png"))
    assert drawn
    outcome = scarce("publish")
    assert outcome.code == 2
    assert "figures=none: figures are published already and would be lost" in outcome.err
    assert list(published.glob("quickstart/**/*.png")) == drawn
