"""A table of any two axes: what stands where, and what is refused."""

import pytest

from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.notices import Notice
from benchmarks.evidence.results import results_frame
from benchmarks.evidence.tables import TableRequest, make_table, table_text


@pytest.fixture(scope="module")
def frame(rows):
    records = []
    for dataset, shift in (("mnist01", 0.0), ("digits01", 0.05)):
        for method, start in (("cnn", 0.9), ("mlp", 0.8)):
            for size in (10, 20):
                accuracies = [start + shift + size / 1000, start + shift + size / 1000 + 0.01]
                records += rows(method, size, accuracies, dataset=dataset)
    return results_frame(records)


def means(table):
    """By panel: the labels of the columns, and the mean of each cell by row."""
    return {
        panel.title: (
            panel.columns,
            {row.label: [cell and round(cell.mean, 3) for cell in row.cells] for row in panel.rows},
        )
        for panel in table.panels
    }


def test_by_default_methods_are_rows_and_training_sizes_columns(frame):
    assert means(make_table(frame, methods=["mlp", "cnn"], datasets=["mnist01"])) == {
        "mnist01, protocol default": (
            ("n = 10", "n = 20"),
            {"mlp": [0.815, 0.825], "cnn": [0.915, 0.925]},
        ),
        "digits01, protocol default": (
            ("n = 10", "n = 20"),
            {"mlp": [0.865, 0.875], "cnn": [0.965, 0.975]},
        ),
    }


def test_datasets_by_methods_have_a_panel_per_training_size(frame):
    table = make_table(frame, TableRequest(rows="dataset", columns="method"))
    assert means(table) == {
        "protocol default, n = 10": (
            ("cnn", "mlp"),
            {"digits01": [0.965, 0.865], "mnist01": [0.915, 0.815]},
        ),
        "protocol default, n = 20": (
            ("cnn", "mlp"),
            {"digits01": [0.975, 0.875], "mnist01": [0.925, 0.825]},
        ),
    }


def test_filters_keep_the_named_values_given_as_text_or_number(frame):
    filters = {"train_size": ["20"], "dataset": ["mnist01"]}
    as_text = make_table(frame, TableRequest(filters=filters))
    as_number = make_table(frame, TableRequest(filters=filters | {"train_size": [20]}))
    assert means(as_text) == means(as_number)
    assert means(as_text) == {
        "mnist01, protocol default": (("n = 20",), {"cnn": [0.925], "mlp": [0.825]})
    }


def test_split_seeds_as_rows_show_every_run(frame):
    request = TableRequest(
        rows="split_seed", columns="method", filters={"dataset": ["mnist01"], "train_size": [10]}
    )
    (panel,) = make_table(frame, request).panels
    assert [row.label for row in panel.rows] == ["0", "1"]
    assert [round(row.cells[0].mean, 3) for row in panel.rows] == [0.91, 0.92]
    assert {cell.reach for cell in panel.cells} == {None}


def test_losses_are_told_in_the_methods_label_unless_they_are_an_axis(record):
    records = []
    for loss, accuracy in (("hinge", 0.7), ("cross_entropy", 0.8)):
        for seed in range(2):
            made = record("mlp", 10, seed, accuracy)
            config = made["config"] | {"loss": {"name": loss}}
            records.append(made | {"config": config, "key": f"{loss}-{seed}"})
    frame = results_frame([*records, *(record("cnn", 10, seed, 0.9) for seed in range(2))])
    (panel,) = make_table(frame).panels
    assert [row.label for row in panel.rows] == ["cnn", "mlp (cross_entropy)", "mlp (hinge)"]
    (panel,) = make_table(frame, TableRequest(columns="loss")).panels
    assert panel.columns == ("cross_entropy", "hinge")
    assert {row.label: [cell and cell.mean for cell in row.cells] for row in panel.rows} == {
        "cnn": [0.9, None],
        "mlp": [0.8, 0.7],
    }
    request = TableRequest(rows="loss", columns="train_size", filters={"method": ["mlp"]})
    (panel,) = make_table(frame, request).panels
    assert [row.label for row in panel.rows] == ["cross_entropy", "hinge"]
    assert panel.rows[0].cells[0].best


