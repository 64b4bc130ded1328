"""Names of classes and files, and texts of errors, are text in every page, table and figure."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.evidence.notices import Notice
from benchmarks.evidence.report.page import _json
from benchmarks.evidence.tables import make_table, table_text
from benchmarks.evidence.tables.request import TableRequest
from benchmarks.evidence.wording import without_tags
from tests.hardening.fuzzing import scarce

# Folder names can hold all of this; a slash they cannot.
CLASSES = [
    "<img src=x onerror=alert(1)>",
    "\"quoted\" 'it' & `code` <b>",
    "[link](javascript:alert(1))",
    "\\input{x} $a_b^{c$ 100% #1 ~",
]
FILE = "`<svg onload=alert(1)>`|[x](javascript:1) {number}.png"
SCRIPT = "</script><script>window.injected = true</script><!--"


class Page(HTMLParser):
    """What a browser would make of a page: its elements with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    def named(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def assert_harmless(page: Page) -> None:
    assert len(page.named("script")) == 2, "the data and the page's own code"
    assert {"iframe", "object", "embed", "form", "base"}.isdisjoint(t for t, _ in page.elements)
    for tag, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on")], tag
        for name in ("href", "src", "action", "xlink:href"):
            address = (attributes.get(name) or "").strip().lower()
            assert not address.startswith(("javascript:", "vbscript:", "data:text"))
    assert all(image["src"].startswith("data:image/") for image in page.named("img"))
    assert not [attributes for attributes in page.named("svg") if attributes.get("onload")]


@pytest.fixture(scope="module")
def compared(tmp_path_factory) -> Path:
    """The folder of a comparison on noise, in which every class is taken for another."""
    folder = tmp_path_factory.mktemp("markup")
    generator = np.random.default_rng(0)
    for name in CLASSES:
        (folder / "photos" / name).mkdir(parents=True)
        for number in range(6):
            pixels = generator.integers(0, 256, (24, 24, 3), dtype=np.uint8)
            file = FILE.format(number=number)
            Image.fromarray(pixels).save(folder / "photos" / name / file)
    words = ("benchmark=compare", "dataset=folder", "method=logistic", "augmentation=none")
    data = (f"dataset.root={json.dumps(str(folder / 'photos'))}", "dataset.image_size=16")
    places = (f"results_dir={folder / 'results'}", f"published_dir={folder}", "executor=serial")
    answer = scarce("run", *words, *data, "split_seed=range(2)", *places, "figures=all")
    assert answer.code == 0, answer.err
    return folder / "results" / "compare"


def test_names_of_classes_and_files_are_text_in_the_report(compared):
    page = Page((compared / "report.html").read_text(encoding="utf-8"))
    assert_harmless(page)
    shown = [name for name in CLASSES if name in page.text]
    assert len(shown) >= 2, "of the most confused classes"
    assert "<svg onload=alert(1)>" in page.text


def test_names_of_classes_and_files_are_code_in_the_recommendation(compared):
    text = (compared / "recommendation.md").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if "taken for" in line]
    assert len(lines) > 3
    for line in lines:
        outside = re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", "", line)
        assert not re.search(r"<[a-zA-Z/]|\]\(|onerror|input", outside), line


def test_figures_of_such_names_are_drawn(compared):
    drawn = {file.name for file in (compared / "figures").glob("*.png")}
    assert any(name.startswith("confusion") for name in drawn)
    assert any(name.startswith("mistakes") for name in drawn)


@pytest.mark.parametrize("text", [*CLASSES, SCRIPT, "a\u2028b", "javascript:alert(1)"])
def test_data_within_the_page_cannot_end_their_element(text):
    held = str(_json({"name": text, text: [text]}))
    assert "<" not in held
    assert json.loads(held) == {"name": text, text: [text]}


NASTY = [*CLASSES, SCRIPT, "a|b", "two\nlines", "\\write18{ls}", "&lt;", "{{ 7 * 7 }}"]


@pytest.fixture(scope="module")
def table(request):
    from benchmarks.evidence.results import results_frame
    from tests.evidence.conftest import build_record

    records = [
        build_record(name, 10, seed, accuracy)
        for name in NASTY
        for seed, accuracy in enumerate([0.9, 0.8])
    ]
    frame = results_frame(records)
    made = make_table(frame, TableRequest(rows="method", columns="train_size"))
    notices = (*made.notices, Notice("note", " ".join(NASTY)))
    return type(made)(**{**vars(made), "notices": notices})


def test_names_are_text_in_html_tables(table):
    page = Page(table_text(table, "html"))
    assert not page.named("script")
    assert not page.named("img")
    assert not page.named("b")


def test_names_are_text_in_markdown_tables(table):
    text = table_text(table, "md")
    rows = [line for line in text.splitlines() if line.startswith("|")]
    counts = {len(re.findall(r"(?<!\\)\|", row)) for row in rows}
    assert len(counts) == 1, "a name adds no column and no row"
    assert not re.search(r"(?<!\\)<[a-zA-Z/!]", text)
    assert not re.search(r"(?<!\\)\[[^\]]*\]\(", text)


def test_names_are_text_in_latex_tables(table):
    lines = table_text(table, "tex").splitlines()
    text = "\n".join(line for line in lines if not line.startswith("% "))
    assert "\\input" not in text
    assert "\\write" not in text
    body = re.sub(r"\\[&%#$_{}~^]", "", text)
    assert "100\\%" in text
    assert not re.search(r"[^\\]#", body)


@pytest.mark.parametrize("text", ["a <b> c", "[x](y)", "<!-- c", "</p>"])
def test_prose_of_pages_in_markdown_begins_no_element(text):
    assert without_tags(text) != text


@pytest.mark.parametrize("text", ["p < 0.05", "a[0] (b)", "5 <= n", "`x`"])
def test_other_prose_stays_as_it_is(text):
    assert without_tags(text) == text
