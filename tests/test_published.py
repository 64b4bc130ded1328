"""What is published is what today's code makes of the published records."""

from __future__ import annotations

import json

import pytest

from benchmarks.answers import load_claims, write_answer
from benchmarks.grid.configs import PROJECT, opened
from benchmarks.grid.plan import make_plan
from benchmarks.grid.request import parse_request
from benchmarks.records import archive, holdings

PUBLISHED = PROJECT / "results" / "published"
NAMES = sorted(folder.name for folder in PUBLISHED.iterdir() if folder.is_dir())
MADE = ("table.csv", "table.md", "table.tex", "claims.md", "claims.json")


def test_every_benchmark_of_the_debate_is_published():
    assert {"quickstart", "leek2017", "beam2017"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_answer_made_again_from_the_records_is_the_same_to_the_byte(name, tmp_path):
    with opened([]) as configs:
        write_answer(tmp_path, holdings.read_published(PUBLISHED, name), load_claims(configs))
    for file in MADE:
        assert (tmp_path / file).read_bytes() == (PUBLISHED / name / file).read_bytes(), file


@pytest.mark.parametrize("name", NAMES)
def test_the_records_are_complete_and_come_from_committed_code(name):
    holding = holdings.read_published(PUBLISHED, name)
    assert not holding.partial
    assert not holding.unavailable
    assert {record["status"] for record in holding.records} == {"done"}
    assert {record["provenance"]["dirty"] for record in holding.records} == {False}


@pytest.mark.parametrize("name", NAMES)
def test_the_accuracies_are_those_of_the_published_predictions(name):
    for record, arrays in archive.read_archive(PUBLISHED / name / archive.FILE):
        accuracy = (arrays["predicted"] == arrays["labels"]).mean()
        assert accuracy == record["metrics"]["accuracy"]
        assert len(arrays["test_index"]) == record["metrics"]["test_samples"]


@pytest.mark.real_data
@pytest.mark.parametrize("name", NAMES)
def test_the_keys_are_those_of_todays_plan(name):
    """A key that changed without a reason would make every published result unreachable."""
    with opened([]) as configs:
        plan = make_plan(parse_request([f"benchmark={name}"]), configs)
    records = holdings.read_published(PUBLISHED, name).records
    assert {cell.key for cell in plan.cells} == {record["key"] for record in records}


def test_claims_of_the_published_benchmarks_have_verdicts():
    for name in NAMES:
        claims = json.loads((PUBLISHED / name / "claims.json").read_text())["claims"]
        assert all(claim["verdict"] != "not-run" for claim in claims)
