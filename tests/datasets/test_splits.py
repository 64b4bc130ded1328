from collections import Counter

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from datasets.errors import WrongOption
from datasets.samples import Samples
from datasets.splits import Sampling

PUBLISHED = ("leek", "beam", "official")


def samples_of(labels, official_train=None):
    labels = np.asarray(labels, dtype=np.int64)
    names = tuple(str(k) for k in range(labels.max() + 1))
    images = np.arange(len(labels), dtype=np.uint8).reshape(-1, 1, 1, 1)
    return Samples(images, labels, names, peak=255.0, official_train=official_train)


TWENTY = samples_of([0, 1] * 10)
PARTED = samples_of([0, 1] * 10, official_train=13)

seeds = st.integers(0, 2**64 - 1)


@st.composite
def any_samples(draw):
    labels = draw(st.lists(st.integers(0, 3), min_size=10, max_size=60))
    official = draw(st.integers(5, len(labels) - 1))
    return samples_of(labels, official)


def pool_of(samples, partition, seed):
    """The pool, seen from outside: all that a draw of every size can reach."""
    reached = set()
    for size in range(1, len(samples) + 1):
        try:
            reached |= set(Sampling(size, partition).split(samples, seed, 0).train.tolist())
        except WrongOption:
            break
    return reached


@given(any_samples(), st.sampled_from(PUBLISHED), st.booleans(), st.data(), seeds, seeds)
def test_train_and_test_are_disjoint_and_of_the_asked_size(
    samples, partition, replacement, data, partition_seed, draw_seed
):
    official = samples.official_train
    pool = official - official // 5 if partition == "leek" else official
    size = data.draw(st.integers(1, 100 if replacement else pool))
    sampling = Sampling(size, partition, replacement=replacement)
    drawn = sampling.split(samples, partition_seed, draw_seed)
    assert drawn.train.dtype == drawn.test.dtype == np.int64
    assert len(drawn.train) == size
    assert not set(drawn.train) & set(drawn.test)
    assert drawn.train.max() < official
    assert replacement or len(set(drawn.train)) == size


@given(any_samples(), st.sampled_from(PUBLISHED), seeds, seeds)
def test_equal_seeds_draw_equal_splits(samples, partition, partition_seed, draw_seed):
    sampling = Sampling(4, partition)
    first = sampling.split(samples, partition_seed, draw_seed)
    second = sampling.split(samples, partition_seed, draw_seed)
    np.testing.assert_array_equal(first.train, second.train)
    np.testing.assert_array_equal(first.test, second.test)
    assert first.fingerprint(samples) == second.fingerprint(samples)


@given(any_samples(), st.data(), seeds, seeds)
def test_stratified_draws_keep_each_class_share_within_one_sample(
    samples, data, partition_seed, draw_seed
):
    pool = sorted(pool_of(samples, "leek", partition_seed))
    size = data.draw(st.integers(1, len(pool)))
    sampling = Sampling(size, stratified=True)
    train = sampling.split(samples, partition_seed, draw_seed).train
    drawn = Counter(samples.labels[train].tolist())
    assert len(train) == len(set(train)) == size
    assert set(train) <= set(pool)
    for label, count in Counter(samples.labels[pool].tolist()).items():
        assert abs(drawn[label] - size * count / len(pool)) < 1


@given(any_samples(), st.booleans(), st.data(), seeds)
def test_per_class_draws_the_asked_number_of_each_class(samples, replacement, data, draw_seed):
    counts = np.bincount(samples.labels[: samples.official_train], minlength=samples.classes)
    assume(counts.min() > 0)
    size = data.draw(st.integers(1, int(counts.min())))
    sampling = Sampling(size, "official", per_class=True, replacement=replacement)
    train = sampling.split(samples, 0, draw_seed).train
    assert np.bincount(samples.labels[train]).tolist() == [size] * samples.classes


def test_the_drawing_is_pinned():
    def drawn(partition="leek", samples=TWENTY, **options):
        split = Sampling(4, partition, **options).split(samples, 3, 5)
        return split.train.tolist(), split.test.tolist()

    assert drawn() == ([1, 12, 9, 11], [13, 14, 17, 19])
    assert drawn(replacement=True) == ([16, 10, 10, 9], [13, 14, 17, 19])
    assert drawn(stratified=True) == ([2, 0, 7, 1], [13, 14, 17, 19])
    assert drawn(per_class=True) == ([2, 0, 12, 18, 7, 1, 5, 9], [13, 14, 17, 19])
    assert drawn("beam", PARTED) == ([1, 12, 9, 11], [16, 17, 18, 19])


def test_leek_tests_on_a_fifth_drawn_anew_by_the_partition_seed():
    tests = [Sampling(4).split(TWENTY, seed, 0).test.tolist() for seed in range(5)]
    assert {len(test) for test in tests} == {4}
    assert len({tuple(test) for test in tests}) > 1


def test_leek_leaves_the_official_test_part_alone():
    reached = pool_of(PARTED, "leek", 0) | set(Sampling(1).split(PARTED, 0, 0).test.tolist())
    assert reached == set(range(13))


