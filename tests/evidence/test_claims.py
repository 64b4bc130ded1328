"""Verdicts: each contrast with the first better, the second better and both equal."""

import json
from pathlib import Path

import pytest

from benchmarks.evidence.claim_files import parse_claim, read_claim, read_claims
from benchmarks.evidence.claims import claims_markdown, judge, judge_best
from benchmarks.evidence.results import results_frame

FOLDER = Path(__file__).parents[2] / "conf" / "claim"
HIGH, LOW = [0.95, 0.96, 0.94, 0.955, 0.945], [0.85, 0.87, 0.84, 0.86, 0.83]
PERFECT = [0.997, 0.998, 0.996, 0.999, 0.997]
LEVELS = {"first better": (HIGH, LOW), "second better": (LOW, HIGH), "equal": (HIGH, HIGH)}


def claim_with(*parts, **changes):
    return parse_claim(
        {
            "id": "small",
            "sentence": "One is better.",
            "source": {
                "author": "A. Nobody",
                "title": "None",
                "where": "nowhere",
                "date": "2000",
                "confirmed": "read",
            },
            "benchmarks": ["debate"],
            "datasets": ["mnist01", "digits01"],
            "parts": [{"id": "part", "says": "...", "deciding": True} | part for part in parts],
            "rule": "the interval",
        }
        | changes
    )


def shipped(name):
    return read_claim(FOLDER / f"{name}.yaml")


def judged(claim, records):
    return judge(claim, results_frame(records), "debate")


def part_of(verdict, name):
    return next(part for part in verdict["parts"] if part["id"] == name)


CONTRASTS = [
    (claim.id, part.id)
    for claim in read_claims(FOLDER.glob("*.yaml"))
    for part in claim.parts
    if part.contrast
]


@pytest.mark.parametrize("case", LEVELS)
@pytest.mark.parametrize(("claim_id", "part_id"), CONTRASTS)
def test_every_shipped_contrast_has_its_sign_the_right_way_round(rows, claim_id, part_id, case):
    claim = shipped(claim_id)
    part = next(part for part in claim.parts if part.id == part_id)
    first, second = part.contrast
    records = [
        record
        for size in (10, 20, 40, 80)
        for method, values in zip((first, second), LEVELS[case], strict=True)
        for record in rows(method, size, values)
    ]
    answer = part_of(judged(claim, records), part_id)
    if case == "equal":
        assert (answer["outcome"], answer["interval"]) == ("open", None)
        assert "in each of 5 draws" in answer["reason"]
        return
    sign = 1 if case == "first better" else -1
    assert answer["effect"] * sign > 0.05
    expected = "holds" if part.expect.upward == (case == "first better") else "fails"
    assert answer["outcome"] == expected


@pytest.mark.parametrize(
    ("expect", "values", "outcome"),
    [
        ({"at_least": 0.99}, PERFECT, "holds"),
        ({"at_least": 0.99}, HIGH, "fails"),
        ({"at_least": 0.997}, PERFECT, "open"),
        ({"less_than": 0.99}, HIGH, "holds"),
        ({"less_than": 0.99}, PERFECT, "fails"),
        ({"greater_than": 0.9}, HIGH, "holds"),
        ({"greater_than": 0.99}, HIGH, "fails"),
        ({"at_most": 0.99}, HIGH, "holds"),
        ({"at_most": 0.9}, HIGH, "fails"),
        ({"at_most": 0.95}, HIGH, "open"),
    ],
)
def test_an_expectation_holds_or_fails_only_with_the_whole_interval(rows, expect, values, outcome):
    verdict = judged(claim_with({"mean_of": "mlp", "expect": expect}), rows("mlp", 20, values))
    assert verdict["parts"][0]["outcome"] == outcome


def behind(rows):
    """The net is behind at both ends of the small sizes."""
    return [
        record
        for size in (10, 40)
        for record in rows("leekasso", size, HIGH) + rows("leek_net", size, LOW)
    ]


def test_a_part_cannot_hold_where_an_end_of_its_range_was_not_run(rows):
    records = rows("leekasso", 10, HIGH) + rows("leek_net", 10, LOW)
    part = part_of(judged(shipped("leek"), records), "small_n")
    assert part["outcome"] == "open"
    assert "the end of the range was not run: n = 40" in part["reason"]


