"""A Ctrl-C that Python drops, since it came within a finaliser, stops the run nevertheless; and
nothing else ends it unnoticed."""

from __future__ import annotations

import contextlib
import re
import signal
import subprocess
import sys

import pytest
from hydra import compose
from hydra.errors import ConfigCompositionException

from benchmarks import interrupts
from benchmarks.execution.dispatch import work_off
from benchmarks.execution.forecast import Forecast
from benchmarks.execution.work import Limits, Work
from benchmarks.grid import configs
from benchmarks.records.store import Store
from tests.tiny import TINY


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


@pytest.mark.parametrize("ending", ["an error", "as if nothing was"])
def test_a_stop_while_a_configuration_is_composed_is_neither_lost_nor_a_wrong_request(
    ending, scarce, monkeypatch
):
    """As OmegaConf does, which makes an error of it, or its garbage, whose finalisers drop it."""

    def interrupted(*arguments, **options):
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        if ending == "an error":
            raise ConfigCompositionException("Could not override 'method'")
        return compose(*arguments, **options)

    monkeypatch.setattr(configs, "compose", interrupted)
    outcome = scarce("plan", "method=mlp")

    assert outcome.code == 130
    assert "Stopped." in outcome.err
    assert "method=" not in outcome.err


@pytest.mark.parametrize("command", ["run", "plan"])
def test_a_file_that_ends_the_program_while_it_is_loaded_is_no_finished_run(
    command, scarce, tmp_path, monkeypatch
):
    (tmp_path / "method").mkdir()
    mlp = (configs.CONF / "method/mlp.yaml").read_text()
    ending = re.sub("_target_: models.neural", f"_target_: ending_{command}", mlp, count=1)
    (tmp_path / "method/ending.yaml").write_text(ending.replace("name: mlp", "name: ending"))
    (tmp_path / f"ending_{command}.py").write_text("import sys\n\nsys.exit(0)\n")
    monkeypatch.setenv("SCARCE_CONF", str(tmp_path))

    outcome = scarce(command, "method=ending", *TINY)

    assert outcome.code == 2
    assert f"ending_{command}.py:3=sys.exit(0): ends the program" in outcome.err


def test_a_reader_that_has_seen_enough_is_no_fault(results):
    """Regression: rich ends the program itself, which was blamed on a file of the suite."""
    command = [sys.executable, "-m", "benchmarks", "plan", *TINY, f"results_dir={results}"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    process.stdout.close()
    told = process.stderr.read()

    assert process.wait(timeout=60) == 0
    assert told == ""
