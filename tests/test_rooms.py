"""Imports go one way: a room knows rooms of the layers below its own, and none beside or above it.

README.md says what each room is for. Read from the source, so that imports inside functions and
those for types alone count, too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.grid.configs import PROJECT

PACKAGES = ("benchmarks", "datasets", "models")
# From the bottom up. Rooms of one layer do not know each other.
LAYERS = (
    ("datasets", "models"),  # what is learned from, what learns
    ("benchmarks.interrupts",),  # whether to stop, which any loop may ask
    ("benchmarks.grid",),  # what is to run
    ("benchmarks.records", "benchmarks.settings"),  # what was measured, and where it lies
    ("benchmarks.execution", "benchmarks.evidence"),  # how cells are run, what records say
    (  # what several commands share
        *("benchmarks.machine", "benchmarks.planning", "benchmarks.recommending"),
        *("benchmarks.running", "benchmarks.terminal", "benchmarks.tracking"),
    ),
    ("benchmarks.answers", "benchmarks.checking", "benchmarks.multirun"),  # made of those
    ("benchmarks.commands",),
    ("benchmarks.cli",),
    ("benchmarks.__main__",),
)
LAYER_OF = {room: number for number, layer in enumerate(LAYERS) for room in layer}


def modules(folder: Path) -> Iterator[tuple[str, str]]:
    """Name and source of every module of the three packages."""
    for package in PACKAGES:
        for file in sorted((folder / package).rglob("*.py")):
            parts = file.relative_to(folder).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            yield name, file.read_text(encoding="utf-8")


def imported(source: str) -> Iterator[str]:
    """Names of modules, or of what is taken from them, wherever in the source they are imported."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute here"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room_of(name: str) -> str:
    """A package, or of `benchmarks` what lies right below it."""
    return ".".join(name.split(".")[: 2 if name.startswith("benchmarks.") else 1])


def wrong_ways(folder: Path) -> list[str]:
    """Every import of a room that is not below, and every room that stands in no layer."""
    found = []
    for module, source in modules(folder):
        room = room_of(module)
        if room == "benchmarks":  # its docstring
            assert not list(imported(source))
            continue
        for name in imported(source):
            other = room_of(name)
            if other.split(".")[0] not in PACKAGES or other == room:
                continue
            if room not in LAYER_OF or LAYER_OF.get(other, len(LAYERS)) >= LAYER_OF[room]:
                found.append(f"{module} imports {name}")
    return found


def test_every_import_goes_down():
    assert wrong_ways(PROJECT) == []


def test_every_room_stands_in_a_layer_and_every_layer_is_there():
    rooms = {room_of(module) for module, _ in modules(PROJECT)} - {"benchmarks"}
    assert rooms == set(LAYER_OF)


@pytest.mark.parametrize(
    ("file", "source", "wrong"),
    [
        ("datasets/x.py", "def load():\n    from models.options import blamed_on\n", True),
        ("models/x.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n"
         "    import datasets.samples\n", True),
        ("benchmarks/grid/x.py", "import benchmarks.records.store as store\n", True),
        ("benchmarks/evidence/x.py", "from benchmarks.execution import work\n", True),
        ("benchmarks/new_room/x.py", "import models\n", True),
        ("benchmarks/grid/x.py", "from models import options\nimport torch\n", False),
        ("benchmarks/grid/x.py", "from benchmarks.grid import key\n", False),
    ],
)  # fmt: skip
def test_a_wrong_way_is_noticed(file, source, wrong, tmp_path):
    (tmp_path / file).parent.mkdir(parents=True)
    (tmp_path / file).write_text(source)
    assert bool(wrong_ways(tmp_path)) is wrong
