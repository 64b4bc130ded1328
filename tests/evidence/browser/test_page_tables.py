"""Tables are sorted and filtered, with the mouse and with the keyboard."""

from __future__ import annotations

import pytest

from tests.evidence.browser.samples import MARKUP

pytestmark = pytest.mark.slow

HEAD = "table.methods thead th:nth-child(3)"


def methods(page):
    return page.locator("table.methods tbody th:visible").all_text_contents()


def means(page):
    texts = page.locator("table.methods tbody td:nth-child(3)").all_text_contents()
    return [float(text.split()[0]) for text in texts]


def test_a_column_sorts_up_down_and_back(open_page, report):
    page = open_page(report)
    before, button = methods(page), page.locator(f"{HEAD} button")
    orders, found = [], []
    for _ in range(3):
        button.click()
        orders.append(page.locator(HEAD).get_attribute("aria-sort"))
        found.append(means(page))
    assert orders == ["ascending", "descending", "none"]
    assert found[0] == sorted(found[0])
    assert found[1] == sorted(found[0], reverse=True)
    assert methods(page) == before


def test_sorting_and_filtering_work_by_keyboard(open_page, report):
    page = open_page(report)
    page.locator("#filter-methods").focus()
    page.keyboard.type("LEEK_")
    assert methods(page) == ["leek_net"]
    assert page.locator("#filter-status").text_content() == "1 of 3 lines"
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    page.locator(f"{HEAD} button").focus()
    page.keyboard.press("Enter")
    assert page.locator(HEAD).get_attribute("aria-sort") == "ascending"
    assert methods(page)[-1] == "leekasso"


def test_all_rows_are_made_when_asked_for_and_filtered_by_axis(open_page, report):
    page = open_page(report)
    details = page.locator("#all-rows")
    assert details.locator("tbody tr").count() == 0
    details.locator("summary").click()
    details.locator("tbody tr").first.wait_for()
    assert details.locator("tbody tr").count() == 9
    details.get_by_label("method").select_option("leekasso")
    details.get_by_label("n", exact=True).select_option("40")
    assert details.get_by_role("status").text_content() == "1 of 9 rows"
    mean = details.locator("tbody tr").get_by_role("link", name="95.50")
    link = "#cells=mnist01,default,leekasso,,cross_entropy,none,none,,40"
    assert mean.get_attribute("href") == link


def test_the_first_tab_skips_to_the_content(open_page, report):
    page = open_page(report)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_claims_are_filtered_by_verdict_and_words(open_page, index):
    page = open_page(index)
    shown = page.locator("#verdict-table tbody tr")
    assert shown.count() == 5
    for verdict in ("cited", "not-run"):
        page.locator(f".verdict-filter input[value={verdict}]").press("Space")
    assert shown.count() == 3
    page.get_by_label("Claims with the words").fill("Contradicted CLAIM")
    assert page.locator("#filter-status").text_content() == "1 of 5 claims"
    assert MARKUP in shown.text_content()


def test_a_claim_of_the_index_leads_to_its_report_and_its_cells(open_page, index):
    page = open_page(index)
    claim = page.locator("#verdict-table tbody tr").first
    addresses = [link.get_attribute("href") for link in claim.get_by_role("link").all()]
    assert addresses == [
        "quickstart/report.html#part=leek,small_n",
        "quickstart/report.html#claim-leek",
    ]


def test_claims_sort_by_their_effect(open_page, index):
    page = open_page(index)
    page.get_by_role("button", name="claim").click()
    names = page.locator("#verdict-table tbody th strong").all_text_contents()
    assert names == sorted(names)
