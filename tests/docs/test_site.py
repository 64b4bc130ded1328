"""The site is built without a warning, and its pages ask no other host for anything."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from benchmarks.grid.configs import PROJECT
from tests.evidence.browser.chromium import NO_CHROMIUM, chromium, chromium_file

pytestmark = pytest.mark.slow

LOADED = re.compile(
    r"<(?:script|img|iframe|source|video)\b[^>]*?\bsrc=[\"']?([^\"'\s>]+)"
    r"|<link\b(?=[^>]*\brel=[\"']?(?:stylesheet|icon|preconnect|preload|dns-prefetch))"
    r"[^>]*?\bhref=[\"']?([^\"'\s>]+)"
)
IN_A_STYLE = re.compile(r"url\(\s*[\"']?([^\"')]+)|@import\s+[\"']([^\"']+)")
ELSEWHERE = re.compile(r"(?:https?:)?//")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of the built site."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    built = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=500)
    assert built.returncode == 0, built.stdout + built.stderr
    assert not re.search(r"^WARNING", built.stderr, re.MULTILINE)
    return folder


def addresses(pattern, files):
    """What these files load from elsewhere, by file."""
    return {
        (file.name, address)
        for file in files
        for groups in pattern.findall(file.read_text())
        for address in groups
        if ELSEWHERE.match(address)
    }


def test_every_page_of_the_navigation_is_built(site):
    named = re.findall(r": ([\w/-]+)\.md$", (PROJECT / "mkdocs.yml").read_text(), re.MULTILINE)
    assert len(named) > 20
    for page in named:
        assert (site / f"{page.replace('README', 'index')}.html").is_file(), page


def test_no_page_loads_a_script_style_font_or_image_from_another_host(site):
    pages = list(site.rglob("*.html"))
    assert len(pages) > 40
    assert addresses(LOADED, pages) == set()


def test_no_style_loads_from_another_host(site):
    assert addresses(IN_A_STYLE, [*site.rglob("*.css"), *site.rglob("*.html")]) == set()


def test_the_reference_is_made_of_the_docstrings_and_the_help(site):
    reference = site / "reference"
    assert "widened by Hall" in (reference / "statistics.html").read_text()
    assert "usage: scarce verify" in (reference / "command-line.html").read_text()
    assert "price_per_hour" in (reference / "settings.html").read_text()
    assert "gradient_boosting" in (reference / "choices.html").read_text()
    assert 'id="smote-limit"' in (site / "all-claims.html").read_text()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def served(site):
    """The address of the site on this machine."""
    handler = partial(Quiet, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.skipif(chromium_file() is None, reason=NO_CHROMIUM)
def test_the_search_finds_a_page_and_asks_this_machine_alone(served):
    asked = []
    with chromium() as browser:
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{served}/index.html", wait_until="networkidle")  # what searches is loaded late
        for _ in range(10):  # what is typed before the index is there is not looked for
            page.fill(".md-search__input", "")
            page.type(".md-search__input", "requeues")
            page.wait_for_timeout(3_000)
            if page.query_selector(".md-search-result__link"):
                break
        found = page.eval_on_selector_all(
            ".md-search-result__link", "links => links.map(l => l.href)"
        )
    assert any("/slurm.html" in link for link in found)
    assert {url for url in asked if not url.startswith((served, "data:", "blob:"))} == set()
