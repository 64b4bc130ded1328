"""Do the tests notice a change in the statistics and in the key? `make mutation`.

mutmut changes one operator, number or name at a time and runs the tests that reach it. Printed is
the share of changes that made a test fail, per file; exit code 1 below 90 % in all. A mutant that
ran into mutmut's limit of time counts as not killed: on a busy machine such limits are reached for
no reason of the mutant. Called again it goes on, and tries those anew that no test noticed; where
a test file is another than before, or one that it imports, all of them.
"""

from __future__ import annotations

import ast
import hashlib
import json
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from mutmut.stats import status_by_exit_code

LEAST = 0.9
MUTANTS = Path("mutants")
TESTED_BY = "tests.sha256"  # in that folder: the tests that its results are of


def main() -> int:
    """Run what no test has noticed yet, print the shares; the exit code."""
    if forget_other_tests(MUTANTS, Path()):
        print("The tests have changed since the last results: all mutants are tried anew.")
    forget_unnoticed(MUTANTS)
    done = subprocess.run([sys.executable, "-m", "mutmut", "run"], check=False)
    if done.returncode:
        return done.returncode
    files = outcomes(MUTANTS)
    print(table(files))
    return int(share([status for statuses in files.values() for status in statuses]) < LEAST)


def forget_other_tests(folder: Path, project: Path) -> bool:
    """Remove results of other tests: what those noticed, these may not. Whether there were any."""
    told, found = folder / TESTED_BY, digest(files_of_tests(project), project)
    others = folder.is_dir() and not (told.is_file() and told.read_text() == found)
    if others:
        shutil.rmtree(folder)
    folder.mkdir(exist_ok=True)
    told.write_text(found)
    return others


def files_of_tests(project: Path) -> set[Path]:
    """The tests that mutmut is told to run, what they import of `tests`, and their fixtures."""
    settings = tomllib.loads((project / "pyproject.toml").read_text())["tool"]["mutmut"]
    chosen = [project / name for name in settings["pytest_add_cli_args_test_selection"]]
    beside = {folder / "conftest.py" for file in chosen for folder in file.parents}
    waiting = [*chosen, *filter(Path.is_file, beside)]
    found: set[Path] = set()
    while waiting:
        file = waiting.pop()
        if file not in found:
            found.add(file)
            waiting += imported(file, project)
    return found


def imported(file: Path, project: Path) -> Iterator[Path]:
    """The modules of `tests` that a file names in an import."""
    for node in ast.walk(ast.parse(file.read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [f"{node.module}", *(f"{node.module}.{alias.name}" for alias in node.names)]
        paths = [project / (name.replace(".", "/") + ".py") for name in names]
        yield from (p for p in paths if p.is_file() and (project / "tests") in p.parents)


def digest(files: set[Path], project: Path) -> str:
    """Of names and contents."""
    named = sorted((file.relative_to(project).as_posix(), file.read_bytes()) for file in files)
    parts = [part for name, content in named for part in (name.encode(), content)]
    return hashlib.sha256(b"".join(hashlib.sha256(p).digest() for p in parts)).hexdigest()


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
