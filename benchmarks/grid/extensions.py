"""Choices from outside the clone: folders that hold groups (method/, dataset/, ...) as conf/ does.

They are looked through after conf/, in this order; the first folder that has a name wins.

1. installed packages that announce an entry point of the group `scarce.conf`, whose value names a
   package with the groups in it, or in its folder `conf`: in its pyproject.toml

       [project.entry-points."scarce.conf"]
       my_lab = "my_lab"

2. the folders in the variable SCARCE_CONF, with the system's separator between them, as in PATH
3. the folders given by `hydra.searchpath=[file:///absolute/path]`

Python files beside the groups of 2 and 3 can be named by `_target_`: while a command runs, such a
folder stands at the end of `sys.path`, and in PYTHONPATH for the processes that it starts.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path

from benchmarks.grid.errors import RequestError

SEARCH_PATH = "hydra.searchpath"
ENTRY_POINTS, VARIABLE = "scarce.conf", "SCARCE_CONF"
HOLDS: tuple[str, ...] = ("dataset", "method", "backbone", "loss", "augmentation", "resampling")
HOLDS += ("protocol", "trainer", "logger", "executor", "benchmark", "claim")


def folders(given: Sequence[object]) -> list[Path]:
    """All of them, each once; `given` are the entries of the search path.

    Raises RequestError for a package, a folder or a Python file that cannot be used.
    """
    announced = [folder.resolve() for folder in _announced()]
    named = [(folder.resolve(), VARIABLE) for folder in _of_the_variable()]
    named += [(_local_folder(entry).resolve(), SEARCH_PATH) for entry in given]
    for folder, field in named:
        if folder not in announced:
            _make_importable(folder, field)
    beside = [folder for folder, _ in named]
    return list(dict.fromkeys([*announced, *beside]))


def override(found: Sequence[Path]) -> list[str]:
    """The words that put folders on Hydra's search path."""
    quoted = [f'"file://{folder}"'.replace("\\", "\\\\") for folder in found]
    return [f"{SEARCH_PATH}=[{','.join(quoted)}]"] if quoted else []


def _announced() -> Iterator[Path]:
    for entry in sorted(entry_points(group=ENTRY_POINTS), key=lambda entry: entry.name):
        yield _folder_of(entry)


def _folder_of(entry: EntryPoint) -> Path:
    try:
        spec = find_spec(entry.value)
    except Exception as error:  # a parent package that fails to load
        raise _broken(entry, f"does not load ({' '.join(str(error).split())})") from error
    if spec is None or not spec.submodule_search_locations:
        raise _broken(entry, "is no package that can be found")
    package = Path(next(iter(spec.submodule_search_locations)))
    for folder in (package / "conf", package):
        if any((folder / group).is_dir() for group in HOLDS):
            return folder
    raise _broken(entry, f"has no folder such as conf/method ({package})")


def _broken(entry: EntryPoint, why: str) -> RequestError:
    package = entry.dist.name if entry.dist else "the package that announces it"
    told = f"{entry.value} {why}; mend or uninstall {package}"
    return RequestError(ENTRY_POINTS, entry.name, told)


def _of_the_variable() -> Iterator[Path]:
    for entry in filter(None, os.environ.get(VARIABLE, "").split(os.pathsep)):
        folder = Path(os.path.expanduser(entry))  # a user that there is not stays as it is
        if not folder.is_dir():
            raise RequestError(VARIABLE, entry, f"no such folder; give it, or unset {VARIABLE}")
        yield folder


def _local_folder(entry: object) -> Path:
    """The folder behind a search path entry (`file://`, `pkg://` or a plain path)."""
    folder = None
    if isinstance(entry, str):
        package = entry.startswith("pkg://")
        folder = _of_package(entry) if package else Path(entry.removeprefix("file://"))
    if folder is None or not folder.is_dir():
        raise RequestError(SEARCH_PATH, entry, "no such folder; give file:///absolute/path")
    return folder


def _of_package(entry: str) -> Path | None:
    name = entry.removeprefix("pkg://").replace("/", ".")
    try:
        spec = find_spec(name)
    except Exception as error:  # no name of a package, or one whose parent fails to load
        told = " ".join(str(error).split()) or type(error).__name__
        raise RequestError(SEARCH_PATH, entry, f"no package that can be found ({told})") from error
    places = spec.submodule_search_locations if spec else None
    return Path(next(iter(places))) if places else None


def _make_importable(folder: Path, field: str) -> None:
    """At the end of the path, where it hides no other module; nor may another hide it: that is the
    fault of what `field` says."""
    modules = {file.stem: file for file in folder.glob("*.py") if file.stem.isidentifier()}
    modules |= {file.parent.name: file for file in folder.glob("*/__init__.py")}
    modules = {name: modules[name] for name in modules if not name.startswith("__")}
    if not modules:
        return
    place = str(folder)
    if place not in sys.path:
        sys.path.append(place)
        importlib.invalidate_caches()
    for name, file in modules.items():
        spec = find_spec(name)
        origin = spec.origin if spec else None
        if origin is None or Path(origin).resolve() != file.resolve():
            remedy = f"another module is called {name} ({origin}); rename this one"
            raise RequestError(field, file, remedy)
    known = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    if place not in known:
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [*known, place]))
