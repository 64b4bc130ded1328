"""Tables from CSV and Parquet files: columns, classes, and what is refused."""

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
import yaml

from datasets.errors import DataUnavailable, WrongOption
from datasets.module import SplitData
from datasets.splits import Split
from datasets.table import Table

PROJECT = Path(__file__).resolve().parents[2]
ROWS = "size,colour,weight,kind\n1,red,0.5,ill\n2,blue,1.5,well\n3,red,2.5,well\n4,green,3.5,ill\n"
OPTIONS = {"target": "kind", "categorical": ["colour"]}
# Rows of size 2 come thrice, of size 1 and 0 twice, of size 1 in both classes.
REPEATED = "size,kind\n2,well\n1,ill\n3,ill\n2,ill\n0,well\n1,well\n2,well\n-0.0,well\n"


@pytest.fixture
def write(tmp_path):
    def to(text, name="rows.csv"):
        (tmp_path / name).write_text(text)
        return str(tmp_path / name)

    return to


def a_table(file, **options):
    """The classes are in the last column, where nothing else is said."""
    return Table(file, **{"target": -1, **options})


def refusal(file, **options):
    with pytest.raises(WrongOption) as caught:
        a_table(file, **options).load()
    assert "\n" not in str(caught.value)
    return str(caught.value)


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


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"target": "knd"}, "dataset.target=knd: no such column; the file has size, colour"),
        ({"target": 7}, "dataset.target=7: no such column; the file has 4"),
        ({"target": "kind", "drop": ["kind"]}, "dataset.drop=['kind']: kind is the target"),
        ({**OPTIONS, "drop": ["colour"]}, "colour is dropped"),
        ({**OPTIONS, "positive": "sick"}, "dataset.positive=sick: no such class; one of ill, well"),
        ({"target": "kind"}, "no numbers in colour (4 of 4 rows, such as 'red')"),
        ({"target": None}, "dataset.target=None: name the column of classes, or give -1 for the"),
        ({"target": None}, "last; the file has size, colour, weight, kind"),
        ({"target": "weight"}, "dataset.target=weight: weight holds numbers with decimals"),
        ({**OPTIONS, "columns": ["a", "b"]}, "2 names for 4 columns"),
        ({"drop": [0, 1, 2]}, "no column is left beside the target"),
    ],
)
def test_what_the_columns_cannot_give_is_refused_by_field(options, expected, write):
    assert expected in refusal(write(ROWS), **options)


def test_a_constant_target_is_refused_with_its_value(write):
    found = refusal(write("a,b\n1,yes\n2,yes\n"))
    assert found.startswith("dataset.target=-1: b is constant (yes in all 2 rows)")


@pytest.mark.parametrize(
    ("text", "field", "what"),
    [
        ("a,b\n1,x\n,y\n3,y\n", "dataset.file=", "no value in a (1 of 3 rows, first row 2)"),
        ("a,b\n1,x\n1e99,y\n", "dataset.file=", "32-bit numbers: a (1 of 2 rows, first row 2)"),
    ],
)
def test_values_that_are_missing_or_infinite_are_refused_with_column_and_count(
    text, field, what, write
):
    found = refusal(write(text))
    assert found.startswith(field)
    assert what in found
    assert "dataset.drop=[a]" in found


def test_rows_without_a_label_are_named_and_the_target_is_not_to_be_dropped(write):
    """Regression: the remedy was to leave out the column of classes."""
    found = refusal(write("a,b\n1,x\n2,\n3,y\n4,\n"))
    assert found == (
        "dataset.target=-1: 2 of 4 rows have no label in b (rows 2, 4, counted from 1 without the "
        "header); label these rows or remove them"
    )


def test_all_columns_of_text_are_told_at_once_with_the_option_to_paste(write):
    """Regression: each attempt told one more of them."""
    text = "a,shape,c,home town,kind\n1,round,red,Rome,x\n2,flat,3,Oslo,y\n"
    found = refusal(write(text), categorical=["shape"], drop=["a"])
    assert found.startswith("dataset.categorical=['shape']: no numbers in c (1 of 2 rows, such as")
    assert "'red'), home town (2 of 2 rows, such as 'Rome')" in found
    assert """'dataset.categorical=["shape","c","home town"]'""" in found
    assert """'dataset.drop=["a","c","home town"]'""" in found
    found = refusal(write("a,b,kind\nu,v,x\nv,u,y\n"))
    assert "dataset.categorical=[a,b], or dataset.drop=[a,b]" in found


def test_columns_with_values_missing_are_told_at_once(write):
    found = refusal(write("a,b,kind\n1,,x\n,2,y\n"))
    assert "no value in a (1 of 2 rows, first row 2), b (1 of 2 rows, first row 1)" in found
    assert found.endswith("dataset.drop=[a,b]")


