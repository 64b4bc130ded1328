"""`fails_at`: an effect that is smaller than claimed leaves a part open, none contradicts it."""

import pytest

from benchmarks.evidence.claims.files import parse_claim
from benchmarks.evidence.claims.verdicts import digest
from benchmarks.evidence.errors import EvidenceError
from tests.evidence.claim_samples import LOW, claim_with, judged

SPREAD = [0.0, 0.01, -0.01, 0.005, -0.005]
TEN = {"contrast": ["a", "b"], "expect": {"at_least": 0.1}, "fails_at": 0}


def judged_with(rows, part, gain, spread=SPREAD):
    better = [value + gain + step for value, step in zip(LOW, spread, strict=True)]
    verdict = judged(claim_with(part), rows("a", 10, better) + rows("b", 10, LOW))
    return verdict, verdict["parts"][0]


@pytest.mark.parametrize(
    ("gain", "verdict"),
    [
        (0.14, "reproduced"),
        (0.1, "inconclusive"),
        (0.05, "inconclusive"),
        (0.0, "inconclusive"),
        (-0.05, "contradicted"),
    ],
)
def test_between_the_bounds_the_verdict_is_open(rows, gain, verdict):
    assert judged_with(rows, TEN, gain)[0]["verdict"] == verdict


def test_an_expectation_of_less_fails_from_a_bound_above_it(rows):
    less = {"contrast": ["a", "b"], "expect": {"at_most": -0.1}, "fails_at": 0}
    outcomes = [judged_with(rows, less, gain)[1]["outcome"] for gain in (-0.14, -0.05, 0.05)]
    assert outcomes == ["holds", "open", "fails"]


@pytest.mark.parametrize("gain", [0.14, 0.12, 0.105, -0.003, -0.02, -0.05])
def test_the_p_value_belongs_to_the_bound_that_decides(rows, gain):
    """It is below 5 % exactly where the interval leaves that bound out."""
    part = judged_with(rows, TEN, gain)[1]
    low, high = part["interval"]
    decided = high <= 0 if gain < 0 else low >= 0.1
    assert (part["p"] < 0.05) == decided
    assert (part["outcome"] != "open") == decided


def test_an_effect_between_the_bounds_has_no_p_value(rows):
    """It may be far from both, and neither speaks for the claim or against it."""
    assert judged_with(rows, TEN, 0.05)[1]["p"] is None


def test_both_bounds_are_told(rows):
    part = judged_with(rows, TEN, 0.05)[1]
    assert part["expect"] == ">= +10.0 points, not <= 0"
    assert "expected >= +10.0 points, not <= 0" in part["reason"]


def test_more_draws_settle_nothing_between_the_bounds(rows):
    verdict, part = judged_with(rows, TEN, 0.05)
    assert part["more_pairs"] is None
    assert "more draws of this kind would hardly settle it" in verdict["reason"]
    assert judged_with(rows, TEN, 0.105)[1]["more_pairs"] > 0
    assert judged_with(rows, TEN, -0.003)[1]["more_pairs"] > 0


def test_the_same_value_in_every_draw_is_decided_by_the_sign_test(rows):
    def outcome(gain):
        records = rows("a", 10, [0.5 + gain] * 6) + rows("b", 10, [0.5] * 6)
        return judged(claim_with(TEN), records)["parts"][0]["outcome"]

    assert [outcome(gain) for gain in (0.25, 0.05, 0, -0.25)] == ["holds", "open", "open", "fails"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"fails_at": 0.1}, "fails_at=0.1: give a bound below that of at_least"),
        ({"fails_at": 0.2}, "fails_at=0.2: give a bound below that of at_least"),
        ({"expect": {"at_most": 0.1}}, "fails_at=0: give a bound above that of at_most"),
        ({"expect": {"within": 0.1}}, "leave fails_at out"),
        ({"fails_at": -5}, "a share goes from -1 to 1"),
    ],
)
def test_a_bound_on_the_wrong_side_is_refused(change, told):
    with pytest.raises(EvidenceError, match=told):
        claim_with(TEN | change)


def test_a_claim_without_the_field_keeps_its_digest(rows):
    """Published verdicts name the digest of the claim that they were drawn on."""
    without = {name: value for name, value in TEN.items() if name != "fails_at"}
    written = claim_with(without).model_dump()
    assert "fails_at" not in written["parts"][0]
    assert digest(parse_claim(written)) == digest(claim_with(without))
    assert digest(claim_with(TEN)) != digest(claim_with(without))
