"""Weights of backbones: found, fetched and compared, never taken on trust."""

from __future__ import annotations

import hashlib

import pytest

from benchmarks.grid import weights
from benchmarks.grid.errors import RequestError
from datasets.errors import DataUnavailable
from models.backbones import options as backbones

CONTENT = b"the weights of a network"
DIGEST = hashlib.sha256(CONTENT).hexdigest()
FILE = f"resnet18-{DIGEST[:8]}.pth"


def config(**backbone):
    block = {"name": "resnet18", "library": "torchvision", "architecture": "resnet18"}
    return {"method": {"name": "frozen"}, "backbone": block | backbone}


@pytest.fixture
def offered(monkeypatch, tmp_path, hosts):
    """A host that has the published file, and empty places to look for it."""
    monkeypatch.setenv("SCARCE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("SCARCE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setitem(backbones.TORCHVISION_FILES, "resnet18", FILE)

    def at(content=CONTENT):
        host = hosts.serving({FILE: content} if content else {})
        monkeypatch.setattr(backbones, "TORCHVISION", host.url.rstrip("/"))
        return host

    return at


def test_published_weights_are_fetched_once_and_kept_in_the_cache(offered, tmp_path):
    host = offered()
    for _ in range(2):
        assert weights.fingerprint(config()) == {"weights": DIGEST}
    assert host.requests == [FILE]
    assert (tmp_path / "cache" / "weights" / FILE).read_bytes() == CONTENT


def test_a_file_among_the_data_is_taken_before_anything_is_fetched(offered, tmp_path):
    host = offered()
    (tmp_path / "data" / "weights").mkdir(parents=True)
    (tmp_path / "data" / "weights" / FILE).write_bytes(CONTENT)
    assert weights.with_file(config())["file"] == str(tmp_path / "data" / "weights" / FILE)
    assert host.requests == []


def test_a_file_that_is_not_the_published_one_is_refused(offered, tmp_path):
    offered()
    (tmp_path / "data" / "weights").mkdir(parents=True)
    (tmp_path / "data" / "weights" / FILE).write_bytes(b"something else")
    with pytest.raises(RequestError, match="is damaged: expected sha256"):
        weights.fingerprint(config())


def test_what_a_host_sends_instead_of_the_weights_is_not_kept(offered, tmp_path):
    offered(b"something else")
    with pytest.raises(DataUnavailable, match="sent something else than sha256"):
        weights.fingerprint(config())
    assert not (tmp_path / "cache" / "weights" / FILE).exists()


def test_where_they_cannot_be_had_the_file_and_its_place_are_named(offered, tmp_path):
    offered(content=None)
    with pytest.raises(DataUnavailable) as told:
        weights.fingerprint(config())
    assert FILE in told.value.reason
    assert f"holds weights/{FILE}" in told.value.remedy
    assert str(tmp_path / "cache" / "weights") in told.value.remedy


def test_cells_whose_weights_cannot_be_had_are_unavailable_and_the_others_run(
    offered, scarce, records
):
    offered(content=None)
    words = ("dataset=digits01", "dataset.train_size=10", "split_seed=0", "executor=serial")
    methods = ("method=frozen,logistic", "backbone=resnet18")
    answer = scarce("plan", "--json", *words, *methods)
    assert (answer.json["unavailable"], answer.json["pending"]) == (1, 1)
    outcome = scarce("run", *words, *methods)
    assert outcome.code == 0
    assert f"{FILE} cannot be had" in outcome.out
    assert [record["config"]["method"]["name"] for record in records().values()] == ["logistic"]


def test_random_weights_and_training_from_scratch_need_no_file(offered):
    offered(content=None)
    assert weights.fingerprint(config(weights="none")) == {"weights": None}
    scratch = config() | {"method": {"name": "from_scratch", "pretrained": False}}
    assert weights.fingerprint(scratch) == {"weights": None}


def test_a_misspelt_option_of_a_backbone_is_told_with_the_nearest():
    with pytest.raises(RequestError, match="did you mean image_size"):
        weights.fingerprint(config(image_sise=3))


def test_a_model_that_timm_does_not_have_is_refused_with_the_nearest(monkeypatch, tmp_path):
    """Regression: its cells were called unavailable, and all others ran."""
    monkeypatch.setenv("SCARCE_CACHE", str(tmp_path))
    wanted = config(name="timm", library="timm", architecture="resnett18")
    with pytest.raises(RequestError, match="did you mean resnet18"):
        weights.fingerprint(wanted)
