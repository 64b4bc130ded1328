import os
import pickle

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from models.backbones.network import outline, pretrained_body
from models.backbones.options import Backbone
from models.backbones.weights import fitting, hash_of, read_weights


class Malicious:
    def __reduce__(self):
        return os.system, ("echo executed > executed.txt",)


def network():
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4))


def fitted(tensors, tmp_path, left_out=()):
    return fitting(tensors, network(), left_out, tmp_path / "file.pth")


def test_the_same_tensors_come_out_of_every_kind_of_file(tmp_path):
    state = network().state_dict()
    torch.save(state, tmp_path / "new.pth")
    torch.save(state, tmp_path / "old.pt", _use_new_zipfile_serialization=False)
    save_file(state, tmp_path / "plain.safetensors")
    for name in ("new.pth", "old.pt", "plain.safetensors"):
        found = read_weights(tmp_path / name)
        assert found.keys() == state.keys()
        assert hash_of(found) == hash_of(state)


def test_a_pickle_that_would_run_code_is_refused_in_one_line_and_runs_nothing(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    torch.save({"weight": Malicious()}, "evil.pth")
    (tmp_path / "bare.pt").write_bytes(pickle.dumps({"weight": Malicious()}))
    for name in ("evil.pth", "bare.pt"):
        with pytest.raises(ValueError, match=f"backbone.weights=.*{name}: refused") as told:
            read_weights(tmp_path / name)
        assert "\n" not in str(told.value)
    assert not (tmp_path / "executed.txt").exists()


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("absent.pth", None, "no such file"),
        ("weights.h5", b"x", "a file named .safetensors, .pth or .pt"),
        ("cut.safetensors", b"\x10\x00\x00", "not to be read as safetensors"),
        ("cut.pth", b"PK\x03\x04 cut off", "refused|not to be read"),
    ],
)
def test_a_file_that_is_not_weights_is_refused_in_one_line(tmp_path, name, content, told):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=f"backbone.weights=.*{name}: ({told})") as error:
        read_weights(tmp_path / name)
    assert "\n" not in str(error.value)


def test_a_checkpoint_that_is_more_than_named_tensors_is_refused(tmp_path):
    torch.save({"epoch": 3, "state_dict": network().state_dict()}, tmp_path / "checkpoint.pth")
    with pytest.raises(ValueError, match="not a mapping of names to tensors"):
        read_weights(tmp_path / "checkpoint.pth")


def test_the_first_tensor_of_another_shape_is_named_with_both_shapes(tmp_path):
    state = network().state_dict() | {"0.weight": torch.zeros(4, 3, 5, 5)}
    told = r"0\.weight has shape \[4, 3, 5, 5\] in the file, \[4, 3, 3, 3\] in the network"
    with pytest.raises(ValueError, match=told):
        fitted(state, tmp_path)


def test_missing_and_strange_tensors_are_named(tmp_path):
    state = network().state_dict()
    with pytest.raises(ValueError, match=r"0\.bias missing in the file"):
        fitted({name: state[name] for name in state if name != "0.bias"}, tmp_path)
    with pytest.raises(ValueError, match=r"fc\.weight not in the network"):
        fitted(state | {"fc.weight": torch.zeros(2)}, tmp_path)


def test_a_classifier_is_left_out_where_it_is_named_so(tmp_path):
    state = network().state_dict()
    assert fitted(state | {"fc.weight": torch.zeros(2)}, tmp_path, ("fc.",)).keys() == state.keys()


def test_older_files_need_no_counters_and_half_precision_becomes_single(tmp_path):
    state = network().state_dict()
    old = {name: value.half() for name, value in state.items() if "num_batches" not in name}
    found = fitted(old, tmp_path)
    assert found["0.weight"].dtype == torch.float32
    assert found["1.num_batches_tracked"] == 0


def test_the_hash_is_of_names_shapes_and_contents():
    one = {"a": torch.arange(6.0), "b": torch.zeros(2)}
    assert hash_of(one) == hash_of(dict(reversed(one.items())))
    others = [one | {"a": torch.arange(6.0).reshape(2, 3)}, one | {"b": torch.ones(2)}]
    assert len({hash_of(tensors) for tensors in [one, *others]}) == 3


def test_a_network_is_compared_with_its_file_before_anything_is_loaded(tmp_path):
    other = outline(Backbone("torchvision", "squeezenet1_0", weights="none"), pretrained=False)
    state = {name: torch.zeros(value.shape) for name, value in other.network.state_dict().items()}
    torch.save(state, tmp_path / "other.pth")
    wrong = Backbone("torchvision", "squeezenet1_1", file=str(tmp_path / "other.pth"))
    with pytest.raises(ValueError, match=r"features\.0\.weight has shape \[96, 3, 7, 7\]"):
        outline(wrong, pretrained=True)
    with pytest.raises(ValueError, match=r"features\.0\.weight"):
        pretrained_body(wrong)
