"""How often a column of equal methods shows a difference, and whether a true one is found."""

import math

import numpy as np
import pandas as pd
import pytest

from benchmarks.evidence.tables.comparisons import standings

COLUMNS, LEVEL = 300, 0.95
THREE_STANDARD_ERRORS = 3 * math.sqrt(LEVEL * (1 - LEVEL) / COLUMNS)


def significantly_worse(accuracies):
    """The places of the methods that are called so; `accuracies` has shape (draws, methods)."""
    values = {f"{place:02}": pd.Series(own) for place, own in enumerate(accuracies.T)}
    found = standings(values, "larger", LEVEL)
    return [int(name) for name, one in found.items() if one.not_significantly_worse is False]


def equal_methods(draws, methods, noise):
    """Columns of methods that differ by chance alone; a draw is as hard for all of them."""
    random = np.random.default_rng(0)
    for _ in range(COLUMNS):
        yield random.normal(size=(draws, 1)) + getattr(random, noise)(size=(draws, methods))


@pytest.mark.parametrize("noise", ["standard_normal", "standard_exponential"])
def test_equal_methods_rarely_have_one_that_is_called_significantly_worse(noise):
    wrong = sum(bool(significantly_worse(one)) for one in equal_methods(20, 10, noise))
    assert wrong / COLUMNS <= 1 - LEVEL + THREE_STANDARD_ERRORS


def test_so_it_is_where_a_method_lacks_draws_of_the_others():
    wrong = 0
    for accuracies in equal_methods(12, 4, "standard_normal"):
        accuracies[3:, 0] = np.nan
        values = {str(place): pd.Series(own).dropna() for place, own in enumerate(accuracies.T)}
        found = standings(values, "larger", LEVEL)
        wrong += any(one.not_significantly_worse is False for one in found.values())
    assert wrong / COLUMNS <= 1 - LEVEL + THREE_STANDARD_ERRORS


@pytest.mark.parametrize("draws", [10, 20])
def test_a_method_that_is_3_standard_deviations_better_is_found_so(draws):
    found = []
    for accuracies in list(equal_methods(draws, 9, "standard_normal"))[:50]:
        accuracies[:, 0] += 3
        found.append(len(significantly_worse(accuracies)) / 8)
    assert np.mean(found) > 0.9
