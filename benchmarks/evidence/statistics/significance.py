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
    _check_permutations(permutations)
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


def max_sign_flip_test(values: ArrayLike, permutations: int = 10_000, seed: int = 0) -> np.ndarray:
    """The adjusted p value of every pair of methods, shape (methods, methods), 1 on the diagonal.

    `values` has shape (draws, methods): what each method reached on the same draws, in the order
    of the split seeds. All tests are two-sided. The statistic of a pair is |mean| / standard error
    of its paired differences, or t; flipping signs leaves the sum of squares as it is, so that |t|
    orders the patterns as |sum of d| / sqrt(sum of d^2), which is counted here. The sign of a draw
    is flipped for all pairs at once, and

        p of a pair = share of the sign patterns whose largest statistic of all pairs is at least
                      the one that the pair has,

    over all 2^k patterns of k draws where these are at most `permutations`, else over that many
    random ones with the observed one counted among them, (b + 1) / (m + 1). The smallest p is that
    of one pair alone, see `smallest_sign_flip_p`; for two methods it is `sign_flip_test`.

    The chance that any pair without a true difference gets a p of at most 1 - level is at most
    1 - level if the differences of such pairs are jointly symmetric about 0; as it is about all
    pairs, the best method may be chosen on the same draws and the others compared with it. Where
    they are symmetric pair by pair only (equal methods with skewed errors), it holds as the draws
    become many.

    Sources: P. H. Westfall and S. S. Young, Resampling-Based Multiple Testing (1993), the
    single-step maxT; T. E. Nichols and A. P. Holmes, Hum. Brain Mapp. 15 (2002), for flipped signs.

    Raises EvidenceError for another shape, no draw, fewer than two methods, values that are not
    finite and fewer than 1 permutation.
    """
    values = finite(values)
    if values.ndim != 2 or values.shape[0] < 1 or values.shape[1] < 2:
        raise EvidenceError(
            f"values of shape {values.shape}: expected (draws, methods), with two methods or more"
        )
    _check_permutations(permutations)
    draws, methods = values.shape
    centred = values - values.mean(axis=1, keepdims=True)
    first, second = np.triu_indices(methods, 1)
    spreads = _root_sums_of_squares(centred[:, first] - centred[:, second])
    exact = 2**draws <= permutations
    signs = _all_signs(draws) if exact else _random_signs(draws, permutations, seed)
    largest = np.zeros(len(signs))
    sums = np.ascontiguousarray(_signed_sums(signs, centred).T)
    for one, other, spread in zip(first, second, spreads, strict=True):
        np.maximum(largest, np.abs(sums[one] - sums[other]) / spread, out=largest)
    # Summed as the patterns are: the observed one is then always among those as extreme.
    as_drawn = np.packbits(np.ones((1, draws), dtype=np.uint8), axis=1)
    totals = _signed_sums(as_drawn, centred)[0]
    observed = np.abs(totals[first] - totals[second]) / spreads
    extreme = len(largest) - np.searchsorted(np.sort(largest), observed - 1e-9)
    p_values = np.ones((methods, methods))
    adjusted = extreme / len(signs) if exact else (extreme + 1) / (len(signs) + 1)
    p_values[first, second] = p_values[second, first] = adjusted
    return p_values


def smallest_sign_flip_p(pairs: int, permutations: int = 10_000) -> float:
    """The smallest two-sided p that a sign-flip test of so many pairs can give; 1 without a pair.

    2 / 2^pairs where all sign patterns are counted, 1 / (permutations + 1) where they are drawn.
    """
    return min(1.0, 2 / 2**pairs) if 2**pairs <= permutations else 1 / (permutations + 1)


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
    """The sums of `sizes` over its first axis with the signs of each pattern: a set bit is +, the
    others are -. Shape (patterns,), or (patterns, columns) for sizes of shape (pairs, columns).
    """
    columns = sizes.shape[1:]
    eights = np.zeros((8 * signs.shape[1], *columns))
    eights[: len(sizes)] = sizes
    patterns = 2.0 * np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1) - 1
    sums_of_eight = np.einsum("pe,be...->bp...", patterns, eights.reshape(-1, 8, *columns))
    return np.asarray(sum(eight[signs[:, place]] for place, eight in enumerate(sums_of_eight)))


def _root_sums_of_squares(differences: np.ndarray) -> np.ndarray:
    """By column; infinite where all differences are rounding noise, which is no evidence."""
    roots: np.ndarray = np.sqrt((differences**2).sum(axis=0))
    roots[(np.abs(differences) <= NO_SPREAD).all(axis=0)] = np.inf
    return roots


def _check_permutations(permutations: int) -> None:
    if permutations < 1:
        raise EvidenceError(f"permutations={permutations}: expected at least 1, usually 10000")


def _right_or_wrong(values: ArrayLike) -> np.ndarray:
    array = np.asarray(values)
    if array.ndim != 1 or len(array) == 0 or not np.isin(array, (0, 1)).all():
        raise EvidenceError(
            f"correctness of shape {array.shape}: expected True or False for each test sample"
        )
    return array.astype(bool)
