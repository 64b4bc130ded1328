"""Reading arrays from files of MATLAB (version 5, which hold data alone)."""

from __future__ import annotations

import math
from numbers import Real
from pathlib import Path
from typing import Any

import numpy as np

from datasets.errors import DataDamaged, WrongOption


def read_array(path: Path, name: str) -> np.ndarray:
    """The array of that name, without dimensions of size one, of one dimension at least.

    Raises:
        WrongOption: if there is no such file.
        DataDamaged: for another kind of file, and one without that array.
    """
    from scipy.io import loadmat

    if not path.is_file():
        raise WrongOption("dataset.root", path.parent, f"{path.name} is missing")
    try:
        held = loadmat(path, squeeze_me=True)
    except Exception as error:  # what a broken file raises depends on its bytes
        reason = " ".join(str(error).split()) or type(error).__name__
        raise DataDamaged(path, "a file of MATLAB", reason) from error
    if name not in held:
        raise DataDamaged(path, f"an array {name}", "none")
    return np.atleast_1d(held[name])


def read_column(path: Path, name: str, field: str) -> list[Any]:
    """One field of an array of structures; raises what `read_array` raises."""
    array = read_array(path, name)
    if array.dtype.names is None or field not in array.dtype.names:
        raise DataDamaged(path, f"{name} with a field {field}", "none")
    column: list[Any] = array[field].tolist()
    return column


def whole_numbers(path: Path, values: list[Any], most: int) -> list[int]:
    """The values, which count from 1 to `most`; raises DataDamaged for others.

    MATLAB's own numbers are floating-point ones.
    """
    for value in values:
        number = float(value) if isinstance(value, Real) else math.nan
        if not number.is_integer() or not 1 <= number <= most:
            raise DataDamaged(path, f"whole numbers from 1 to {most}", str(value))
    return [int(value) for value in values]
