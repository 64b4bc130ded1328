"""The command line as a function, and a tiny real benchmark on scikit-learn's digits."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks import interrupts
from benchmarks.cli import main
from tests.hosts import hosts  # noqa: F401  (a fixture)
from tests.outside import outside  # noqa: F401  (a fixture)
from tests.tiny import TINY, last_of_each


@dataclass(frozen=True)
class Outcome:
    """Exit code and what was printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict:
        return json.loads(self.out)


@pytest.fixture
def results(tmp_path: Path) -> Path:
    return tmp_path / "results"


@pytest.fixture
def published(tmp_path_factory) -> Path:
    """Where `scarce` publishes to, and reads what is published."""
    return tmp_path_factory.mktemp("published")


@pytest.fixture(autouse=True)
def no_stop_is_left():
    """A stop that one test sends itself stops no other."""
    yield
    interrupts.forget()


@pytest.fixture
def scarce(results: Path, published: Path, capsys, monkeypatch) -> Callable[..., Outcome]:
    """`scarce("run", "method=mlp")`: the real command line, with results folders of its own.

    Without figures, unless they are asked for: drawing takes longer than training a few cells.
    """
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("SCARCE_CACHE", str(results.parent / "cache"))

    places = {"results_dir": results, "published_dir": published, "figures": "none"}

    def call(command: str, *words: str, places: dict[str, object] = places) -> Outcome:
        if words[: len(TINY)] == TINY:  # what it says is there to be replaced
            words = last_of_each(*words)
        named = {word.partition("=")[0] for word in words}
        given = [f"{name}={place}" for name, place in places.items() if name not in named]
        try:
            code = main([command, *words, *given])
        except SystemExit as stop:  # argparse
            code = stop.code
        printed = capsys.readouterr()
        return Outcome(code, printed.out, printed.err)

    return call


@pytest.fixture
def records(results: Path) -> Callable[[], dict[str, dict]]:
    """All records of the results folder, by key, without their predictions."""

    def read() -> dict[str, dict]:
        files = (results / "records").glob("*.json")
        found = {file.stem: json.loads(file.read_text()) for file in files}
        for record in found.values():
            record.pop("arrays", None)
        return found

    return read


def pytest_configure() -> None:
    """Started in the background of a shell, Ctrl-C is ignored here and in all that tests start."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items) -> None:
    """All that is in `faults` is slow; tests on the real MNIST are skipped only where nobody says
    where it lies.
    """
    for item in items:
        if item.path.parent.name == "faults":
            item.add_marker(pytest.mark.slow)
    if not os.environ.get("SCARCE_DATA"):
        for item in items:
            if item.get_closest_marker("real_data"):
                item.add_marker(pytest.mark.skip(reason="set SCARCE_DATA to the folder with MNIST"))
