"""Where results lie: the settings that say nothing about what is measured."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.grid.configs import PROJECT
from benchmarks.grid.errors import RequestError


@dataclass(frozen=True)
class Folders:
    """Own results (`results_dir`) and published ones (`published_dir`)."""

    own: Path
    published: Path


def folders(settings: dict[str, Any]) -> Folders:
    """The two folders of a composed configuration; raises RequestError for what is no path."""
    return Folders(
        _folder(settings, "results_dir", PROJECT / "results" / "runs"),
        _folder(settings, "published_dir", PROJECT / "results" / "published"),
    )


def _folder(settings: dict[str, Any], name: str, default: Path) -> Path:
    """A relative path counts from the working directory."""
    chosen = settings[name]
    if chosen is None:
        return default
    if not isinstance(chosen, str) or not chosen:
        raise RequestError(name, chosen, "give the path of a folder")
    return Path(chosen).expanduser().absolute()
