"""A Ctrl-C that Python drops, since it came within a finaliser, stops the run nevertheless."""

from __future__ import annotations

import signal

import pytest

from benchmarks.execution import interrupts
from benchmarks.execution.dispatch import work_off
from benchmarks.execution.forecast import Forecast
from benchmarks.execution.work import Limits, Work
from benchmarks.records.store import Store


@pytest.fixture(autouse=True)
def handlers():
    """Those of pytest are put back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


class Silent:
    def show(self):
        """Nothing."""


class InterruptedInFinaliser:
    """Workers that go on for ever; during the first wait the signal comes within a finaliser."""

    busy = ["a task"]  # noqa: RUF012
    idle = False

    def __init__(self, number):
        self.number, self.waited = number, 0

    def wait(self, seconds):
        self.waited += 1
        assert self.waited < 3, "the run goes on"
        dropped(self.number)
        return []


def dropped(number):
    class Dying:
        def __del__(self):
            signal.raise_signal(number)

    Dying()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_that_a_finaliser_swallows_is_not_lost(number, tmp_path):
    workers = InterruptedInFinaliser(number)
    work = Work([], Limits(), Forecast())
    interrupts.listen()

    with pytest.raises(KeyboardInterrupt):
        work_off([], workers, Store(tmp_path), work, Silent())

    assert workers.waited == 1


def test_a_stop_of_an_earlier_command_does_not_stop_the_next():
    interrupts.listen()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    interrupts.listen()

    interrupts.check()