def test_the_draw_seed_changes_the_train_samples_but_not_the_test_samples():
    first, second = (Sampling(8).split(TWENTY, 0, seed) for seed in (0, 1))
    assert first.train.tolist() != second.train.tolist()
    assert first.test.tolist() == second.test.tolist()


@pytest.mark.parametrize("partition", ["beam", "official"])
def test_official_parts_do_not_depend_on_the_partition_seed(partition):
    first, second = (Sampling(8, partition).split(PARTED, seed, 0) for seed in (0, 1))
    assert first.train.tolist() == second.train.tolist()
    assert first.test.tolist() == second.test.tolist()


def test_official_tests_on_the_test_part_and_beam_on_its_second_half():
    assert Sampling(1, "official").split(PARTED, 0, 0).test.tolist() == list(range(13, 20))
    assert Sampling(1, "beam").split(PARTED, 0, 0).test.tolist() == [16, 17, 18, 19]
    assert pool_of(PARTED, "official", 0) == pool_of(PARTED, "beam", 0) == set(range(13))


def test_equal_partition_and_draw_seeds_give_unrelated_streams():
    """With one stream for both, the draw would follow the order that cut off the test part."""
    samples = samples_of([0, 1] * 100, official_train=199)
    first_drawn = {int(Sampling(1).split(samples, s, s).train[0]) for s in range(50)}
    assert len(first_drawn) > 25


def test_every_pool_sample_is_drawn_about_equally_often():
    for replacement in (False, True):
        sampling = Sampling(5, "official", replacement=replacement)
        draws = [sampling.split(PARTED, 0, seed).train for seed in range(2000)]
        counts = np.bincount(np.concatenate(draws), minlength=13)
        expected = 2000 * 5 / 13
        assert np.abs(counts - expected).max() < 5 * np.sqrt(expected)


def test_only_draws_with_replacement_repeat_samples_and_may_exceed_the_pool():
    train = Sampling(50, replacement=True).split(TWENTY, 0, 0).train
    assert len(train) == 50
    assert len(set(train)) <= 16


def test_a_smaller_draw_is_a_prefix_of_a_larger_one():
    small, large = (Sampling(size).split(TWENTY, 0, 0).train.tolist() for size in (5, 12))
    assert large[:5] == small


def test_the_split_fingerprint_covers_samples_train_and_test():
    split = Sampling(4).split(TWENTY, 0, 0)
    others = [
        Sampling(4).split(TWENTY, 0, 1).fingerprint(TWENTY),
        Sampling(4).split(TWENTY, 1, 0).fingerprint(TWENTY),
        split.fingerprint(samples_of([1, 0] * 10)),
    ]
    assert split.fingerprint(TWENTY) not in others


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"train_size": 0}, "train_size"),
        ({"train_size": -3}, "train_size"),
        ({"train_size": True}, "train_size"),
        ({"train_size": 10.0}, "train_size"),
        ({"train_size": "10"}, "train_size"),
        ({"partition": "leak"}, "partition"),
        ({"per_class": 1}, "per_class"),
        ({"replacement": "no"}, "replacement"),
        ({"stratified": None}, "stratified"),
        ({"stratified": True, "per_class": True}, "stratified"),
    ],
)
def test_values_that_make_no_sense_are_refused(options, field):
    with pytest.raises(WrongOption) as caught:
        Sampling(**{"train_size": 4, **options})
    assert caught.value.field == f"dataset.{field}"
    assert caught.value.value == options[field]
    assert caught.value.remedy


@pytest.mark.parametrize("partition", ["beam", "official"])
def test_official_partitions_need_an_official_split(partition):
    with pytest.raises(WrongOption, match=f"dataset.partition={partition}: .*choose leek"):
        Sampling(4, partition).split(TWENTY, 0, 0)


@pytest.mark.parametrize("stratified", [False, True])
def test_more_samples_than_the_pool_has_are_refused_with_its_size(stratified):
    Sampling(16, stratified=stratified).split(TWENTY, 0, 0)
    with pytest.raises(WrongOption, match=r"dataset.train_size=17: the pool .* has 16 samples"):
        Sampling(17, stratified=stratified).split(TWENTY, 0, 0)


def test_more_samples_than_a_class_has_are_refused_with_its_size():
    samples = samples_of([0] * 10 + [1] * 3 + [0, 1], official_train=13)
    Sampling(3, "official", per_class=True).split(samples, 0, 0)
    with pytest.raises(WrongOption, match=r"dataset.train_size=4: class 1 .* has 3 samples"):
        Sampling(4, "official", per_class=True).split(samples, 0, 0)


@pytest.mark.parametrize("replacement", [False, True])
def test_a_class_that_the_pool_lacks_cannot_be_drawn(replacement):
    samples = samples_of([0, 0, 0, 1], official_train=3)
    sampling = Sampling(1, "official", per_class=True, replacement=replacement)
    with pytest.raises(WrongOption, match="class 1 in the pool has no samples"):
        sampling.split(samples, 0, 0)


def test_samples_too_few_to_leave_a_test_part_are_refused():
    with pytest.raises(WrongOption, match=r"dataset.partition=leek: 4 samples leave none to test"):
        Sampling(1).split(samples_of([0, 1, 0, 1]), 0, 0)
