"""Why there is nothing to be made at an import path, told to who wrote the path or the module."""

from __future__ import annotations

import importlib
import inspect
import traceback
from types import ModuleType

from benchmarks.grid.errors import closest

FEW = 10  # names of a module that are listed; some have hundreds


def why_not_there(target: object, wanted: str = "class") -> str:
    """What is wrong with a path such as `torch.optim.Adm`, or with the module that it names."""
    give = f"give the import path of a {wanted}"
    parts = target.split(".") if isinstance(target, str) else []
    if len(parts) < 2 or not all(part.isidentifier() for part in parts):
        return give
    module, name = ".".join(parts[:-1]), parts[-1]
    try:
        found = importlib.import_module(module)
    except ModuleNotFoundError as error:
        missing = error.name or module
        if module == missing or module.startswith(f"{missing}."):
            return f"no module {missing}; {give}"
        return f"{module} needs {missing}, which is not installed; install it"
    except Exception as error:
        return f"{module} does not load ({_fault(error)}); mend it"
    if hasattr(found, name):
        return f"it is there, but is no {wanted} that can be made here; {give}"
    return f"no {name} in {module}; {_near(name, found)}"


def _near(name: str, module: ModuleType) -> str:
    callables = [key for key in dir(module) if callable(inspect.getattr_static(module, key, None))]
    if close := closest(name, callables):
        return f"did you mean {close}?"
    public = [key for key in callables if not key.startswith("_")]
    more = ", ..." if len(public) > FEW else ""
    return f"known: {', '.join(public[:FEW]) or 'none'}{more}"


def _fault(error: Exception) -> str:
    """The error with the place that it comes from, in one line."""
    told = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, SyntaxError):  # which names file and line by itself
        return told
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {told}, {last.filename} line {last.lineno}"
