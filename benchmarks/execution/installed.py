"""The packages that training needs and reading does not: the extra `training`."""

from __future__ import annotations

from importlib.util import find_spec

from benchmarks.grid.errors import RequestError

TRAINING = ("torch", "torchvision", "pytorch_lightning")
REMEDY = "not installed, and training needs it: pip install --editable '.[training]' in the clone"


def require_training() -> None:
    """Raises RequestError where one of the packages is missing."""
    for package in TRAINING:
        if find_spec(package) is None:
            raise missing(package)


def can_train() -> bool:
    """Whether all of them are there."""
    return all(find_spec(package) is not None for package in TRAINING)


def missing(package: str) -> RequestError:
    return RequestError("package", package, REMEDY)


def missing_behind(error: BaseException | None) -> RequestError | None:
    """The refusal, where an error comes of such a package that could not be imported."""
    while error is not None:
        if isinstance(error, ModuleNotFoundError):
            package = (error.name or "").partition(".")[0]
            if package in TRAINING and find_spec(package) is None:
                return missing(package)
        error = error.__cause__ or error.__context__
    return None
