"""The shipped claims: complete, each decidable both ways, and honest about what was not run."""

import re
from pathlib import Path

import pandas as pd
import pytest
import yaml

from benchmarks.evidence.claims.expectations import SHARES
from benchmarks.evidence.claims.files import read_claims
from benchmarks.evidence.claims.verdicts import judge, judge_best
from benchmarks.evidence.results import results_frame
from benchmarks.grid.block import parse_block
from benchmarks.records import holdings

PROJECT = Path(__file__).parents[2]
FILES = sorted((PROJECT / "conf" / "claim").glob("*.yaml"))
PUBLISHED = PROJECT / "results" / "published"
CLAIMS = {claim.id: claim for claim in read_claims(FILES)}
CITED = {"hall2020", "khalifa2020", "he2019", "kats2018", "altae-tran2017"}
TESTED = {
    *("leek", "logistic", "beam"),
    *("minima", "convex"),
    *("head-size", "half-time", "distant", "reviews-72"),
    *("bigcats", "relevant-only", "shortcut", "cifar-plus"),
    *("cosine", "semantics", "curve", "pretrained", "tuned"),
    *("smote", "smote-limit", "autoencoder"),
}
NUMBER_WORDS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}
# From the root or the home folder, on a drive or in the net, or told as a folder of somebody's own.
PRIVATE = re.compile(
    r"(^|\s)[/~][\w/]|\b[A-Z]:\\|://|www\.|\.\./|@|\b(?=\w*\d)(?=\w*[A-Z])\w{20,}\b"
)


def to_test():
    return [CLAIMS[name] for name in sorted(TESTED)]


def deciding(claim):
    """Those of its own data set; parts of a substitute ask the same of other arms."""
    return [part for part in claim.on(claim.datasets[0]).parts if part.deciding]


def test_every_claim_of_the_registry_has_its_file_named_as_its_id():
    assert {file.stem for file in FILES} == set(CLAIMS) == CITED | TESTED


def test_claims_that_are_only_cited_say_why_and_carry_source_numbers_and_counter_evidence():
    assert {claim.id for claim in CLAIMS.values() if claim.cited} == CITED
    for name in CITED:
        claim = CLAIMS[name]
        assert len(claim.cited.split()) >= 5
        assert not claim.cited.endswith(".")
        assert claim.source.where
        assert claim.published.numbers
        assert claim.counter, "or that none is known"


def test_what_is_known_of_the_covid_studies_stands_beside_them():
    for name in ("hall2020", "khalifa2020"):
        text = " ".join(CLAIMS[name].counter)
        assert "Roberts et al. 2021" in text
        assert "DeGrave et al. 2021" in text


@pytest.mark.parametrize("claim", to_test(), ids=lambda claim: claim.id)
def test_the_rule_says_what_the_deciding_parts_ask(claim):
    for word in ("Reproduced if", "Contradicted if", "Otherwise inconclusive", "95 %"):
        assert word in claim.rule
    parts = deciding(claim)
    corrected = len(parts) > 1 or any(part.over == "each" for part in parts)
    assert ("Bonferroni" in claim.rule) == corrected
    if len(parts) > 1:
        assert f"{NUMBER_WORDS[len(parts)]} deciding parts" in claim.rule
    assert ("number of sizes" in claim.rule) == any(part.over == "each" for part in parts)
    for part in parts:
        assert bound_in_words(part) in claim.rule
        averaged = part.over == "mean" and part.train_size.equals is None
        assert "averaged over" in claim.rule or not averaged or part.kind == "mean_of"


def bound_in_words(part):
    """`above 0`, `10 points`, `99 %`, or the plain number, as a rule tells it."""
    bound = part.expect.bound
    if bound == 0:
        return "0"
    if part.metric not in SHARES or part.kind == "ratio":
        return f"{bound:,g}"
    return f"{100 * bound:g} {'%' if part.kind == 'mean_of' else 'point'}"


def test_a_bound_that_decides_is_called_ours_unless_the_source_names_it():
    for claim in to_test():
        ours = any(part.expect.bound != 0 for part in deciding(claim)) and claim.id != "half-time"
        called = any(re.search(r"\bours?\b", caveat) for caveat in claim.caveats)
        assert called or not ours, claim.id


def test_every_claim_has_caveats():
    assert all(claim.caveats for claim in CLAIMS.values())


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=lambda claim: claim.id)
def test_published_numbers_are_shares_and_name_arms_of_the_claim(claim):
    arms = {str(arm) for part in claim.parts for arm in part.arms}
    points = claim.published.points if claim.published else {}
    assert set(points) <= arms
    for part in claim.parts:
        if part.published is not None and part.metric in SHARES:
            lowest = 0 if part.kind == "mean_of" else -1
            assert lowest <= part.published <= 1
    for text in claim.published.numbers if claim.published else ():
        assert all(float(number) <= 100 for number in re.findall(r"([\d.]+) %", text))


