"""Light and dark, narrow and wide, on paper: always readable."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.slow

LUMINANCE = """(colour) => {
  const canvas = document.createElement("canvas").getContext("2d");
  canvas.fillStyle = colour;
  canvas.fillRect(0, 0, 1, 1);
  const parts = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map(part => part / 255);
  const linear = parts.map(x => x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
}"""
COLOUR = "element => getComputedStyle(element)"
WORDS = ["h1", ".lead", "nav a", ".badge", ".source", ".outcome", "p.quiet", "figcaption"]


def luminance(page, selector, property="color"):
    colour = page.locator(selector).first.evaluate(f"{COLOUR}.{property}")
    return page.evaluate(LUMINANCE, colour)


def contrast(page, selector):
    """The ratio of WCAG 2.2: 4.5 or more is readable as small text."""
    behind = ".claim" if page.locator(f".claim {selector}").count() else "body"
    one, other = luminance(page, selector), luminance(page, behind, "backgroundColor")
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_follows_the_readers_colours(open_page, report, scheme):
    page = open_page(report, color_scheme=scheme)
    assert (luminance(page, "body", "backgroundColor") > 0.5) == (scheme == "light")
    assert {name: contrast(page, name) >= 4.5 for name in WORDS} == dict.fromkeys(WORDS, True)


def test_the_toggle_changes_colours_by_keyboard_and_stores_nothing(open_page, report):
    page = open_page(report, color_scheme="light")
    page.get_by_role("radio", name="auto").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("radio", name="dark").is_checked()
    assert luminance(page, "body", "backgroundColor") < 0.1
    assert page.context.cookies() == []
    assert page.evaluate("document.cookie") == ""


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", ["report", "index"])
def test_only_tables_and_figures_scroll_sideways(open_page, request, name, width):
    page = open_page(request.getfixturevalue(name), width=width)
    for folded in page.locator("main details > summary").all():
        folded.click()
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_on_paper_details_are_open_and_controls_are_gone(open_page, report):
    page = open_page(report, color_scheme="dark")
    rule = page.get_by_text("Reproduced if the paired 95 % interval")
    assert not rule.is_visible()
    page.emulate_media(media="print")
    assert rule.is_visible()
    assert not page.locator("#filter-methods").is_visible()
    assert not page.locator(".theme").is_visible()
    assert luminance(page, "body", "backgroundColor") > 0.5


@pytest.mark.parametrize("name", ["report", "index"])
def test_what_is_not_text_has_words(open_page, request, name):
    page = open_page(request.getfixturevalue(name))
    unnamed = page.evaluate("""[...document.querySelectorAll("input, select, progress")]
        .filter(one => !one.labels.length && !one.ariaLabel).map(one => one.outerHTML)""")
    assert unnamed == []
    assert all(image.get_attribute("alt") for image in page.locator("img").all())
    levels = page.evaluate(
        "[...document.querySelectorAll('main :is(h1, h2, h3)')].map(h => +h.tagName[1])"
    )
    assert all(after <= before + 1 for before, after in zip([0, *levels], levels, strict=False))


def test_focus_is_seen(open_page, report):
    page = open_page(report)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert outline == "2px"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_figure_takes_the_colour_of_the_page(open_page, report, scheme):
    page = open_page(report, color_scheme=scheme)
    page.locator("figure").first.scroll_into_view_if_needed()
    style = page.locator("figure img").first.evaluate("image => getComputedStyle(image).filter")
    assert (style == "none") == (scheme == "light")


def test_an_address_unfolds_the_figure_it_names(open_page, report):
    page = open_page(report, "#figure-confusion")
    assert page.locator("#figure-confusion img").is_visible()
    assert page.locator("#figure-confusion").evaluate("it => it.getBoundingClientRect().top") < 900
