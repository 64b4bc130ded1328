"""`scarce new`: a commented file of one kind that already runs, and the command that runs it."""

from __future__ import annotations

import argparse
import keyword
import shlex
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from string import Template
from typing import Any

from omegaconf import OmegaConf
from rich.console import Console

from benchmarks.grid import extensions
from benchmarks.grid.composing import check_name
from benchmarks.grid.configs import Configs, opened
from benchmarks.grid.errors import RequestError, nearest
from benchmarks.grid.paths import path_of
from benchmarks.grid.plan import RESERVED

PLAIN: dict[str, Any] = {"highlight": False, "soft_wrap": True, "markup": False}
TEMPLATES = Path(__file__).parent / "templates"
LONGEST = 100  # characters: names head columns, and file systems take 255 bytes
FEW = ("dataset=digits01", "dataset.train_size=40", "split_seed=range(8)")
# How each kind is tried. Those that have a NAME.py among the templates get one.
COMMANDS = {
    "method": ("run", *FEW, "method={name},logistic"),
    "dataset": ("run", "dataset={name}", "method=logistic,mlp", "split_seed=range(8)"),
    "loss": ("run", *FEW, "method=mlp", "loss={name},cross_entropy"),
    "augmentation": ("run", *FEW, "method=mlp", "augmentation=none,{name}"),
    "benchmark": ("run", "benchmark={name}"),
    "claim": ("claims", "benchmark=quickstart"),
}


def execute(arguments: argparse.Namespace, console: Console) -> int:
    """Write the files; print where they are, how they are checked and how they are run."""
    kind, name, folder = arguments.kind, arguments.name, _folder(arguments.overrides)
    if kind not in COMMANDS:
        raise RequestError("KIND", kind, nearest(kind, COMMANDS))
    _check_name(kind, name)
    files = dict(_files(kind, name, folder))
    with opened([]) as configs:
        _refuse_taken(kind, name, files, configs)
    for file, text in files.items():
        _write(file, text)
        console.print(f"written:  {file}", **PLAIN)
    console.print(f"check it: scarce check {shlex.quote(str(next(iter(files))))}", **PLAIN)
    console.print(f"run it:   {_command(kind, name, folder)}", **PLAIN)
    return 0


def _check_name(kind: str, name: str) -> None:
    check_name("NAME", name)
    if not name.isascii():  # no override could name it
        raise RequestError("NAME", name, "of letters, those from a to z alone can be asked for")
    if len(name) > LONGEST:
        remedy = f"choose one of at most {LONGEST} characters"
        raise RequestError("NAME", f"{name[:LONGEST]}...", remedy)
    read = OmegaConf.create(f"name: {name}").name
    if read != name:
        remedy = f"YAML reads it as {read}, which is no text; choose another: my_{name}"
        raise RequestError("NAME", name, remedy)
    if kind == "benchmark" and name in RESERVED:
        raise RequestError("NAME", name, "taken by the results folder; choose another")


def _folder(words: list[str]) -> Path:
    given = dict(word.partition("=")[::2] for word in words)
    for field, value in given.items():
        if field != "folder" or not value:
            raise RequestError(field, value, "new takes folder=PATH and nothing else")
    return path_of("folder", given.get("folder", "mine"))


def _files(kind: str, name: str, folder: Path) -> Iterator[tuple[Path, str]]:
    """Each file and its text; the YAML file first."""
    module = name.replace("-", "_")
    filled = {"name": name, "module": module}
    yield folder / kind / f"{name}.yaml", _text(TEMPLATES / f"{kind}.yaml", filled)
    if (TEMPLATES / f"{kind}.py").is_file():
        _require_module(name, module)
        yield folder / f"{module}.py", _text(TEMPLATES / f"{kind}.py", filled)


def _text(template: Path, filled: dict[str, str]) -> str:
    return Template(template.read_text(encoding="utf-8")).substitute(filled)


def _require_module(name: str, module: str) -> None:
    """A name that Python can import, and that nothing else has."""
    if keyword.iskeyword(module):
        remedy = f"a word of Python itself, which no module can have; choose another: my_{module}"
        raise RequestError("NAME", name, remedy)
    if not module.isidentifier():
        raise RequestError("NAME", name, "begin with a letter; it is the name of a module, too")
    found = find_spec(module)
    if found is not None:
        remedy = f"a module is called so ({found.origin}); choose another"
        raise RequestError("NAME", name, remedy)


def _refuse_taken(kind: str, name: str, files: dict[Path, str], configs: Configs) -> None:
    for file in files:
        if file.exists():
            raise RequestError("NAME", name, f"{file} is there; choose another, or remove it")
    taken = configs.choices(kind).get(name)
    if taken is not None:
        raise RequestError("NAME", name, f"there is such a {kind} ({taken}); choose another")


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with open(file, "x", encoding="utf-8") as written:
            written.write(text)
    except OSError as error:
        raise RequestError("folder", file, f"cannot be written ({error.strerror})") from error


def _command(kind: str, name: str, folder: Path) -> str:
    command, *words = (word.format(name=name) for word in COMMANDS[kind])
    search = extensions.override([folder.resolve()])
    return " ".join(["scarce", command, *map(shlex.quote, [*search, *words])])
