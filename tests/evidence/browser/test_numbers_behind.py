"""Every number of a report leads to the cells behind it, and to what they were made of."""

from __future__ import annotations

import re

import pytest

from benchmarks.evidence.report import report_html
from benchmarks.evidence.results import results_frame
from benchmarks.evidence.tables import blocks, summary
from tests.evidence.browser.conftest import BENCHMARK, written
from tests.evidence.browser.samples import MARKUP

pytestmark = pytest.mark.slow

CELLS = "#cells=mnist01,default,leekasso,,cross_entropy,none,none,,10"


def texts(place, selector):
    return [text.strip() for text in place.locator(selector).all_text_contents()]


def folded_table(page, title):
    """A folded table of the panel, opened: what stands in it by field."""
    part = page.locator("dialog details").filter(has_text=title)
    part.locator("summary").click()
    return dict(zip(texts(part, "th"), texts(part, "td"), strict=True))


def test_a_number_of_the_tables_opens_its_cells(open_page, report):
    page = open_page(report)
    page.locator("table.methods").get_by_role("link", name="95.5 ± 2.1").first.click()
    page.wait_for_selector("dialog[open]")
    assert page.locator("dialog h2").text_content() == "leekasso on mnist01, n = 10"
    assert page.url.endswith(CELLS)
    seeds = texts(page, "dialog tbody tr td:nth-child(2)")
    accuracies = texts(page, "dialog tbody tr td:nth-child(4)")
    assert dict(zip(seeds, accuracies, strict=False)) == {
        "0": "95.00 %",
        "1": "96.00 %",
        "2": "94.00 %",
        "3": "97.00 %",
    }


def test_the_cells_share_a_configuration_and_name_the_fields_that_differ(open_page, report):
    page = open_page(report, CELLS)
    shared = folded_table(page, "Configuration shared by all 4 cells")
    differing = folded_table(page, "Fields that differ")
    assert shared["method.optimizer.lr"] == "0.001"
    assert shared["provenance.git.commit"] == "0000000"
    assert differing == {"split_seed": "0 (1), 1 (1), 2 (1), 3 (1)"}


def test_the_effect_of_a_claim_is_the_mean_of_the_draws_behind_it(open_page, report):
    page = open_page(report)
    effect = page.locator("#claim-leek .effect a")
    told = float(effect.text_content().split()[0])
    effect.click()
    page.wait_for_selector("dialog[open]")
    draws = [
        float(text.split()[0])
        for text in texts(page, "dialog table:first-of-type >> nth=0 >> td:last-child")
    ]
    assert len(draws) == 4
    assert sum(draws) / len(draws) == pytest.approx(told, abs=0.01)
    assert (
        page.locator("dialog h3").all_text_contents()[-1] == "17 cells, 1 of them without a result"
    )


def test_a_cell_has_a_page_of_its_own_with_its_command(open_page, report):
    page = open_page(report, CELLS)
    page.locator("dialog a.key").first.click()
    page.get_by_role("heading", name="Cell mnist01-leekasso-10-0").wait_for()
    command = page.locator("dialog .command code").text_content()
    assert re.fullmatch(r"scarce key explain mnist01-leekasso-10-0\S*", command)
    assert (
        page.locator("dialog details[open]").text_content().startswith("Configuration and origin")
    )


def test_a_command_can_be_copied(open_page, report):
    page = open_page(report, CELLS, permissions=["clipboard-read", "clipboard-write"])
    page.locator("dialog tbody button").first.click()
    page.get_by_text("Copied", exact=True).wait_for()
    assert page.evaluate("navigator.clipboard.readText()").startswith("scarce key explain mnist01-")


def test_an_address_without_cells_says_so(open_page, report):
    page = open_page(report, "#cells=mnist01,default,no_such_method,,none,none,none,,10")
    assert page.locator("dialog h2").text_content() == "Nothing here"
    assert "no_such_method" in page.locator("#panel-content").text_content()


def test_failed_cells_tell_their_error_as_text(open_page, report):
    page = open_page(report)
    page.get_by_role("link", name="Show these cells").click()
    page.wait_for_selector("dialog[open]")
    assert texts(page, "dialog tbody tr td:last-child")[0] == f"ValueError: diverged {MARKUP}"


def test_closing_leaves_the_page_where_it_was_and_back_opens_again(open_page, report):
    page = open_page(report)
    number = page.locator("table.methods a").first
    number.scroll_into_view_if_needed()
    place = page.evaluate("scrollY")
    number.focus()
    page.keyboard.press("Enter")
    page.locator("dialog[open]").wait_for()
    page.keyboard.press("Escape")
    page.wait_for_url(lambda address: "cells=" not in address)
    assert page.locator("dialog[open]").count() == 0
    assert page.evaluate("scrollY") == place
    assert page.evaluate("document.activeElement.closest('td') !== null")
    page.go_back()
    page.locator("dialog[open]").wait_for()


def test_all_records_are_one_link_away(open_page, report):
    page = open_page(report, "#all")
    assert page.locator("dialog h3").first.text_content().startswith("37 cells")
    assert page.locator("dialog .scroll tbody tr").count() == 37


def test_cells_of_an_epoch_chosen_on_the_test_data_say_so(open_page, rows, tmp_path):
    metrics = {"accuracy": 0.9, "train_accuracy": 1.0, "accuracy_last_epoch": 0.8}
    why = "the epoch was chosen on the test data"
    chosen = rows("net", 10, [0.9] * 3, metrics=metrics, optimistic=why)
    records = chosen + rows("honest", 10, [0.7] * 3)
    shown = blocks(summary(results_frame(records)))
    text = report_html(BENCHMARK, [], shown, [], records, [])
    page = open_page(written(tmp_path / "report.html", text))
    page.locator("table.methods").get_by_role("link", name="90.0 §").click()
    page.wait_for_selector("dialog[open]")
    assert page.locator("dialog h2").text_content() == "net on mnist01, n = 10 (optimistic)"
    assert "Accuracies are optimistic" in page.locator("dialog").text_content()
    assert "80.00 %" in texts(page, "dialog tbody td")
    page.locator("#panel-close").click()
    page.locator("table.methods").get_by_role("link", name="70.0").click()
    assert page.locator("dialog h2").text_content() == "honest on mnist01, n = 10"
    assert "optimistic" not in page.locator("dialog").text_content()
