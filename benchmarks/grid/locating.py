"""Why there is nothing at an import path, told to the person who wrote the path or the module."""

from __future__ import annotations

import importlib
import inspect
import traceback

from benchmarks.grid.errors import nearest

GIVE = "give the import path of a class or function"


def why_not_there(target: object) -> str:
    """What is wrong with a path such as `torch.optim.Adm`, or with the module that it names."""
    module, _, name = target.rpartition(".") if isinstance(target, str) else ("", "", "")
    if not module:
        return GIVE
    try:
        found = importlib.import_module(module)
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if module == missing or module.startswith(f"{missing}."):
            return f"no module {missing}; {GIVE}"
        return f"{module} needs {missing}, which is not installed; install it"
    except Exception as error:
        return f"{module} does not load ({_fault(error)}); mend it"
    callables = [key for key in dir(found) if callable(inspect.getattr_static(found, key, None))]
    if name in callables:  # of another kind than is needed
        return GIVE
    return f"no {name} in {module}; {nearest(name, callables)}"


def _fault(error: Exception) -> str:
    """The error with the place that it comes from, in one line."""
    told = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, SyntaxError):  # which names file and line by itself
        return told
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {told}, {last.filename} line {last.lineno}"