@pytest.mark.parametrize(
    ("claim_id", "part_id", "effect"),
    [
        ("cosine", "gains_ten_points", 0.676 - 0.519),
        ("cosine", "combined_gains_ten_points", 0.680 - 0.519),
        ("curve", "cosine_at_each_size", (0.041 + 0.080 + 0.162 + 0.156) / 4),
        ("tuned", "no_worse_than_cosine", 0.7079 - 0.6694),
        ("bigcats", "augmentation_gains", 0.945 - 0.76),
    ],
)
def test_the_published_effect_of_a_part_is_that_of_the_source(claim_id, part_id, effect):
    verdict = judge(CLAIMS[claim_id], results_frame([]), "none")
    (part,) = (part for part in verdict["parts"] if part["id"] == part_id)
    assert part["published"] == pytest.approx(effect)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_file_names_a_private_place(file):
    found = [line for line in file.read_text(encoding="utf-8").splitlines() if PRIVATE.search(line)]
    assert found == []


def test_without_results_a_claim_is_not_run_and_names_the_benchmarks_to_run():
    for claim in to_test():
        verdict = judge_best(claim, {})
        assert verdict["verdict"] == "not-run"
        assert verdict["reason"] == f"no results of {' or '.join(claim.benchmarks)}"
        assert (verdict["effect"], verdict["p"], verdict["pairs"]) == (None, None, 0)


def test_results_of_other_benchmarks_say_nothing_of_a_claim():
    held = holdings.read_published(PUBLISHED, "quickstart")
    frames = {"quickstart": results_frame(held.records)}
    answered = {
        claim.id for claim in to_test() if judge_best(claim, frames)["verdict"] != "not-run"
    }
    assert answered == {"leek", "logistic", "beam"}


def split_seeds(benchmark):
    """The most that a block of the benchmark's file has."""
    written = yaml.safe_load((PROJECT / "conf" / "benchmark" / f"{benchmark}.yaml").read_text())
    return max(len(parse_block(block).column("split_seed")) for block in written["grid"])


@pytest.mark.parametrize("claim", to_test(), ids=lambda claim: claim.id)
def test_every_benchmark_of_a_claim_has_draws_to_give_an_interval(claim):
    """Those for a GPU once had several initialisations of one draw, and could decide nothing."""
    few = {name: found for name in claim.benchmarks if (found := split_seeds(name)) < 3}
    assert not few


@pytest.mark.parametrize("claim", to_test(), ids=lambda claim: claim.id)
def test_every_part_can_hold_and_can_fail(claim):
    for part in claim.parts:
        deciding_part = part.model_copy(update={"deciding": True})
        spoken_of = part.datasets or claim.datasets
        alone = claim.model_copy(update={"parts": (deciding_part,), "datasets": spoken_of})
        for outcome, verdict in (("holds", "reproduced"), ("fails", "contradicted")):
            answer = judge(alone, made_up(alone, levels(part, outcome)), "made up")
            assert (answer["verdict"], part.id) == (verdict, part.id)


def levels(part, outcome):
    """One value per arm so that the part's effect is clearly beyond its bound, or short of it."""
    expect, favours = part.expect, outcome == "holds"
    if expect.within is not None:
        effect = 0.0 if favours else 2 * expect.bound
    else:
        side = 1 if expect.upward == favours else -1
        bound = expect.bound if favours else part.failing
        effect = bound * 2.0**side if scaled(part) else bound + 0.004 * side
    return {
        "contrast": [0.5 + effect, 0.5],
        "interaction": [0.5 + effect, 0.5, 0.5, 0.5],
        "ratio": [effect, 1.0],
        "mean_of": [effect],
        "spread_of": [max(effect, 0.0)],
    }[part.kind]


def scaled(part):
    return part.kind == "ratio" or (part.kind == "mean_of" and part.metric not in SHARES)


def made_up(claim, values):
    """Fictitious cells of a claim's only part: ten draws around the given value of each arm.

    For a spread the value is the distance of two initialisations from their mean.
    """
    (part,) = claim.parts
    sizes = [size for size in claim.sizes or (50, 60) if part.train_size.contains(size)]
    spread = part.kind == "spread_of"
    rows = []
    for arm, value in zip(part.arms, values, strict=True):
        for size in sizes:
            for seed in range(10):
                noise = 0 if spread else value * 1e-4 * ((seed + len(rows)) % 3 - 1)
                for init_seed, side in enumerate((-1, 1) if spread else (0,)):
                    found = 0.5 + side * value / 2**0.5 if spread else value + noise
                    rows.append(
                        {
                            "dataset": claim.datasets[0],
                            "protocol": arm.protocol or claim.protocol,
                            "method": arm.method or "any_network",
                            "backbone": arm.backbone or "",
                            "loss": arm.loss or "",
                            "augmentation": arm.augmentation or "none",
                            "resampling": arm.resampling or "none",
                            "variant": arm.variant or "",
                            "train_size": size,
                            "split_seed": seed,
                            "init_seed": init_seed,
                            "train_accuracy": 1.0,
                            part.metric: found,
                        }
                    )
    return pd.DataFrame(rows)
