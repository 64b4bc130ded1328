"""LaTeX tables, compiled: numbers, marks and captions are in the PDF, and inside the text area."""

import re
import shutil
import subprocess
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.evidence.claims.files import PublishedCurves, published_curves, read_claims
from benchmarks.evidence.notices import Notice
from benchmarks.evidence.results import results_frame
from benchmarks.evidence.tables import Table, TableRequest, make_table, table_text
from benchmarks.evidence.tables.latex_text import escape
from benchmarks.evidence.tables.layout import grid
from benchmarks.grid.configs import PROJECT
from benchmarks.records import holdings
from tests.evidence.golden.tables import DATASETS, METHODS, PUBLISHED, golden_records

PUBLISHED_RESULTS = PROJECT / "results" / "published"
NASTY = [
    "under_score",
    "100%_&_#1",
    "$x^2$ {braces} ~tilde~",
    r"\textbf{markup} <b>",
    "[bracket] first",
    "* star",
    "naïve Å 中 β",
    'a--b `quoted` "twice"',
    "a_very_long_name_of_a_method_that_goes_on_and_on_without_any_end_in_sight",
    "x" * 70,
]
DOCUMENT = r"""\documentclass{article}
\usepackage{booktabs}
\usepackage{siunitx}
\begin{document}
%s
\end{document}
"""


def needs_pdflatex(test):
    """Slow, too: it compiles every table that is published."""
    missing = shutil.which("pdflatex") is None
    return pytest.mark.slow(pytest.mark.skipif(missing, reason="pdflatex is not installed")(test))


WORD = re.compile(r'<word xMin="(.*?)" yMin=".*?" xMax="(.*?)" yMax="(.*?)">(.*?)</word>')
# The text area of the article class on letter paper, in points of a PDF.
LEFT, RIGHT, BOTTOM = 133.0, 479.5, 730.0


@dataclass(frozen=True)
class Compiled:
    """One run of pdflatex over all tables: its log, and by table the text and the words' places,
    each (word, left, right, bottom) in points.
    """

    log: str
    texts: dict[str, str]
    words: dict[str, list[tuple[str, float, float, float]]]


def published_table(name: str) -> Table:
    records = holdings.read_published(PUBLISHED_RESULTS, name).records
    claims = [
        claim
        for claim in read_claims((PROJECT / "conf" / "claim").glob("*.yaml"))
        if name in claim.benchmarks
    ]
    return make_table(results_frame(records), published=published_curves(claims))


def transfer(rows):
    """Many parameters, few of them trained, and accuracies of epochs chosen on the test data."""
    counted = {"parameters": 138_357_544, "trainable_parameters": 16_388}
    return [
        record
        | {"metrics": record["metrics"] | counted, "optimistic": "the epoch was chosen so."}
        | {"config": record["config"] | {"backbone": {"name": backbone}}}
        | {"key": f"{record['key']} {backbone}"}
        for size in (20, 40, 80, 200, 400)
        for place, backbone in enumerate(("efficientnet_lite0", "vgg16"))
        for record in rows("fine_tuned", size, [0.7 + (seed + place) / 50 for seed in range(8)])
    ]


def build_tables(rows) -> dict[str, Table]:
    """Every table that is compiled, by name."""
    golden = results_frame(golden_records())
    tables = {
        "golden": make_table(golden, None, [PUBLISHED], METHODS, DATASETS),
        "reference": make_table(golden, TableRequest(reference="leekasso"), [PUBLISHED]),
    }
    names = (path.name for path in sorted(PUBLISHED_RESULTS.iterdir()) if path.is_dir())
    tables |= {name: published_table(name) for name in names}
    nasty = [
        record
        for place, name in enumerate(NASTY)
        for record in rows(name, 10, [0.5 + place / 50 + seed / 100 for seed in range(10)])
    ]
    nasty += rows("mlp", 10, [0.9], dataset="cats_&_dogs #2")
    curves = PublishedCurves(
        "mnist01", "published (O'Ne_il & 50%, unconfirmed)", {"x" * 70: {10: 0.5}}
    )
    notices = [
        Notice("unavailable", f"{name}: no folder /a_b/50%.") for name in [*NASTY, "y/" * 99]
    ]
    many = [
        record
        for place, method in enumerate(("cnn", "mlp", "leekasso_logistic"))
        for size in range(10, 310, 10)
        for record in rows(method, size, [0.7, 0.8 + size / 9999, 0.9 + place / 50])
    ]
    frame = results_frame(nasty)
    tables["nasty rows"] = make_table(frame, None, [curves], notices=notices)
    tables["nasty columns"] = make_table(
        frame, TableRequest(rows="train_size", columns="method"), [curves]
    )
    tables["many columns"] = make_table(results_frame(many))
    tables["many rows"] = make_table(
        results_frame(many), TableRequest(rows="train_size", columns="method")
    )
    tables["many panels"] = make_table(
        results_frame(many), TableRequest(rows="method", columns="dataset")
    )
    tables["seconds"] = make_table(results_frame(many[:9]), TableRequest(metric="train_seconds"))
    aligned = rows("best", 10, [1.0, 1.0]) + rows("ten", 10, [0.49, 0.51])
    aligned += rows("one", 10, [0.049, 0.051])
    tables["aligned"] = make_table(results_frame(aligned))
    tables["transfer"] = make_table(results_frame(transfer(rows)))
    tables["one cell"] = make_table(results_frame(rows("mlp", 10, [0.9])), methods=["mlp", "gone"])
    tables["empty"] = make_table(results_frame([]), notices=[Notice("note", "nothing_ran.")])
    return tables


