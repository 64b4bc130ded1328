"""The tracker of a configuration, checked before anything runs."""

from __future__ import annotations

import importlib.util
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from hydra.utils import get_class

from benchmarks import interrupts
from benchmarks.grid.errors import RequestError, nearest
from benchmarks.grid.locating import why_not_there
from benchmarks.grid.paths import path_of
from benchmarks.tracking.told import Benchmark, FinishedCell

FOLDER = "tracking"  # in the results folder
CALLS = ("begin", "cell", "end")


class Tracker(Protocol):
    """Told in this order, by one thread: the benchmark, its cells one by one, the end.

    It is made before anything runs and raises RequestError for a wrong option or a missing package,
    which it imports in `begin`. Whatever it raises later, and a call that takes longer than
    `feed.SECONDS_FOR_A_CALL`, ends the tracking and nothing else. `place`, read after `begin`, says
    where what it logs can be seen.
    """

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
    require_text("name", block.get("name"))
    options = {k: v for k, v in block.items() if k not in ("_target_", "name", "says")}
    if "_target_" not in block:
        for name, value in options.items():
            raise RequestError(f"logger.{name}", value, f"logger={block['name']} has no options")
        return None
    tracker_class = _class(block["_target_"])
    known = inspect.signature(tracker_class).parameters
    for name, value in options.items():
        if name not in known:
            raise RequestError(f"logger.{name}", value, nearest(name, known))
    if "folder" in known:
        options["folder"] = _folder(options.get("folder"), results)
    with _refused(block["_target_"], "it cannot be made; mend it, or leave it out by logger=none"):
        tracker: Tracker = tracker_class(**options)
    return tracker


def _class(path: Any) -> Any:
    try:
        found = get_class(path)
        inspect.signature(found)  # some classes of Python itself have none
    except Exception as error:
        raise RequestError("logger._target_", path, why_not_there(path)) from error
    lacking = [name for name in CALLS if not callable(getattr(found, name, None))]
    if lacking:
        remedy = f"is no tracker: give it {', '.join(lacking)}, as docs/tracking.md says"
        raise RequestError("logger._target_", path, remedy)
    return found


@contextmanager
def _refused(path: Any, remedy: str) -> Iterator[None]:
    """What foreign code raises is a RequestError, even a SystemExit; a real Ctrl-C goes on."""
    try:
        yield
    except RequestError:
        raise
    except BaseException as error:
        interrupts.check()
        raise RequestError("logger._target_", path, f"{told_of(error)}; {remedy}") from error


def told_of(error: BaseException) -> str:
    """Kind and text of an exception of foreign code, which may not even have a text, in a line."""
    try:
        text = " ".join(str(error).split())
    except Exception:
        text = ""
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


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
    return path_of("logger.folder", chosen).absolute() if chosen else results / FOLDER
