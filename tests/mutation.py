"""Do the tests notice a change in the statistics and in the key? `make mutation`.

mutmut changes one operator, number or name at a time and runs the tests that reach it. Printed is
the share of changes that made a test fail, per file; exit code 1 below 90 % in all. A mutant that
ran into mutmut's limit of time counts as not killed: on a busy machine such limits are reached for
no reason of the mutant. Called again it goes on, and tries those anew that no test noticed.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from mutmut.stats import status_by_exit_code

LEAST = 0.9
MUTANTS = Path("mutants")


def main() -> int:
    """Run what no test has noticed yet, print the shares; the exit code."""
    forget_unnoticed(MUTANTS)
    done = subprocess.run([sys.executable, "-m", "mutmut", "run"], check=False)
    if done.returncode:
        return done.returncode
    files = outcomes(MUTANTS)
    print(table(files))
    return int(share([status for statuses in files.values() for status in statuses]) < LEAST)


def forget_unnoticed(folder: Path) -> None:
    """Have mutmut try them again, as there may be new tests; it would keep what came out."""
    for path in folder.rglob("*.py.meta"):
        held = json.loads(path.read_text())
        codes = held["exit_code_by_key"]
        for name, code in codes.items():
            codes[name] = code if status_by_exit_code[code] == "killed" else None
        path.write_text(json.dumps(held))


def outcomes(folder: Path) -> dict[str, list[str]]:
    """Of each mutated file, what became of its mutants: "killed", "survived", "timeout", ..."""
    found = {}
    for path in sorted(folder.rglob("*.py.meta")):
        codes = json.loads(path.read_text())["exit_code_by_key"]
        if codes:
            name = str(path.relative_to(folder).with_suffix(""))
            found[name] = [status_by_exit_code[code] for code in codes.values()]
    return found


def share(statuses: list[str]) -> float:
    """Killed mutants of all."""
    return statuses.count("killed") / len(statuses)


def table(files: dict[str, list[str]]) -> str:
    """One row per file and one for all."""
    rows = [*files.items(), ("all", [status for each in files.values() for status in each])]
    width = max(len(name) for name, _ in rows)
    head = f"{'':{width}}  mutants  killed  timeout  survived  other   share"
    return "\n".join([head, *(_row(name, statuses, width) for name, statuses in rows)])


def _row(name: str, statuses: list[str], width: int) -> str:
    killed, late, survived = (statuses.count(s) for s in ("killed", "timeout", "survived"))
    other = len(statuses) - killed - late - survived
    return (
        f"{name:{width}}  {len(statuses):7}  {killed:6}  {late:7}  {survived:8}  {other:5}"
        f"  {100 * share(statuses):4.1f} %"
    )


if __name__ == "__main__":
    sys.exit(main())
