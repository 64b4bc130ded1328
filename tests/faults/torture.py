"""`make torture`: kills, full disks and crashes in numbers; writes docs/faults.md.

`python -m tests.faults.torture [seed=N] [seeds=N] [FILE]`; the seed decides what is killed when.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from benchmarks.grid.configs import PROJECT
from benchmarks.records.provenance import provenance
from tests.faults.scenarios import Figure, Scenarios

SEEDS = 50  # times four cells, of 0.02 to 1 second
TEXT = Path(__file__).with_name("faults.md")


def main(words: list[str]) -> int:
    given = dict(word.split("=") for word in words if "=" in word)
    files = [Path(word) for word in words if "=" not in word]
    seed = int(given.get("seed", time.time_ns() % 1_000_000))
    seeds = int(given.get("seeds", SEEDS))
    print(f"seed={seed}, {4 * seeds} cells", flush=True)
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="torture-") as folder:
        figures = list(_shown(Scenarios(Path(folder), seed, seeds).figures()))
    minutes = (time.monotonic() - start) / 60
    file = files[0] if files else PROJECT / "docs" / "faults.md"
    file.parent.mkdir(exist_ok=True)
    file.write_text(_document(figures, seed, seeds, minutes))
    missed = sum(not figure.met for figure in figures)
    print(f"{missed} requirements missed, {minutes:.0f} minutes: {file}")
    return 1 if missed else 0


def _shown(figures: Iterable[Figure]) -> Iterable[Figure]:
    for figure in figures:
        print(" | ".join(_row(figure)), flush=True)
        yield figure


def _row(figure: Figure) -> list[str]:
    verdict = "" if not figure.required else "yes" if figure.met else "**no**"
    return [figure.scenario, figure.what, str(figure.value), figure.required, verdict]


def _document(figures: list[Figure], seed: int, seeds: int, minutes: float) -> str:
    header = ["scenario", "figure", "value", "required", "met"]
    rows = [header, ["---", "---", "---:", "---:", "---"], *map(_row, figures)]
    made = provenance({"threads": 1})
    versions = {"python": made["python"], **made["packages"]}
    return TEXT.read_text().format(
        date=date.today().isoformat(),
        commit=f"{made['commit']}{' and changes' if made['dirty'] else ''}",
        versions=", ".join(f"{name} {version}" for name, version in versions.items()),
        system=f"{made['system']}, {os.cpu_count()} cores",
        seed=seed,
        cells=4 * seeds,
        minutes=round(minutes),
        missed=sum(not figure.met for figure in figures),
        table="\n".join(f"| {' | '.join(row)} |" for row in rows),
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