def test_a_part_about_a_mean_over_sizes_cannot_fail_on_some_of_them_either(rows):
    records = rows("leekasso", 10, LOW) + rows("leek_net", 10, HIGH)
    verdict = judged(shipped("leek"), records)
    assert part_of(verdict, "small_n")["outcome"] == "open"
    assert part_of(verdict, "each_small_n")["outcome"] == "fails"


@pytest.mark.parametrize(
    ("value", "draws", "outcome"),
    [(1.0, 6, "holds"), (1.0, 5, "open"), (0.98, 6, "fails"), (0.99, 20, "open")],
)
def test_identical_draws_are_decided_by_the_sign_test_where_they_are_enough(
    rows, value, draws, outcome
):
    claim = claim_with({"mean_of": "mlp", "expect": {"at_least": 0.99}})
    (part,) = judged(claim, rows("mlp", 20, [value] * draws))["parts"]
    assert part["outcome"] == outcome
    assert part["interval"] is None
    assert f"in each of {draws} draws" in part["reason"]


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
    assert verdict["verdict"] == "reproduced"
    assert verdict["effect"] == pytest.approx(0.1)
    assert verdict["pairs"] == 5
    assert verdict["level"] == 0.95
    assert verdict["interval"][0] > 0


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
    assert verdict["reason"] == "beats_cnn: not run: cnn"


def test_without_any_result_the_claim_is_not_run_and_says_what_is_missing():
    verdict = judged(shipped("logistic"), [])
    assert (verdict["verdict"], verdict["effect"], verdict["interval"]) == ("not-run", None, None)
    assert verdict["reason"] == "not run: logistic, mlp, cnn"


def test_without_the_needed_size_the_claim_is_not_run(rows):
    claim = claim_with(
        {"contrast": ["a", "b"], "train_size": {"equals": 80}, "expect": {"greater_than": 0}}
    )
    verdict = judged(claim, rows("a", 10, HIGH) + rows("b", 10, LOW))
    assert (verdict["verdict"], verdict["reason"]) == ("not-run", "not run: a and b at n = 80")


def test_one_seed_alone_never_gives_an_interval(rows):
    verdict = judged(shipped("logistic"), [*rows("logistic", 80, [0.9]), *rows("mlp", 80, [0.5])])
    assert (verdict["verdict"], verdict["interval"], verdict["pairs"]) == ("inconclusive", None, 1)
    assert "one pair only" in part_of(verdict, "beats_mlp")["reason"]


def test_seeds_without_partner_do_not_count(rows):
    claim = claim_with({"contrast": ["a", "b"], "expect": {"greater_than": 0}})
    verdict = judged(claim, rows("a", 10, HIGH) + rows("b", 10, LOW[:3]))
    assert verdict["pairs"] == 3
    assert any("2 of 5 seeds left out" in caveat for caveat in verdict["caveats"])


def test_no_common_seed_is_open_not_a_number(record):
    claim = claim_with({"contrast": ["a", "b"], "expect": {"greater_than": 0}})
    verdict = judged(claim, [record("a", 10, 0, 0.9), record("b", 10, 1, 0.5)])
    assert (verdict["verdict"], verdict["effect"], verdict["pairs"]) == ("inconclusive", None, 0)


def test_a_mean_over_sizes_uses_only_seeds_that_have_every_size(rows):
    claim = claim_with({"mean_of": "a", "expect": {"greater_than": 0}})
    verdict = judged(claim, rows("a", 10, [0.5, 0.6, 0.7]) + rows("a", 20, [0.7, 0.9]))
    assert verdict["effect"] == pytest.approx((0.6 + 0.75) / 2)
    assert verdict["pairs"] == 2


def test_a_nan_never_reaches_a_verdict(rows):
    claim = claim_with({"mean_of": "a", "expect": {"greater_than": 0}})
    verdict = judged(claim, rows("a", 10, [0.5, float("nan"), 0.7]))
    assert verdict["effect"] == pytest.approx(0.6)
    assert verdict["pairs"] == 2


def each(**changes):
    part = {"mean_of": "a", "over": "each", "expect": {"at_least": 0.99}}
    return claim_with(part | changes)


