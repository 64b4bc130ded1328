"""Tests of no difference: over split seeds, over the test samples of one split, over many tests."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import bdtr

from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.statistics.checks import NO_SPREAD, finite, sorted_values

Alternative = Literal["two-sided", "greater", "less"]


def sign_flip_test(
    differences: ArrayLike,
    alternative: Alternative = "two-sided",
    permutations: int = 10_000,
    seed: int = 0,
) -> float:
    """The p value of "the differences are symmetric about 0" by flipping their signs.

    `differences` has one value first - second per split seed; "greater" asks whether the first is
    better. The share of sign patterns whose sum is at least as extreme as the observed one: of all
    2^k patterns where these are at most `permutations` (exact), else of that many random ones with
    the observed one counted among them, (b + 1) / (m + 1), so that p is never 0.

    Sources: R. A. Fisher, The Design of Experiments (1935), section 21; B. Phipson and G. K.
    Smyth, Stat. Appl. Genet. Mol. Biol. 9 (2010). The smallest p that k pairs can give is 2^(1-k)
    two-sided: below 6 pairs nothing is significant at 5 %.

    Raises EvidenceError for no pair, values that are not finite, an unknown alternative and fewer
    than 1 permutation.
    """
    differences = sorted_values(differences, 1, "differences for a sign-flip test")
    differences[np.abs(differences) <= NO_SPREAD] = 0.0
    if alternative not in ("two-sided", "greater", "less"):
        raise EvidenceError(f"alternative={alternative!r}: expected two-sided, greater or less")
    if permutations < 1:
        raise EvidenceError(f"permutations={permutations}: expected at least 1, usually 10000")
    observed = float(differences.sum())
    if alternative == "less":
        observed = -observed
    if alternative == "two-sided":
        observed = abs(observed)
    sizes = np.sort(np.abs(differences))
    exact = 2 ** len(sizes) <= permutations
    signs = _all_signs(len(sizes)) if exact else _random_signs(len(sizes), permutations, seed)
    sums = _signed_sums(signs, sizes)
    if alternative == "two-sided":
        sums = np.abs(sums)
    # Equal sums may differ by rounding and must count as equal.
    extreme = int((sums >= observed - 1e-9 * sizes.sum()).sum())
    return extreme / len(sums) if exact else (extreme + 1) / (len(sums) + 1)


@dataclass(frozen=True)
class McNemar:
    """`difference` is the accuracy of the first less that of the second on the same test samples;
    `only_first` and `only_second` count the samples that one alone has right.
    """

    difference: float
    only_first: int
    only_second: int
    samples: int
    p: float


def mcnemar_test(first_correct: ArrayLike, second_correct: ArrayLike) -> McNemar:
    """McNemar's exact test of two trained models on the same test samples of one split.

    Both arguments have shape (samples,), True where right, in the same order of samples. Of the b
    + c samples that one model alone has right, half are expected for each: p = min(1, 2 P(X <=
    min(b, c))) with X binomial(b + c, 1/2); 1 where there is no such sample.

    Sources: Q. McNemar, Psychometrika 12 (1947), as the exact sign test of the samples that differ
    (W. J. Dixon and A. M. Mood, J. Am. Stat. Assoc. 41, 1946). It is about these two trained
    models, not about their methods on other draws.

    Raises EvidenceError for other shapes, no sample and values other than right and wrong.
    """
    first, second = (_right_or_wrong(values) for values in (first_correct, second_correct))
    if first.shape != second.shape:
        raise EvidenceError(
            f"{len(first)} and {len(second)} test samples: expected the same samples for both"
        )
    only_first, only_second = int((first & ~second).sum()), int((second & ~first).sum())
    discordant = only_first + only_second
    p = min(1.0, 2 * float(bdtr(min(only_first, only_second), discordant, 0.5)))
    difference = (only_first - only_second) / len(first)
    return McNemar(difference, only_first, only_second, len(first), p)


def holm(p_values: ArrayLike) -> np.ndarray:
    """Holm's adjusted p values in the order given, shape (tests,); compare each with 1 - level.

    With the p values ascending, the i-th of m becomes max over j <= i of min(1, (m - j + 1) p_j):
    the chance that any true "no difference" is rejected stays below 1 - level, however the tests
    depend on each other. Source: S. Holm, Scand. J. Stat. 6 (1979). No test gives no value.

    Raises EvidenceError for a value that is not finite or outside 0 to 1.
    """
    p_values = finite(p_values)
    if p_values.ndim != 1 or ((p_values < 0) | (p_values > 1)).any():
        raise EvidenceError(f"p_values={p_values.tolist()}: expected a list of values from 0 to 1")
    order = np.argsort(p_values, kind="stable")
    factors = np.arange(len(p_values), 0, -1)
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(factors * p_values[order]))
    return adjusted


def sign_test_p(pairs: int) -> float:
    """One-sided p of `pairs` differences that are all on one side of a bound: 2^-pairs.

    Source: W. J. Dixon and A. M. Mood, J. Am. Stat. Assoc. 41 (1946).
    """
    return 0.5**pairs


# Sign patterns are kept as bits, eight pairs in a byte, shape (patterns, bytes): the tests of one
# table need the same ones, and a sum over eight pairs is then looked up among its 256 values.
@lru_cache(maxsize=16)
def _all_signs(pairs: int) -> np.ndarray:
    bits = np.arange(2**pairs)[:, None] >> np.arange(pairs) & 1
    return np.packbits(bits.astype(np.uint8), axis=1)


@lru_cache(maxsize=16)
def _random_signs(pairs: int, permutations: int, seed: int) -> np.ndarray:
    bits = np.random.default_rng(seed).integers(0, 2, (permutations, pairs))
    return np.packbits(bits.astype(np.uint8), axis=1)


def _signed_sums(signs: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """The sum of `sizes` with the signs of each pattern: a set bit is +, the others are -."""
    eights = np.zeros((signs.shape[1], 8))
    eights.flat[: len(sizes)] = sizes
    patterns = 2.0 * np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1) - 1
    sums_of_eight = eights @ patterns.T
    return sum(column[signs[:, place]] for place, column in enumerate(sums_of_eight))


def _right_or_wrong(values: ArrayLike) -> np.ndarray:
    array = np.asarray(values)
    if array.ndim != 1 or len(array) == 0 or not np.isin(array, (0, 1)).all():
        raise EvidenceError(
            f"correctness of shape {array.shape}: expected True or False for each test sample"
        )
    return array.astype(bool)
