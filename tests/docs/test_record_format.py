"""docs/record-format.md names every field of the records that are really made."""

from __future__ import annotations

import json
import re

import pytest

from benchmarks.grid.configs import PROJECT
from benchmarks.records import archive, single_file
from tests.docs.shown import DOCS
from tests.tiny import ONE_CELL, TINY

pytestmark = pytest.mark.slow  # it reads all published records

PAGE = (DOCS / "record-format.md").read_text()
PUBLISHED = sorted((PROJECT / "results" / "published").glob(f"*/{archive.FILE}"))
TABLE = (*ONE_CELL, "dataset=breast_cancer", "dataset.validation=0.3", "method=mlp_table")
CELLS = {  # what is run, and a field that only its records have
    "network": (ONE_CELL, "history.train_loss"),
    "estimator": ((*TINY, "method=logistic", "split_seed=0"), "metrics.parameters"),
    "epoch chosen on the test data": ((*ONE_CELL, "protocol=published"), "metrics.selected_epoch"),
    "search": ((*ONE_CELL, "protocol=tuned", "protocol.trials=2"), "config.search"),
    "failure": ((*ONE_CELL, "method.optimizer.lr=1e30"), "error.losses"),
    "threshold": (TABLE, "metrics.threshold"),
}


def named(section: str) -> set[str]:
    """The fields in the first column of a section's tables."""
    text = PAGE.split(f"\n## {section}\n")[1].split("\n## ")[0]
    heads = re.findall(r"^\| (`.*?`) \|", text, re.MULTILINE)
    return {name for head in heads for name in re.findall(r"`(\w+)`", head)}


SECTIONS = ("config", "fingerprints", "metrics", "history", "timing", "memory", "provenance")
SECTIONS += ("notes", "error")
SECOND_LEVEL = {name: f"`{name}`" for name in SECTIONS}
SECOND_LEVEL["predictions"] = "`predictions` and `arrays`"


def unnamed(record: dict) -> set[str]:
    """The fields of a record that the page leaves out."""
    missing = set(record) - named("Fields")
    for name, section in SECOND_LEVEL.items():
        fields = set(record.get(name) or {}) - named(section)
        missing |= {f"{name}.{field}" for field in fields}
    return missing


@pytest.mark.parametrize(("words", "field"), CELLS.values(), ids=list(CELLS))
def test_every_field_of_a_new_record_is_explained(words, field, scarce, results):
    scarce("run", *words)
    files = (results / "records").glob("*.json")
    records = [json.loads(file.read_text()) for file in files]
    block, name = field.split(".")
    assert any(name in (record[block] or {}) for record in records)
    assert {missing for record in records for missing in unnamed(record)} == set()


@pytest.mark.parametrize("file", PUBLISHED, ids=lambda file: file.parent.name)
def test_every_field_of_the_published_records_is_explained(file):
    records = archive.read_records(file)
    assert records
    assert {field for record in records for field in unnamed(record)} == set()


def test_every_array_is_explained():
    arrays = {*archive.ARRAYS, single_file.GENERATED, single_file.GENERATED_LABELS}
    assert arrays <= named("`predictions` and `arrays`")
