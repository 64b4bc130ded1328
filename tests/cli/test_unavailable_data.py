"""Data that cannot be had: their cells are unavailable, with reason and remedy; the rest runs."""

from __future__ import annotations

import json
import time

import pytest

from benchmarks.grid import data
from datasets.mnist import MNIST
from tests.tiny import TINY

GRID = ("dataset=mnist01,digits01", *TINY[1:], "method=leekasso,logistic", "split_seed=range(2)")


@pytest.fixture(autouse=True)
def no_mnist(monkeypatch, tmp_path):
    """No data folder, an empty cache, and mirrors that nobody listens at."""
    data.forget()
    monkeypatch.delenv("SCARCE_DATA", raising=False)
    monkeypatch.setenv("SCARCE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(MNIST, "mirrors", ("http://127.0.0.1:9/",))


def test_the_rest_runs_and_the_exit_code_is_0(scarce, records):
    outcome = scarce("run", *GRID)
    assert outcome.code == 0
    assert {r["config"]["dataset"]["name"] for r in records().values()} == {"digits01"}
    assert "4 unavailable" in outcome.out
    assert "SCARCE_DATA" in outcome.out


def test_where_nothing_can_run_the_exit_code_is_1(scarce, records):
    """Regression: it was 0, as if the benchmark had been run."""
    outcome = scarce("run", "dataset=mnist01", *TINY[1:], "method=leekasso")
    assert "Nothing can run: what its cells need cannot be had." in outcome.out
    assert outcome.code == 1
    assert records() == {}


def test_table_claims_and_report_carry_the_notice(scarce, results):
    scarce("run", *GRID)
    for name in ("table.csv", "table.md", "table.tex", "report.html"):
        text = (results / "quickstart" / name).read_text().replace("\\_", "_")
        assert "unavailable" in text, name
        assert "mnist01" in text, name


def test_a_verdict_on_other_data_is_marked_as_substitute(scarce, results):
    scarce("run", *(word for word in GRID if "method" not in word), "method=leekasso,leek_net")
    claims = json.loads((results / "quickstart" / "claims.json").read_text())["claims"]
    (leek,) = (claim for claim in claims if claim["id"] == "leek")
    assert leek["dataset"] == "digits01"
    assert any(caveat.startswith("substitute data") for caveat in leek["caveats"])


def test_an_unreachable_host_is_noticed_once_and_within_ten_seconds(scarce):
    start = time.monotonic()
    plan = scarce("plan", "--json", *GRID[:2], "split_seed=range(200)").json
    assert plan["unavailable"] > 200
    assert time.monotonic() - start < 10
