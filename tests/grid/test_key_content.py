"""What exactly a key is made of, field by field, and what beginning of a key names one."""

from __future__ import annotations

import hashlib
import json

import pytest

from benchmarks.grid import key as keys
from benchmarks.grid.errors import RequestError
from benchmarks.grid.key import (
    cell_key,
    checked_prefix,
    left_out,
    makes_its_key,
    recorded_science,
    science,
    the_only_key,
)

DATASET = {
    "name": "digits",
    "partition": "leek",
    "train_size": 10,
    "per_class": True,
    "replacement": False,
    "stratified": True,
    "test_share": 0.5,
    "folds": 3,
    "validation": 0.1,
    "unlabelled": 62,
}
TRAINER = {"accelerator": "cpu", "precision": 32, "deterministic": True}
PROTOCOL = {
    "name": "tuned",
    "select_epoch_on": "validation",
    "stage": "trial",
    "validation": 0.2,
    "fold": 1,
    "trials": 8,
    "rungs": [0.5, 1],
    "keep": 0.5,
}
SEEDS = {"split_seed": 3, "init_seed": 4, "threads": 1}
METHOD = {"_target_": "models.Net", "name": "net", "version": 2, "optimizer": {"lr": 0.1}}
PRINTS = {"data": "1" * 64, "split": "2" * 64}
CONFIG = {
    "dataset": DATASET | {"_target_": "datasets.Digits", "says": "words", "root": "/a"},
    "method": METHOD | {"says": "words"},
    "loss": {"name": "cosine", "says": "words", "hierarchy": "/a/tree.yaml"},
    "trainer": TRAINER | {"name": "cpu", "says": "words", "devices": 1, "progress": True},
    "protocol": PROTOCOL | {"says": "words", "metric": "accuracy"},
    **SEEDS,
    "results_dir": "/a",
}
BARE = {"dataset": {"name": "digits"}, "method": METHOD, "protocol": {"name": "default"}, **SEEDS}


def trained(**fields):
    return science(BARE | {"trainer": TRAINER | fields}, {})["trainer"]


def test_of_a_whole_cell_it_is_what_can_change_the_result():
    assert science(CONFIG, PRINTS) == {
        "key_version": 1,
        "dataset": DATASET,
        "method": METHOD,
        "loss": {"name": "cosine", "hierarchy": "/a/tree.yaml"},
        "trainer": TRAINER,
        "protocol": PROTOCOL,
        **SEEDS,
        "fingerprints": PRINTS,
    }


def test_what_a_cell_does_not_have_is_null_or_left_out():
    assert science(BARE, {}) == {
        "key_version": 1,
        "dataset": {"name": "digits"},
        "method": METHOD,
        "loss": None,
        "trainer": None,
        "protocol": {"name": "default"},
        **SEEDS,
        "fingerprints": {},
    }


def test_the_key_is_the_sha256_of_it_as_compact_json_in_the_order_of_names():
    text = json.dumps(science(CONFIG, PRINTS), sort_keys=True, separators=(",", ":"))
    assert ": " not in text
    assert cell_key(CONFIG, PRINTS) == hashlib.sha256(text.encode()).hexdigest()
    backwards = dict(reversed(CONFIG.items()))
    assert cell_key(backwards, dict(reversed(PRINTS.items()))) == cell_key(CONFIG, PRINTS)


@pytest.mark.parametrize("devices", [1, [0], [7]])
def test_one_device_is_not_in_it_whichever_it_is(devices):
    assert trained(devices=devices) == trained() == TRAINER


@pytest.mark.parametrize("devices", [2, [0, 1], [3, 5]])
def test_several_devices_are_in_it_by_their_number(devices):
    assert trained(devices=devices) == TRAINER | {"devices": 2}


def test_the_size_of_parts_of_a_batch_is_in_it_where_batches_are_parted():
    assert trained(micro_batch_size=8) == TRAINER | {"micro_batch_size": 8}
    assert trained(micro_batch_size=None) == TRAINER


def test_a_file_whose_content_has_a_fingerprint_may_lie_anywhere():
    with_tree = PRINTS | {"hierarchy": "3" * 64}
    assert science(CONFIG, with_tree)["loss"] == {"name": "cosine"}
    elsewhere = CONFIG | {"loss": {"name": "cosine", "hierarchy": "/b"}}
    assert cell_key(elsewhere, with_tree) == cell_key(CONFIG, with_tree)
    assert cell_key(elsewhere, PRINTS) != cell_key(CONFIG, PRINTS)


