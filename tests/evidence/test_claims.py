"""Verdicts: what the parts of a claim add up to."""

import json

import pytest

from benchmarks.evidence.claims.verdicts import in_family, judge_best
from benchmarks.evidence.results import results_frame
from tests.evidence.claim_samples import (
    HIGH,
    LOW,
    PERFECT,
    behind,
    claim_with,
    judged,
    part_of,
    shipped,
)


def test_the_headline_is_the_part_on_which_the_verdict_hangs(rows):
    records = behind(rows)
    records += rows("leekasso", 80, HIGH) + rows("leek_net", 80, LOW)
    verdict = judged(shipped("leek"), records)
    assert verdict["sizes"] == [80]
    assert verdict["effect"] == part_of(verdict, "catches_up")["effect"]


def test_the_leek_claim_is_reproduced_when_the_linear_model_leads_and_the_net_catches_up(rows):
    caught_up = [value - 0.005 - 0.001 * seed for seed, value in enumerate(HIGH)]
    records = behind(rows)
    records += rows("leekasso", 80, HIGH) + rows("leek_net", 80, caught_up)
    verdict = judged(shipped("leek"), records)
    assert (verdict["verdict"], verdict["part"]) == ("reproduced", "catches_up")
    assert verdict["effect"] == pytest.approx(0.007)
    assert verdict["pairs"] == 5
    assert verdict["level"] == 0.95
    assert verdict["interval"][1] < 0.02
    assert part_of(verdict, "small_n")["effect"] == pytest.approx(0.1)


def test_one_failing_deciding_part_contradicts(rows):
    records = behind(rows)
    records += rows("leekasso", 80, HIGH) + rows("leek_net", 80, LOW)
    verdict = judged(shipped("leek"), records)
    assert part_of(verdict, "small_n")["outcome"] == "holds"
    assert verdict["verdict"] == "contradicted"
    assert verdict["reason"].startswith("catches_up: ")


def test_the_published_effect_is_that_of_the_sizes_run_here(rows):
    records = rows("leekasso", 10, HIGH) + rows("leek_net", 10, LOW)
    records += rows("leekasso", 20, HIGH) + rows("leek_net", 20, LOW)
    verdict = judged(shipped("leek"), records)
    assert verdict["published"] == pytest.approx(((0.893 - 0.797) + (0.943 - 0.891)) / 2)
    assert verdict["published_mark"] == "digitised"
    assert any("run at n = 10, 20 only" in caveat for caveat in verdict["caveats"])


def test_a_claim_without_published_numbers_has_none(rows):
    verdict = judged(shipped("logistic"), rows("logistic", 80, HIGH) + rows("mlp", 80, LOW))
    assert (verdict["published"], verdict["published_mark"]) == (None, None)


def test_a_missing_method_leaves_the_claim_inconclusive_and_is_named(rows):
    verdict = judged(shipped("logistic"), rows("logistic", 80, HIGH) + rows("mlp", 80, LOW))
    assert verdict["verdict"] == "inconclusive"
    assert verdict["reason"] == (
        "beats_cnn: not run: cnn (mnist01, protocol default); its missing cells must be run first"
    )
    assert verdict["more_pairs"] is None


def test_without_any_result_the_claim_is_not_run_and_says_what_is_missing():
    verdict = judged(shipped("logistic"), [])
    assert (verdict["verdict"], verdict["effect"], verdict["interval"]) == ("not-run", None, None)
    where = "(mnist01, protocol default)"
    assert verdict["reason"] == f"not run: logistic, mlp {where}; not run: logistic, cnn {where}"


def test_without_the_needed_size_the_claim_is_not_run(rows):
    claim = claim_with(
        {"contrast": ["a", "b"], "train_size": {"equals": 80}, "expect": {"greater_than": 0}}
    )
    verdict = judged(claim, rows("a", 10, HIGH) + rows("b", 10, LOW))
    assert (verdict["verdict"], verdict["reason"]) == (
        "not-run",
        "not run: a and b at n = 80 (mnist01)",
    )


def test_a_replication_is_reported_and_never_decides(rows):
    claim = claim_with({"contrast": ["a", "b"], "expect": {"greater_than": 0}})
    records = rows("a", 10, HIGH) + rows("b", 10, LOW)
    records += rows("a", 10, LOW, dataset="digits01") + rows("b", 10, HIGH, dataset="digits01")
    verdict = judged(claim, records)
    assert (verdict["verdict"], verdict["dataset"]) == ("reproduced", "mnist01")
    (other,) = verdict["replications"]
    assert (other["dataset"], other["verdict"]) == ("digits01", "contradicted")
    assert not any("substitute" in caveat for caveat in verdict["caveats"])


