"""The page of all benchmarks: what is claimed, what came out, where to read more."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.evidence.claims.files import read_claims
from benchmarks.evidence.outputs import judge_all
from benchmarks.evidence.pictures import Picture
from benchmarks.evidence.report.index import Entry, index_html
from tests.evidence.browser.samples import drawn

CLAIMS = read_claims([Path(__file__).parents[2] / "conf" / "claim" / "leek.yaml"])


@pytest.fixture(scope="module")
def records(rows):
    high, low = [0.95, 0.96, 0.94], [0.85, 0.87, 0.84]
    return [
        record
        for size in (10, 80)
        for record in rows("leekasso", size, high) + rows("leek_net", size, low)
    ]


@pytest.fixture(scope="module")
def verdict(records):
    (verdict,) = judge_all(CLAIMS, records, "quickstart")
    return verdict


@pytest.fixture
def entry():
    dates, notes = ("2026-11-20", "2026-11-22"), ("partial: 12 of 20 cells",)
    return Entry("quickstart", "Small & <quick>", 12, 20, notes, dates, "my runs/report.html")


def test_a_benchmark_tells_its_progress_dates_and_notes(entry):
    text = index_html([entry], [])
    assert "12 of 20 cells, finished 2026-11-20 to 2026-11-22" in text
    assert "partial: 12 of 20 cells" in text
    assert "Small &amp; &lt;quick&gt;" in text
    assert 'href="my%20runs/report.html"' in text


def test_a_benchmark_without_records_has_no_dates(entry, verdict):
    text = index_html([replace(entry, done=0, dates=None)], [verdict])
    assert "0 of 20 cells</p>" in text


def test_a_claim_leads_to_its_report_and_to_the_cells_behind_its_effect(entry, verdict):
    text = index_html([entry], [verdict])
    assert 'href="my%20runs/report.html#claim-leek"' in text
    assert re.search(r'href="my%20runs/report.html#part=leek,\w+">[+-][\d.]+ points<', text)


def test_a_claim_of_a_benchmark_without_a_page_is_told_without_links(verdict):
    text = index_html([], [verdict])
    assert "#claim-leek" not in text
    assert verdict["reason"] in html.unescape(text)
    assert "No benchmark has results." in text


def test_every_claim_shows_verdict_effect_published_and_caveats(entry, verdict):
    text = html.unescape(index_html([entry], [verdict]))
    assert f'<tr role="row" id="claim-leek" data-verdict="{verdict["verdict"]}">' in text
    for shown in ("+9.67 points", "(digitised)", "Jeff Leek", verdict["caveats"][0][:40]):
        assert shown in text


def test_each_verdict_can_be_chosen_with_its_count(entry, verdict):
    kinds = ["cited", "reproduced", "cited"]
    verdicts = [{**verdict, "id": str(i), "verdict": kind} for i, kind in enumerate(kinds)]
    boxes = re.findall(
        r'value="([\w-]+)" checked>.*?count">(\d+)<', index_html([entry], verdicts), re.DOTALL
    )
    assert boxes == [("reproduced", "1"), ("cited", "2")]


def test_claims_with_results_come_first(entry, verdict):
    kinds = ["cited", "inconclusive", "not-run", "reproduced", "contradicted"]
    verdicts = [{**verdict, "id": kind, "verdict": kind} for kind in kinds]
    shown = re.findall(r'data-verdict="([\w-]+)"', index_html([entry], verdicts))
    assert shown == ["reproduced", "contradicted", "inconclusive", "not-run", "cited"]


def test_a_claim_that_is_only_cited_tells_its_numbers_and_why_it_is_not_run(entry, verdict):
    nothing = dict.fromkeys(["effect", "interval", "published", "benchmark", "dataset", "measure"])
    cited = verdict | nothing | {"verdict": "cited", "reason": "no such data", "pairs": 0}
    text = index_html([entry], [cited | {"numbers": ["94 % of 62"], "counter": ["not elsewhere"]}])
    for shown in ("no such data.", "94 % of 62", "not elsewhere"):
        assert shown in text


def test_the_forest_is_shown_where_there_is_one(entry, verdict):
    forest = Picture("forest", "Effects", "All effects & intervals.", drawn())
    assert 'alt="All effects &amp; intervals."' in index_html([entry], [verdict], forest)
    assert "<img" not in index_html([entry], [verdict])


def test_the_same_verdicts_give_the_same_page(entry, verdict):
    assert index_html([entry], [verdict]) == index_html([entry], [verdict])
