"""How long a run takes that finds all its cells finished: it plans, reads, answers, trains nothing.

The records are the published ones of leek2017 on the bundled digits, 1,080 cells.

    python -m tests.performance.finished [repetitions]
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time

from benchmarks.grid.configs import PROJECT

LIMIT = 5.0
GRID = ("benchmark=leek2017", "dataset=digits01", "split_seed=range(12)")
RUN = """
import sys
from benchmarks.cli import main
code = main(sys.argv[1:])
assert not {"torch", "pytorch_lightning"} & set(sys.modules), "PyTorch was imported"
sys.exit(code)
"""


def main(repetitions: int = 3) -> int:
    with tempfile.TemporaryDirectory() as folder:
        own = f"results_dir={folder}"
        archive = PROJECT / "results" / "published" / "leek2017" / "records.parquet"
        _command("merge", str(archive), own)
        print(_command("run", *GRID, own).splitlines()[0])
        seconds = [_seconds("run", *GRID, own) for _ in range(repetitions)]
    print(f"  finished run       {statistics.median(seconds):8.2f} s  (at most {LIMIT:g})")
    print(f"  lowest, highest    {min(seconds):8.2f} {max(seconds):.2f}")
    return int(statistics.median(seconds) > LIMIT)


def _seconds(*words: str) -> float:
    start = time.perf_counter()
    _command(*words)
    return time.perf_counter() - start


def _command(*words: str) -> str:
    command = [sys.executable, "-c", RUN, *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    sys.exit(main(*(int(argument) for argument in sys.argv[1:])))
