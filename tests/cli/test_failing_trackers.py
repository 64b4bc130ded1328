"""Whatever a tracker of a user does: the records are whole, and the run ends by its cells."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from benchmarks.tracking import feed
from tests.cli.quiet_tracker import Quiet
from tests.tiny import ONE_CELL, TINY

TWO_CELLS = (*TINY, "method=mlp", "method.epochs=2", "split_seed=0,1")
QUIET = ("logger=csv", "logger._target_=tests.cli.quiet_tracker.Quiet")
TOLD = "warning: logger=csv: {}; no more is logged, the run goes on and its records are whole\n"


class Unspeakable(Exception):  # noqa: N818
    """Whoever asks for its text gets another error."""

    def __str__(self) -> str:
        raise ValueError("no text")


@pytest.fixture
def released():
    """An event that trackers wait for, set at the end of the test; signals mean what they did."""
    meant = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    event = threading.Event()
    yield event
    event.set()
    for number, handler in meant.items():
        signal.signal(number, handler)


def raising(error):
    def call(self, folder=None):
        raise error

    return call


def test_a_tracker_that_fails_is_told_once_and_fails_nothing(scarce, records, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    outcome = scarce("run", *TWO_CELLS, "logger=csv", f"logger.folder={blocked}")
    assert outcome.code == 0
    assert [record["status"] for record in records().values()] == ["done", "done"]
    assert outcome.err.count("\n") == 1
    assert outcome.err.startswith("warning: logger=csv: NotADirectoryError")
    assert "the run goes on" in outcome.err


@pytest.mark.parametrize(
    ("call", "error", "told"),
    [
        ("begin", RuntimeError("no\nserver"), "RuntimeError: no server"),
        ("cell", RuntimeError("full"), "RuntimeError: full"),
        ("cell", KeyboardInterrupt(), "KeyboardInterrupt"),
        ("cell", SystemExit(3), "SystemExit: 3"),
        ("cell", Unspeakable(), "Unspeakable"),
        ("end", KeyboardInterrupt("its own"), "KeyboardInterrupt: its own"),
    ],
)
def test_no_exception_of_a_tracker_without_a_name_ends_a_run(
    call, error, told, scarce, records, monkeypatch
):
    """Its missing `name` was a traceback of its own, its KeyboardInterrupt that of its thread."""
    monkeypatch.setattr(Quiet, call, raising(error))
    outcome = scarce("run", *TWO_CELLS, *QUIET)
    assert (outcome.code, outcome.err) == (0, TOLD.format(told))
    assert len(records()) == 2
    assert "Logged" not in outcome.out


def test_a_run_ends_by_its_cells_whatever_its_tracker_does(scarce, monkeypatch):
    monkeypatch.setattr(Quiet, "cell", raising(KeyboardInterrupt()))
    failing = (*TINY, "method=mlp", "split_seed=0", "method.optimizer.lr=1e30")
    assert scarce("run", *failing, *QUIET).code == 1


def test_a_tracker_that_cannot_say_where_it_logs_is_dropped(scarce, monkeypatch):
    monkeypatch.delattr(Quiet, "place")
    outcome = scarce("run", *ONE_CELL, *QUIET)
    assert outcome.code == 0
    assert "warning: logger=csv: AttributeError" in outcome.err


@pytest.mark.parametrize("error", [RuntimeError("no"), KeyboardInterrupt("no"), SystemExit("no")])
def test_a_tracker_that_cannot_be_made_is_a_wrong_request_before_anything_runs(
    error, scarce, results, monkeypatch
):
    monkeypatch.setattr(Quiet, "__init__", raising(error))
    outcome = scarce("run", *ONE_CELL, *QUIET)
    assert outcome.code == 2
    assert outcome.err == (
        f"scarce: logger._target_=tests.cli.quiet_tracker.Quiet: {type(error).__name__}: no; it "
        "cannot be made; mend it, or leave it out by logger=none\n"
    )
    assert not results.exists()


WRONG = {
    "tests.cli.quiet_tracker.Loud": "no Loud in tests.cli.quiet_tracker",
    "builtins.dict": "it is there, but is no class that can be made here",
    "pathlib.PurePath": "is no tracker: give it begin, cell, end, as docs/tracking.md says",
}


@pytest.mark.parametrize("path", WRONG)
def test_what_is_no_tracker_is_a_wrong_request_before_anything_runs(path, scarce, results):
    outcome = scarce("run", *ONE_CELL, "logger=csv", f"logger._target_={path}")
    assert outcome.code == 2
    assert outcome.err.count("\n") == 1
    assert outcome.err.startswith(f"scarce: logger._target_={path}: ")
    assert WRONG[path] in outcome.err
    assert not results.exists()


def test_a_logger_file_without_a_name_is_a_wrong_request(outside, scarce, results):
    """It ended in a KeyError."""
    (outside / "mine" / "logger").mkdir(parents=True)
    target = "_target_: tests.cli.quiet_tracker.Quiet\nfolder: null\n"
    (outside / "mine" / "logger" / "nameless.yaml").write_text(target)
    found = f"hydra.searchpath=[file://{outside}/mine]"
    outcome = scarce("run", *ONE_CELL, found, "logger=nameless")
    assert (outcome.code, outcome.err) == (2, "scarce: logger.name=None: give a name\n")
    assert not results.exists()


@pytest.mark.parametrize("call", ["begin", "cell", "end"])
def test_a_call_that_never_ends_is_given_up(call, scarce, records, monkeypatch, released):
    """The run had finished and never ended."""
    monkeypatch.setattr(feed, "SECONDS_FOR_A_CALL", 0.5)
    monkeypatch.setattr(Quiet, call, lambda *_: released.wait())
    outcome = scarce("run", *TWO_CELLS, *QUIET)
    told = TOLD.format("a call has not ended after 0.5 seconds")
    assert (outcome.code, outcome.err) == (0, told)
    assert len(records()) == 2


def test_the_limit_is_of_a_call_and_not_of_all_of_them(scarce, monkeypatch):
    monkeypatch.setattr(feed, "SECONDS_FOR_A_CALL", 1.0)
    monkeypatch.setattr(Quiet, "cell", lambda *_: time.sleep(0.7))
    outcome = scarce("run", *TWO_CELLS, *QUIET)
    assert (outcome.code, outcome.err) == (0, "")
    assert "Logged 2 cells and 1 summary: nowhere" in outcome.out


def test_all_calls_come_from_one_thread(scarce, monkeypatch):
    found = []
    for call in ("begin", "cell", "end"):
        monkeypatch.setattr(Quiet, call, lambda *_: found.append(threading.current_thread()))
    assert scarce("run", *TWO_CELLS, *QUIET).code == 0
    assert len(found) == 4
    assert len(set(found)) == 1
    assert found[0] is not threading.main_thread()


def test_a_real_interrupt_while_a_tracker_hangs_stops_the_run(
    scarce, records, monkeypatch, released
):
    def interrupted(*_):
        os.kill(os.getpid(), signal.SIGINT)
        released.wait()

    monkeypatch.setattr(feed, "SECONDS_TO_STOP", 0.5)
    monkeypatch.setattr(Quiet, "cell", interrupted)
    begun = time.monotonic()
    outcome = scarce("run", *TWO_CELLS, *QUIET)
    assert outcome.code == 130
    assert "logger=csv: stopped; finished cells not logged: 2" in outcome.err
    assert time.monotonic() - begun < feed.SECONDS_FOR_A_CALL / 2
    assert len(records()) == 2
