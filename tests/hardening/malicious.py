"""Files that would create another file if anything in them were run."""

from __future__ import annotations

import io
import os
import pickle
from base64 import b64encode
from pathlib import Path

import numpy as np
import torch


class Creates:
    """Unpickled, it creates a file."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self):
        return os.mkdir, (str(self.file),)


def bare(file: Path) -> bytes:
    """A pickle as it is."""
    return pickle.dumps({"weight": Creates(file)})


def of_torch(file: Path) -> bytes:
    """As torch.save writes it."""
    content = io.BytesIO()
    torch.save({"weight": Creates(file)}, content)
    return content.getvalue()


def of_old_torch(file: Path) -> bytes:
    """As PyTorch before 1.6 wrote it."""
    content = io.BytesIO()
    torch.save({"weight": Creates(file)}, content, _use_new_zipfile_serialization=False)
    return content.getvalue()


def npy(file: Path) -> bytes:
    """A .npy file of objects."""
    content = io.BytesIO()
    np.save(content, np.array([Creates(file)], dtype=object), allow_pickle=True)
    return content.getvalue()


def npz(file: Path) -> bytes:
    """A .npz file of objects, under the names of predictions."""
    content = io.BytesIO()
    objects = np.array([Creates(file)], dtype=object)
    np.savez(content, scores=objects, labels=objects, predicted=objects, test_index=objects)
    return content.getvalue()


def text(content: bytes) -> str:
    return b64encode(content).decode()
