"""Which trials there are, which survive, and what a search space may say."""

from __future__ import annotations

import pytest

from benchmarks.grid.errors import RequestError
from benchmarks.grid.search import checked_space, settings, with_settings
from benchmarks.grid.tuning import Study, check

METHOD = {"name": "m", "optimizer": {"lr": 0.1, "momentum": 0.9}, "batch_size": 8, "epochs": 40}
SPACE = {"optimizer.lr": {"low": 1e-4, "high": 1.0, "log": True}, "batch_size": [8, 16]}
PROTOCOL = {"name": "tuned", "says": "-", "trials": 8, "validation": 0.2}
PROTOCOL |= {"rungs": [0.25, 1], "keep": 0.25}


def study(**protocol):
    config = {"method": METHOD, "search": SPACE, "protocol": {**PROTOCOL, **protocol}}
    return Study({**config, "split_seed": 0, "init_seed": 5, "dataset": {}})


def test_the_first_trial_is_the_methods_own_file_and_more_trials_begin_alike():
    few, many = (settings(SPACE, METHOD, count, seed=3) for count in (4, 9))
    assert few[0] == {"optimizer.lr": 0.1, "batch_size": 8}
    assert many[:4] == few
    assert len({str(each) for each in many}) == 9
    assert all(1e-4 <= each["optimizer.lr"] <= 1 for each in many)


def test_settings_are_tried_once_and_a_list_has_only_so_many():
    few = settings({"batch_size": [8, 16, 32]}, METHOD, count=12, seed=0)
    assert sorted(each["batch_size"] for each in few) == [8, 16, 32]


def test_settings_do_not_depend_on_the_order_of_the_fields():
    turned = dict(reversed(SPACE.items()))
    assert settings(turned, METHOD, 5, seed=1) == settings(SPACE, METHOD, 5, seed=1)


def test_settings_change_nothing_but_their_fields():
    tuned = with_settings(METHOD, {"optimizer.lr": 0.5, "batch_size": 16})
    assert tuned == {**METHOD, "optimizer": {"lr": 0.5, "momentum": 0.9}, "batch_size": 16}
    assert METHOD["optimizer"]["lr"] == 0.1


def test_the_best_of_each_rung_go_on_and_of_equals_the_earlier():
    scores = {(0, number): 0.5 for number in range(8)} | {(0, 6): 0.9, (0, 3): 0.5}
    scores |= {(1, 6): 0.7, (1, 0): 0.7}

    def score_of(each):
        return scores.get((each.configs[0]["protocol"]["rung"], each.number))

    tries, winner = study().walk(score_of)
    rungs = [(each.configs[0]["protocol"]["rung"], each.number) for each in tries]
    assert rungs == [(0, number) for number in range(8)] + [(1, 6), (1, 0)]
    assert winner == 0  # equal to 6, and tried earlier


def test_a_rung_is_decided_when_all_of_it_is_scored():
    tries, winner = study().walk(lambda each: None if each.number == 7 else 0.5)
    assert (len(tries), winner) == (8, None)
    assert len(list(study().later(8))) == 2


def test_trials_of_every_rung_have_their_share_of_the_epochs_and_one_seed():
    first, last = study().rung(0, [1])[0], study().rung(1, [1])[0]
    assert [each.configs[0]["method"]["epochs"] for each in (first, last)] == [10, 40]
    assert {each.configs[0]["init_seed"] for each in (first, last)} == {0}


def test_folds_are_cells_of_their_own():
    configs = study(validation=5).rung(0, [0])[0].configs
    assert [config["protocol"]["fold"] for config in configs] == [0, 1, 2, 3, 4]


def test_a_method_without_epochs_has_one_rung():
    found = study()
    found.config = {**found.config, "method": {k: v for k, v in METHOD.items() if k != "epochs"}}
    assert found.sizes() == [8]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"trials": 0}, "protocol.trials=0: a whole number from 1 up"),
        ({"trials": 2.5}, "protocol.trials=2.5"),
        ({"validation": 1}, "protocol.validation=1: a share"),
        ({"validation": 1.0}, "protocol.validation=1.0: a share"),
        ({"validation": 0}, "protocol.validation=0: a share"),
        ({"keep": 1}, "protocol.keep=1: a share between 0 and 1"),
        ({"rungs": [0.5]}, "protocol.rungs=.*: rising shares of the epochs, the last one 1"),
        ({"rungs": [1, 0.5]}, "protocol.rungs="),
        ({"trails": 3}, "protocol.trails=3: did you mean trials?"),
    ],
)
def test_a_budget_that_cannot_be_is_refused(change, told):
    with pytest.raises(RequestError, match=told):
        check({**PROTOCOL, **change})


@pytest.mark.parametrize(
    ("space", "told"),
    [
        (None, "method.search=missing: m declares nothing to search"),
        ({"optimiser.lr": [1, 2]}, "m has no such field; did you mean optimizer.lr?"),
        ({"epochs": [10, 20]}, "method.search.epochs=.*: m has no such field"),
        ({"name": ["a", "b"]}, "method.search.name=.*: m has no such field"),
        ({"batch_size": [8]}, "method.search.batch_size=.*: a list of two values or more"),
        ({"optimizer.lr": {"low": 1}}, "a range with low and high"),
        ({"optimizer.lr": {"low": 2, "high": 1}}, "low below high"),
        ({"optimizer.lr": {"low": 0, "high": 1, "log": True}}, "above 0 where log is true"),
        ({"optimizer.lr": {"low": 1, "high": 2, "lag": True}}, "did you mean log?"),
    ],
)
def test_a_space_that_makes_no_sense_is_refused(space, told):
    with pytest.raises(RequestError, match=told):
        checked_space({**METHOD, "search": space})
