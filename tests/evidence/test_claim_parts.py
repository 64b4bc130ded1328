"""Parts: each measure with the first better, the second better and both equal."""

import math

import pytest

from benchmarks.evidence.claims.files import read_claims
from benchmarks.evidence.claims.verdicts import judge
from benchmarks.evidence.results import results_frame
from tests.evidence.claim_samples import (
    FOLDER,
    HIGH,
    LOW,
    PERFECT,
    claim_with,
    judged,
    part_of,
    shipped,
    with_loss,
)

FAR = [value - 0.4 for value in LOW]
LEVELS = {"first better": (HIGH, FAR), "second better": (FAR, HIGH), "equal": (HIGH, HIGH)}
CONTRASTS = [
    (claim, part)
    for claim in read_claims(FOLDER.glob("*.yaml"))
    for part in claim.parts
    if part.contrast
]
NAMES = [f"{claim.id}-{part.id}" for claim, part in CONTRASTS]


def cells_of(arm, claim, part, values, record):
    """The cells of an arm at the ends of the part's sizes, as its benchmark would run them."""
    asked = [size for size in claim.sizes if part.train_size.contains(size)]
    sizes = {min(asked), max(asked)} if asked else {part.train_size.equals or 80}
    groups = {"loss": arm.loss or "cross_entropy", "augmentation": arm.augmentation or "none"}
    further = ("backbone", "resampling", "variant")
    groups |= {group: getattr(arm, group) for group in further if getattr(arm, group)}
    cells = []
    for size in sizes:
        for seed, value in enumerate(values):
            protocol = arm.protocol or claim.protocol
            dataset = (part.datasets or claim.datasets)[0]
            method = arm.method or "any_network"
            cell = record(method, size, seed, value, dataset, protocol=protocol)
            config = cell["config"] | {group: {"name": name} for group, name in groups.items()}
            if arm.variant:
                config["variant"]["fields"] = []
            cells.append(cell | {"config": config, "key": f"{arm} {size} {seed}"})
    return cells


@pytest.mark.parametrize("case", LEVELS)
@pytest.mark.parametrize(("claim", "part"), CONTRASTS, ids=NAMES)
def test_every_shipped_contrast_has_its_sign_the_right_way_round(record, claim, part, case):
    pairs = zip(part.contrast, LEVELS[case], strict=True)
    records = [cell for arm, values in pairs for cell in cells_of(arm, claim, part, values, record)]
    frame = results_frame(records)
    frame[part.metric] = frame["accuracy"]
    answer = part_of(judge(claim, frame, "debate"), part.id)
    if case == "equal":
        assert (answer["effect"], answer["interval"]) == (0, None)
        return
    sign = 1 if case == "first better" else -1
    assert answer["effect"] * sign > 0.3
    favoured = part.expect.within is None and part.expect.upward == (case == "first better")
    assert answer["outcome"] == ("holds" if favoured else "fails")


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


def test_a_method_run_with_two_losses_is_not_averaged_over_them(rows):
    records = rows("a", 10, HIGH)
    for record in rows("a", 10, LOW):
        config = record["config"] | {"loss": {"name": "cosine"}}
        records.append(record | {"key": record["key"] + "cosine", "config": config})
    verdict = judged(claim_with({"mean_of": "a", "expect": {"greater_than": 0}}), records)
    assert verdict["verdict"] == "inconclusive"
    assert "a was run with several of loss (cosine, cross_entropy)" in verdict["reason"]


def test_an_arm_may_name_loss_and_protocol(rows):
    part = {"contrast": [{"method": "a", "loss": "cosine"}, {"method": "a", "loss": "cross"}]}
    records = with_loss(rows("a", 10, HIGH), "cosine") + with_loss(rows("a", 10, LOW), "cross")
    (found,) = judged(claim_with(part | {"expect": {"greater_than": 0}}), records)["parts"]
    assert (found["outcome"], found["measure"]) == ("holds", "a (cosine) - a (cross)")


def timed(rows, method, seconds):
    return [
        record | {"timing": {"train": value}}
        for record, value in zip(rows(method, 10, HIGH), seconds, strict=True)
    ]


