"""Probabilities that mean what they say: one temperature for all of a model's scores."""

from __future__ import annotations

import numpy as np

WIDEST = 3.0  # temperatures from exp(-3) to exp(3)
TINY = 1e-12


def fit_temperature(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """The temperature T that makes `labels` (m,) likeliest under `softened(probabilities, T)`.

    Guo, Pleiss, Sun & Weinberger 2017, "On calibration of modern neural networks", section 4.2.
    `probabilities` (m, K) must be of samples that the model was not trained on. The target of each
    sample is (m + 1) / (m + K) for its class and shares the rest among the others, as in Platt
    1999, "Probabilistic outputs for support vector machines": of 30 right predictions in 30 nobody
    knows that the next 100 are right, too. T is searched between exp(-3) and exp(3).
    """
    from scipy.optimize import minimize_scalar

    count, classes = probabilities.shape
    targets = np.full((count, classes), 1 / (count + classes))
    targets[np.arange(count), labels] = (count + 1) / (count + classes)

    def surprise(log_temperature: float) -> float:
        softer = softened(probabilities, float(np.exp(log_temperature)))
        return float(-(targets * np.log(softer + TINY)).sum(axis=1).mean())

    found = minimize_scalar(surprise, bounds=(-WIDEST, WIDEST), method="bounded")
    return float(np.exp(found.x))


def softened(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """softmax(log p / T) of each row (m, K), as the logits divided by T would give it."""
    logits = np.log(np.asarray(probabilities, dtype=np.float64) + TINY) / temperature
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: np.ndarray = shifted / shifted.sum(axis=1, keepdims=True)
    return shares
