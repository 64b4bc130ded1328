"""Tables from CSV and Parquet files: columns, classes, and where they are found."""

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
import yaml

from datasets.errors import DataUnavailable
from datasets.module import SplitData
from datasets.splits import Split
from tests.datasets.tables import OPTIONS, ROWS, a_table, refusal

PROJECT = Path(__file__).resolve().parents[2]


def test_numbers_stay_and_categories_become_codes_in_the_order_of_their_names(write):
    samples = a_table(write(ROWS), **OPTIONS).load()
    expected = [[1, 2, 0.5], [2, 0, 1.5], [3, 2, 2.5], [4, 1, 3.5]]
    np.testing.assert_array_equal(samples.inputs, np.array(expected, np.float32))
    assert (samples.kind, samples.levels) == ("table", (0, 3, 0))
    assert samples.class_names == ("ill", "well")
    assert samples.labels.tolist() == [0, 1, 1, 0]


def test_the_positive_class_gets_the_last_label(write):
    samples = a_table(write(ROWS), positive="ill", **OPTIONS).load()
    assert samples.class_names == ("well", "ill")
    assert samples.labels.tolist() == [1, 0, 0, 1]


def test_columns_are_named_or_numbered_and_a_file_without_header_names_them_by_number(write):
    without = "\n".join(ROWS.splitlines()[1:])
    named = a_table(write(ROWS), drop=["colour"], **OPTIONS | {"categorical": []}).load()
    numbered = a_table(write(without, "bare.csv"), header=False, drop=[1]).load()
    text = a_table(write(without, "bare.csv"), header=False, drop=["1"], target="3").load()
    columns = ["size", "colour", "weight", "kind"]
    given = a_table(
        write(without, "bare.csv"), header=False, columns=columns, drop=["colour"]
    ).load()
    assert named.fingerprint == numbered.fingerprint == text.fingerprint == given.fingerprint
    assert named.inputs.shape == (4, 2)


def test_parquet_and_csv_with_another_separator_hold_the_same_table(write, tmp_path):
    csv = a_table(write(ROWS.replace(",", ";")), separator=";", **OPTIONS).load()
    pd.read_csv(write(ROWS)).to_parquet(tmp_path / "rows.parquet")
    assert a_table(tmp_path / "rows.parquet", **OPTIONS).load().fingerprint == csv.fingerprint


def test_quotes_around_classes_are_no_part_of_them_and_numbers_come_in_order(write):
    samples = a_table(write("a,b\n1,'10'\n2,'-1'\n3,'9'\n")).load()
    assert samples.class_names == ("-1", "9", "10")
    assert samples.labels.tolist() == [2, 0, 1]


def test_a_relative_file_is_found_where_the_data_lie(write, tmp_path, monkeypatch):
    write(ROWS)
    monkeypatch.setenv("SCARCE_DATA", str(tmp_path))
    monkeypatch.setenv("SCARCE_CACHE", str(tmp_path / "cache"))
    assert len(a_table("rows.csv", **OPTIONS).load()) == 4


def test_an_own_file_that_is_not_there_is_a_wrong_option(tmp_path, monkeypatch):
    """Regression: it was called unavailable, and the exit code was 0."""
    monkeypatch.setenv("SCARCE_DATA", str(tmp_path))
    assert refusal("others.csv").startswith("dataset.file=others.csv: there is no such file in ")
    assert str(tmp_path) in refusal("others.csv")
    assert "that is a folder" in refusal(str(tmp_path))
    assert "there is no such file in" in refusal(tmp_path / "tabular" / "mammography.csv")


def test_a_data_folder_that_is_not_there_is_told(tmp_path, monkeypatch):
    """Regression: the remedy was to set SCARCE_DATA, which was set, to no folder."""
    nowhere = tmp_path / "nowhere"
    monkeypatch.setenv("SCARCE_DATA", str(nowhere))
    monkeypatch.setenv("SCARCE_CACHE", str(tmp_path / "cache"))
    told = f"; SCARCE_DATA={nowhere}: there is no such folder"
    assert told in refusal("others.csv")
    assert told not in refusal(tmp_path / "others.csv")
    with pytest.raises(DataUnavailable) as caught:
        a_table("tabular/phoneme.csv").load()
    assert caught.value.reason == f"tabular/phoneme.csv is not here{told}"


