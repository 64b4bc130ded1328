"""What every split keeps: parts without a common sample, exact sizes, the shares of the classes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from datasets.errors import WrongOption
from datasets.partitions import PARTITIONS
from datasets.samples import Samples
from datasets.splits import Sampling
from datasets.validation import held_out
from tests.hardening.fuzzing import fuzzed

SEEDS = st.integers(0, 2**32 - 1)


@st.composite
def samples(draw):
    """Some classes of at least ten samples each, in any order, with an official train part."""
    counts = draw(st.lists(st.integers(10, 30), min_size=2, max_size=4))
    labels = np.repeat(np.arange(len(counts)), counts)
    labels = labels[np.random.default_rng(draw(SEEDS)).permutation(len(labels))]
    images = np.arange(len(labels), dtype=np.uint8).reshape(-1, 1, 1, 1)
    names = tuple(map(str, range(len(counts))))
    return Samples(images, labels, names, peak=255.0, official_train=len(labels) * 3 // 4)


@st.composite
def samplings(draw):
    drawn = st.fixed_dictionaries(
        {
            "train_size": st.one_of(st.none(), st.integers(1, 12), st.sampled_from([0.25, 0.5])),
            "partition": st.sampled_from(PARTITIONS),
            "stratified": st.booleans(),
            "replacement": st.booleans(),
            "test_share": st.sampled_from([0.1, 0.3, 7]),
            "folds": st.integers(2, 5),
            "validation": st.sampled_from([0.0, 0.25]),
            "unlabelled": st.sampled_from([0, 3]),
        }
    )
    return Sampling(**draw(drawn))


def split(found, sampling, seed, other=0):
    """The split and the sampling that it was drawn by; a wrong option is another test's."""
    try:
        chosen = sampling.resolved(found)
        repetition, fold = chosen.repetition_and_fold(seed)
        return chosen, chosen.split(found, repetition, other, fold)
    except WrongOption:
        assume(False)


def parts(drawn):
    named = {name: getattr(drawn, name) for name in ("train", "test", "validation", "unlabelled")}
    return {name: set(part.tolist()) for name, part in named.items()}


@fuzzed
@given(samples(), samplings(), SEEDS, SEEDS)
def test_no_two_parts_have_a_sample_in_common(found, sampling, seed, other):
    _, drawn = split(found, sampling, seed, other)
    held = parts(drawn)
    names = list(held)
    for place, name in enumerate(names):
        for after in names[place + 1 :]:
            assert not held[name] & held[after], (name, after)
    assert all(0 <= index < len(found) for part in held.values() for index in part)
    assert held["test"]


@fuzzed
@given(samples(), samplings(), SEEDS, SEEDS)
def test_equal_seeds_give_equal_splits(found, sampling, seed, other):
    _, one = split(found, sampling, seed, other)
    _, again = split(found, sampling, seed, other)
    assert parts(one) == parts(again)
    assert one.train.tolist() == again.train.tolist()
    assert one.fingerprint(found) == again.fingerprint(found)


@fuzzed
@given(samples(), samplings(), SEEDS, SEEDS)
def test_the_train_part_has_the_asked_size(found, sampling, seed, other):
    chosen, drawn = split(found, sampling, seed, other)
    held = len(drawn.validation)
    assert len(drawn.train) + held == chosen.train_size or chosen.replacement
    assert len(drawn.train) <= chosen.train_size
    if not chosen.replacement:
        assert len(set(drawn.train.tolist())) == len(drawn.train)


@fuzzed
@given(samples(), st.sampled_from(["stratified", "folds"]), SEEDS)
def test_test_parts_keep_the_shares_of_the_classes(found, partition, seed):
    sampling = Sampling(None, partition, test_share=0.2, folds=5)
    _, drawn = split(found, sampling, seed)
    whole = np.bincount(found.labels, minlength=found.classes)
    tested = np.bincount(found.labels[drawn.test], minlength=found.classes)
    assert (np.abs(tested - whole / 5) <= 1).all()
    left = len(found) - len(drawn.train) - len(drawn.test)
    assert 0 <= left <= 1, "every fold trains on as many samples as the smallest pool has"


@fuzzed
@given(samples(), st.integers(0, 1000), st.integers(2, 5))
def test_the_folds_of_a_repetition_test_each_sample_once(found, repetition, folds):
    sampling = Sampling(None, "folds", folds=folds)
    seeds = range(repetition * folds, (repetition + 1) * folds)
    tested = np.concatenate([split(found, sampling, seed)[1].test for seed in seeds])
    assert sorted(tested.tolist()) == list(range(len(found)))


@fuzzed
@given(samples(), st.sampled_from([0.1, 0.25, 0.5]), SEEDS)
def test_what_is_held_out_to_choose_on_is_no_longer_trained_on(found, share, seed):
    _, drawn = split(found, Sampling(None, "official"), 0)
    train, held = held_out(found, drawn.train, share, 0, seed)
    assert not set(train.tolist()) & set(held.tolist())
    assert sorted([*train, *held]) == sorted(drawn.train)
    assert not set(held.tolist()) & set(drawn.test.tolist())


@pytest.mark.parametrize("partition", PARTITIONS)
def test_another_seed_gives_another_split(partition):
    labels = np.tile([0, 1, 2], 30)
    images = np.arange(90, dtype=np.uint8).reshape(-1, 1, 1, 1)
    found = Samples(images, labels, ("a", "b", "c"), peak=255.0, official_train=60)
    sampling = Sampling(12, partition)
    prints = {split(found, sampling, seed, seed)[1].fingerprint(found) for seed in range(10)}
    assert len(prints) == 10
