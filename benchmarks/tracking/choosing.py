"""The tracker of a configuration, checked before anything runs."""

from __future__ import annotations

import importlib.util
import inspect
from pathlib import Path
from typing import Any, Protocol

from hydra.utils import get_class

from benchmarks.grid.errors import RequestError, nearest
from benchmarks.tracking.told import Benchmark, FinishedCell

FOLDER = "tracking"  # in the results folder


class Tracker(Protocol):
    """Told in this order, by one thread: the benchmark, its cells one by one, the end.

    It is made before anything runs and raises RequestError for a wrong option or a missing package,
    which it imports in `begin`. Whatever it raises later ends the tracking and nothing else.
    `name` is that of its file in conf/logger, `place` says where what it logs can be seen.
    """

    name: str
    place: str

    def begin(self, benchmark: Benchmark) -> None:
        """Before the first cell."""

    def cell(self, finished: FinishedCell) -> None:
        """Once of each cell that this run finished; what it knew of that cell is replaced."""

    def end(self, folder: Path) -> None:
        """After the answer: `folder` has table.csv and .md, claims.json and .md, figures/*.png."""


def make_tracker(block: dict[str, Any], results: Path) -> Tracker | None:
    """The tracker of a configuration, None for `logger=none`.

    Raises RequestError for an option that it does not take and for what it itself refuses.
    """
    options = {k: v for k, v in block.items() if k not in ("_target_", "name", "says")}
    if "_target_" not in block:
        for name, value in options.items():
            raise RequestError(f"logger.{name}", value, f"logger={block['name']} has no options")
        return None
    try:
        tracker_class = get_class(block["_target_"])
    except Exception as error:
        remedy = "give the import path of a class"
        raise RequestError("logger._target_", block["_target_"], remedy) from error
    known = inspect.signature(tracker_class).parameters
    for name, value in options.items():
        if name not in known:
            raise RequestError(f"logger.{name}", value, nearest(name, known))
    if "folder" in known:
        options["folder"] = _folder(options.get("folder"), results)
    tracker: Tracker = tracker_class(**options)
    return tracker


def require_package(tracker: str, package: str, install: str | None = None) -> None:
    """Raise RequestError where the library of a tracker is not installed."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:  # without origin: a mere folder of that name
        remedy = f"needs {package}: pip install {install or package}"
        raise RequestError("logger", tracker, remedy)


def require_text(name: str, value: object, or_null: bool = False) -> None:
    """Raise RequestError unless `logger.NAME` is a text."""
    if value is None and or_null:
        return
    if not isinstance(value, str) or not value.strip():
        raise RequestError(f"logger.{name}", value, "give a name" + (", or null" * or_null))


def _folder(chosen: str | None, results: Path) -> Path:
    """A relative path counts from the working directory."""
    require_text("folder", chosen, or_null=True)
    return Path(chosen).expanduser().absolute() if chosen else results / FOLDER
