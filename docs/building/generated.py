"""What pages show of the program itself, written anew by every build.

`<!-- generated: commands -->` in a page is replaced by the commands with their options,
`<!-- generated: choices GROUP -->` by a table of conf/GROUP/, `<!-- generated: file PATH -->` by a
file of the repository. The page of all claims is made whole; it tells what conf/claim/ holds.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import Any

import yaml
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from benchmarks import cli

PROJECT = Path(__file__).resolve().parents[2]
MARK = re.compile(r"<!-- generated: (\w+) ?(\S*) -->")
WIDTH = 76
CLAIMS_PAGE = "all-claims.md"
CLAIMS = """\
# Claims

All claims of the suite, each with the rule that decides it, as its file in `conf/claim/` states it.
The rules are written before the results are looked at. The verdicts stand in [Results so
far](../results/README.md); [Add a claim](claims.md) explains every field.
"""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """With the page of all claims, which lies nowhere in docs/."""
    files.append(File.generated(config, CLAIMS_PAGE, content=f"{CLAIMS}\n{claims()}\n"))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Replace every mark of the page."""
    return MARK.sub(lambda mark: MAKERS[mark[1]](*mark[2].split()), markdown)


def commands() -> str:
    """A section for each command, with what `scarce COMMAND --help` prints."""
    parser = cli._parser()
    (of_all,) = (a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    sections = [_help(parser)]
    for name, command in of_all.choices.items():
        sections.append(f"## scarce {name}\n\n{_help(command)}")
    return "\n\n".join(sections)


def choices(group: str) -> str:
    """A table of the files of a group, each with what it says of itself."""
    rows = ["| name | what it is |", "| --- | --- |"]
    for file in sorted((PROJECT / "conf" / group).glob("*.yaml")):
        rows.append(f"| `{file.stem}` | {_in_a_cell(yaml.safe_load(file.read_text())['says'])} |")
    return "\n".join(rows)


def file(path: str) -> str:
    """A YAML file of the repository, as it stands there."""
    return f"```yaml\n{(PROJECT / path).read_text().strip()}\n```"


def claims() -> str:
    """Every claim of the suite: sentence, source, benchmarks and rule; those only cited last."""
    files = sorted((PROJECT / "conf" / "claim").glob("*.yaml"))
    every = [yaml.safe_load(path.read_text()) for path in files]
    return "\n\n".join(_claim(claim) for claim in sorted(every, key=lambda claim: "cited" in claim))


def _claim(claim: dict[str, Any]) -> str:
    source = claim["source"]
    lines = [
        f"## {claim['id']}",
        f"> {_line(claim['sentence'])}",
        f"{source['author']}, “{source['title']}”, {source['where']}, {source['date']}.",
    ]
    if "cited" in claim:
        return "\n\n".join([*lines, f"Cited, not tested: {_line(claim['cited'])}."])
    tested = ", ".join(f"`{name}`" for name in claim["benchmarks"])
    return "\n\n".join([*lines, f"Benchmarks: {tested}.", f"Rule: {_line(claim['rule'])}"])


def _help(parser: argparse.ArgumentParser) -> str:
    parser.formatter_class = lambda prog: argparse.HelpFormatter(prog, width=WIDTH)
    return f"```text\n{parser.format_help().strip()}\n```"


def _line(text: str) -> str:
    return " ".join(str(text).split())


def _in_a_cell(text: str) -> str:
    return _line(text).replace("|", "\\|")


MAKERS = {"commands": commands, "choices": choices, "file": file}
