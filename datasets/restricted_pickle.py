"""Reading pickles of plain data: a pickle can call any function, and here it may call four.

What numpy arrays are rebuilt by is admitted, and what Python 3 tells Python 2 of bytes by; bytes,
numbers, lists, tuples and dictionaries need no call. Everything else is refused before it is even
imported.
"""

from __future__ import annotations

import io
import pickle
from pathlib import Path
from typing import Any

import numpy as np

from datasets.errors import DataDamaged

PLAIN = "a pickle of arrays, bytes, numbers, lists and dictionaries alone"


def _latin1(text: str, encoding: str) -> bytes:
    """In the place of `codecs.encode`, which could call any codec."""
    if encoding != "latin1":
        raise pickle.UnpicklingError(f"the encoding {encoding}")
    return text.encode("latin1")


ADMITTED = {
    ("numpy.core.multiarray", "_reconstruct"): np._core.multiarray._reconstruct,  # type: ignore[attr-defined]  # not in the stubs
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    ("_codecs", "encode"): _latin1,
}


def read_pickle(path: Path) -> Any:
    """What a pickle by Python 2 or 3 holds; strings of Python 2 become bytes.

    Raises DataDamaged, and calls nothing, where it asks for anything that is not admitted; and
    where it is broken.
    """
    try:
        return _Restricted(io.BytesIO(path.read_bytes()), encoding="bytes").load()
    except Exception as error:  # what a broken pickle raises depends on its bytes
        reason = " ".join(str(error).split()) or type(error).__name__
        raise DataDamaged(path, PLAIN, reason) from error


class _Restricted(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in ADMITTED:
            raise pickle.UnpicklingError(f"a call of {module}.{name}")
        return ADMITTED[module, name]
