"""Validation samples come from the training samples, never from the test samples."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasets.errors import WrongOption
from datasets.samples import Samples
from datasets.validation import held_out


def samples_of(labels):
    labels = np.asarray(labels, dtype=np.int64)
    images = np.arange(len(labels), dtype=np.uint8).reshape(-1, 1, 1, 1)
    return Samples(images, labels, tuple("abcd"[: labels.max() + 1]), peak=255.0)


FORTY = samples_of([0, 1] * 20)
TRAIN = np.random.default_rng(0).permutation(40)[:30]


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.1, 0.2, 0.5]))
def test_both_parts_together_are_the_training_samples(seed, share):
    train, held = held_out(FORTY, TRAIN, share, 0, seed)
    assert sorted([*train, *held]) == sorted(TRAIN)
    assert train.tolist() == [index for index in TRAIN if index not in held]


def test_each_class_gives_its_share():
    _, held = held_out(FORTY, TRAIN, 0.2, 0, seed=3)
    wanted = [round(0.2 * (FORTY.labels[TRAIN] == label).sum()) for label in (0, 1)]
    assert np.bincount(FORTY.labels[held]).tolist() == wanted


def test_folds_part_the_training_samples():
    folds = [held_out(FORTY, TRAIN, 5, fold, seed=1)[1] for fold in range(5)]
    assert sorted(np.concatenate(folds)) == sorted(TRAIN)
    assert [len(fold) for fold in folds] == [6, 6, 6, 6, 6]


def test_a_sample_that_was_drawn_twice_is_on_one_side_alone():
    drawn = np.array([0, 1, 0, 3, 2, 5, 4, 1])
    train, held = held_out(FORTY, drawn, 0.4, 0, seed=0)
    assert not set(train) & set(held)
    assert set(train) | set(held) == set(drawn)


def test_a_class_of_one_sample_is_trained_on():
    train, _ = held_out(FORTY, np.array([0, 2, 4, 1]), 0.5, 0, seed=0)
    assert 1 in train


def test_what_cannot_be_held_out_is_refused():
    with pytest.raises(WrongOption, match="4 training samples; ask for at most 4 folds"):
        held_out(FORTY, np.arange(4), 5, 0, seed=0)
    with pytest.raises(WrongOption, match="each class has one of the 2 training samples"):
        held_out(FORTY, np.array([0, 1]), 0.5, 0, seed=0)
