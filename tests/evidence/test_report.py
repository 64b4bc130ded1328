"""The report page and the folder of outputs, through the one function that writes them."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from benchmarks.evidence.claim_files import read_claims
from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.outputs import judge_all, write_outputs

CLAIMS = read_claims((Path(__file__).parents[2] / "conf" / "claim").glob("*.yaml"))
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
        "train_size": 10,
        "reason": "<script>alert(1)</script>",
        "remedy": "set dataset.root",
        "cells": 5,
    }
]
FILES = ["claims.json", "claims.md", "curve.pdf", "curve.png", "report.html"]
FILES += ["table.csv", "table.md", "table.tex"]


@pytest.fixture(scope="module")
def records(rows):
    high, low = [0.95, 0.96, 0.94], [0.85, 0.87, 0.84]
    return [
        record
        for size in (10, 80)
        for record in rows("leekasso", size, high) + rows("leek_net", size, low)
    ]


@pytest.fixture(scope="module")
def text(tmp_path_factory, records):
    return written(tmp_path_factory.mktemp("outputs"), records)


class Page(HTMLParser):
    """Collects tags with their attributes and checks that they are closed in order."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.words = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "img", "br", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def written(folder, records, **changes):
    write_outputs(folder, BENCHMARK, records, UNAVAILABLE, CLAIMS, **changes)
    return (folder / "report.html").read_text(encoding="utf-8")


def test_one_call_writes_every_file_and_nothing_else(tmp_path, records):
    write_outputs(tmp_path / "new", BENCHMARK, records, UNAVAILABLE, CLAIMS)
    verdicts = judge_all(CLAIMS, records, BENCHMARK["name"])
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == FILES
    assert [verdict["id"] for verdict in verdicts] == ["leek", "logistic"]
    document = json.loads((tmp_path / "new" / "claims.json").read_text())
    assert document == {"benchmark": "leek2017", "claims": verdicts}


def test_writing_again_gives_the_same_bytes(tmp_path, records):
    for name in ("one", "two"):
        written(tmp_path / name, records)
    for file in FILES:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_refused_records_leave_the_earlier_files_as_they_were(tmp_path, records):
    before = written(tmp_path, records)
    with pytest.raises(EvidenceError):
        written(tmp_path, [*records, records[0] | {"key": "other", "schema": 9}])
    assert (tmp_path / "report.html").read_text() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == FILES


def test_the_page_asks_nothing_of_the_network(text):
    loaded = [
        attributes[name]
        for _, attributes in Page(text).tags
        for name in ("src", "href")
        if name in attributes
    ]
    assert loaded
    assert all(source.startswith("data:") for source in loaded)
    assert not re.search(r"url\(|@import|https?://|<script", text)


def test_the_page_is_well_formed_and_its_figure_has_words(text):
    page = Page(text)
    assert page.open == []
    (image,) = [attributes for tag, attributes in page.tags if tag == "img"]
    assert "mnist01: 2 methods, n from 10 to 80" in image["alt"]


def test_names_and_reasons_are_escaped(text):
    assert "Leek&#39;s grid &amp; &lt;more&gt;" in text
    assert "&lt;script&gt;alert(1)" in text


def test_verdicts_come_first_then_the_rest(text):
    order = ["Verdicts", "Learning curves", "Tables", "Notices", "Provenance"]
    places = [text.index(f"<h2>{title}</h2>") for title in order]
    assert places == sorted(places)
    assert "+9.67 points" in text


def test_the_page_works_by_light_and_dark(text):
    assert "prefers-color-scheme: dark" in text
    assert "color-scheme: light dark" in text


def test_provenance_lists_the_values_of_all_records(tmp_path, records):
    records[0] = records[0] | {"provenance": {"cpu": "another", "git": {"commit": "1111111"}}}
    text = written(tmp_path, records)
    assert "another, none, fictitious" in text
    assert "0000000, 1111111" in text
    assert "12 (12 done, 0 failed)" in text


def test_published_results_stand_beside_the_own(tmp_path, records):
    theirs = [{"id": "leek", "verdict": "reproduced"}]
    text = written(tmp_path, records, published_verdicts=theirs, agreement="12 cells are <equal>")
    assert "12 cells are &lt;equal&gt;" in text
    claims = (tmp_path / "claims.md").read_text()
    assert "verdict of the published results" in claims


def test_without_any_record_the_outputs_say_why(tmp_path):
    text = written(tmp_path, [])
    assert "No finished cell." in text
    assert "not run: leekasso, leek_net" in text
    assert "set dataset.root" in (tmp_path / "table.csv").read_text()
