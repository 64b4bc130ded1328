"""The command line in processes of its own, with learners that misbehave."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from benchmarks.cli import main
from benchmarks.grid.configs import PROJECT
from tests.faults.learners import NOTES

DIGITS = ("dataset=digits01", "dataset.train_size=10")
MEANT_TO_STAY = (".lock", ".drawn-from")  # of the records' folder, and the digest of figures
LONGEST = 300  # seconds after which a run hangs


@dataclass(frozen=True)
class Ended:
    """Exit code and everything that was printed."""

    code: int
    out: str


class Suite:
    """`scarce` on one results folder, with the methods that were added."""

    def __init__(self, folder: Path, results: Path | None = None):
        self.folder, self.results = folder, results or folder / "results"
        self.methods = folder / "mine" / "method"
        self.methods.mkdir(parents=True, exist_ok=True)
        self.published = folder / "published"
        self.published.mkdir(exist_ok=True)

    def add(self, name: str, learner: str, **options: Any) -> None:
        """A method file as a user writes it; `learner` is a class of `tests.faults.learners`."""
        fields = {
            "name": name,
            "says": "misbehaves",
            "version": 1,
            "_target_": f"tests.faults.learners.{learner}",
            **options,
        }
        (self.methods / f"{name}.yaml").write_text(json.dumps(fields))

    def words(self, command: str, *words: str) -> list[str]:
        places = {"results_dir": self.results, "published_dir": self.published}
        given = [f"{name}={place}" for name, place in places.items()]
        search = f"hydra.searchpath=[file://{self.methods.parent}]"
        return [sys.executable, "-m", "benchmarks", command, *words, search, *given]

    def start(self, command: str, *words: str, **options: Any) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.words(command, *words),
            cwd=PROJECT,
            env={**os.environ, "COLUMNS": "200", NOTES: f"{self.folder}/notes"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **options,
        )

    def call(self, command: str, *words: str, **options: Any) -> Ended:
        return end_of(self.start(command, *words, **options))

    def here(self, command: str, *words: str) -> Ended:
        """In this process, which has what takes long to import."""
        printed = io.StringIO()
        with redirect_stdout(printed), redirect_stderr(printed):
            code = main(self.words(command, *words)[3:])
        return Ended(code, printed.getvalue())

    def reading(self, command: str, *words: str, **options: Any) -> Ended:
        """In this process, unless it has to be another user's."""
        return self.call(command, *words, **options) if options else self.here(command, *words)

    @property
    def records(self) -> dict[str, dict]:
        files = (self.results / "records").glob("*.json")
        return {file.stem: json.loads(file.read_text()) for file in files}

    def by_method(self) -> dict[str, list[dict]]:
        found: dict[str, list[dict]] = {}
        for record in self.records.values():
            found.setdefault(record["config"]["method"]["name"], []).append(record)
        return found

    def notes(self, what: str) -> Counter[str]:
        """How often learners noted this, by cell."""
        return Counter(cell for said, cell, _ in self.noted() if said == what)

    def processes(self) -> set[str]:
        """The numbers of those that noted anything."""
        return {pid for _, _, pid in self.noted()}

    def noted(self) -> list[list[str]]:
        """What, which cell, which process: line by line."""
        return [line.split() for line in (self.folder / "notes").read_text().splitlines()]

    def leases(self) -> list[str]:
        return sorted(file.name for file in (self.results / "leases").iterdir())

    def leftovers(self) -> list[str]:
        """Hidden files that are not meant to stay."""
        return sorted(f.name for f in self.results.rglob(".*") if f.name not in MEANT_TO_STAY)


def end_of(process: subprocess.Popen[str], seconds: float = LONGEST) -> Ended:
    try:
        out, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        raise
    return Ended(process.returncode, out)


def until(condition: Callable[[], Any], process: subprocess.Popen[str]) -> None:
    """Wait for something that the running process is to bring about."""
    end = time.monotonic() + LONGEST
    while not condition():
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < end
        time.sleep(0.05)


def gone(processes: list[psutil.Process], seconds: float) -> bool:
    """Whether all have ended by then; an unreaped entry in the process table is dead."""
    _, left = psutil.wait_procs(processes, timeout=seconds)
    return all(process.status() == psutil.STATUS_ZOMBIE for process in left)


def workers_of(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Its processes that run cells, without the one that multiprocessing keeps for itself."""
    try:
        children = psutil.Process(process.pid).children()
        return [c for c in children if "spawn_main" in " ".join(c.cmdline())]
    except psutil.Error:
        return []