def test_without_the_claims_own_data_the_next_decides_and_says_so(rows):
    claim = claim_with({"contrast": ["a", "b"], "expect": {"greater_than": 0}})
    records = rows("a", 10, HIGH, dataset="digits01") + rows("b", 10, LOW, dataset="digits01")
    verdict = judged(claim, records)
    assert (verdict["verdict"], verdict["dataset"]) == ("reproduced", "digits01")
    assert verdict["caveats"][0].startswith("substitute data: the claim is about mnist01")
    assert verdict["replications"] == []


def test_a_part_can_speak_of_a_substitute_alone_and_decides_only_there(rows):
    own, other = (
        {"contrast": [arm, "b"], "datasets": [dataset], "expect": {"greater_than": 0}}
        for arm, dataset in (("a", "mnist01"), ("c", "digits01"))
    )
    claim = claim_with({**own, "id": "own"}, {**other, "id": "other"})
    records = rows("c", 10, HIGH, dataset="digits01") + rows("b", 10, LOW, dataset="digits01")
    verdict = judged(claim, records)
    assert (verdict["verdict"], verdict["part"]) == ("reproduced", "other")
    assert [part["id"] for part in verdict["parts"]] == ["other"]
    assert verdict["caveats"][0].startswith("substitute data: the claim is about mnist01")
    records += rows("a", 10, LOW) + rows("b", 10, HIGH)
    verdict = judged(claim, records)
    assert (verdict["verdict"], verdict["part"]) == ("contradicted", "own")
    assert [other["verdict"] for other in verdict["replications"]] == ["reproduced"]


def test_results_under_another_protocol_do_not_count(rows):
    claim = claim_with({"mean_of": "a", "expect": {"greater_than": 0}})
    assert judged(claim, rows("a", 10, HIGH, protocol="tuned"))["verdict"] == "not-run"


def test_a_reported_part_never_decides(rows):
    claim = claim_with(
        {"mean_of": "a", "expect": {"at_least": 0.9}},
        {"id": "reported", "deciding": False, "mean_of": "a", "expect": {"less_than": 0.5}},
    )
    verdict = judged(claim, rows("a", 10, HIGH))
    assert part_of(verdict, "reported")["outcome"] == "fails"
    assert verdict["verdict"] == "reproduced"


def test_train_accuracy_separates_not_converging_from_overfitting(rows):
    records = rows("leek_net", 20, LOW, train_accuracy=1.0)
    records += rows("leek_net", 80, LOW, train_accuracy=1.0)
    answer = part_of(judged(shipped("beam"), records), "leek_net_not_converged")
    assert answer["effect"] == 1.0
    assert answer["outcome"] == "open"
    stuck = [
        record | {"metrics": record["metrics"] | {"train_accuracy": value}}
        for record, value in zip(records, LOW * 2, strict=True)
    ]
    answer = part_of(judged(shipped("beam"), stuck), "leek_net_not_converged")
    assert answer["outcome"] == "holds"


def test_the_beam_claim_is_reproduced_when_every_deciding_part_holds(rows):
    levels = {"mlp": PERFECT, "cnn": PERFECT, "leekasso": HIGH}
    levels |= {"leek_net": LOW, "leek_net_sgd": LOW, "leek_net_adam": HIGH}
    records = [
        record
        for size in (10, 20, 40, 80)
        for method, values in levels.items()
        for record in rows(method, size, LOW if size == 10 else values)
    ]
    verdict = judged(shipped("beam"), records)
    assert verdict["verdict"] == "reproduced"
    assert verdict["sizes"] == [20, 40, 80]


def test_caveats_of_the_records_stand_beside_the_verdict(rows):
    claim = claim_with({"mean_of": "a", "expect": {"greater_than": 0}})
    verdict = judged(claim, rows("a", 10, HIGH, caveats=["cats from another source"]))
    assert "mnist01: cats from another source" in verdict["caveats"]


