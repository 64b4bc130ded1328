"""Resamplers: what they add, of which classes, how many, and what they refuse."""

import numpy as np
import pytest

from datasets.class_weights import ClassWeights
from datasets.cluster_oversampling import ClusterOversampling
from datasets.errors import WrongOption
from datasets.module import SplitData
from datasets.oversampling import Oversampling, stored
from datasets.samples import Samples
from datasets.splits import Split

CATEGORIES = 3
MAKING = [("smote", 0), ("smote_nc", 1), ("adasyn", 0)]


def training(counts=(40, 10), categories=0, kind="table", seed=0):
    """The training part of rows of two numbers of very different size and so many categories."""
    generator = np.random.default_rng(seed)
    labels = np.repeat(np.arange(len(counts)), counts)
    rows = generator.normal(labels[:, None], 1.0, (len(labels), 2)) * [1, 1e6]
    levels = (0, 0)
    for _ in range(categories):
        rows = np.column_stack([rows, generator.integers(0, CATEGORIES, len(labels))])
        levels = (*levels, CATEGORIES)
    names = tuple("abcd"[: len(counts)])
    if kind == "images":
        pixels = generator.integers(0, 255, (len(labels), 1, 4, 4), dtype=np.uint8)
        samples = Samples(pixels, labels, names, 255.0)
    else:
        samples = Samples(rows.astype(np.float32), labels, names, 1.0, levels=levels)
    everything = Split(np.arange(len(labels)), np.arange(0))
    return SplitData(samples, everything).training


def made_by(sampler, categories=0, counts=(40, 10), ratio=1.0, seed=0):
    neighbours = None if sampler == "random" else 5
    resampler = Oversampling(sampler, ratio, neighbours)
    part = training(counts, categories)
    inputs, labels, weights = resampler(part, seed)
    assert weights is None
    return part, inputs, labels


@pytest.mark.parametrize(("sampler", "categories"), [("random", 0), *MAKING])
def test_the_drawn_samples_come_first_and_unchanged(sampler, categories):
    part, inputs, labels = made_by(sampler, categories)
    drawn, classes = stored(part)
    np.testing.assert_array_equal(inputs[:50], drawn)
    np.testing.assert_array_equal(labels[:50], classes)
    assert (inputs.dtype, labels.dtype) == (np.float32, np.int64)
    assert set(labels[50:]) == {1}


@pytest.mark.parametrize(("sampler", "categories"), [("random", 0), *MAKING[:2]])
@pytest.mark.parametrize(("ratio", "rare"), [(0.1, 10), (0.25, 10), (0.5, 20), (1, 40), (2, 80)])
def test_the_ratio_is_of_rare_to_common_samples_afterwards(sampler, categories, ratio, rare):
    _, _, labels = made_by(sampler, categories, ratio=ratio)
    assert np.bincount(labels).tolist() == [40, rare]


def test_every_class_but_the_largest_is_brought_to_the_ratio():
    _, _, labels = made_by("smote", counts=(12, 40, 8), ratio=0.5)
    assert np.bincount(labels).tolist() == [20, 40, 20]


def test_adasyn_comes_near_the_ratio():
    _, _, labels = made_by("adasyn")
    assert np.bincount(labels)[1] == pytest.approx(40, abs=5)


def test_random_oversampling_repeats_samples_of_any_kind():
    part = training(kind="images")
    inputs, labels, _ = Oversampling("random")(part, 0)
    drawn, _ = stored(part)
    assert inputs.shape == (80, 1, 4, 4)
    assert all((drawn[40:] == image).all((1, 2, 3)).any() for image in inputs[labels == 1])


def test_smote_makes_rows_up_on_lines_between_neighbours_of_the_class():
    part, inputs, _ = made_by("smote")
    drawn = stored(part)[0][40:].astype(float) / [1, 1e6]
    apart = np.linalg.norm(drawn[:, None] - drawn[None], axis=-1)
    for row in inputs[50:].astype(float) / [1, 1e6]:
        ends = np.linalg.norm(row - drawn, axis=-1)
        detour = ends[:, None] + ends[None] - apart  # 0 on the segment between two rows
        np.fill_diagonal(detour, np.inf)
        assert detour.min() < 1e-3


def test_columns_measured_in_large_numbers_do_not_choose_the_neighbours_alone():
    """Two groups apart by the small column; the large one alone would mix them."""
    generator = np.random.default_rng(0)
    group = np.arange(12) % 2
    rare = np.column_stack([10.0 * group, 1e6 * generator.normal(size=12)])
    common = np.column_stack([generator.normal(5, 5, 60), 1e6 * generator.normal(size=60)])
    rows = np.concatenate([common, rare]).astype(np.float32)
    labels = np.repeat([0, 1], [60, 12])
    samples = Samples(rows, labels, ("a", "b"), 1.0, levels=(0, 0))
    part = SplitData(samples, Split(np.arange(72), np.arange(0))).training
    inputs, _, _ = Oversampling("smote", 1.0, 3)(part, 0)
    new = inputs[72:, 0]
    assert (np.minimum(abs(new), abs(new - 10)) < 0.1).mean() > 0.8


