"""Which arguments a class or function takes, read from its source: a plan must not wait until
PyTorch is imported to find a misspelt one."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

DEEPEST = 8  # re-exports from module to module and classes above a class that are followed

Names = tuple[str, ...]


@lru_cache(maxsize=1024)
def arguments_of(target: str) -> Names | None:
    """Names of the arguments of what an import path names; None where the source does not tell,
    or where it takes any: only the call itself can refuse then."""
    module, _, name = target.rpartition(".")
    try:
        file = _file_of(module)
        return None if file is None else _in_file(file, module, name, DEEPEST)
    except (OSError, SyntaxError, ValueError, ImportError):
        return None


def _file_of(module: str) -> Path | None:
    """Of a module, found without loading any package."""
    first, *rest = module.split(".")
    spec = find_spec(first) if first else None
    if spec is None:
        return None
    if not rest:
        return Path(spec.origin) if spec.origin and spec.origin.endswith(".py") else None
    for folder in spec.submodule_search_locations or ():
        path = Path(folder).joinpath(*rest)
        for file in (path / "__init__.py", path.with_name(f"{path.name}.py")):
            if file.is_file():
                return file
    return None


def _in_file(file: Path, module: str, name: str, deeper: int) -> Names | None:
    text = _text(file)
    found = _definition(text, name)
    if found is None:
        return _reexported(file, text, module, name, deeper)
    if isinstance(found, ast.ClassDef):
        return _of_class(found, file, module, deeper)
    return _of_function(found)


@lru_cache(maxsize=256)
def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def _definition(text: str, name: str) -> ast.ClassDef | ast.FunctionDef | None:
    """Parsed alone, with its decorators: modules of libraries are long."""
    pattern = rf"(?:^@.*\n)*^(?:class|def) {re.escape(name)}\b.*(?:\n(?:[ \t)#].*|(?=\n)))*"
    matches = re.findall(pattern, text, re.MULTILINE)
    parsed = ast.parse(matches[-1]).body if matches else []
    return parsed[0] if parsed else None


def _reexported(file: Path, text: str, module: str, name: str, deeper: int) -> Names | None:
    if deeper == 0:
        return None
    package = module if file.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.parse(text).body:
        if not isinstance(node, ast.ImportFrom):
            continue
        for alias in node.names:
            if alias.name != "*" and (alias.asname or alias.name) != name:
                continue
            source = _absolute(node, package)
            looked_for = name if alias.name == "*" else alias.name
            other = _file_of(source)
            if other is None or not re.search(rf"\b{looked_for}\b|import \*", _text(other)):
                continue
            found = _in_file(other, source, looked_for, deeper - 1)
            if found is not None:
                return found
    return None


def _absolute(node: ast.ImportFrom, package: str) -> str:
    """The module that an import names."""
    if not node.level:
        return node.module or ""
    above = package.split(".")[: len(package.split(".")) - node.level + 1]
    return ".".join([*above, *filter(None, [node.module])])


def _of_class(found: ast.ClassDef, file: Path, module: str, deeper: int) -> Names | None:
    made_by = {node.name: node for node in found.body if isinstance(node, ast.FunctionDef)}
    if "__new__" in made_by or found.keywords:  # a metaclass
        return None
    if "__init__" in made_by:
        names = _of_function(made_by["__init__"])
        return names[1:] if names else None
    above = [base for base in found.bases if ast.unparse(base) not in ("object", "Protocol")]
    inherited: Names | None = ()
    if above:
        base, inherited = above[0], None
        if isinstance(base, ast.Name) and len(above) == 1 and deeper:
            inherited = _in_file(file, module, base.id, deeper - 1)
    if not found.decorator_list:
        return inherited
    if inherited is None or "dataclass" not in ast.unparse(found.decorator_list[0]):
        return None
    return (*inherited, *_fields(found))


def _fields(found: ast.ClassDef) -> Names:
    """Of a dataclass: those that it is made with."""
    return tuple(
        node.target.id
        for node in found.body
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and "ClassVar" not in ast.unparse(node.annotation)
        and not (node.value and "init=False" in ast.unparse(node.value))
    )


def _of_function(found: ast.FunctionDef) -> Names | None:
    arguments = found.args
    if arguments.kwarg is not None:
        return None
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return tuple(argument.arg for argument in every)
