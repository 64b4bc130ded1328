"""The formats of a table: aligned Markdown, sortable HTML, tidy CSV; the same marks in each."""

import csv
import io
import os
import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest

from benchmarks.evidence.claims.files import PublishedCurves
from benchmarks.evidence.notices import Notice
from benchmarks.evidence.results import results_frame
from benchmarks.evidence.tables import (
    FORMATS,
    TableRequest,
    make_table,
    summary,
    table_csv,
    table_text,
)
from tests.evidence.golden.tables import DATASETS, METHODS, PUBLISHED, golden_records


def golden_table():
    return make_table(results_frame(golden_records()), None, [PUBLISHED], METHODS, DATASETS)


def by_summary(frame):
    return table_csv(summary(frame))


@pytest.fixture(scope="module")
def table():
    return golden_table()


class Html(HTMLParser):
    """Tags with their attributes, in order; complains about one that is not closed in order."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open = [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def attributes(self, tag, name):
        return [attributes.get(name) for found, attributes in self.tags if found == tag]


def test_columns_of_a_markdown_table_are_aligned_in_a_plain_text_editor(table):
    blocks = re.findall(r"(?:^\|.*\n)+", table_text(table, "md"), re.MULTILINE)
    assert len(blocks) == 3
    for block in blocks:
        bars = {
            tuple(place for place, letter in enumerate(line) if letter == "|")
            for line in block.splitlines()
        }
        assert len(bars) == 1


def test_decimal_points_of_a_markdown_column_are_below_each_other(rows):
    records = rows("a", 10, [0.05, 0.06]) + rows("b", 10, [1.0, 1.0]) + rows("c", 10, [0.4, 0.9])
    lines = table_text(make_table(results_frame(records)), "md").splitlines()
    points = {line.index(".") for line in lines if re.match(r"\| [abc] ", line)}
    assert len(points) == 1


def test_names_do_not_become_markup(rows):
    names = ["a|b", "*star*", "<script>alert(1)</script>", "`code`", "[link](http://x)", "_x_"]
    frame = results_frame([record for name in names for record in rows(name, 10, [0.9])])
    table = make_table(frame, notices=[Notice("note", "<b> & |")])
    text = table_text(table, "md")
    for shown in (r"a\|b", r"\*star\*", r"\<script>", r"\`code\`", r"\[link](http", r"\_x\_"):
        assert shown in text
    page = table_text(table, "html")
    assert {tag for tag, _ in Html(page).tags} <= {
        "table",
        "caption",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "strong",
        "ul",
        "li",
    }
    assert "&lt;script&gt;" in page
    assert "&lt;b&gt; &amp; |" in page


def test_wide_letters_are_counted_twice(rows):
    frame = results_frame(rows("中文", 10, [0.9]) + rows("abcd", 10, [0.9]))
    text = table_text(make_table(frame), "md")
    assert "| 中文   |" in text
    assert "| abcd   |" in text


def test_html_has_captions_scopes_and_numbers_to_sort_by(table):
    page = Html(table_text(table, "html"))
    assert len(page.attributes("caption", "class")) == len(table.panels)
    assert set(page.attributes("th", "scope")) == {"col", "row"}
    sorts = page.attributes("td", "data-sort")
    assert None not in sorts
    assert "0.73" in sorts
    assert all(sort == "" or float(sort) >= 0 for sort in sorts)


def test_best_and_tied_cells_have_a_class_in_html_and_the_test_in_their_title(table):
    text = table_text(table, "html")
    assert '<td class="number best" data-sort="0.93"><strong>93.0 ± 2.0</strong></td>' in text
    tied = '<td class="number tied" data-sort="0.935" title="p = 0.672, shared draws: 8">'
    assert f"{tied}93.5 ± 2.0 †</td>" in text


def test_csv_has_a_line_per_cell_with_its_place_and_standing(table):
    lines = list(csv.DictReader(io.StringIO(table_text(table, "csv"))))
    cells = sum(len(panel.cells) for panel in table.panels)
    assert len(lines) == cells + len(table.notices)
    (tied,) = [
        line for line in lines if line["dataset"] == "pairs01" and line["method"] == "leekasso"
    ]
    assert (tied["mean"], tied["best"], tied["not_significantly_worse"]) == ("0.935", "0", "1")
    assert (tied["runs"], tied["draws"], tied["shared_draws"]) == ("8", "8", "8")
    assert tied["p"] == "0.671875"
    (published,) = [line for line in lines if line["published"] == "0.893"]
    assert published["published_by"] == PUBLISHED.label
    assert lines[-1]["notice"].startswith("dropped: digits01, leek_net")


@pytest.mark.parametrize("write", [lambda frame: table_text(make_table(frame), "csv"), by_summary])
def test_no_label_of_a_csv_runs_as_a_formula_in_a_spreadsheet(rows, write):
    names = ["=1+1", "+x", "-x", "@x", "a=b"]
    records = [record for name in names for record in rows(name, 10, [0.5, 0.6])]
    lines = list(csv.DictReader(io.StringIO(write(results_frame(records)))))
    assert sorted(line["method"] for line in lines) == ["'+x", "'-x", "'=1+1", "'@x", "a=b"]


def test_negative_numbers_of_a_csv_stay_numbers(rows):
    records = rows("good", 10, [0.8, 0.9]) + rows("bad", 10, [0.5, 0.6])
    curves = [PublishedCurves("mnist01", "published", {"good": {10: 0.9}, "bad": {10: 0.7}})]
    table = make_table(results_frame(records), TableRequest(reference="good"), curves)
    (line,) = [
        line
        for line in csv.DictReader(io.StringIO(table_text(table, "csv")))
        if line["method"] == "bad"
    ]
    assert (line["mean"], line["published"]) == ("-0.3", "-0.2")


@pytest.mark.parametrize("format", FORMATS)
def test_notices_marks_and_published_numbers_are_in_every_format(table, format):
    text = table_text(table, format)
    for words in ("TimeoutError", "89.3" if format != "csv" else "0.893", "digitised"):
        assert words in text


def test_published_numbers_stand_in_columns_where_methods_do():
    frame = results_frame(golden_records())
    request = TableRequest(rows="train_size", columns="method", filters={"dataset": ["mnist01"]})
    text = table_text(make_table(frame, request, [PUBLISHED]), "md")
    head = next(line for line in text.splitlines() if line.startswith("|"))
    names = [name.strip() for name in head.strip("|").split("|")]
    assert names[3:5] == ["leekasso", PUBLISHED.label]


def test_another_process_with_another_hash_seed_writes_the_same_bytes(table):
    code = (
        "import sys\n"
        "from tests.evidence.test_tables_formats import FORMATS, golden_table, table_text\n"
        "table = golden_table()\n"
        "for format in FORMATS: sys.stdout.buffer.write(table_text(table, format).encode())"
    )
    seed = {"PYTHONHASHSEED": "1234"}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=os.environ | seed, capture_output=True, check=True)
    assert done.stdout == "".join(table_text(table, format) for format in FORMATS).encode()
