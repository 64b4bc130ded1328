"""Seeds are derived by the name of their axis."""

from __future__ import annotations

from benchmarks.grid import data, seeds

DIGITS = {
    "_target_": "datasets.digits.Digits",
    "name": "digits01",
    "classes": [0, 1],
    "partition": "leek",
    "train_size": 20,
    "per_class": False,
    "replacement": False,
    "stratified": False,
}


def test_every_axis_and_value_has_a_seed_of_its_own():
    drawn = [
        derived
        for seed in range(50)
        for derived in (
            seeds.partition_seed(seed),
            seeds.draw_seed(seed, 10),
            seeds.draw_seed(seed, 80),
            seeds.fit_seed(seed, 0),
            seeds.fit_seed(seed, 1),
            seeds.order_seed(seed, 0),
        )
    ]
    assert len(set(drawn)) == len(drawn)


def test_seeds_never_change_between_versions():
    assert seeds.partition_seed(0) == 812518033
    assert seeds.fit_seed(3, 1) == 270558352


def test_one_split_seed_tests_every_train_size_on_the_same_samples():
    small, large = (data.split({**DIGITS, "train_size": n}, 4) for n in (10, 80))
    assert small.test.tolist() == large.test.tolist()
    assert small.train.tolist() != large.train[:10].tolist()


def test_train_and_test_samples_never_overlap():
    for seed in range(20):
        split = data.split(DIGITS, seed)
        assert not set(split.train) & set(split.test)
