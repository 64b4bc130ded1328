"""Do intervals contain the truth and tests spare it, where the truth is known?

The long form, with every figure, is `python -m tests.evidence.calibration`.
"""

import numpy as np
import pytest

from benchmarks.evidence.statistics import (
    accuracy_interval,
    difference_interval,
    hierarchical_bootstrap,
    mean_interval,
    sign_flip_test,
    unseen_share,
)
from tests.evidence import calibration
from tests.evidence.calibration_levels import WITHOUT_SAMPLES, over_levels
from tests.evidence.calibration_measures import (
    TESTS,
    measured,
    planned,
    power,
    standard_error,
    wrong_rejections,
)
from tests.evidence.calibration_methods import STUDENT
from tests.evidence.calibration_scenarios import DIFFERENCES, MEANS, PAIRS

SETS, SEED, WANTED, LEVEL = 3000, 1, 0.93, 0.95
# Some 100 shares are compared: by chance one is beyond this in one of 50 choices of the seed.
ERRORS = 3.5
NOISE = ERRORS * standard_error(SETS)
OPEN = [one for one in DIFFERENCES if not one.blind]
SYMMETRIC = [one for one in OPEN if not one.name.startswith("top, lower")]
BLIND = [one for one in DIFFERENCES if one.blind]
OPEN_MEANS = [one for one in MEANS if not one.blind]
BLIND_MEANS = [one for one in MEANS if one.blind]
name_of = {"ids": lambda value: getattr(value, "name", str(value))}


def coverage(interval, distribution, pairs, sets=SETS):
    return measured("", lambda values, number: interval(values), distribution, pairs, sets, SEED)


@pytest.mark.parametrize("distribution", OPEN, **name_of)
@pytest.mark.parametrize("pairs", PAIRS)
def test_intervals_of_differences_contain_the_truth_as_often_as_asked(distribution, pairs):
    found = coverage(difference_interval, distribution, pairs)
    assert found.coverage >= WANTED
    assert found.error <= 1 - WANTED


@pytest.mark.parametrize("distribution", OPEN_MEANS, **name_of)
@pytest.mark.parametrize("pairs", PAIRS)
def test_intervals_of_one_arm_contain_the_truth_as_often_as_asked(distribution, pairs):
    assert coverage(accuracy_interval, distribution, pairs).coverage >= WANTED


@pytest.mark.parametrize("pairs", PAIRS)
def test_normal_differences_cost_students_interval_little(pairs):
    plain = coverage(mean_interval, OPEN[0], pairs)
    widened = coverage(difference_interval, OPEN[0], pairs)
    assert abs(plain.coverage - LEVEL) < NOISE
    assert widened.width / plain.width < {5: 1.3, 10: 1.12, 20: 1.06, 50: 1.03}[pairs]


@pytest.mark.parametrize(
    ("interval", "distribution"),
    [(difference_interval, BLIND[1]), (accuracy_interval, BLIND_MEANS[1])],
)
def test_no_interval_knows_of_bad_draws_that_were_not_drawn(interval, distribution):
    """What docs/statistics.md warns of: this is a limit of the draws, not of the formula."""
    few, many = coverage(interval, distribution, 5, 500), coverage(interval, distribution, 50, 500)
    assert few.coverage < 0.7 < many.coverage


def test_where_bad_draws_may_be_missing_the_interval_of_one_arm_says_so():
    for distribution in BLIND_MEANS:
        sets = distribution.values(200, 5, SEED)
        assert all(accuracy_interval(values).caveat for values in sets)
        assert unseen_share(5) > 0.4


@pytest.mark.parametrize("distribution", SYMMETRIC, **name_of)
@pytest.mark.parametrize("name", TESTS)
def test_tests_reject_the_truth_no_more_often_than_stated(name, distribution):
    """Of equal arms and of normal differences; docs/calibration.md has the skewed ones."""
    share = wrong_rejections(TESTS[name], distribution, 10, 1000, SEED)
    assert share <= 1 - LEVEL + ERRORS * standard_error(1000)


@pytest.mark.parametrize("pairs", [6, 30])
def test_the_sign_flip_test_of_two_equal_arms_rejects_one_in_twenty_at_most(pairs):
    ceiling = OPEN[2].values(1000, pairs, SEED)
    rejected = np.mean(
        [sign_flip_test(values, permutations=999) <= 1 - LEVEL for values in ceiling]
    )
    assert rejected <= 1 - LEVEL + ERRORS * standard_error(1000)


@pytest.mark.parametrize("pairs", [10, 20])
def test_the_studentised_bootstrap_of_normal_values_keeps_its_level(pairs):
    def interval(values):
        return hierarchical_bootstrap(dict(enumerate(values[:, None])), resamples=500)

    assert coverage(interval, OPEN[0], pairs, 400).coverage >= LEVEL - ERRORS * standard_error(400)


def test_the_test_sample_level_is_needed_for_one_arm_on_few_shared_test_samples():
    found = {one.method: one for one in over_levels(20, False, 100, SEED, 300)}
    full = found["studentised, draws, runs and samples"]
    assert full.coverage > 0.9 > found[WITHOUT_SAMPLES].coverage
    assert full.width > found[WITHOUT_SAMPLES].width


@pytest.mark.parametrize(("effect", "wanted"), [(0.5, 0.5), (0.5, 0.8), (1.0, 0.8)])
def test_as_many_pairs_as_said_find_the_difference_about_as_often_as_said(effect, wanted):
    found = power(STUDENT, effect, planned(effect, wanted), 1500, SEED)
    assert found == pytest.approx(wanted, abs=0.03 + ERRORS * standard_error(1500, wanted))


def test_the_long_form_writes_the_same_page_and_figure_again(tmp_path):
    words = ["sets=2", "slow=1"]
    for name in ("one", "other"):
        assert calibration.main([*words, f"folder={tmp_path / name}"]) == 0
    for file in ("calibration.md", "calibration.png"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "other" / file).read_bytes()


def test_the_long_form_refuses_words_that_it_does_not_know(capsys):
    assert calibration.main(["simulations=5"]) == 2
    assert "unknown: simulations" in capsys.readouterr().out
