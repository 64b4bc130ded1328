"""Losses are computed in single precision or better, whatever the network is computed in."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import torch
from torch.nn import functional

SHORTEST = 1e-6  # TensorFlow's l2_normalize: the square root of its epsilon


def at_least_single(tensor: torch.Tensor) -> torch.Tensor:
    """float16 and bfloat16 become float32; float32 and float64 stay."""
    return tensor.to(torch.promote_types(tensor.dtype, torch.float32))


def without_autocast(tensor: torch.Tensor) -> AbstractContextManager[object]:
    """Products of matrices in the precision of their factors, within a mixed precision, too."""
    kind = tensor.device.type
    if not torch.amp.is_autocast_available(kind):  # the meta device of a rehearsal
        return nullcontext()
    return torch.autocast(kind, enabled=False)


def unit(vectors: torch.Tensor) -> torch.Tensor:
    """Rows (m, D) divided by their Euclidean norm, or by 1e-6 where that is larger.

    A row of zeros stays one, and its gradient is finite: a millionth of length is taken for zero.
    """
    return functional.normalize(at_least_single(vectors), dim=1, eps=SHORTEST)
