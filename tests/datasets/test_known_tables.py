"""The tables that the suite knows: scikit-learn's, and the uneven ones of the articles."""

import dataclasses

import numpy as np
import pytest

from datasets.bundled import TABLES, Bundled
from datasets.errors import WrongOption
from datasets.splits import Sampling
from datasets.table import Table


def uneven(name, **options):
    """With the classes in the last column, the rare one last."""
    file = f"tabular/{name}.csv"
    return Table(file, target=-1, positive="1", header=False, **options)


@pytest.mark.parametrize("table", TABLES)
def test_the_bundled_tables_need_no_download(table):
    samples = Bundled(table).load()
    assert (samples.kind, len(samples)) == ("table", len(samples.labels))
    assert f"only {len(samples)} rows" in samples.caveats[0]


def test_the_rarer_class_of_a_bundled_table_can_be_the_last():
    samples = Bundled("breast_cancer", positive="malignant").load()
    assert samples.class_names == ("benign", "malignant")
    assert np.bincount(samples.labels).tolist() == [357, 212]
    with pytest.raises(WrongOption, match="choose one of breast_cancer"):
        Bundled("titanic")


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "shape", "rare", "options"),
    [
        ("mammography", (11183, 6), 260, {}),
        ("oil-spill", (937, 48), 41, {"drop": [0]}),
        ("phoneme", (5404, 5), 1586, {}),
    ],
)
def test_the_uneven_tables_are_those_of_the_articles(name, shape, rare, options):
    table = uneven(name, **options)
    samples = table.load()
    assert samples.inputs.shape == shape
    assert np.bincount(samples.labels).tolist() == [shape[0] - rare, rare]


@pytest.mark.real_data
def test_the_large_block_of_mammography_becomes_one_row():
    table = uneven("mammography")
    told, otherwise = table.load().caveats
    assert told.startswith("3,338 of 11,183 rows have the features of another (up to 3,329 alike)")
    assert otherwise.startswith("7 of these rows")
    kept = dataclasses.replace(table, distinct=True).load()
    assert np.bincount(kept.labels).tolist() == [7595, 253]
    assert kept.caveats == ()


@pytest.mark.real_data
def test_smote_has_its_neighbours_in_every_split_of_oil_spill():
    samples = uneven("oil-spill", drop=[0]).load()
    sampling = Sampling(
        500, "stratified", stratified=True, test_share=0.4, validation=0.25, replacement=False
    )
    for seed in range(5):
        train = sampling.split(samples, seed, seed).train
        assert samples.labels[train].sum() >= 6
