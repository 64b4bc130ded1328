"""Training samples enlarged by generated images, from the command line to the report."""

from __future__ import annotations

import json

import numpy as np
import pytest

from benchmarks.records.archive import read_archive, write_archive
from benchmarks.records.store import Store
from tests.tiny import last_of_each

TINY = ("executor=serial", "method=mlp", "method.epochs=1", "dataset.train_size=10")
DIGITS = ("dataset=digits01", *TINY)
SHORT = ("resampling.updates=2", "resampling.channels=4")
KEPT = "generated"
PUBLISHED = {"test_index", "labels", "predicted", "scores"}


@pytest.fixture
def arrays(results):
    """`arrays(record)`: what lies beside a record."""
    return lambda record: Store(results).predictions(record["key"])


@pytest.mark.parametrize("resampling", ["vae_samples", "gan_samples"])
def test_a_cell_learns_from_generated_images_with_as_many_updates(
    resampling, scarce, records, arrays
):
    words = ("split_seed=0", f"resampling={resampling}", *SHORT, "resampling.ratio=2")
    outcome = scarce("run", *DIGITS, *words)
    assert outcome.code == 0, outcome.err
    (record,) = records().values()
    assert record["status"] == "done"
    assert record["config"]["resampling"]["ratio"] == 2
    assert record["metrics"]["train_samples"] == 10
    assert len(record["history"]["train_loss"]) == 1
    kept = arrays(record)
    assert kept[KEPT].dtype == np.uint8
    assert kept[KEPT].shape == (8, 1, 8, 8)
    assert kept["generated_labels"].tolist() == [0, 0, 0, 0, 1, 1, 1, 1]


def test_only_the_first_draw_keeps_pictures_and_none_are_published(
    scarce, records, arrays, results
):
    words = ("split_seed=range(2)", "resampling=vae_samples", *SHORT)
    assert scarce("run", *DIGITS, *words).code == 0
    found = records().values()
    assert {r["config"]["split_seed"]: KEPT in arrays(r) for r in found} == {0: True, 1: False}
    file = results / "published.parquet"
    write_archive(file, records(), Store(results))
    assert all(set(kept) == PUBLISHED for _, kept in read_archive(file))


def test_the_report_shows_generated_images_beside_real_ones(scarce, results):
    words = ("split_seed=0", "resampling=vae_samples", *SHORT, "figures=all")
    outcome = scarce("run", *DIGITS, *words)
    assert outcome.code == 0, outcome.err
    folder = results / "quickstart"
    told = json.loads((folder / "figures" / "figures.json").read_text())["figures"]
    (sheet,) = [figure for figure in told if figure["name"].startswith("generated-")]
    assert sheet["name"] == "generated-digits01-vae_samples"
    assert sheet["photographs"]
    assert "images generated from 10" in sheet["title"]
    assert sheet["title"] in (folder / "report.html").read_text()


def test_ratios_are_rows_of_their_own(scarce, results):
    words = ("split_seed=0", "resampling=vae_samples", "resampling.ratio=0.5,1", *SHORT)
    assert scarce("run", *DIGITS, *words).code == 0
    table = (results / "quickstart" / "table.csv").read_text()
    assert "ratio=0.5" in table
    assert "ratio=1," in table


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["resampling.ratio=0"], "ratio=0: a positive number"),
        (["resampling.latent=many"], "latent=many: a whole number"),
        (["resampling.rato=1"], "resampling.rato=1: vae_samples has no such field"),
    ],
)
def test_wrong_options_are_refused_before_anything_runs(words, told, scarce, results):
    outcome = scarce("run", *DIGITS, "resampling=vae_samples", *words)
    assert outcome.code == 2
    assert told in outcome.err
    assert outcome.err.count("\n") == 1
    assert not (results / "records").exists()


@pytest.mark.parametrize("method", ["mlp_pca_code", "mlp_autoencoder_code"])
def test_a_cell_learns_from_a_code(method, scarce, records):
    short = ("method.code.updates=2",) if "autoencoder" in method else ()
    words = last_of_each(
        *DIGITS, f"method={method}", "method.code.length=3", *short, "split_seed=0"
    )
    outcome = scarce("run", *words)
    assert outcome.code == 0, outcome.err
    (record,) = records().values()
    head = (3 + 1) * 128 + (128 + 1) * 128 + (128 + 1) * 2
    assert record["metrics"]["trainable_parameters"] == head
    assert record["metrics"]["parameters"] > head


def test_a_code_that_cannot_be_made_is_refused_in_one_line(scarce):
    words = last_of_each(*DIGITS, "method=mlp_pca_code", "method.code.length=0")
    outcome = scarce("run", *words)
    assert outcome.code == 2
    assert "method.code.length=0: a whole number from 1 up" in outcome.err
