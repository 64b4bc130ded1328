"""The report page as text: what stands in it, in which order, and what it may load."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from benchmarks.evidence.claims.files import read_claims
from benchmarks.evidence.notices import Notice, unavailable_notices
from benchmarks.evidence.outputs import judge_all
from benchmarks.evidence.pictures import Picture
from benchmarks.evidence.report import report_html
from benchmarks.evidence.results import results_frame
from benchmarks.evidence.tables import blocks, summary
from tests.evidence.browser.samples import drawn

CLAIMS = read_claims([Path(__file__).parents[2] / "conf" / "claim" / "leek.yaml"])
BENCHMARK = {
    "name": "leek2017",
    "says": "Leek's grid & <more>",
    "methods": ["leekasso", "leek_net"],
    "datasets": ["mnist01"],
}
NOTICES = [
    Notice("note", "partial: 12 of 20 cells"),
    *unavailable_notices(
        [
            {
                "dataset": "folder",
                "method": "leekasso",
                "train_size": 10,
                "reason": "<script>alert(1)</script>",
                "remedy": "set dataset.root",
                "cells": 5,
            }
        ]
    ),
]
FIGURES = [
    Picture("curve", "Learning curves", "mnist01: 2 methods, n from 10 to 80", drawn()),
    Picture("confusion", "Confusion <matrices>", "All right & nothing wrong", drawn()),
]
VOID = ("meta", "img", "br", "link", "input")


@pytest.fixture(scope="module")
def records(rows):
    high, low = [0.95, 0.96, 0.94], [0.85, 0.87, 0.84]
    return [
        record
        for size in (10, 80)
        for record in rows("leekasso", size, high) + rows("leek_net", size, low)
    ]


@pytest.fixture(scope="module")
def text(records):
    return report(records)


class Page(HTMLParser):
    """Collects tags with their attributes and checks that they are closed in order."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def report(records, verdicts=None, **changes):
    frame = results_frame(records)
    shown = blocks(summary(frame), BENCHMARK["methods"], BENCHMARK["datasets"])
    verdicts = judge_all(CLAIMS, records, "leek2017") if verdicts is None else verdicts
    notices = [*NOTICES, *frame.attrs["notices"]]
    return report_html(BENCHMARK, verdicts, shown, notices, records, FIGURES, **changes)


def test_the_page_asks_nothing_of_the_network(text):
    loaded = [
        attributes[name]
        for _, attributes in Page(text).tags
        for name in ("src", "href")
        if name in attributes and not attributes[name].startswith("#")
    ]
    assert loaded
    assert all(source.startswith("data:") for source in loaded)
    assert not re.search(r"url\(|@import|https?://", text)


def test_the_browser_is_told_to_run_only_what_the_page_came_with(text):
    (policy,) = [
        attributes["content"]
        for _, attributes in Page(text).tags
        if attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    for name in ("style", "script"):
        (inside,) = re.findall(f"<{name}>(.*?)</{name}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert rules[f"{name}-src"] == f"'sha256-{digest}'"


def test_the_page_is_well_formed_and_each_figure_has_words(text):
    page = Page(text)
    images = [attributes for tag, attributes in page.tags if tag == "img"]
    assert page.open == []
    assert [image["alt"] for image in images] == [figure.alt for figure in FIGURES]
    assert "<summary>Confusion &lt;matrices&gt;</summary>" in text
    assert "<summary>Learning curves</summary>" not in text


def test_names_and_reasons_are_escaped(text):
    assert "Leek&#39;s grid &amp; &lt;more&gt;" in text
    assert "&lt;script&gt;alert(1)" in text


def test_verdicts_come_first_then_the_rest(text):
    order = ["Verdicts", "Figures", "Tables", "Notices", "Provenance"]
    places = [text.index(f">{title}</h2>") for title in order]
    assert places == sorted(places)
    assert places[0] < text.index("+9.67 points") < places[1]


def test_what_is_special_about_the_grid_stands_before_the_verdicts(text):
    assert text.index("partial: 12 of 20 cells") < text.index(">Verdicts</h2>")


def test_the_page_works_by_light_and_dark(text):
    assert "prefers-color-scheme: dark" in text
    assert "color-scheme: light dark" in text
    themes = [attributes for _, attributes in Page(text).tags if attributes.get("name") == "theme"]
    assert [theme["id"] for theme in themes] == ["theme-auto", "theme-light", "theme-dark"]


def test_what_would_settle_a_claim_is_told_where_it_is_known(records):
    (verdict,) = judge_all(CLAIMS, records, "leek2017")
    told = {"verdict": "inconclusive", "more_pairs": 31, "p": 0.2, "p_adjusted": 0.41}
    known = report(records, [verdict | told])
    unknown = report(records, [verdict | dict.fromkeys(["more_pairs", "p", "p_adjusted"])])
    assert "about 1 more draw<" in report(records, [verdict | {"more_pairs": 1}])
    for words in ("about 31 more draws", "<dd>0.200</dd>", "<dd>0.410</dd>"):
        assert words in known
        assert words not in unknown


def test_a_verdict_without_any_number_is_told_in_words(records):
    verdicts = judge_all(CLAIMS, [], "leek2017")
    text = report(records, verdicts)
    assert "not run: leekasso, leek_net (" in text
    assert '<span class="badge not-run">' in text


def test_provenance_lists_the_values_of_all_records(records):
    days = [f"2026-11-{day:02d}T10:00:00+00:00" for day in range(10, 10 + len(records))]
    dated = [
        record | {"provenance": {"finished": day, "cpu": "none"}}
        for record, day in zip(records, days, strict=True)
    ]
    dated[0]["provenance"]["cpu"] = "another"
    text = report(dated)
    assert "another, none" in text
    assert "2026-11-10 to 2026-11-21" in text
    assert "12 (12 done, 0 failed)" in text


def test_agreement_and_the_way_to_all_benchmarks_are_there_where_given(records, text):
    with_both = report(records, agreement="12 cells are <equal>", index="../index.html")
    assert "12 cells are &lt;equal&gt;" in with_both
    assert '<a href="../index.html">scarce</a>' in with_both
    assert "Own and published results" not in text
    assert "index.html" not in text


def test_without_any_record_the_page_says_why():
    text = report([])
    assert "No finished cell." in text
    assert "not run: leekasso, leek_net" in text
    assert "set dataset.root" in text
