"""Tables that are refused: in one line, with what to give or to mend."""

import pytest

from datasets.errors import WrongOption
from datasets.table import Table
from tests.datasets.tables import OPTIONS, ROWS, a_table, refusal


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


def test_a_picture_is_no_table(write, tmp_path):
    """Regression: another encoding was proposed, and refused in turn."""
    (tmp_path / "rows.csv").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
    found = refusal(str(tmp_path / "rows.csv"))
    assert "has NUL characters: it is no text, or of another encoding, such as" in found


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