@pytest.mark.parametrize("header", ["a,a,c,label", "a, a,c,label", "\n'x y',c,c,'x y'"])
def test_two_columns_of_one_name_are_refused(header, write):
    """Regression: the second was learned from as a.1, and nobody told."""
    file = write(header + "\n1,2,3,x\n2,3,4,y\n")
    names = "a" if header.startswith("a") else "'x y', c"
    told = f"dataset.file={file}: several columns are named {names}; rename all but one of each"
    assert refusal(file) == told
    assert len(a_table(file, columns=["a", "b", "c", "label"]).load()) == 2


def test_numbers_with_a_decimal_comma_are_no_categories(write):
    found = refusal(write("a;kind\n1,5;x\n2,5;y\n"), separator=";")
    assert "decimal commas in a (2 of 2 rows, such as '1,5'); write decimal points" in found


@pytest.mark.parametrize(("separator", "written"), [(";", ";"), ("\t", "\\t"), ("|", "|")])
def test_a_file_with_another_separator_is_told_what_to_give(separator, written, write):
    """Regression: it was said that the target is no column."""
    file = write(ROWS.replace(",", separator))
    found = refusal(file, target="kind")
    assert found.startswith("dataset.separator=,: the first line of ")
    assert f"""give dataset.separator="'{written}'\"""" in found
    assert len(a_table(file, separator=written, **OPTIONS).load()) == 4


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


def test_of_equal_rows_the_first_is_kept_with_the_commonest_label_and_none_where_labels_tie(write):
    samples = a_table(write(REPEATED), distinct=True).load()
    assert samples.inputs.tolist() == [[2], [3], [0]]
    assert [samples.class_names[label] for label in samples.labels] == ["well", "ill", "well"]
    assert samples.caveats == ("only 3 rows: splits overlap from seed to seed",)


def test_the_commonest_label_of_three_classes_need_not_be_that_of_the_first_row(write):
    labels = {"5": "abcbb", "6": "ccaab", "7": "cab", "8": "a"}
    lines = [f"{size},{label}" for size, found in labels.items() for label in found]
    samples = a_table(write("\n".join(["size,kind", *lines[::-1]]) + "\n"), distinct=True)
    with pytest.raises(WrongOption, match=r"dataset.distinct=True: every row of class c equals"):
        samples.load()
    samples = a_table(
        write("\n".join(["size,kind", *lines[::-1], "9,c"]) + "\n"), distinct=True
    ).load()
    assert samples.inputs.tolist() == [[8], [5], [9]]
    assert [samples.class_names[label] for label in samples.labels] == ["a", "b", "c"]


def test_rows_with_equal_features_are_told_with_how_many_contradict_their_equals(write):
    _, told, otherwise = a_table(write(REPEATED)).load().caveats
    assert told == (
        "7 of 8 rows have the features of another (up to 3 alike): leakage wherever a split "
        "separates them; dataset.distinct=true keeps one of each"
    )
    assert otherwise == "2 of these rows are not of the commonest class among their equals"
    _, told = a_table(write("size,kind\n2,well\n1,ill\n2,well\n")).load().caveats
    assert told.startswith("2 of 3 rows")


def test_rows_are_equal_in_what_is_learned_from_alone(write):
    assert len(a_table(write(ROWS), **OPTIONS).load().caveats) == 1
    options = {"target": "kind", "categorical": ["colour"], "drop": ["size", "weight"]}
    _, told, _ = a_table(write(ROWS), **options).load().caveats
    assert told.startswith("2 of 4 rows")
    colours = a_table(write(ROWS), distinct=True, **options).load()
    assert colours.inputs.tolist() == [[0], [1]]  # blue and green; red is ill and well


def test_the_fingerprint_follows_the_rows_that_are_kept(write):
    every, kept = (a_table(write(REPEATED), distinct=distinct).load() for distinct in (False, True))
    same = a_table(write("size,kind\n2,well\n3,ill\n0,well\n", "few.csv")).load()
    assert every.fingerprint != kept.fingerprint == same.fingerprint
    ones = [a_table(write(ROWS), distinct=distinct, **OPTIONS).load() for distinct in (False, True)]
    assert ones[0].fingerprint == ones[1].fingerprint


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "the file is empty; it needs a line of column names and a row for each sample"),
        ("\n\n", "the file is empty"),
        ("a,b\n", "it names columns (a, b) and has no rows; add a row for each sample"),
        ("a,b\n1,2,3\n1\n1,2,3,4\n", "not to be read as a table"),
    ],
)
def test_a_file_that_is_no_table_is_refused(text, expected, write):
    """Regression: a file without rows was said to have a constant target."""
    found = refusal(write(text))
    assert found.startswith("dataset.file=")
    assert expected in found


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("file", None),
        ("target", 1.5),
        ("drop", "colour"),
        ("categorical", [1.5]),
        ("header", "no"),
        ("distinct", 1),
        ("separator", ",,"),
        ("encoding", "utf-9"),
    ],
)
def test_options_of_the_wrong_type_are_refused(field, value):
    with pytest.raises(WrongOption) as caught:
        Table(**{"file": "rows.csv", field: value})
    assert caught.value.field == f"dataset.{field}"
