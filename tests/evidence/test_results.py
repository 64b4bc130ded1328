"""From records to rows: what is left out is named, what must not be averaged is refused."""

import math

import pytest

from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.results import results_frame, split_means


def test_a_finished_cell_is_one_row(record):
    frame = results_frame([record("mlp", 10, 3, 0.9)])
    row = frame.iloc[0]
    assert (row.dataset, row.protocol, row.method, row.loss) == (
        "mnist01",
        "default",
        "mlp",
        "cross_entropy",
    )
    assert (row.train_size, row.split_seed, row.accuracy, row.train_seconds) == (10, 3, 0.9, 0.5)


def test_rows_do_not_depend_on_the_order_of_records(rows):
    records = rows("mlp", 20, [0.9, 0.8]) + rows("cnn", 10, [0.7, 0.6])
    assert results_frame(records).equals(results_frame(records[::-1]))


def test_no_records_give_an_empty_frame():
    assert results_frame([]).empty


@pytest.mark.parametrize(
    ("metrics", "fault"),
    [
        ({"accuracy": math.nan, "train_accuracy": 1.0}, "metrics.accuracy=nan is not a number"),
        ({"accuracy": 0.9, "train_accuracy": math.nan}, "metrics.train_accuracy=nan"),
        ({"train_accuracy": 1.0}, "metrics.accuracy is missing"),
        ({"accuracy": 98.0, "train_accuracy": 1.0}, "metrics.accuracy=98.0 is outside 0 to 1"),
        ({"accuracy": "0.9", "train_accuracy": 1.0}, "is not a number"),
    ],
)
def test_a_record_with_unusable_metrics_is_left_out_by_name(record, metrics, fault):
    frame = results_frame([record("mlp", 10, 0, 0.9), record("mlp", 10, 1, 0.5, metrics=metrics)])
    assert frame.accuracy.tolist() == [0.9]
    (notice,) = frame.attrs["notices"]
    assert notice.kind == "dropped"
    assert "mnist01, mlp, n = 10, split seed 1" in notice.text
    assert fault in notice.text


def test_failed_cells_are_counted_by_method(rows):
    failed = rows("cnn", 10, [0, 0], status="failed", metrics={}, error={"type": "TimeoutError"})
    frame = results_frame(failed + rows("mlp", 10, [0.9]))
    assert frame.method.tolist() == ["mlp"]
    (notice,) = frame.attrs["notices"]
    assert notice.text == "mnist01, cnn: 2 cells failed (TimeoutError 2x)."


def test_two_configurations_under_one_name_are_refused_not_averaged(record):
    one, other = record("mlp", 10, 0, 0.9), record("mlp", 10, 1, 0.8)
    other["config"]["method"] = {**other["config"]["method"], "optimizer": {"lr": 0.01}}
    with pytest.raises(EvidenceError) as error:
        results_frame([one, other])
    text = str(error.value)
    assert "method.optimizer.lr=0.001 and method.optimizer.lr=0.01" in text
    assert "both called mlp on mnist01" in text
    assert "\n" not in text


def test_two_data_configurations_under_one_name_are_refused(record):
    one, other = record("mlp", 10, 0, 0.9), record("cnn", 20, 0, 0.8)
    other["config"]["dataset"] = {**other["config"]["dataset"], "partition": "beam"}
    with pytest.raises(EvidenceError, match=r"dataset.partition=leek and dataset.partition=beam"):
        results_frame([one, other])


def test_the_place_of_the_data_and_the_wording_of_a_method_may_differ(record):
    one, other = record("mlp", 10, 0, 0.9), record("mlp", 10, 1, 0.8)
    other["config"]["dataset"] = {**other["config"]["dataset"], "root": "elsewhere"}
    other["config"]["method"] = {**other["config"]["method"], "says": "another description"}
    assert len(results_frame([one, other])) == 2


@pytest.mark.parametrize(("versions", "message"), [((2, 3), "2, 3"), ((3, 3), "schema=3")])
def test_contradictory_or_unknown_schema_versions_are_refused(record, versions, message):
    records = [record("mlp", 10, seed, 0.9, schema=v) for seed, v in enumerate(versions)]
    with pytest.raises(EvidenceError, match=message):
        results_frame(records)


def test_two_different_samples_under_one_split_seed_are_not_a_pair(record):
    one, other = record("mlp", 10, 0, 0.9), record("cnn", 10, 0, 0.8)
    other["fingerprints"] = {**other["fingerprints"], "split": "another sample"}
    with pytest.raises(EvidenceError, match=r"n = 10, split seed 0: fingerprints.split"):
        results_frame([one, other])


def test_two_data_sets_under_one_name_are_refused(record):
    one, other = record("mlp", 10, 0, 0.9), record("mlp", 10, 1, 0.8)
    other["fingerprints"] = {**other["fingerprints"], "data": "tampered"}
    with pytest.raises(EvidenceError, match=r"mnist01: fingerprints.data"):
        results_frame([one, other])


def test_the_same_cell_twice_counts_once(record):
    frame = results_frame([record("mlp", 10, 0, 0.9), record("mlp", 10, 0, 0.9)])
    assert len(frame) == 1


def test_one_key_with_two_results_is_refused(record):
    with pytest.raises(EvidenceError, match="twice with different metrics"):
        results_frame([record("mlp", 10, 0, 0.9), record("mlp", 10, 0, 0.8)])


def test_one_seed_under_two_thread_counts_is_refused(record):
    one, other = record("mlp", 10, 0, 0.9), record("mlp", 10, 0, 0.8, key="other")
    other["config"] = {**other["config"], "threads": 4}
    with pytest.raises(EvidenceError, match="more than once, with 1 and 4 threads"):
        results_frame([one, other])


def test_a_record_without_its_configuration_names_the_missing_field(record):
    broken = record("mlp", 10, 0, 0.9, key="abc")
    del broken["config"]["split_seed"]
    with pytest.raises(EvidenceError, match=r"record abc: config.split_seed has no value"):
        results_frame([broken])


def test_initialisations_on_one_draw_are_averaged_before_anything_else(record):
    records = [record("mlp", 10, 0, 0.9), record("mlp", 10, 0, 0.7, key="second start")]
    records[1]["config"] = {**records[1]["config"], "init_seed": 1}
    means = split_means(results_frame(records), "accuracy")
    assert means.accuracy.tolist() == pytest.approx([0.8])


def test_an_option_that_a_record_does_not_have_yet_and_that_changes_no_data_may_differ(record):
    """Records from before dataset.distinct were once refused beside new ones."""
    one, other = record("mlp", 10, 0, 0.9), record("mlp", 10, 1, 0.8)
    other["config"]["dataset"] = {**other["config"]["dataset"], "distinct": False}
    other["config"]["protocol"] = {**other["config"]["protocol"], "metric": "accuracy"}
    assert len(results_frame([one, other])) == 2


def test_two_files_of_weights_under_one_name_are_refused(record):
    one, other = record("mlp", 10, 0, 0.9), record("mlp", 10, 1, 0.8)
    other["fingerprints"] = {**other["fingerprints"], "weights": "others"}
    with pytest.raises(EvidenceError, match=r"fingerprints.weights=None .* run one at a time"):
        results_frame([one, other])
