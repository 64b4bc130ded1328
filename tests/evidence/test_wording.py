"""How numbers are written."""

import pytest

from benchmarks.evidence.wording import effect_text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.031, "difference", "+3.1 points"),
        (0.985, "mean", "98.5 %"),
        (0.48, "ratio", "0.48 times"),
        (0.001, "ratio", "0.0010 times"),
        (0.0, "ratio", "0.00 times"),
        (5124, "number", "5124"),
    ],
)
def test_a_ratio_that_is_not_zero_is_not_written_as_zero(value, unit, text):
    """Regression: a bound of 0.001 times was told as 0.00 times."""
    assert effect_text(value, unit) == text
