import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datasets.errors import WrongOption
from datasets.samples import Samples
from datasets.splits import Sampling

seeds = st.integers(0, 2**32 - 1)


def samples_of(counts, official_train=None):
    labels = np.repeat(np.arange(len(counts)), counts)
    names = tuple(f"class{k}" for k in range(len(counts)))
    images = np.zeros((len(labels), 1, 1, 1), dtype=np.uint8)
    return Samples(images, labels, names, peak=255.0, official_train=official_train)


class_counts = st.lists(st.integers(4, 20), min_size=2, max_size=5)


@settings(max_examples=40)
@given(class_counts, st.integers(2, 4), seeds)
def test_the_folds_of_one_repetition_test_every_sample_once(counts, folds, seed):
    samples = samples_of(counts)
    sampling = Sampling(None, "folds", folds=folds)
    tested = [sampling.split(samples, seed, 0, fold).test for fold in range(folds)]
    assert sorted(np.concatenate(tested)) == list(range(len(samples)))


@settings(max_examples=40)
@given(class_counts, st.integers(2, 4), seeds)
def test_folds_and_their_classes_differ_by_one_sample_at_most(counts, folds, seed):
    samples = samples_of(counts)
    sampling = Sampling(None, "folds", folds=folds)
    tested = [sampling.split(samples, seed, 0, fold).test for fold in range(folds)]
    by_class = [np.bincount(samples.labels[test], minlength=len(counts)) for test in tested]
    assert np.ptp([len(test) for test in tested]) <= 1
    assert (np.ptp(by_class, axis=0) <= 1).all()


@settings(max_examples=40)
@given(class_counts, st.sampled_from([0.1, 0.2, 0.5]), seeds)
def test_a_stratified_partition_tests_the_share_of_every_class(counts, share, seed):
    samples = samples_of(counts)
    split = Sampling(None, "stratified", test_share=share).split(samples, seed, 0)
    tested = np.bincount(samples.labels[split.test], minlength=len(counts))
    assert tested.tolist() == [max(1, round(share * count)) for count in counts]
    assert sorted([*split.train, *split.test]) == list(range(len(samples)))


def test_a_stratified_partition_deals_official_parts_anew():
    samples = samples_of([10, 10], official_train=10)
    tests = {
        tuple(Sampling(None, "stratified", test_share=0.5).split(samples, seed, 0).test)
        for seed in range(5)
    }
    assert len(tests) == 5


def test_the_whole_pool_is_what_every_fold_leaves():
    samples = samples_of([5, 6])
    assert Sampling(None, "folds", folds=3).resolved(samples).train_size == 11 - 4
    assert Sampling(None, "leek").resolved(samples).train_size == 11 - 2


def test_a_share_of_the_pool_is_a_number_of_samples():
    samples = samples_of([10, 10])
    assert Sampling(0.5, "folds", folds=5).resolved(samples).train_size == 8
    assert Sampling(0.25, "folds", folds=5).split(samples, 0, 0).train.shape == (4,)


def test_without_a_choice_the_official_split_is_taken_where_there_is_one_else_folds():
    assert Sampling(None, None).resolved(samples_of([6, 6])).partition == "folds"
    assert Sampling(None, None).resolved(samples_of([6, 6], 8)).partition == "official"


def test_seeds_number_the_folds_of_one_repetition_after_another():
    sampling = Sampling(None, "folds", folds=3)
    places = [sampling.repetition_and_fold(seed) for seed in range(5)]
    assert places == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1)]
    assert Sampling(1, "leek").repetition_and_fold(4) == (4, 0)


def test_only_the_fields_of_the_partition_are_stated():
    assert "folds" not in Sampling(1, "leek").stated()
    assert "test_share" not in Sampling(1, "folds").stated()
    assert Sampling(1, "folds").stated()["folds"] == 5


@pytest.mark.parametrize(
    ("sampling", "counts", "told"),
    [
        (Sampling(None, "folds", folds=5), [9, 4], "dataset.folds=5: class class1 has 4 samples, "),
        (Sampling(None, "stratified"), [9, 1], "dataset.test_share=0.2: class class1 has 1 sample"),
        (Sampling(None, "official"), [9, 9], "no official split here; choose leek, stratified"),
    ],
)
def test_classes_too_small_for_a_partition_are_refused_by_name(sampling, counts, told):
    with pytest.raises(WrongOption, match=told):
        sampling.split(samples_of(counts), 0, 0)


@pytest.mark.parametrize(
    ("sampling", "counts", "remedy"),
    [
        (Sampling(None, "folds", folds=5), [9, 4, 3], "give dataset.folds=3 or fewer, add samples"),
        (Sampling(None, "folds", folds=5), [9, 2], "give dataset.folds=2, add samples, or leave"),
        (
            Sampling(None, "folds", folds=5),
            [9, 1],
            r"\(2 folds need 2\); add samples, or leave the",
        ),
        (Sampling(None, "stratified"), [9, 1], "left to train on; add samples, or leave the class"),
        (Sampling(None, "stratified", test_share=0.9), [9, 4], "give a smaller dataset.test_share"),
    ],
)
def test_the_remedy_for_a_small_class_is_one_that_helps(sampling, counts, remedy):
    """Regression: of a class with one sample, one fold was to be asked for, which is refused."""
    with pytest.raises(WrongOption, match=remedy):
        sampling.split(samples_of(counts), 0, 0)


def test_as_many_folds_as_the_smallest_class_has_samples_are_possible():
    for least in (2, 3):
        samples = samples_of([9, least])
        for fold in range(least):
            assert len(Sampling(None, "folds", folds=least).split(samples, 0, 0, fold).test)


@pytest.mark.parametrize("options", [{"folds": 1}, {"folds": 2.5}, {"test_share": 1.0}])
def test_shares_and_folds_that_make_no_sense_are_refused(options):
    with pytest.raises(WrongOption, match=f"dataset.{next(iter(options))}="):
        Sampling(1, "folds", **options)
