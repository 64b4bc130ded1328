"""What the pages of docs/ and the README show: commands, files, links."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from benchmarks.grid.configs import PROJECT

DOCS = PROJECT / "docs"
PAGES = [PROJECT / "README.md", *sorted(DOCS.rglob("*.md"))]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HERE_DOCUMENT = re.compile(r"^cat > (\S+) <<'(\w+)'\n(.*?)^\2$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^(?:SCARCE_CONF=\w+ )?scarce .*$", re.MULTILINE)
OF_THE_SUITE = ("models", "datasets", "torch", "sklearn")


@dataclass(frozen=True)
class Shown:
    """A YAML file that a page shows: the group it belongs to, its name, its text."""

    page: Path
    group: str
    name: str
    text: str

    def write(self, folder: Path) -> Path:
        """As `folder`/GROUP/NAME.yaml, beside the class that it names, where the page shows it."""
        file = folder / self.group / f"{self.name}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(self.text)
        module = str(yaml.safe_load(self.text).get("_target_", "models")).split(".")[0]
        if module not in OF_THE_SUITE:
            (folder / f"{module}.py").write_text(blocks(self.page, "python")[0])
        return file


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of a language."""
    return [text for name, text in FENCE.findall(page.read_text()) if name == language]


def commands(page: Path) -> list[str]:
    """The lines of its shell blocks that call scarce, in order."""
    return [line for block in blocks(page, "bash") for line in COMMAND.findall(block)]


def files(page: Path) -> list[Shown]:
    """Its YAML blocks, and the files that its shell blocks write."""
    written = [found[2] for block in blocks(page, "bash") for found in HERE_DOCUMENT.findall(block)]
    return [_shown(page, text) for text in [*written, *blocks(page, "yaml")]]


def _shown(page: Path, text: str) -> Shown:
    content = yaml.safe_load(text)
    if "sentence" in content:
        return Shown(page, "claim", content["id"], text)
    kinds = {"grid": "benchmark", "operations": "augmentation", "_target_": "method"}
    (group,) = (group for field, group in kinds.items() if field in content)
    return Shown(page, group, content["name"], text)


def title(page: Path) -> str:
    """Its path in the repository."""
    return page.relative_to(PROJECT).as_posix()