def test_a_table_of_thousands_has_no_caveat_on_its_size(write):
    rows = "".join(f"{n},{'xy'[n % 2]}\n" for n in range(2000))
    assert a_table(write(f"a,kind\n{rows}")).load().caveats == ()


@pytest.mark.parametrize("name", ["mammography", "oil_spill", "phoneme"])
def test_a_published_file_that_is_not_there_is_unavailable_and_its_address_is_told(
    name, tmp_path, monkeypatch
):
    """Regression: neither its source nor its address was told."""
    monkeypatch.setenv("SCARCE_DATA", str(tmp_path))
    monkeypatch.setenv("SCARCE_CACHE", str(tmp_path / "cache"))
    file = yaml.safe_load((PROJECT / "conf" / "dataset" / f"{name}.yaml").read_text())["file"]
    with pytest.raises(DataUnavailable, match=f"{file} is not here") as caught:
        a_table(file).load()
    (row,) = (
        line
        for line in (PROJECT / "LICENSES-data.md").read_text().splitlines()
        if line.startswith(f"| `{name}` ")
    )
    page = row.partition("<")[2].partition(">")[0]
    assert page in caught.value.remedy
    for part in (f"/{file.partition('/')[2]} ", f"as {file} into {tmp_path / 'cache'}"):
        assert part in caught.value.remedy


def test_a_learner_sees_categories_as_zeros_and_ones_and_a_resampler_their_codes(write):
    samples = a_table(write(ROWS), **OPTIONS).load()
    data = SplitData(samples, Split(np.array([3, 0]), np.array([1, 2])), batch_size=2)
    encoded = [[4, 0, 1, 0, 3.5], [1, 0, 0, 1, 0.5]]
    np.testing.assert_array_equal(data.train_inputs, np.array(encoded, np.float32))
    np.testing.assert_array_equal(data.test_inputs, [[2, 1, 0, 0, 1.5], [3, 0, 0, 1, 2.5]])
    assert data.shape == (5,)
    ((batch, _),) = data.train_dataloader()
    assert sorted(batch.tolist()) == sorted(encoded)
    codes = data.train_inputs.stored(torch.tensor([0]))
    np.testing.assert_array_equal(codes, [[4, 1, 3.5]])
    resampled = data.training.resampled(codes.numpy(), np.array([1]))
    np.testing.assert_array_equal(resampled.train_inputs, [[4, 0, 1, 0, 3.5]])


def test_a_table_of_numbers_passes_as_it_is(write):
    samples = a_table(write(ROWS), target="kind", drop=["colour"]).load()
    data = SplitData(samples, Split(np.array([3, 0]), np.array([1, 2])))
    np.testing.assert_array_equal(data.train_inputs, samples.inputs[[3, 0]])


def test_a_file_in_another_encoding_is_read_as_it_or_told_what_to_give(write, tmp_path):
    """Regression: there was no such option."""
    file = tmp_path / "rows.csv"
    file.write_bytes("a,b\n1,für\n2,wider\n".encode("latin-1"))
    found = refusal(file)
    assert found.startswith(f"dataset.encoding=utf-8: line 2 of {file} is not utf-8")
    assert found.endswith("such as dataset.encoding=latin-1")
    assert a_table(file, encoding="latin-1").load().class_names == ("für", "wider")
    file.write_bytes("a,b\n1,für\n2,wider\n".encode())
    assert refusal(file, encoding="latin-1").endswith("give dataset.encoding=utf-8")


def test_a_packed_file_holds_the_same_table_and_an_archive_is_told(write, tmp_path):
    with gzip.open(tmp_path / "packed.csv.gz", "wt") as file:
        file.write(ROWS)
    packed = a_table(tmp_path / "packed.csv.gz", **OPTIONS).load()
    assert packed.fingerprint == a_table(write(ROWS), **OPTIONS).load().fingerprint
    (tmp_path / "packed.csv.gz").write_bytes(b"no gzip")
    assert "packed.csv.gz: cannot be read (" in refusal(tmp_path / "packed.csv.gz")
    (tmp_path / "book.xlsx").write_bytes(b"PK\x03\x04...")
    assert "an archive or a spreadsheet" in refusal(tmp_path / "book.xlsx")
