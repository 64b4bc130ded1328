"""One temperature for all of a model's scores."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.execution.calibration import fit_temperature, softened


def drawn(temperature, count=4000, seed=0):
    """Probabilities that are too sure by a temperature, and labels drawn from the true ones."""
    generator = np.random.default_rng(seed)
    true = softened(generator.dirichlet(np.ones(3), size=count), 1.0)
    labels = np.array([generator.choice(3, p=row) for row in true])
    return softened(true, 1 / temperature), labels


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_the_temperature_that_was_lost_is_found(temperature):
    probabilities, labels = drawn(temperature)
    assert fit_temperature(probabilities, labels) == pytest.approx(temperature, rel=0.1)


def test_softening_keeps_the_order_and_sums_to_one():
    probabilities = np.array([[0.7, 0.2, 0.1], [0.0, 0.1, 0.9]])
    softer = softened(probabilities, 4.0)
    np.testing.assert_allclose(softer.sum(axis=1), 1.0)
    np.testing.assert_array_equal(softer.argmax(axis=1), probabilities.argmax(axis=1))
    assert softer.max() < 0.9


def test_perfect_predictions_do_not_make_it_infinitely_sure():
    """30 of 30 right: the rule of succession gives 31 of 32."""
    probabilities = np.array([[0.6, 0.4]] * 15 + [[0.4, 0.6]] * 15)
    labels = np.array([0] * 15 + [1] * 15)
    temperature = fit_temperature(probabilities, labels)
    assert softened(probabilities[:1], temperature)[0, 0] == pytest.approx(31 / 32, abs=1e-3)
