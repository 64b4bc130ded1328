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

    `figures`: whether the own ones get figures; published ones always do. `named`: whether the
    request names the published folder.
    """

    own: Path
    published: Path
    figures: bool = True
    named: bool = False

    @property
    def nowhere(self) -> RequestError | None:
        """What is wrong where published results are to be read from a folder that is not there."""
        if not self.named or self.published.is_dir():
            return None
        return RequestError("published_dir", self.published, "no such folder")


def folders(settings: dict[str, Any]) -> Folders:
    """The two folders of a composed configuration; raises RequestError for a wrong setting."""
    if settings["figures"] not in FIGURES:
        raise RequestError("figures", settings["figures"], f"expected {' or '.join(FIGURES)}")
    return Folders(
        _folder(settings, "results_dir", PROJECT / "results" / "runs"),
        _folder(settings, "published_dir", PROJECT / "results" / "published"),
        settings["figures"] == "all",
        settings["published_dir"] is not None,
    )


def _folder(settings: dict[str, Any], name: str, default: Path) -> Path:
    """A relative path counts from the working directory."""
    chosen = settings[name]
    if chosen is None:
        return default
    if not isinstance(chosen, str) or not chosen:
        raise RequestError(name, chosen, "give the path of a folder")
    return path_of(name, chosen).absolute()