def test_over_each_holds_only_if_every_size_holds(rows):
    records = rows("a", 10, PERFECT) + rows("a", 20, PERFECT)
    assert judged(each(), records)["verdict"] == "reproduced"
    verdict = judged(each(), records + rows("a", 40, [0.985, 0.999, 0.99, 0.98, 0.999]))
    assert verdict["verdict"] == "inconclusive"
    assert "least favourable size n = 40" in verdict["reason"]
    assert [size["outcome"] for size in verdict["parts"][0]["by_size"]] == [
        "holds",
        "holds",
        "open",
    ]


def test_over_each_fails_with_one_size_that_fails_at_the_corrected_level(rows):
    records = rows("a", 10, PERFECT) + rows("a", 20, HIGH)
    verdict = judged(each(), records)
    assert verdict["verdict"] == "contradicted"
    assert verdict["effect"] == pytest.approx(sum(HIGH) / 5)


def test_a_size_that_fails_only_without_correction_leaves_the_part_open(rows):
    nearly = [0.984, 0.986, 0.988, 0.982, 0.9895]
    assert judged(each(), rows("a", 20, nearly))["verdict"] == "contradicted"
    others = [record for size in range(30, 130, 10) for record in rows("a", size, PERFECT)]
    assert judged(each(), rows("a", 20, nearly) + others)["verdict"] == "inconclusive"


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


def test_a_method_run_with_two_losses_is_not_averaged_over_them(rows):
    records = rows("a", 10, HIGH)
    for record in rows("a", 10, LOW):
        config = record["config"] | {"loss": {"name": "cosine"}}
        records.append(record | {"key": record["key"] + "cosine", "config": config})
    verdict = judged(claim_with({"mean_of": "a", "expect": {"greater_than": 0}}), records)
    assert verdict["verdict"] == "inconclusive"
    assert "a was run with 2 losses" in verdict["reason"]


def test_caveats_of_the_records_stand_beside_the_verdict(rows):
    claim = claim_with({"mean_of": "a", "expect": {"greater_than": 0}})
    verdict = judged(claim, rows("a", 10, HIGH, caveats=["cats from another source"]))
    assert "cats from another source" in verdict["caveats"]


def test_the_best_benchmark_with_results_gives_the_verdict(rows):
    frames = {"leek2017": results_frame([])}
    frames["quickstart"] = results_frame(rows("logistic", 80, HIGH) + rows("mlp", 80, LOW))
    assert judge_best(shipped("logistic"), frames)["benchmark"] == "quickstart"
    assert judge_best(shipped("logistic"), {})["verdict"] == "not-run"


def test_verdicts_are_plain_json(rows):
    verdict = judged(shipped("leek"), rows("leekasso", 80, HIGH) + rows("leek_net", 80, LOW))
    assert json.loads(json.dumps(verdict, allow_nan=False)) == verdict


def test_verdicts_in_words_show_claim_effect_and_published_verdict(rows):
    records = rows("leekasso", 10, HIGH) + rows("leek_net", 10, LOW)
    verdict = judged(shipped("leek"), records)
    text = claims_markdown([verdict], [{"id": "leek", "verdict": "reproduced"}])
    assert "| leek | **inconclusive** | leekasso - leek_net | +10.00 points |" in text
    assert "+9.6 points (digitised) | reproduced |" in text
    assert "not run: leekasso and leek_net at n = 80" in text


def test_what_is_only_remembered_is_printed_as_unconfirmed(rows):
    source = shipped("leek").source.model_dump() | {"confirmed": "memory"}
    part = {"mean_of": "a", "expect": {"greater_than": 0}, "published": 0.76}
    verdict = judged(claim_with(part, source=source), rows("a", 10, HIGH))
    text = claims_markdown([verdict])
    assert "76.0 % (unconfirmed)" in text
    assert "2017-05-31 (unconfirmed)" in text


def test_every_row_of_a_markdown_table_has_the_columns_of_its_head(rows):
    verdict = judged(shipped("leek"), behind(rows))
    text = claims_markdown([verdict], [{"id": "leek", "verdict": "reproduced"}])
    tables = [block for block in text.split("\n\n") if block.startswith("|")]
    assert len(tables) == 2
    for table in tables:
        assert len({line.count("|") for line in table.splitlines()}) == 1, table
