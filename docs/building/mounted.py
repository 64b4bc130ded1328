"""What lies outside docs/ and belongs to the site: the folder results/, and links out of docs/.

A link is written as it works in the repository; here it is turned to the page of the site.
"""

from __future__ import annotations

import re
from pathlib import Path
from posixpath import dirname, join, normpath, relpath
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

PROJECT = Path(__file__).resolve().parents[2]
RESULTS = "results/"
OWN_RUNS = "results/runs/"
SOURCES = {
    "README.md": "index.md",
    "conf/claim": "all-claims.md",
    "models/__init__.py": "reference/models.md",
    "models/losses/__init__.py": "reference/losses.md",
}
LINK = re.compile(r"\]\((?![a-z]+:|#)([^)#\s]+)((?:#[^)\s]*)?)\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """The results, but for one's own runs, as if they lay in docs/results/."""
    for path in sorted((PROJECT / RESULTS).rglob("*")):
        name = path.relative_to(PROJECT).as_posix()
        if path.is_file() and not name.startswith(OWN_RUNS) and not path.name.startswith("."):
            files.append(File.generated(config, name, abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Links to other places of the repository become links to pages of the site."""
    name = page.file.src_uri
    if name.startswith(RESULTS):
        page.meta["search"] = {"exclude": name != f"{RESULTS}README.md"}
        page.meta["hide"] = ["toc"]  # their tables are wide
    return LINK.sub(lambda link: f"]({_target(link[1], name)}{link[2]})", markdown)


def _target(link: str, page: str) -> str:
    where = dirname(page) if page.startswith(RESULTS) else join("docs", dirname(page))
    found = normpath(join(where, link))
    if found.startswith("docs/"):
        found = found.removeprefix("docs/")
    elif found in SOURCES:
        found = SOURCES[found]
    elif not found.startswith(RESULTS):
        return link
    return relpath(found, dirname(page) or ".")
