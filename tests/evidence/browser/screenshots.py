"""Screenshots of the published results' pages, for the documentation.

python -m tests.evidence.browser.screenshots [folder, docs/screenshots if not given]
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image

from benchmarks.evidence.claims.files import read_claims
from benchmarks.evidence.outputs import find, write_outputs
from benchmarks.evidence.overview import INDEX, write_overview
from benchmarks.records import holdings
from tests.evidence.browser.chromium import chromium

ROOT = Path(__file__).parents[3]
PUBLISHED = ROOT / "results" / "published"
SIZES = {"desktop": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}
REPORT = "quickstart/report.html"
PAGES = {
    "index": INDEX,
    "report": REPORT,
    "cells": f"{REPORT}#part=leek,small_n",
    "figures": f"{REPORT}#figures",
    "tables": f"{REPORT}#tables",
}


def main(folder: Path = ROOT / "docs" / "screenshots") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made, chromium() as browser:
        write_pages(Path(made))
        for scheme in ("light", "dark"):
            for device, viewport in SIZES.items():
                page = browser.new_page(viewport=viewport, color_scheme=scheme)
                for name, address in PAGES.items():
                    page.goto("about:blank")
                    page.goto(f"{Path(made).as_uri()}/{address}")
                    page.wait_for_selector("html[data-ready]")
                    picture = small(page.screenshot())
                    (folder / f"{name}-{device}-{scheme}.png").write_bytes(picture)
                page.close()


def write_pages(folder: Path) -> None:
    """The report of each published benchmark, and the page of all."""
    claims = read_claims((ROOT / "conf" / "claim").glob("*.yaml"))
    for manifest in sorted(PUBLISHED.glob(f"*/{holdings.LAST_RUN}")):
        name = manifest.parent.name
        held = holdings.read_published(PUBLISHED, name)
        write_outputs(folder / name, find(held, claims), index=f"../{INDEX}")
    write_overview(folder, claims)


def small(png: bytes) -> bytes:
    """The same picture in 128 colours."""
    content = io.BytesIO()
    with Image.open(io.BytesIO(png)) as image:
        reduced = image.convert("RGB").quantize(128, dither=Image.Dither.NONE)
    reduced.save(content, "PNG", optimize=True)
    return content.getvalue()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