def test_the_best_benchmark_with_results_gives_the_verdict(rows):
    frames = {"leek2017": results_frame([])}
    frames["quickstart"] = results_frame(rows("logistic", 80, HIGH) + rows("mlp", 80, LOW))
    assert judge_best(shipped("logistic"), frames)["benchmark"] == "quickstart"
    assert judge_best(shipped("logistic"), {})["verdict"] == "not-run"


def test_verdicts_are_plain_json(rows):
    verdict = judged(shipped("leek"), rows("leekasso", 80, HIGH) + rows("leek_net", 80, LOW))
    assert json.loads(json.dumps(verdict, allow_nan=False)) == verdict


OPEN = [0.91, 0.86, 0.94, 0.83, 0.92]


def test_an_inconclusive_claim_tells_how_many_more_draws_would_settle_it(rows):
    claim = claim_with({"contrast": ["a", "b"], "expect": {"greater_than": 0}})
    verdict = judged(claim, rows("a", 10, OPEN) + rows("b", 10, [0.87, 0.88, 0.86, 0.885, 0.875]))
    assert verdict["verdict"] == "inconclusive"
    assert 5 < verdict["more_pairs"] < 1000
    assert f"about {verdict['more_pairs']} more draws would settle it" in verdict["reason"]


def test_where_the_effect_is_at_the_bound_more_draws_are_no_promise(rows):
    claim = claim_with({"contrast": ["a", "b"], "expect": {"greater_than": 0}})
    verdict = judged(claim, rows("a", 10, [0.9, 0.8]) + rows("b", 10, [0.8, 0.9]))
    assert (verdict["verdict"], verdict["more_pairs"]) == ("inconclusive", None)
    assert verdict["reason"].endswith("more draws of this kind would hardly settle it")


def two_contrasts():
    expect = {"expect": {"greater_than": 0}}
    return claim_with(
        {"contrast": ["a", "b"]} | expect, {"id": "c", "contrast": ["a", "c"]} | expect
    )


def test_a_part_that_fails_only_without_correction_for_the_other_parts_does_not_contradict(rows):
    barely = [0.93, 0.925, 0.935, 0.945, 0.9]
    records = rows("a", 10, barely) + rows("b", 10, HIGH) + rows("c", 10, LOW)
    one = claim_with({"contrast": ["a", "b"], "expect": {"greater_than": 0}})
    assert judged(one, records)["verdict"] == "contradicted"
    assert judged(two_contrasts(), records)["verdict"] == "inconclusive"


def test_the_p_value_of_a_reproduced_claim_is_that_of_its_weakest_part(rows):
    records = rows("a", 10, HIGH) + rows("b", 10, LOW) + rows("c", 10, LOW[::-1])
    verdict = judged(two_contrasts(), records)
    assert verdict["verdict"] == "reproduced"
    ps = [part["p"] for part in verdict["parts"]]
    assert ps[0] != ps[1]
    assert verdict["p"] == max(ps) < 0.001


def test_the_p_value_of_a_contradicted_claim_is_corrected_for_the_number_of_its_parts(rows):
    records = rows("a", 10, LOW) + rows("b", 10, HIGH) + rows("c", 10, HIGH)
    verdict = judged(two_contrasts(), records)
    assert verdict["verdict"] == "contradicted"
    assert verdict["p"] == 2 * min(part["p"] for part in verdict["parts"]) < 0.001


def test_p_values_of_a_family_of_claims_are_corrected_by_holm():
    verdicts = [{"id": name, "p": p} for name, p in [("a", 0.01), ("b", None), ("c", 0.03)]]
    assert [verdict["p_adjusted"] for verdict in in_family(verdicts)] == [0.02, None, 0.03]
    assert in_family([]) == []


def cited():
    source = shipped("logistic").source.model_dump()
    return {"id": "x", "sentence": "s", "source": source, "cited": "its data cannot be had"}


def test_a_cited_claim_is_never_judged(rows):
    verdict = judged(cited(), rows("a", 10, HIGH))
    assert (verdict["verdict"], verdict["reason"]) == ("cited", "its data cannot be had")
    assert verdict["effect"] is verdict["p"] is None
    assert judge_best(cited(), {})["verdict"] == "cited"


def test_a_claim_whose_benchmarks_have_no_results_names_them():
    claim = claim_with({"mean_of": "a", "expect": {"greater_than": 0}}, benchmarks=["x", "y"])
    verdict = judge_best(claim, {})
    assert (verdict["verdict"], verdict["reason"]) == ("not-run", "no results of x or y")
