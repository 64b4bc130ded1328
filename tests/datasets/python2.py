"""Pickles as Python 2 wrote them with numpy of its time: those of the published CIFAR files."""

from __future__ import annotations

import io
import pickle
import struct
from typing import Any

NEW, OLD = b"cnumpy._core.multiarray\n", b"cnumpy.core.multiarray\n"


class _Pickler(pickle._Pickler):
    """Bytes are the strings of Python 2."""

    dispatch = pickle._Pickler.dispatch.copy()

    def save_string(self, value: bytes) -> None:
        self.write(pickle.BINSTRING + struct.pack("<i", len(value)) + value)
        self.memoize(value)

    dispatch[bytes] = save_string


def python2_pickle(held: Any) -> bytes:
    """Protocol 2."""
    file = io.BytesIO()
    _Pickler(file, protocol=2).dump(held)
    return file.getvalue().replace(NEW, OLD)
