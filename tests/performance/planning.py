"""What `scarce plan` costs: the whole process, from the start of Python to the last line printed.

Both data sets, nine methods, four train sizes, as many split seeds as make the grid as large as
asked for; a results folder of its own, so that every cell is pending, and the published records to
learn the time from.

    python -m tests.performance.planning [repetitions]
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time

GRID = ("dataset=mnist01,digits01", "dataset.train_size=10,20,40,80")
CELLS_PER_SEED = 2 * 4 * 9
LIMITS = {1_000: 3.0, 10_000: 15.0}  # seconds by number of cells


def seconds(cells: int, results: str) -> float:
    """Of a plan of at least so many cells, none of them without data."""
    seeds = -(-cells // CELLS_PER_SEED)
    words = [*GRID, f"split_seed=range({seeds})", f"results_dir={results}"]
    command = [sys.executable, "-m", "benchmarks", "plan", "--json", *words]
    start = time.perf_counter()
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    taken = time.perf_counter() - start
    plan = json.loads(done.stdout)
    if plan["pending"] < cells:
        sys.exit(f"{plan['pending']} of {cells} cells are pending: {plan['reasons']}")
    return taken


def main(repetitions: int = 3) -> int:
    print(f"scarce plan, whole process, median of {repetitions}")
    slow = False
    with tempfile.TemporaryDirectory() as results:
        for cells, limit in LIMITS.items():
            taken = statistics.median(seconds(cells, results) for _ in range(repetitions))
            print(f"  {cells:6,} cells  {taken:8.2f} s    (at most {limit:g} s)")
            slow |= taken > limit
    return int(slow)


if __name__ == "__main__":
    sys.exit(main(*(int(argument) for argument in sys.argv[1:])))
