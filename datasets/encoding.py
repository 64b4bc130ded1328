"""Categories of a table as columns of zeros and ones, made when rows are read for a learner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

    from datasets.samples import Samples


@dataclass(frozen=True)
class OneHot:
    """Rows (m, F) of numbers and codes as rows of numbers alone, columns in the order they had: a
    column of numbers stays one, one of `levels` categories becomes as many, 1 for its own category
    and 0 for the others.

    Args:
        levels: how many categories each column has, coded from 0; 0 for a column of numbers.
    """

    levels: tuple[int, ...]

    @property
    def width(self) -> int:
        """The number of columns that come out."""
        return sum(max(1, count) for count in self.levels)

    def __call__(self, rows: torch.Tensor) -> torch.Tensor:
        """float32 (m, width) of float32 (m, F)."""
        import torch
        from torch.nn.functional import one_hot

        columns = [
            one_hot(column.long(), count).float() if count else column[:, None]
            for column, count in zip(rows.unbind(dim=1), self.levels, strict=True)
        ]
        return torch.cat(columns, dim=1)


def encoding_of(levels: Sequence[int] | None) -> OneHot | None:
    """The encoding of a table with these `levels`; None for one of numbers and for no table."""
    return OneHot(tuple(levels)) if levels and any(levels) else None


def encoded_shape(samples: Samples) -> tuple[int, ...]:
    """The shape of one input as a learner sees it, but for what an augmentation does to it."""
    encoding = encoding_of(samples.levels)
    return (encoding.width,) if encoding else tuple(samples.inputs.shape[1:])