@pytest.mark.parametrize("name", ["backbone", "augmentation", "resampling"])
def test_a_further_choice_is_in_it_whole_but_for_its_words(name):
    block = {"name": "some", "size": 3}
    found = science(BARE | {name: block | {"says": "words"}}, {})
    assert found == science(BARE, {}) | {name: block}
    assert science(BARE | {name: None}, {}) == science(BARE, {})


def test_a_backbones_weights_may_lie_anywhere_for_they_have_a_fingerprint():
    block = {"name": "vgg16", "weights": "/a/vgg16.pth"}
    assert science(BARE | {"backbone": block}, {})["backbone"] == {"name": "vgg16"}


def test_what_was_searched_is_in_it():
    searched = {"method.optimizer.lr": {"from": 0.001, "to": 1}}
    assert science(BARE | {"search": searched}, {})["search"] == searched
    assert "search" not in science(BARE | {"search": {}}, {})


def test_a_later_version_of_augmentations_is_in_it_the_first_is_not(monkeypatch):
    config = BARE | {"augmentation": {"name": "flip"}}
    assert science(config, {})["augmentation"] == {"name": "flip"}
    monkeypatch.setattr(keys, "AUGMENTATION_VERSION", 2)
    assert science(config, {})["augmentation"] == {"name": "flip", "version": 2}


def test_what_is_left_out_is_told_with_its_values():
    assert left_out(CONFIG) == {
        "dataset._target_": "datasets.Digits",
        "dataset.says": "words",
        "dataset.root": "/a",
        "method.says": "words",
        "loss.says": "words",
        "trainer.name": "cpu",
        "trainer.says": "words",
        "trainer.devices": 1,
        "trainer.progress": True,
        "protocol.says": "words",
        "protocol.metric": "accuracy",
    }


def test_a_record_that_does_not_hash_to_its_key_is_of_an_unknown_version():
    record = {"config": CONFIG, "fingerprints": PRINTS, "key": cell_key(CONFIG, PRINTS)}
    assert makes_its_key(record) is True
    assert recorded_science(record) == science(CONFIG, PRINTS)
    altered = record | {"key": "0" * 64}
    assert makes_its_key(altered) is False
    assert recorded_science(altered) == science(CONFIG, PRINTS) | {"key_version": "unknown"}


KEYS = ["abcd" + "0" * 60, "abcd" + "1" * 60, "abff" + "0" * 60, "abff" + "0" * 60]


def test_the_beginning_of_a_key_in_any_case_names_the_only_one_that_begins_so():
    assert the_only_key("ABFF", KEYS, "here") == KEYS[2]
    assert the_only_key(KEYS[0], KEYS, "here") == KEYS[0]


@pytest.mark.parametrize(
    ("prefix", "message"),
    [
        ("1234", "key=1234: no such key here"),
        ("ABCD", "key=abcd: 2 keys begin so (abcd00000000, abcd11111111); give more digits"),
        ("abc", "key=abc: too short; give 4 digits or more"),
        ("xyz0", "key=xyz0: neither a key (hexadecimal) nor of the form name=value"),
        ("0" * 65, f"key={'0' * 65}: neither a key (hexadecimal) nor of the form name=value"),
        ("", "key=: neither a key (hexadecimal) nor of the form name=value"),
    ],
)
def test_a_beginning_that_names_no_key_or_several_is_refused(prefix, message):
    with pytest.raises(RequestError) as refused:
        the_only_key(prefix, KEYS, "here")
    assert str(refused.value) == message


def test_of_many_keys_that_begin_alike_three_are_shown():
    four = [f"abcd{digit}" + "0" * 59 for digit in "0123"]
    shown = "abcd00000000, abcd10000000, abcd20000000"
    with pytest.raises(RequestError, match=rf"4 keys begin so \({shown}, \.\.\.\)"):
        the_only_key("abcd", four, "here")
    with pytest.raises(RequestError, match=rf"3 keys begin so \({shown}\)"):
        the_only_key("abcd", four[:3], "here")
    assert checked_prefix("ABCD") == "abcd"
