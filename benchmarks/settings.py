"""Where results lie: the settings that say nothing about what is measured."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.grid.configs import PROJECT
from benchmarks.grid.errors import RequestError
from benchmarks.grid.paths import path_of

FIGURES = ("all", "none")


@dataclass(frozen=True)
class Folders:
    """Own results (`results_dir`) and published ones (`published_dir`).

    `figures`: whether reports are written with figures.
    """

    own: Path
    published: Path
    figures: bool = True


def folders(settings: dict[str, Any], to_publish: bool = False) -> Folders:
    """The two folders of a composed configuration; raises RequestError for a wrong setting.

    A published folder that is named must be there, unless it is made, `to_publish`.
    """
    if settings["figures"] not in FIGURES:
        raise RequestError("figures", settings["figures"], f"expected {' or '.join(FIGURES)}")
    published = _folder(settings, "published_dir", PROJECT / "results" / "published")
    if settings["published_dir"] is not None and not to_publish and not published.is_dir():
        remedy = "no such folder; `scarce publish` makes one, and without it the suite's is read"
        raise RequestError("published_dir", settings["published_dir"], remedy)
    return Folders(own_folder(settings), published, settings["figures"] == "all")


def own_folder(settings: dict[str, Any]) -> Path:
    """Where own results lie; raises RequestError for a wrong setting."""
    return _folder(settings, "results_dir", PROJECT / "results" / "runs")


def _folder(settings: dict[str, Any], name: str, default: Path) -> Path:
    """A relative path counts from the working directory."""
    chosen = settings[name]
    if chosen is None:
        return default
    if not isinstance(chosen, str) or not chosen:
        raise RequestError(name, chosen, "give the path of a folder")
    return path_of(name, chosen).absolute()
