"""Many short-lived processes want one lease, and half of its owners die with it.

Prints how many processes there were, how many of them owned the lease, and how many found that
somebody else owned it, too. `python -m tests.faults.contend FOLDER SECONDS`
"""

from __future__ import annotations

import os
import random
import sys
import time
from pathlib import Path

from benchmarks.execution import leases
from benchmarks.execution.leases import Leases

KEY = "a" * 64
AT_ONCE = 8
NOT_OWNER, OWNER, ONE_OF_TWO = 0, 1, 2


def main(folder: Path, seconds: float) -> None:
    leases.this_host()  # before forking: known to all
    end = time.monotonic() + seconds
    codes, running = [], set()
    while time.monotonic() < end or running:
        while len(running) < AT_ONCE and time.monotonic() < end:
            running.add(_fork(folder, len(codes) + len(running)))
        pid, status = os.wait()
        running.remove(pid)
        codes.append(os.waitstatus_to_exitcode(status))
    print(len(codes), codes.count(OWNER), len(codes) - codes.count(OWNER) - codes.count(NOT_OWNER))


def _fork(folder: Path, seed: int) -> int:
    pid = os.fork()
    if pid == 0:
        code = ONE_OF_TWO
        try:
            code = _contend(folder, random.Random(seed))
        finally:
            os._exit(code)
    return pid


def _contend(folder: Path, chance: random.Random) -> int:
    """One in five sweeps; of the others one at a time may own the lease."""
    wanted = Leases(folder)
    if chance.random() < 0.2:
        wanted.sweep()
        return NOT_OWNER
    with wanted.acquired(KEY) as say:
        if say is None:
            return NOT_OWNER
        os.close(os.open(folder / "owned", os.O_CREAT | os.O_EXCL))
        time.sleep(chance.random() / 500)
        os.unlink(folder / "owned")
        if chance.random() < 0.5:
            os._exit(OWNER)  # its file stays
    return OWNER


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))
