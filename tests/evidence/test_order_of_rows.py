"""Rows and lines that differ in a number stand in the order of the numbers."""

import pandas as pd

from benchmarks.evidence.axes import counting
from benchmarks.evidence.figures.cells import ordered_labels
from benchmarks.evidence.results import results_frame
from benchmarks.evidence.tables import TableRequest, make_table

LABELS = ["net (batch_size=16)", "net (batch_size=64)", "net (batch_size=256)"]


def test_lines_of_a_figure_once_had_256_before_64():
    table = pd.DataFrame({"label": LABELS[::-1], "method": "net"})
    assert list(ordered_labels(table, ["net"])) == LABELS


def test_rows_of_a_table_are_in_the_order_of_their_numbers(rows):
    records = []
    for variant in ("batch_size=64", "batch_size=256", "batch_size=16"):
        records += [
            {**record, "key": f"{variant} {record['key']}", "config": told}
            for record in rows("net", 10, [0.8, 0.9])
            for told in [
                record["config"] | {"variant": {"name": variant, "fields": ["method.batch_size"]}}
            ]
        ]
    (panel,) = make_table(results_frame(records), TableRequest(rows="variant")).panels
    assert [row.label for row in panel.rows] == [
        "batch_size=16",
        "batch_size=64",
        "batch_size=256",
    ]


def test_decimals_count_and_words_are_sorted_as_before():
    values = ["ratio=4", "ratio=0.5", "b", "ratio=0.25", "a10", "a9"]
    assert sorted(values, key=counting) == ["a9", "a10", "b", "ratio=0.25", "ratio=0.5", "ratio=4"]
