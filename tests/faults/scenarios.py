"""What is done to the suite, each in a folder of its own, and the figures that come of it."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults.disks import small_disk
from tests.faults.grids import contents, counted_suite, differing, grid
from tests.faults.program import DIGITS, Suite, end_of
from tests.faults.storm import Kills, Storm, computed_again, computed_for_nothing

RUNS_AT_ONCE = 4
KILLS, KILLS_AT_ONCE = 100, 24
PAUSE, PAUSE_AT_ONCE = 6.0, 3.0  # seconds between two kills, in the mean: a worker starts in 5 to 8
PATIENT = "lost_workers=1000"  # as a person says who knows that the machine kills processes


@dataclass(frozen=True)
class Figure:
    """One row of the table."""

    scenario: str
    what: str
    value: Any
    required: str
    met: bool


class Scenarios:
    """All of them, on one grid of `4 * seeds` cells and from one random seed."""

    def __init__(self, folder: Path, seed: int, seeds: int):
        self.folder, self.chance, self.words = folder, random.Random(seed), grid(seeds)
        self.cells = 4 * seeds

    def figures(self) -> Iterator[Figure]:
        yield from self.undisturbed()
        yield from self.killed()
        yield from self.at_once()
        yield from self.killed_at_once()
        yield from self.full_disk()
        yield from self.crashes()

    def undisturbed(self) -> Iterator[Figure]:
        name, suite = "undisturbed", counted_suite(self.folder / "undisturbed")
        start = time.monotonic()
        ended = suite.call("run", *self.words)
        yield exactly(name, "exit code", ended.code, 0)
        yield told(name, "seconds", round(time.monotonic() - start))
        self.reference = contents(suite)
        yield exactly(name, "cells done", len(self.reference), self.cells)
        yield exactly(name, "trainings beyond one per cell", computed_again(suite), 0)

    def killed(self) -> Iterator[Figure]:
        """Again and again in new folders, until enough was killed."""
        name, rounds = "killed at random", []
        words = (*self.words, PATIENT)
        while (dealt := sum(kills.total for _, kills in rounds)) < KILLS:
            suite = counted_suite(self.folder / f"killed-{len(rounds)}")
            kills = Storm(suite, words, 1, self.chance).rage(KILLS - dealt, PAUSE)
            rounds.append((suite, kills))
        yield told(name, "times the grid was run", len(rounds))
        yield from self._survived(name, words, rounds, KILLS)

    def at_once(self) -> Iterator[Figure]:
        name, suite = f"{RUNS_AT_ONCE} runs at once", counted_suite(self.folder / "at-once")
        words = (*self.words, "executor.workers=1")
        start = time.monotonic()
        started = [suite.start("run", *words) for _ in range(RUNS_AT_ONCE)]
        codes = [end_of(run).code for run in started]
        yield exactly(name, "exit codes", codes, [0] * RUNS_AT_ONCE)
        yield told(name, "seconds", round(time.monotonic() - start))
        yield exactly(name, "trainings", suite.notes("begin").total(), self.cells)
        yield told(name, "processes that trained", len(suite.processes()))
        yield from self._whole(name, words, [suite])

    def killed_at_once(self) -> Iterator[Figure]:
        name = f"{RUNS_AT_ONCE} runs at once, killed at random"
        suite = counted_suite(self.folder / "killed-at-once")
        words = (*self.words, "executor.workers=1", PATIENT)
        kills = Storm(suite, words, RUNS_AT_ONCE, self.chance).rage(KILLS_AT_ONCE, PAUSE_AT_ONCE)
        yield from self._survived(name, words, [(suite, kills)], least=10)

    def full_disk(self) -> Iterator[Figure]:
        with small_disk(self.folder / "disk", kilobytes=400) as disk:
            name = "full disk" if disk.mounted else "files cannot grow"
            suite = Suite(self.folder, results=disk.folder / "results")
            words = (*DIGITS, "method=logistic", "split_seed=range(80)", "executor.workers=2")
            full = suite.call("run", *words, **disk.options())
            before = suite.records
            yield exactly(name, "exit code", full.code, 2)
            yield exactly(name, "last line names results_dir", str(suite.results) in full.out, True)
            yield exactly(name, "tracebacks", full.out.count("Traceback"), 0)
            yield told(name, "records before it was full", len(before))
            yield exactly(name, "temporary files", len(suite.leftovers()), 0)
            disk.enlarge()
            yield exactly(name, "exit code with space", suite.call("run", *words).code, 0)
            kept = sum(suite.records.get(key) == record for key, record in before.items())
            yield exactly(name, "records of before that are intact", kept, len(before))
            yield exactly(name, "cells done at the end", len(suite.records), 80)

    def crashes(self) -> Iterator[Figure]:
        name, suite = "segfault, memory eater", Suite(self.folder / "crashes")
        for method in ("segfaulting", "big"):
            suite.add(method, method.capitalize())
        words = (*DIGITS, "method=segfaulting,big,logistic", "split_seed=range(3)")
        ended = suite.call("run", *words, "memory_limit=1500")
        failed = [r["error"] for r in suite.records.values() if r["status"] == "failed"]
        kinds = sorted((error["type"], error["losses"]) for error in failed)
        expected = [("MemoryLimitExceeded", 0)] * 3 + [("WorkerLost", 3)] * 3
        yield exactly(name, "exit code", ended.code, 1)
        yield exactly(name, "cells failed, each with its reason", kinds == expected, True)
        yield exactly(name, "other cells done", len(suite.records) - len(failed), 3)
        yield exactly(name, "leases left", len(suite.leases()), 0)

    def _survived(
        self, name: str, words: tuple[str, ...], rounds: list[tuple[Suite, Kills]], least: int
    ) -> Iterator[Figure]:
        """What holds after a storm and one plain rerun, summed over its rounds."""
        suites, kills = [suite for suite, _ in rounds], [kills for _, kills in rounds]
        dealt = sum(k.total for k in kills)
        yield Figure(name, "SIGKILLs", dealt, f"at least {least}", dealt >= least)
        yield told(name, "of them at workers", sum(k.workers for k in kills))
        yield told(name, "of them at runs", sum(k.parents for k in kills))
        yield exactly(name, "workers that outlived their run", sum(k.survivors for k in kills), 0)
        longest = round(max(k.longest_death for k in kills), 1)
        yield Figure(name, "seconds until the last had ended", longest, "at most 10", longest <= 10)
        failed = sum(any(k.codes) for k in kills)
        yield exactly(name, "runs that ended with another code than 0", failed, 0)
        again = sum(map(computed_again, suites))
        yield told(name, "trainings that a kill made necessary once more", again)
        nothing = sum(computed_for_nothing(suite, k.processes) for suite, k in rounds)
        yield exactly(name, "trainings for nothing", nothing, 0)
        yield from self._whole(name, words, suites)

    def _whole(self, name: str, words: tuple[str, ...], suites: list[Suite]) -> Iterator[Figure]:
        before = sum(suite.notes("begin").total() for suite in suites)
        reruns = [suite.call("run", *words) for suite in suites]
        after = sum(suite.notes("begin").total() for suite in suites)
        yield exactly(name, "exit code of a plain rerun", max(r.code for r in reruns), 0)
        yield exactly(name, "trainings of a plain rerun", after - before, 0)
        records = sum(len(suite.records) for suite in suites)
        yield exactly(name, "records", records, len(suites) * self.cells)
        wrong = sum(differing(suite, self.reference) for suite in suites)
        yield exactly(name, "cells not bit for bit as undisturbed", wrong, 0)
        yield exactly(name, "leases left", sum(len(suite.leases()) for suite in suites), 0)
        left = [file for suite in suites for file in suite.leftovers()]
        for file in left:
            print(file, flush=True)
        yield exactly(name, "temporary files left", len(left), 0)


def exactly(scenario: str, what: str, value: Any, required: Any) -> Figure:
    return Figure(scenario, what, value, str(required), value == required)


def told(scenario: str, what: str, value: Any) -> Figure:
    return Figure(scenario, what, value, "", True)
