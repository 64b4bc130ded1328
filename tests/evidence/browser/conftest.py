"""Pages opened in headless Chromium; nothing but the file itself may be asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from benchmarks.evidence.claims.files import read_claims
from benchmarks.evidence.notices import Notice
from benchmarks.evidence.outputs import judge_all
from benchmarks.evidence.pictures import Picture
from benchmarks.evidence.report import report_html
from benchmarks.evidence.report.index import Entry, index_html
from benchmarks.evidence.results import results_frame
from benchmarks.evidence.tables import blocks, summary
from tests.evidence.browser.chromium import NO_CHROMIUM, chromium, chromium_file
from tests.evidence.browser.samples import MARKUP, drawn

CLAIMS = read_claims([Path(__file__).parents[3] / "conf" / "claim" / "leek.yaml"])
BENCHMARK = {
    "name": "quickstart",
    "says": f"Does markup stay text? {MARKUP}",
    "methods": ["leekasso", "leek_net"],
    "datasets": ["mnist01"],
}


@dataclass
class Opened:
    """A page in the browser, with what it asked for and what it complained of."""

    page: object
    file: Path
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def check(self) -> None:
        asked = {address.partition("#")[0] for address in self.requests}
        assert {address for address in asked if not address.startswith("data:")} == {
            self.file.as_uri()
        }
        assert self.complaints == []


@pytest.fixture(scope="session")
def browser():
    pytest.importorskip("playwright", reason="playwright is not installed (extra dev)")
    if chromium_file() is None:
        pytest.skip(NO_CHROMIUM)
    with chromium() as opened:
        yield opened


@pytest.fixture
def open_page(browser):
    """`open_page(file, fragment, width=..., color_scheme=...)`; checked when the test is over."""
    opened, contexts = [], []

    def open_file(file, fragment="", width=1280, script=True, **options):
        viewport = {"width": width, "height": 900}
        context = browser.new_context(viewport=viewport, java_script_enabled=script, **options)
        contexts.append(context)
        one = Opened(context.new_page(), file)
        opened.append(one)
        one.page.on("request", lambda request: one.requests.append(request.url))
        one.page.on("console", lambda message: one.complaints.append(message.text))
        one.page.on("pageerror", lambda error: one.complaints.append(str(error)))
        one.page.goto(file.as_uri() + fragment)
        return one.page

    yield open_file
    for one in opened:
        one.check()
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def page_records(rows, record):
    high, low = [0.95, 0.96, 0.94, 0.97], [0.85, 0.87, 0.84, 0.99]
    failed = record("leek_net", 10, 9, 0.5) | {
        "status": "failed",
        "metrics": {},
        "error": {"type": "ValueError", "message": f"diverged {MARKUP}"},
    }
    methods = [("leekasso", high), ("leek_net", low), (f"net {MARKUP}", low)]
    found = [r for size in (10, 40, 80) for name, draws in methods for r in rows(name, size, draws)]
    return [*found, failed]


@pytest.fixture(scope="session")
def verdicts(page_records):
    return judge_all(CLAIMS, page_records, "quickstart")


@pytest.fixture(scope="session")
def report(tmp_path_factory, page_records, verdicts):
    """The file of a report on results with markup in their names."""
    frame = results_frame(page_records)
    table = summary(frame)
    shown = blocks(table, BENCHMARK["methods"], BENCHMARK["datasets"])
    notices = [Notice("note", f"partial {MARKUP}"), *frame.attrs["notices"]]
    figures = [
        Picture("curve", "Learning curves", f"A figure {MARKUP}", drawn()),
        Picture("confusion", f"Confusion {MARKUP}", "A figure of its own", drawn()),
    ]
    text = report_html(
        BENCHMARK, verdicts, shown, notices, page_records, figures, MARKUP, frame, table, CLAIMS
    )
    return written(tmp_path_factory.mktemp("report") / "report.html", text)


@pytest.fixture(scope="session")
def index(tmp_path_factory, verdicts):
    """The file of the page of all benchmarks, with one verdict of each kind."""
    others = [
        {**verdicts[0], "id": f"{kind}-claim", "verdict": kind, "sentence": f"Claim {MARKUP}"}
        for kind in ("contradicted", "inconclusive", "not-run", "cited")
    ]
    dates, file = ("2026-11-20", "2026-11-22"), "quickstart/report.html"
    entry = Entry("quickstart", BENCHMARK["says"], 36, 40, ("partial",), dates, file)
    text = index_html([entry], [{**verdicts[0], "verdict": "reproduced"}, *others])
    return written(tmp_path_factory.mktemp("index") / "index.html", text)


def written(file: Path, text: str) -> Path:
    file.write_text(text, encoding="utf-8")
    return file
