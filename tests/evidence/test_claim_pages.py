"""Verdicts in words."""

from benchmarks.evidence.claims.markdown import claims_markdown
from tests.evidence.claim_samples import (
    HIGH,
    LOW,
    behind,
    claim_with,
    judged,
    shipped,
)


def test_verdicts_in_words_show_claim_effect_and_published_verdict(rows):
    records = rows("leekasso", 10, HIGH) + rows("leek_net", 10, LOW)
    verdict = judged(shipped("leek"), records)
    text = claims_markdown([verdict], [{"id": "leek", "verdict": "reproduced"}])
    assert "| leek | **inconclusive** | leekasso - leek_net | +10.00 points |" in text
    assert "+9.6 points (digitised) | reproduced |" in text
    assert "not run: leekasso and leek_net at n = 80" in text


def test_what_is_only_remembered_is_printed_as_unconfirmed(rows):
    source = shipped("leek").source.model_dump() | {"confirmed": "memory"}
    part = {"mean_of": "a", "expect": {"greater_than": 0}, "published": 0.76}
    verdict = judged(claim_with(part, source=source), rows("a", 10, HIGH))
    text = claims_markdown([verdict])
    assert "76.0 % (unconfirmed)" in text
    assert "2017-05-31 (unconfirmed)" in text


def test_every_row_of_a_markdown_table_has_the_columns_of_its_head(rows):
    verdict = judged(shipped("leek"), behind(rows))
    text = claims_markdown([verdict], [{"id": "leek", "verdict": "reproduced"}])
    tables = [block for block in text.split("\n\n") if block.startswith("|")]
    assert len(tables) == 2
    for table in tables:
        assert len({line.count("|") for line in table.splitlines()}) == 1, table


def test_a_cited_claim_prints_its_numbers_its_reason_and_what_speaks_against_it():
    claim = {
        "id": "x",
        "sentence": "It works.",
        "source": shipped("logistic").source.model_dump(),
        "published": {"kind": "AUC", "mark": "memory", "numbers": ["AUC 0.997"]},
        "cited": "its data cannot be had",
        "counter": ["none of 62 such models could be used"],
    }
    text = claims_markdown([judged(claim, [])])
    assert "| x | **cited** | - | - | - | - | - | - | - |" in text
    assert "Published numbers (unconfirmed):\n\n- AUC 0.997" in text
    assert "Cited, not run: its data cannot be had." in text
    assert "- Counter-evidence: none of 62 such models could be used" in text
