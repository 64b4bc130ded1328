"""The tables of README.md that are taken from the published results.

python -m tests.readme writes them anew, after `scarce publish`.
"""

from __future__ import annotations

import re

from benchmarks.grid.configs import PROJECT

FILE = PROJECT / "README.md"
PUBLISHED = PROJECT / "results" / "published" / "quickstart"


def blocks() -> dict[str, str]:
    """What stands between `<!-- begin NAME -->` and `<!-- end -->`, by name."""
    table = (PUBLISHED / "table.md").read_text().split("## mnist01")[1].split("\n## ")[0]
    verdicts = (PUBLISHED / "claims.md").read_text().split("\n## ")[0]
    found = {"table.md mnist01": table, "claims.md": verdicts}
    return {f"results/published/quickstart/{name}": _table(text) for name, text in found.items()}


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


if __name__ == "__main__":
    main()
