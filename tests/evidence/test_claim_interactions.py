"""Interactions: whether a difference depends on something else, and the sentence that tells it."""

import pytest

from benchmarks.evidence.claims.dependence import dependence_sentence
from tests.evidence.claim_samples import behind, claim_with, judged, shipped, with_loss

STEPS = [0.10, 0.11, 0.09, 0.105, 0.095]  # what cosine gains, draw by draw


def factorial(rows, gain_of_default, gain_of_tuned):
    """Two losses under two protocols; cosine gains so many STEPS over cross under each."""
    records = []
    for protocol, gain in (("default", gain_of_default), ("tuned", gain_of_tuned)):
        better = [0.5 + gain * step for step in STEPS]
        records += with_loss(rows("a", 10, better), "cosine", protocol)
        records += with_loss(rows("a", 10, [0.5] * 5), "cross", protocol)
    return records


@pytest.mark.parametrize(
    ("default", "tuned", "outcome", "effect"),
    [(2, 1, "holds", 0.1), (1, 2, "fails", -0.1), (1, 1, "open", 0.0)],
)
def test_an_interaction_is_the_first_difference_minus_the_second(
    rows, default, tuned, outcome, effect
):
    arms = [{"method": "a", "loss": loss} for loss in ("cosine", "cross")]
    pairs = [arms, [arm | {"protocol": "tuned"} for arm in arms]]
    claim = claim_with({"interaction": pairs, "expect": {"greater_than": 0}})
    (part,) = judged(claim, factorial(rows, default, tuned))["parts"]
    assert (part["outcome"], part["unit"]) == (outcome, "difference")
    assert part["effect"] == pytest.approx(effect, abs=1e-12)
    assert ("dependence" in part) == (part["interval"] is not None)


def test_an_interaction_of_tuning_and_loss_is_told_as_the_same_sentence(rows):
    loss, other = ({"method": "a", "loss": name} for name in ("cosine", "cross"))
    pairs = [[arm, arm | {"protocol": "tuned"}] for arm in (loss, other)]
    claim = claim_with({"interaction": pairs, "expect": {"greater_than": 0}})
    (part,) = judged(claim, factorial(rows, 2, 1))["parts"]
    low, high = (f"{100 * bound:+.1f}" for bound in part["interval"])
    assert part["dependence"] == (
        "The difference of cosine and cross depends on the protocol: with default in place of"
        f" tuned it changes by +10.0 points [{low}, {high}] (95 % interval, not corrected for other"
        " questions)."
    )


@pytest.mark.parametrize(
    ("interval", "said"),
    [((0.01, 0.05), "depends"), ((-0.05, -0.01), "depends"), ((-0.01, 0.05), "is not shown to")],
)
def test_an_interaction_depends_where_its_interval_leaves_out_zero(interval, said):
    claim = shipped("tuned")
    part = next(part for part in claim.parts if part.interaction)
    sentence = dependence_sentence(part, claim, 0.02, interval)
    assert sentence.startswith(f"The difference of cross_entropy and cosine {said}")
    assert " on the protocol: with tuned in place of default it changes by +2.0 points" in sentence


def test_a_contrast_has_no_sentence_on_dependence(rows):
    claim = claim_with({"contrast": ["leekasso", "leek_net"], "expect": {"greater_than": 0}})
    (part,) = judged(claim, behind(rows))["parts"]
    assert "dependence" not in part
