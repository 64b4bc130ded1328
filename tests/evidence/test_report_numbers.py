"""The records behind the numbers of a report travel inside the page, whole and small."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.evidence.claims.files import read_claims
from benchmarks.evidence.outputs import judge_all
from benchmarks.evidence.pictures import Picture
from benchmarks.evidence.report import report_html
from benchmarks.evidence.report.behind import rows_of
from benchmarks.evidence.results import results_frame
from benchmarks.evidence.tables import blocks, summary
from tests.evidence.browser.samples import drawn

ROOT = Path(__file__).parents[2]
(LEEK,) = read_claims([ROOT / "conf" / "claim" / "leek.yaml"])
BENCHMARK = {"name": "quickstart", "says": "", "methods": [], "datasets": []}
FIGURE = Picture("curve", "Learning curves", "A line.", drawn())


@pytest.fixture(scope="module")
def records(rows):
    high, low = [0.95, 0.96, 0.94, 0.97], [0.85, 0.87, 0.84, 0.99]
    return [
        record
        for size in (10, 40, 80)
        for method, draws in (("leekasso", high), ("leek_net", low))
        for record in rows(method, size, draws)
    ]


def report(records, claims=(LEEK,)):
    verdicts = judge_all([LEEK], records, "quickstart")
    shown = blocks(summary(results_frame(records)))
    return report_html(BENCHMARK, verdicts, shown, [], records, [FIGURE], claims=claims)


def data_in(text):
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text)
    data = json.loads(data)
    return data | {"rows": rows_of(data)}


def cells_of(data, rows):
    return [place for place, row in enumerate(data["cells"]["row"]) if row in rows]


def test_every_cell_is_there_once_with_its_numbers_and_seeds(records):
    data = data_in(report(records))
    cells = data["cells"]
    found = {
        (*data["rows"][row], seed): (accuracy, seconds)
        for row, seed, accuracy, seconds in zip(
            cells["row"],
            cells["split_seed"],
            cells["accuracy"],
            cells["train_seconds"],
            strict=True,
        )
    }
    assert len(found) == len(records) == len(set(cells["key"]))
    assert found[
        "mnist01", "default", "leek_net", "", "cross_entropy", "none", "none", "", 40, 3
    ] == (
        0.99,
        0.5,
    )


def test_a_number_in_a_table_names_the_row_of_its_cells(records):
    text = report(records)
    data = data_in(text)
    (row,) = re.findall(r'leek_net</th>.*?data-row="(\d+)">88.8 \[', text, re.DOTALL)[:1]
    assert data["rows"][int(row)][2] == "leek_net"
    assert len(cells_of(data, {int(row)})) == 4


def test_the_effects_of_the_draws_make_the_effect_of_the_claim(records):
    text = report(records)
    (part,) = [n for n in data_in(text)["numbers"] if n["id"] == ["part", "leek", "small_n"]]
    effects = [float(effect.split()[0]) for effect in part["effects"]]
    assert part["arms"] == ["leekasso", "leek_net"]
    assert part["draws"] == [0, 1, 2, 3]
    assert part["means"][0] == ["95.00 %", "96.00 %", "94.00 %", "97.00 %"]
    assert effects == pytest.approx([10.0, 9.0, 10.0, -2.0])
    assert f'data-to="part=leek,small_n">+{sum(effects) / 4:.2f} points' in text


def test_a_part_asked_at_every_size_leads_to_the_size_it_hangs_on(records):
    text = report(records)
    numbers = {tuple(number["id"]): number for number in data_in(text)["numbers"]}
    assert {("part", "leek", "each_small_n", size) for size in ("10", "40")} <= numbers.keys()
    assert re.search(r'data-to="part=leek,each_small_n,(10|40)">', text)


def test_a_configuration_shared_by_many_cells_is_there_once(records):
    data = data_in(report(records))
    assert len(data["configs"]) == 2
    names = [data["groups"]["method"][config["method"]]["name"] for config in data["configs"]]
    assert sorted(names) == ["leek_net", "leekasso"]
    assert data["groups"]["trainer"] == [{"accelerator": "cpu", "precision": 32}]
    assert data["origins"] == [{"cpu": "none, fictitious", "git.commit": "0000000"}]


def test_keys_are_as_long_as_it_takes_to_tell_them_apart(records):
    long = [
        {**record, "key": f"{'a' * 20}{place:02d}{'b' * 42}"}
        for place, record in enumerate(records)
    ]
    keys = data_in(report(long))["cells"]["key"]
    assert {len(key) for key in keys} == {22}
    assert len(set(keys)) == len(records)


def test_failed_and_doubtful_cells_are_there_with_the_reason(records, record):
    failed = {"status": "failed", "metrics": {}, "error": {"type": "OSError", "message": "a\n b"}}
    doubtful = record("cnn", 10, 0, 1.5)
    data = data_in(report([*records, record("mlp", 10, 0, 0.5) | failed, doubtful]))
    told = {
        data["rows"][data["cells"]["row"][int(place)]][2]: why
        for place, why in data["lost"].items()
    }
    assert told == {"mlp": "OSError: a b", "cnn": "left out: see the notices"}
    assert data["cells"]["accuracy"][-2:] == [None, None]


def test_without_the_claims_the_effects_lead_nowhere(records):
    assert data_in(report(records, claims=()))["numbers"] == []


def test_markup_cannot_leave_the_data(records, record):
    named = record("</script><script>alert(1)</script>", 10, 0, 0.5)
    text = report([*records, named])
    assert "<script>alert(1)" not in text
    assert "</script><script>alert(1)</script>" in [row[2] for row in data_in(text)["rows"]]


def test_the_order_of_records_changes_nothing(records):
    shuffled = list(records)
    random.Random(1).shuffle(shuffled)
    assert report(shuffled) == report(records)


@pytest.mark.slow
def test_the_hash_seed_changes_nothing(tmp_path, records):
    (tmp_path / "records.json").write_text(json.dumps(records))
    code = (
        "import hashlib, json, sys\n"
        "from tests.evidence.test_report_numbers import report\n"
        "text = report(json.load(open(sys.argv[1])))\n"
        "print(hashlib.sha256(text.encode()).hexdigest())"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "records.json")]
    digests = {
        subprocess.run(
            command,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1
