"""Names and messages are text wherever they appear, and a page loads nothing from anywhere."""

from __future__ import annotations

import pytest

from tests.evidence.browser.samples import MARKUP

pytestmark = pytest.mark.slow

ASKED = """address => new Promise(resolve => {
  document.addEventListener("securitypolicyviolation", event => resolve(event.violatedDirective));
  ADD
})"""
ADDITIONS = {
    "img-src": "new Image().src = address;",
    "connect-src": "fetch(address).catch(() => null);",
    "script-src-elem": "const s = document.createElement('script'); s.textContent = '1';"
    " document.body.append(s);",
    "style-src-attr": "document.body.setAttribute('style', 'color: red');",
}


@pytest.mark.parametrize("fragment", ["", "#all", "#lost=mnist01,leek_net"])
def test_markup_in_results_stays_text(open_page, report, fragment):
    page = open_page(report, fragment)
    page.locator("#all-rows summary").evaluate("summary => summary.click()")
    assert page.evaluate("window.injected") is None
    assert page.get_by_text(MARKUP).count() > 3
    assert page.locator("img").count() == 2


def test_markup_in_claims_stays_text(open_page, index):
    page = open_page(index)
    assert page.evaluate("window.injected") is None
    assert page.get_by_text(MARKUP).count() >= 4


@pytest.mark.parametrize("directive", ADDITIONS)
def test_the_policy_of_the_page_refuses_what_is_not_in_it(browser, report, directive):
    page = browser.new_page()
    page.goto(report.as_uri())
    code = ASKED.replace("ADD", ADDITIONS[directive])
    assert page.evaluate(code, "https://example.org/picture.png") == directive
    page.close()


def test_without_javascript_verdicts_and_tables_are_read(open_page, report):
    page = open_page(report, script=False)
    assert page.locator("#claim-leek .badge").is_visible()
    assert page.get_by_text("95.5 ± 2.1").first.is_visible()
    assert page.get_by_text("table.csv").is_visible()
    assert not page.locator("#filter-methods").is_visible()
    assert not page.locator("dialog").is_visible()


def test_without_javascript_all_claims_are_read(open_page, index):
    page = open_page(index, script=False)
    assert page.locator("#verdict-table tbody tr:visible").count() == 5
    assert not page.locator(".verdict-filter").is_visible()