@pytest.mark.parametrize(
    ("seconds", "outcome"),
    [([1.0, 2.0, 3.0, 1.1, 0.9], "holds"), ([4.0, 8.0, 13.0, 4.1, 3.9], "fails")],
)
def test_a_ratio_is_the_geometric_mean_of_the_draws_own_ratios(rows, seconds, outcome):
    full = [4.0, 8.0, 12.0, 4.0, 4.0]
    claim = claim_with(
        {"ratio": ["head", "full"], "metric": "train_seconds", "expect": {"at_most": 0.5}}
    )
    records = timed(rows, "head", seconds) + timed(rows, "full", full)
    (part,) = judged(claim, records)["parts"]
    ratios = [one / other for one, other in zip(seconds, full, strict=True)]
    assert part["effect"] == pytest.approx(math.prod(ratios) ** (1 / 5))
    assert part["outcome"] == outcome
    assert "times" in part["reason"]


def test_a_spread_is_over_initialisations_on_the_same_draw(rows):
    records = []
    for seed, values in enumerate(zip(HIGH, LOW, strict=True)):
        for init, value in enumerate(values):
            changes = {"key": f"{seed}/{init}"}
            record = rows("mlp", 10, [0.0] * seed + [value])[-1]
            records.append(record | changes | {"config": record["config"] | {"init_seed": init}})
    claim = claim_with({"spread_of": "mlp", "expect": {"greater_than": 0.01}})
    (part,) = judged(claim, records)["parts"]
    expected = [abs(a - b) * math.sqrt(math.pi) / 2 for a, b in zip(HIGH, LOW, strict=True)]
    assert part["effect"] == pytest.approx(sum(expected) / 5)
    assert (part["outcome"], part["pairs"], part["unit"]) == ("holds", 5, "points")


def test_one_initialisation_alone_has_no_spread(rows):
    claim = claim_with({"spread_of": "mlp", "expect": {"greater_than": 0}})
    (part,) = judged(claim, rows("mlp", 10, HIGH))["parts"]
    assert (part["outcome"], part["effect"]) == ("not-run", None)


@pytest.mark.parametrize(
    ("gains", "outcome"),
    [
        ([0.001, -0.001, 0.002, -0.002, 0.0], "holds"),
        ([0.05, 0.06, 0.04, 0.055, 0.045], "fails"),
        ([-0.05, -0.06, -0.04, -0.055, -0.045], "fails"),
        ([0.05, -0.06, 0.04, -0.055, 0.045], "open"),
    ],
)
def test_no_difference_needs_the_whole_interval_inside_the_margins(rows, gains, outcome):
    claim = claim_with({"contrast": ["a", "b"], "expect": {"within": 0.01}})
    first = [value + gain for value, gain in zip(LOW, gains, strict=True)]
    (part,) = judged(claim, rows("a", 10, first) + rows("b", 10, LOW))["parts"]
    assert part["outcome"] == outcome
    assert part["expect"] == "within 1.0 points"


@pytest.mark.parametrize("bound", [0.86, 0.885, 0.93, 0.9695, 0.99])
def test_the_p_value_is_below_5_percent_exactly_where_the_interval_excludes_the_bound(rows, bound):
    claim = claim_with({"mean_of": "a", "expect": {"at_least": bound}})
    (part,) = judged(claim, rows("a", 10, [0.91, 0.92, 0.88, 0.99, 0.95]))["parts"]
    low, high = part["interval"]
    assert (part["p"] < 0.05) == (not low < bound < high)


def test_an_arm_without_a_method_is_the_only_method_with_that_loss(record):
    """A claim about losses holds for whatever network a benchmark has, but not for several."""
    claim = claim_with(
        {"contrast": [{"loss": "cosine"}, {"loss": "mse"}], "expect": {"greater_than": 0}}
    )

    def cells(*methods):
        return [
            cell
            | {"key": f"{method} {loss} {seed}"}
            | {"config": cell["config"] | {"loss": {"name": loss}}}
            for method in methods
            for loss, level in (("cosine", 0.9), ("mse", 0.8))
            for seed in range(6)
            for cell in [record(method, 40, seed, level + seed / 1000)]
        ]

    assert judge(claim, results_frame(cells("net")), "debate")["verdict"] == "reproduced"
    answer = part_of(judge(claim, results_frame(cells("net", "other")), "debate"), "part")
    assert answer["outcome"] == "open"
    assert "cosine was run with several of method (net, other)" in answer["reason"]
