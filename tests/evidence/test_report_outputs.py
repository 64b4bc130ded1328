"""The folder of outputs: all of it or nothing of it, and the same bytes each time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.evidence.claims.files import read_claims
from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.outputs import find, judge_all, write_outputs
from benchmarks.records.holdings import Holding

CLAIMS = read_claims([Path(__file__).parents[2] / "conf" / "claim" / "leek.yaml"])
BENCHMARK = {
    "name": "leek2017",
    "says": "Leek's grid & <more>",
    "methods": ["leekasso", "leek_net"],
    "datasets": ["mnist01"],
}
UNAVAILABLE = [
    {
        "dataset": "folder",
        "method": "leekasso",
        "reason": "<script>alert(1)</script>",
        "remedy": "set dataset.root",
        "cells": 5,
    }
]
TEXTS = ["claims.json", "claims.md", "report.html", "table.csv", "table.md", "table.tex"]


@pytest.fixture(scope="module")
def records(rows):
    high, low = [0.95, 0.96, 0.94], [0.85, 0.87, 0.84]
    found = [
        record
        for size in (10, 80)
        for record in rows("leekasso", size, high) + rows("leek_net", size, low)
    ]
    return [record | {"predictions": {"sha256": record["key"]}} for record in found]


def write(folder, records, **changes):
    held = Holding(BENCHMARK, records, UNAVAILABLE, len(records), [])
    write_outputs(folder, find(held, CLAIMS), **changes)
    return contents(folder)


def contents(folder):
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_one_call_writes_texts_and_figures_and_nothing_else(tmp_path, records):
    found = write(tmp_path / "new", records)
    drawn = [name for name in found if name.startswith("figures/")]
    assert sorted(set(found) - set(drawn)) == TEXTS
    assert {"figures/learning.pdf", "figures/learning.png"} <= set(drawn)
    document = json.loads(found["claims.json"])
    assert document["claims"] == judge_all(CLAIMS, records, "leek2017")


def test_records_in_another_order_give_the_same_bytes(tmp_path, records):
    assert write(tmp_path / "one", records) == write(tmp_path / "two", records[::-1])


def test_refused_records_leave_the_earlier_files_as_they_were(tmp_path, records):
    before = write(tmp_path, records)
    with pytest.raises(EvidenceError):
        write(tmp_path, [*records, records[0] | {"key": "other", "schema": 9}])
    assert contents(tmp_path) == before


def test_effects_in_the_report_lead_to_their_cells(tmp_path, records):
    page = write(tmp_path, records)["report.html"].decode()
    assert '"id":["part","leek","small_n"]' in page


def test_published_results_stand_beside_the_own(tmp_path, records):
    theirs = [{"id": "leek", "verdict": "reproduced"}]
    found = write(tmp_path, records, published_verdicts=theirs, agreement="12 cells are <equal>")
    assert "12 cells are &lt;equal&gt;" in found["report.html"].decode()
    assert "verdict of the published results" in found["claims.md"].decode()


def test_without_any_record_the_outputs_say_why(tmp_path):
    found = write(tmp_path, [])
    page = found["report.html"].decode()
    assert "No finished cell." in page
    assert "&lt;script&gt;alert(1)" in page
    assert "set dataset.root" in found["table.csv"].decode()