@pytest.fixture(scope="module")
def tables(rows) -> dict[str, Table]:
    return build_tables(rows)


@pytest.fixture(scope="module")
def compiled(tables, tmp_path_factory) -> Compiled:
    """All tables in one document, each on pages of its own below its number."""
    folder = tmp_path_factory.mktemp("latex")
    inputs = []
    for place, table in enumerate(tables.values()):
        (folder / f"{place}.tex").write_text(table_text(table, "tex"), encoding="utf-8")
        inputs.append(rf"\clearpage Case: {place}. \clearpage \input{{{place}.tex}}")
    (folder / "all.tex").write_text(DOCUMENT % "\n".join(inputs), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
    log, name = (folder / "all.log").read_text(encoding="latin-1"), ""
    texts, words = dict.fromkeys(tables, ""), {name: [] for name in tables}
    pages = pdf_text(folder, "-layout").split("\f")
    places = pdf_text(folder, "-bbox").split("<page ")[1:]
    for page, boxes in zip(pages[: len(places)], places, strict=True):
        started = re.search(r"Case: (\d+)\.", page)
        name = list(tables)[int(started.group(1))] if started else name
        texts[name] += page
        words[name] += [(word, *map(float, place)) for *place, word in WORD.findall(boxes)]
    return Compiled(log, texts, words)


def pdf_text(folder: Path, option: str) -> str:
    command = ["pdftotext", option, "all.pdf", "-"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


def letters(text: str) -> str:
    """Letters and digits only: an underscore is a rule in a PDF, and lines break anywhere."""
    return re.sub(r"[^a-z0-9]", "", unicodedata.normalize("NFKD", text).lower())


@needs_pdflatex
def test_every_number_and_mark_of_every_table_is_in_the_pdf(tables, compiled):
    for name, table in tables.items():
        for panel in table.panels:
            for line in grid(table, panel).lines:
                for entry in line.entries:
                    for part in (entry.mean.lstrip("-"), entry.half, entry.ends, entry.mark):
                        assert part in compiled.texts[name], (name, line.label, part)


@needs_pdflatex
def test_tables_without_a_mark_show_none(tables, compiled):
    for name in ("seconds", "one cell", "many rows"):
        assert "†" not in compiled.texts[name]
        assert "‡" not in compiled.texts[name]


@needs_pdflatex
def test_captions_tell_what_is_shown_and_how_the_interval_and_the_test_were_made(compiled):
    text = letters(compiled.texts["quickstart"])
    for words in (
        "Test accuracy in % on mnist01, protocol default, by method and number of training samples",
        "the distance to the farther end of its 95 % interval",
        "paired sign-flip tests over the draws that all of the column have, corrected over all",
        "not significantly worse (p > 0.05)",
        "published (Leek 2017,",
        "digitised: read off a figure",
        "Runs: trained and tested models behind each cell, one per draw",
    ):
        assert letters(words) in text, words


@needs_pdflatex
def test_too_few_shared_draws_are_told_instead_of_marks(compiled):
    assert letters("a pair shares at most 3 draws") in letters(compiled.texts["many rows"])


@needs_pdflatex
def test_nasty_names_are_printed_as_they_are(compiled):
    text = letters(compiled.texts["nasty rows"])
    for name in ("100%_&_#1", "$x^2$ {braces} ~tilde~", r"\textbf{markup} <b>", "* star", "U+4E2D"):
        assert letters(name) in text, name
    for printed in ("#1", "$x", "{braces}", r"\textbf", "<b>", "[bracket]", "* star", "a--b"):
        assert printed in compiled.texts["nasty rows"], printed


@needs_pdflatex
def test_notices_stand_in_the_pdf_even_without_a_result(compiled):
    assert "nothing ran." in compiled.texts["empty"].replace("_", " ")
    assert "No finished cell." in compiled.texts["empty"]
    assert letters("odd_name_100%: 1 cell failed") in letters(compiled.texts["golden"])


@needs_pdflatex
def test_nothing_is_wider_or_higher_than_the_page(compiled):
    for fault in ("Overfull", "Float too large", "Missing character", "Too many unprocessed"):
        assert fault not in compiled.log, compiled.log[compiled.log.index(fault) :][:300]
    for name, words in compiled.words.items():
        assert words, name
        for word, left, right, bottom in words:
            assert left >= LEFT, (name, word, left)
            assert right <= RIGHT, (name, word, right)
            assert bottom <= BOTTOM, (name, word, bottom)


@needs_pdflatex
def test_decimal_points_of_a_column_are_below_each_other(compiled):
    """Numbers with one decimal end at one place, however many digits they have before it."""
    ends = {word: right for word, _, right, _ in compiled.words["aligned"]}
    assert ends["50.0"] == pytest.approx(ends["5.0"], abs=0.2)
    assert ends["12.7"] == pytest.approx(ends["1.3"], abs=0.2)


def test_names_are_escaped_for_latex():
    assert escape(r"a_b%&#${}\~^") == (
        r"a\_b\%\&\#\$\{\}\textbackslash{}\textasciitilde{}\textasciicircum{}"
    )
    assert escape("Å é ≥ 中") == r"Å é $\geq$ U+4E2D"
