"""What once gave a verdict or a number that looked fine, and was wrong."""

import numpy as np
import pytest

from benchmarks.evidence.claims.headline import headline_part
from benchmarks.evidence.claims.verdicts import judge
from benchmarks.evidence.results import results_frame
from tests.evidence.claim_samples import HIGH, LOW, PERFECT, claim_with, judged, part_of

ABOVE_ZERO = {"contrast": ["a", "b"], "expect": {"greater_than": 0}}


def test_a_ratio_never_leaves_out_the_draws_that_are_zero(rows):
    claim = claim_with({"ratio": ["a", "b"], "expect": {"greater_than": 1.5}})
    records = rows("a", 10, [0.0] * 14 + [0.9, 0.88, 0.91, 0.92, 0.89, 0.9])
    records += rows("b", 10, [0.5] * 14 + [0.3, 0.31, 0.29, 0.3, 0.3, 0.32])
    verdict = judged(claim, records)
    assert verdict["verdict"] == "inconclusive"
    assert "a ratio needs values above 0: a has others in 14 draws" in verdict["reason"]


def test_a_part_does_not_hold_where_one_arm_lacks_the_end_of_the_range(rows):
    records = [r for size in (10, 50, 1000) for r in rows("a", size, HIGH)] + rows("b", 10, LOW)
    for over in ("each", "mean"):
        verdict = judged(claim_with(ABOVE_ZERO | {"over": over}), records)
        assert verdict["verdict"] == "inconclusive"
        assert "the end of the range was not run: n = 1000" in verdict["reason"]


def test_a_size_in_between_that_one_arm_lacks_is_a_caveat(rows):
    records = [r for size in (10, 50, 100) for r in rows("a", size, HIGH)]
    records += [r for size in (10, 100) for r in rows("b", size, LOW)]
    verdict = judged(claim_with(ABOVE_ZERO), records)
    assert verdict["verdict"] == "reproduced"
    assert "part: n = 50 was run for some arms only and does not count" in verdict["caveats"]


def spread_records(rows, chance, draws, inits, spread):
    records = []
    for seed in range(draws):
        for init, value in enumerate(0.8 + spread * chance.standard_normal(inits)):
            record = rows("a", 10, [0.0] * seed + [value])[-1]
            config = record["config"] | {"init_seed": init}
            records.append(record | {"key": f"{seed}/{init}", "config": config})
    return records


def test_a_spread_from_few_initialisations_is_not_too_small(rows):
    """Its expectation is the true one: at the bound, few of many claims may hold."""
    chance, claim = (
        np.random.default_rng(0),
        claim_with({"spread_of": "a", "expect": {"less_than": 0.02}}),
    )
    records = (spread_records(rows, chance, 20, 2, 0.02) for _ in range(60))
    held = sum(judged(claim, found)["verdict"] == "reproduced" for found in records)
    assert held <= 6


def test_draws_with_one_initialisation_are_told_to_be_left_out(rows):
    chance = np.random.default_rng(0)
    records = spread_records(rows, chance, 6, 3, 0.02)
    records += rows("a", 10, [0.8] * 9)[6:]
    verdict = judged(claim_with({"spread_of": "a", "expect": {"greater_than": 0}}), records)
    assert verdict["pairs"] == 6
    assert any("3 of 9 seeds left out" in caveat for caveat in verdict["caveats"])


def each_size(rows, *values):
    return [r for place, level in enumerate(values) for r in rows("a", 10 * place + 10, level)]


def test_the_p_of_a_part_at_every_size_is_the_largest_where_it_holds(rows):
    claim = claim_with({"mean_of": "a", "over": "each", "expect": {"at_least": 0.9}})
    barely = [0.999, 0.91, 0.93, 0.95, 0.97]
    verdict = judged(claim, each_size(rows, [0.921, 0.92, 0.919, 0.9205, 0.9195], barely))
    ps = [size["p"] for size in verdict["parts"][0]["by_size"]]
    assert verdict["verdict"] == "reproduced"
    assert verdict["p"] == max(ps) > 100 * min(ps)
    assert verdict["parts"][0]["headline_size"] == 20


def test_the_p_of_a_part_that_fails_counts_the_sizes_it_was_asked_at(rows):
    claim = claim_with({"mean_of": "a", "over": "each", "expect": {"at_least": 0.99}})
    verdict = judged(claim, each_size(rows, LOW, PERFECT, PERFECT, PERFECT))
    part = verdict["parts"][0]
    assert verdict["verdict"] == "contradicted"
    assert verdict["p"] == pytest.approx(4 * min(size["p"] for size in part["by_size"]))


def test_a_difference_beyond_the_margin_has_a_small_p(rows):
    claim = claim_with({"contrast": ["a", "b"], "expect": {"within": 0.01}})
    lower = [0.55, 0.57, 0.54, 0.56, 0.53]
    verdict = judged(claim, rows("a", 10, HIGH) + rows("b", 10, lower))
    assert (verdict["verdict"], verdict["p"] < 0.001) == ("contradicted", True)


def test_as_many_draws_as_the_hardest_open_size_needs(rows):
    claim = claim_with({"mean_of": "a", "over": "each", "expect": {"greater_than": 0.9}})
    near, far = [0.95, 0.87, 0.95, 0.88, 0.89], [0.99, 0.88, 0.98, 0.89, 0.93]
    verdict = judged(claim, each_size(rows, near, far))
    alone = [judged(claim, rows("a", 10, values))["more_pairs"] for values in (near, far)]
    assert verdict["more_pairs"] == max(alone) > 10 * min(alone)


def test_a_part_that_only_the_correction_keeps_from_failing_says_so(rows):
    claim = claim_with({"mean_of": "a", "over": "each", "expect": {"at_least": 0.99}})
    nearly = [0.984, 0.986, 0.988, 0.982, 0.9895]
    values = [nearly, *[PERFECT] * 10]
    verdict = judged(claim, each_size(rows, *values))
    assert verdict["verdict"] == "inconclusive"
    assert "it fails, but not after correction for 11 tests" in verdict["reason"]


def test_effect_and_p_of_the_headline_belong_to_the_same_part(rows):
    barely = [0.94, 0.91, 0.92, 0.95, 0.93]
    records = rows("a", 10, HIGH) + rows("b", 10, LOW) + rows("c", 10, barely)
    other = {"id": "other", "contrast": ["a", "c"], "expect": {"greater_than": 0}}
    verdict = judged(claim_with(ABOVE_ZERO, other), records)
    part = part_of(verdict, verdict["part"])
    assert (verdict["effect"], verdict["p"]) == (part["effect"], part["p"])
    assert verdict["p"] == max(found["p"] for found in verdict["parts"])


def test_two_parts_about_one_contrast_are_told_apart(rows):
    ten_points = {"id": "ten", "contrast": ["a", "b"], "expect": {"at_least": 0.1}}
    records = rows("a", 10, HIGH) + rows("b", 10, [0.85, 0.87, 0.84, 0.86, 0.85])
    verdict = judged(claim_with(ABOVE_ZERO, ten_points), records)
    assert headline_part(verdict)["id"] == verdict["part"] == "ten"


def test_arms_that_differ_in_what_the_claim_left_open_are_a_caveat(rows):
    records = []
    for method, loss, values in (("a", "cosine", HIGH), ("b", "cross_entropy", LOW)):
        for record in rows(method, 10, values):
            records.append(record | {"config": record["config"] | {"loss": {"name": loss}}})
    verdict = judge(claim_with(ABOVE_ZERO), results_frame(records), "debate")
    assert "part: loss differs: a has cosine, b has cross_entropy" in verdict["caveats"]
