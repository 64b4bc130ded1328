"""Word vectors by skip-gram with negative sampling, and the layer that averages those of a text."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn import functional

NOTHING = 0  # the row of what has no vector
POWER = 0.75  # of word frequencies, for negatives: Mikolov et al., NIPS 2013, section 2.2


@dataclass(frozen=True)
class SkipGram:
    """How vectors are learned.

    A word's vector is trained to tell the words at most `window` places from it from `negatives`
    random ones each. Of `updates` steps of Adam with the rate `lr`, falling in a line to zero, each
    takes `pairs` random pairs of neighbours.
    """

    window: int
    negatives: int
    updates: int
    pairs: int
    lr: float


class MeanOfWords(nn.Module):
    """From texts (m, L), numbers of words and -1 behind the last, to the mean (m, D) of the vectors
    of their words.

    `words` (int64) are the numbers of the words that have a vector, `vectors` (len(words), D)
    theirs, of a vocabulary of `vocabulary` words. Other words are left out of the mean; a text
    without any that has one becomes the zero vector. The vectors learn on if they are `trained`.
    """

    rows: torch.Tensor

    def __init__(
        self, words: torch.Tensor, vectors: torch.Tensor, vocabulary: int, trained: bool
    ) -> None:
        super().__init__()
        rows = torch.zeros(vocabulary + 1, dtype=torch.int64)  # the last one is that of -1
        rows[words] = torch.arange(1, len(words) + 1)
        self.register_buffer("rows", rows)
        with_nothing = functional.pad(vectors, (0, 0, 1, 0))
        self.vectors = nn.Parameter(with_nothing, requires_grad=trained)

    def forward(self, texts: torch.Tensor) -> torch.Tensor:
        rows = self.rows[texts.long()]
        found = functional.embedding(rows, self.vectors, padding_idx=NOTHING)
        known = (rows != NOTHING).sum(dim=1, keepdim=True)
        return found.sum(dim=1) / known.clamp(min=1)


def words_of(texts: np.ndarray) -> torch.Tensor:
    """The numbers of the words that texts (m, L) hold, int64, sorted."""
    return torch.from_numpy(np.unique(texts[texts >= 0]).astype(np.int64))


def first_vectors(words: int, size: int, order: torch.Generator) -> torch.Tensor:
    """Vectors (words, size) drawn from U(-1 / 2 size, 1 / 2 size), as word2vec.c draws them."""
    return (torch.rand(words, size, generator=order) - 0.5) / size


def learned_vectors(
    vectors: torch.Tensor,
    words: torch.Tensor,
    texts: np.ndarray,
    method: SkipGram,
    order: torch.Generator,
) -> torch.Tensor:
    """Vectors (len(words), D) of the words, learned from texts (m, L) that hold no others,
    beginning with `vectors`.

    Skip-gram with negative sampling: the mean over pairs of -ln s(v'_o v_c) - sum over negatives of
    ln s(-v'_n v_c), s the logistic function, v the vectors and v' those of words as neighbours,
    zero at first; negatives are drawn by frequency to the power of 0.75. Mikolov, Sutskever, Chen,
    Corrado, Dean, "Distributed representations of words and phrases and their compositionality",
    NIPS 2013, equation 4. Vectors of texts without neighbours stay as they are.
    """
    stream, text_of = _running(texts, words)
    if not (text_of[1:] == text_of[:-1]).any():
        return vectors
    centres, neighbours = vectors.clone(), torch.zeros_like(vectors)
    optimizer = torch.optim.Adam([centres, neighbours], lr=method.lr)
    shares = _cumulated(stream, len(words))
    for step in range(method.updates):
        centre, neighbour = _pairs(stream, text_of, method, order)
        negatives = _negatives(shares, (len(centre), method.negatives), order)
        others = torch.cat([neighbour[:, None], negatives], dim=1)
        centres.grad, neighbours.grad = _gradients(centres, neighbours, centre, others)
        optimizer.param_groups[0]["lr"] = method.lr * (1 - step / method.updates)
        optimizer.step()
    return centres


def _running(texts: np.ndarray, words: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """All words one after the other, as places among `words`, and the text that each stands in."""
    present = texts >= 0
    stream = torch.searchsorted(words, torch.from_numpy(texts[present].astype(np.int64)))
    return stream, torch.from_numpy(np.nonzero(present)[0])


def _cumulated(stream: torch.Tensor, words: int) -> torch.Tensor:
    shares = torch.bincount(stream, minlength=words).double() ** POWER
    return (shares / shares.sum()).cumsum(0)


def _pairs(
    stream: torch.Tensor, text_of: torch.Tensor, method: SkipGram, order: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Random pairs of neighbours: all of them are equally probable.

    Where a place has no neighbour at the distance that was drawn there is no pair, so that there
    are somewhat fewer than asked for.
    """
    place = torch.randint(len(stream), (method.pairs,), generator=order)
    far = torch.randint(1, method.window + 1, (method.pairs,), generator=order)
    other = place + torch.where(torch.rand(method.pairs, generator=order) < 0.5, far, -far)
    inside = other.clamp(0, len(stream) - 1)
    neighbours = (inside == other) & (text_of[inside] == text_of[place])
    return stream[place[neighbours]], stream[other[neighbours]]


def _negatives(
    shares: torch.Tensor, shape: tuple[int, int], order: torch.Generator
) -> torch.Tensor:
    drawn = torch.rand(shape, generator=order, dtype=shares.dtype)
    return torch.searchsorted(shares, drawn).clamp(max=len(shares) - 1)


def _gradients(
    centres: torch.Tensor, neighbours: torch.Tensor, centre: torch.Tensor, others: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Of the mean loss of pairs, for all vectors; the first of the `others` (pairs, 1 + negatives)
    is the neighbour. Written out, as it takes a third of the time of automatic gradients.
    """
    told, asked = centres[centre], neighbours[others]
    errors = torch.sigmoid((asked * told[:, None]).sum(dim=2))
    errors[:, 0] -= 1
    errors /= max(1, len(centre))
    of_told = (errors[:, :, None] * asked).sum(dim=1)
    of_asked = errors[:, :, None] * told[:, None]
    return (
        torch.zeros_like(centres).index_add_(0, centre, of_told),
        torch.zeros_like(neighbours).index_add_(0, others.flatten(), of_asked.flatten(0, 1)),
    )
