"""The pages that are made from the published results: tables of README.md, and results/README.md.

`make readme` writes them anew, after `scarce publish`.
"""

from __future__ import annotations

import re

from benchmarks.evidence.claims.files import read_claims
from benchmarks.evidence.overview import entries_and_verdicts
from benchmarks.evidence.report.verdict_page import verdict_page
from benchmarks.grid.configs import CONF, PROJECT

FILE = PROJECT / "README.md"
VERDICTS = PROJECT / "results" / "README.md"
PUBLISHED = PROJECT / "results" / "published"


def blocks() -> dict[str, str]:
    """What stands between `<!-- begin NAME -->` and `<!-- end -->`, by name."""
    folder = PUBLISHED / "quickstart"
    table = (folder / "table.md").read_text().split("## mnist01")[1].split("\n## ")[0]
    verdicts = (folder / "claims.md").read_text().split("\n## ")[0]
    found = {"table.md mnist01": table, "claims.md": verdicts}
    return {f"results/published/quickstart/{name}": _table(text) for name, text in found.items()}


def verdicts() -> str:
    """The content of results/README.md."""
    claims = read_claims(sorted((CONF / "claim").glob("*.yaml")))
    entries, found = entries_and_verdicts(PUBLISHED, claims)
    return verdict_page(found, entries, PUBLISHED.name, "make readme")


def shown(text: str, name: str) -> re.Match[str] | None:
    """A block of the README with what stands in it as its second group."""
    marks = rf"(<!-- begin {re.escape(name)} -->\n)(.*?)(<!-- end -->)"
    return re.search(marks, text, re.DOTALL)


def _table(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if line.startswith("|")) + "\n"


def main() -> None:
    text = FILE.read_text()
    for name, table in blocks().items():
        match = shown(text, name)
        text = text[: match.start(2)] + table + text[match.end(2) :]
    FILE.write_text(text)
    VERDICTS.write_text(verdicts())


if __name__ == "__main__":
    main()