@pytest.mark.parametrize("columns", [1, 2, 3])  # imblearn failed where there were several
def test_smote_nc_gives_new_rows_categories_that_there_are(columns):
    _, inputs, _ = made_by("smote_nc", categories=columns)
    assert inputs.shape == (80, 2 + columns)
    assert set(inputs[50:, 2:].ravel()) <= set(range(CATEGORIES))


@pytest.mark.parametrize(("sampler", "categories"), [("random", 0), *MAKING])
def test_equal_seeds_give_equal_samples_and_others_others(sampler, categories):
    first, again, other = (made_by(sampler, categories, seed=seed)[1] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert first.shape != other.shape or (first != other).any()


def test_clusters_of_the_largest_class_grow_to_its_largest_and_other_classes_to_their_sum():
    """Jo and Japkowicz's own example of clusters: 20, 10 and 12 of one class, 3 and 2 of another
    become 3 x 20 and 2 x 30."""
    generator = np.random.default_rng(0)
    sizes, centres = (20, 10, 12, 3, 2), (0, 100, 200, 50, 150)
    rows = np.concatenate(
        [generator.normal(c, 1, (n, 1)) for n, c in zip(sizes, centres, strict=True)]
    )
    labels = np.repeat([0, 1], [42, 5])
    samples = Samples(rows.astype(np.float32), labels, ("a", "b"), 1.0, levels=(0,))
    part = SplitData(samples, Split(np.arange(47), np.arange(0))).training
    inputs, found, _ = ClusterOversampling(3)(part, 0)
    near = [np.abs(inputs[found == (centre in (50, 150)), 0] - centre) < 20 for centre in centres]
    assert [int(each.sum()) for each in near[:3]] == [20, 20, 20]
    assert (found == 1).sum() == 60
    np.testing.assert_array_equal(inputs[:47], samples.inputs)
    assert set(inputs[47:, 0]) <= set(samples.inputs[:, 0])


def test_cluster_oversampling_takes_categories_and_classes_smaller_than_its_clusters():
    inputs, labels, _ = ClusterOversampling(5)(training((30, 3), categories=True), 0)
    counts = np.bincount(labels)
    assert counts[1] == pytest.approx(counts[0], abs=3)
    assert set(inputs[:, 2]) <= set(range(CATEGORIES))


def test_class_weights_let_classes_weigh_the_same_and_samples_as_they_are():
    part = training((30, 10))
    inputs, labels, weights = ClassWeights()(part, 0)
    assert part.resampled(inputs, labels, weights).train_inputs is part.train_inputs
    np.testing.assert_allclose(weights, [40 / 60, 2.0])


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"sampler": "smot", "neighbours": 5}, "sampler"),
        ({"sampler": "smote", "ratio": 0, "neighbours": 5}, "ratio"),
        ({"sampler": "smote", "ratio": float("nan"), "neighbours": 5}, "ratio"),
        ({"sampler": "smote"}, "neighbours"),
        ({"sampler": "random", "neighbours": 5}, "neighbours"),
    ],
)
def test_options_that_make_no_sense_are_refused(options, field):
    with pytest.raises(WrongOption) as caught:
        Oversampling(**options)
    assert caught.value.field == f"resampling.{field}"


def test_as_many_clusters_as_no_class_has_are_refused():
    with pytest.raises(WrongOption, match=r"resampling\.clusters=0"):
        ClusterOversampling(0)


@pytest.mark.parametrize("sampler", ["smote", "adasyn"])
def test_a_class_without_enough_neighbours_is_refused_by_name_and_count(sampler):
    part = training((40, 5))
    with pytest.raises(WrongOption, match="class b has 5 training samples") as caught:
        Oversampling(sampler, 1.0, 5)(part, 0)
    assert caught.value.field == "resampling.neighbours"
    Oversampling(sampler, 0.1, 5)(part, 0)  # nothing is to be made up


@pytest.mark.parametrize(
    ("sampler", "levels", "remedy"),
    [
        ("smote", (0, 3), "resampling=smote_nc"),
        ("adasyn", (0, 3), "resampling=smote_nc"),
        ("smote_nc", (0, 0), "resampling=smote"),
        ("smote_nc", (2, 3), "use random_oversampling"),
        ("smote", None, "resampling=random_oversampling"),
    ],
)
def test_rows_are_made_up_of_columns_that_the_sampler_can_use(sampler, levels, remedy):
    labels = np.repeat([0, 1], [40, 10])
    with pytest.raises(WrongOption, match=remedy):
        Oversampling(sampler, 1.0, 5).check(labels, ("a", "b"), levels)
