"""Kills workers and whole runs at random moments until enough were killed or the work is done."""

from __future__ import annotations

import random
import subprocess
import time
from dataclasses import dataclass, field

import psutil

from tests.faults.program import LONGEST, Suite, end_of, gone, workers_of

SHARE_OF_PARENTS = 0.3
SECONDS_TO_DIE = 10.0


@dataclass
class Kills:
    """What was killed, and what became of the others."""

    workers: int = 0
    parents: int = 0
    processes: set[int] = field(default_factory=set)  # that ran cells, killed or orphaned
    survivors: int = 0  # workers that outlived their parent by more than SECONDS_TO_DIE
    longest_death: float = 0.0  # seconds from the end of a parent to that of its last worker
    codes: list[int] = field(default_factory=list)  # of the runs that came to their own end

    @property
    def total(self) -> int:
        return self.workers + self.parents


class Storm:
    """`runs` runs of one command at once, each started again whenever it is killed."""

    def __init__(self, suite: Suite, words: tuple[str, ...], runs: int, chance: random.Random):
        self.suite, self.words, self.chance = suite, words, chance
        self.kills = Kills()
        self.running = [self._start() for _ in range(runs)]

    def rage(self, count: int, pause: float) -> Kills:
        """Kill `count` processes, `pause` seconds after each other in the mean; wait for the end.

        Fewer where the work is done before.
        """
        while self.running and self.kills.total < count:
            time.sleep(self.chance.uniform(0, 2 * pause))
            self._collect()
            if self.running:
                self._kill_one(self.chance.choice(self.running))
        for process in self.running:
            self._note_end(process)
        return self.kills

    def _kill_one(self, run: subprocess.Popen[str]) -> None:
        if self.chance.random() < SHARE_OF_PARENTS:
            self._kill_parent(run, workers_of(run))
            return
        while run.poll() is None:
            if workers := workers_of(run):
                self._kill_worker(self.chance.choice(workers))
                return
            time.sleep(0.1)

    def _kill_worker(self, worker: psutil.Process) -> None:
        try:
            worker.kill()
        except psutil.NoSuchProcess:
            return
        self.kills.workers += 1
        self.kills.processes.add(worker.pid)

    def _kill_parent(self, run: subprocess.Popen[str], workers: list[psutil.Process]) -> None:
        run.kill()
        start = time.monotonic()
        run.communicate()
        self.kills.parents += 1
        self.kills.processes |= {worker.pid for worker in workers}
        self.kills.survivors += not gone(workers, SECONDS_TO_DIE)
        self.kills.longest_death = max(self.kills.longest_death, time.monotonic() - start)
        self.running[self.running.index(run)] = self._start()

    def _collect(self) -> None:
        for process in [run for run in self.running if run.poll() is not None]:
            self._note_end(process)
            self.running.remove(process)

    def _note_end(self, process: subprocess.Popen[str]) -> None:
        ended = end_of(process, 3 * LONGEST)
        self.kills.codes.append(ended.code)
        if ended.code:
            print(ended.out, flush=True)

    def _start(self) -> subprocess.Popen[str]:
        return self.suite.start("run", *self.words)


def computed_for_nothing(suite: Suite, killed: set[int]) -> int:
    """Trainings beyond one per cell that no kill explains.

    A kill explains the last training that its process began, and no other.
    """
    noted = [(cell, int(pid)) for said, cell, pid in suite.noted() if said == "begin"]
    last = {pid: index for index, (_, pid) in enumerate(noted)}
    explained = {last[pid] for pid in killed & last.keys()}
    needed: dict[str, int] = {}
    for index, (cell, _) in enumerate(noted):
        needed[cell] = needed.get(cell, 0) + (index not in explained)
    return sum(max(0, count - 1) for count in needed.values())


def computed_again(suite: Suite) -> int:
    """Trainings beyond one per cell, for whatever reason."""
    begun = suite.notes("begin")
    return begun.total() - len(begun)