def test_another_metric_is_shown_in_its_unit(frame):
    table = make_table(frame, TableRequest(metric="train_seconds"))
    text = table_text(table, "md")
    assert "Training time in s on mnist01" in text
    assert "0.500" in text


def test_runs_without_the_metric_are_left_out_and_told_of(rows):
    records = rows("mlp", 10, [0.8, 0.9]) + rows("cnn", 10, [0.8, 0.9])
    records[0]["metrics"]["parameters"] = 25090
    table = make_table(results_frame(records), TableRequest(metric="parameters"))
    (panel,) = table.panels
    assert [(row.label, row.cells[0].mean, row.runs) for row in panel.rows] == [("mlp", 25090, "1")]
    texts = [notice.text for notice in table.notices]
    assert texts == [
        "mnist01, cnn: 2 of 2 runs have no parameters; left out.",
        "mnist01, mlp: 1 of 2 runs have no parameters; left out.",
    ]


def test_notices_of_the_results_are_kept_but_not_those_that_filters_leave_out(rows):
    failed = rows("mlp", 10, [0.5], dataset="digits01", status="failed", error={"type": "OSError"})
    caveats = ["overlapping splits"]
    frame = results_frame(failed + rows("mlp", 10, [0.5], caveats=caveats))
    given = [Notice("note", "a changed grid."), Notice("unavailable", "no cifar.", "cifar10")]
    assert {notice.text for notice in make_table(frame, notices=given).notices} == {
        "a changed grid.",
        "no cifar.",
        "digits01, mlp: 1 cell failed (OSError 1x).",
        "mnist01: overlapping splits",
    }
    only = TableRequest(filters={"dataset": ["mnist01"]})
    assert {notice.text for notice in make_table(frame, only, notices=given).notices} == {
        "a changed grid.",
        "mnist01: overlapping splits",
    }


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (TableRequest(rows="methods"), "rows=methods: did you mean method?"),
        (TableRequest(columns="train_sizes"), "columns=train_sizes: did you mean train_size?"),
        (TableRequest(rows="train_size"), "columns=train_size: already the rows"),
        (TableRequest(metric="acuracy"), "metric=acuracy: did you mean accuracy?"),
        (TableRequest(metric="key"), "metric=key: known: "),
        (TableRequest(direction="bigger"), "direction=bigger: known: larger, none, smaller"),
        (TableRequest(filters={"data": ["x"]}), "data: no axis to filter by"),
        (TableRequest(filters={"dataset": ["mnist1"]}), "dataset=mnist1: did you mean mnist01?"),
        (TableRequest(filters={"train_size": [30]}), "train_size=30: "),
        (TableRequest(reference="cn"), "reference=cn: did you mean cnn?"),
        (TableRequest(rows="dataset", reference="cnn"), "reference=cnn: nothing competes here"),
        (TableRequest(level=95), "level=95: expected a share between 0 and 1"),
    ],
)
def test_wrong_requests_are_refused_in_one_line_with_the_right_name(frame, request_, message):
    with pytest.raises(EvidenceError) as refused:
        make_table(frame, request_)
    assert str(refused.value).startswith(message)
    assert "\n" not in str(refused.value)


def test_an_unknown_metric_needs_its_direction(frame):
    frame = frame.assign(energy=1.0)
    with pytest.raises(EvidenceError, match="direction of metric=energy is unknown"):
        make_table(frame, TableRequest(metric="energy"))
    table = make_table(frame, TableRequest(metric="energy", direction="smaller"))
    assert table.panels[0].rows[0].cells[0].mean == 1.0


def test_an_unknown_format_is_refused(frame):
    with pytest.raises(EvidenceError, match="format=markdown: known: csv, html, md, tex"):
        table_text(make_table(frame), "markdown")
