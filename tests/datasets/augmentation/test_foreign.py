"""Pipelines of torchvision and albumentations by configuration alone."""

import subprocess
import sys

import numpy as np
import pytest
import torch

from datasets.augmentation import build
from datasets.errors import WrongOption

V2, ALB = "torchvision.transforms.v2", "albumentations"
OPERATION = "datasets.augmentation.foreign"


def block(kind, *transforms):
    operation = {"_target_": f"{OPERATION}.{kind}", "transforms": list(transforms)}
    return {"name": "x", "says": "y", "operations": [operation]}


TORCHVISION = block("TorchvisionPipeline", {"_target_": f"{V2}.RandomHorizontalFlip", "p": 1.0})
ALBUMENTATIONS = block("AlbumentationsPipeline", {"_target_": f"{ALB}.HorizontalFlip", "p": 1.0})


@pytest.mark.parametrize("written", [TORCHVISION, ALBUMENTATIONS], ids=["torchvision", "alb."])
@pytest.mark.parametrize("channels", [1, 3])
def test_their_flip_is_the_same_flip(written, channels, photos):
    images = photos[:, :channels]
    assert (build(written)(images, 0, 0, np.arange(12)) == images.flip(3)).all()


def test_nested_transforms_and_several_of_them(photos):
    nested = {
        "_target_": f"{V2}.RandomApply",
        "transforms": [{"_target_": f"{V2}.ColorJitter", "brightness": 0.5}],
        "p": 0.5,
    }
    written = block("TorchvisionPipeline", nested, {"_target_": f"{V2}.RandomVerticalFlip", "p": 1})
    changed = build(written)(photos, 0, 0, np.arange(12))
    flipped = (changed == photos.flip(2)).flatten(1).all(1)
    assert 0 < flipped.sum() < 12


@pytest.mark.parametrize(
    ("kind", "transform", "told"),
    [
        ("TorchvisionPipeline", {"_target_": f"{V2}.NoSuch"}, "NoSuch: cannot be made"),
        ("TorchvisionPipeline", {"_target_": f"{V2}.CenterCrop", "size": 7}, "must stay as they"),
        ("TorchvisionPipeline", {"_target_": f"{V2}.ToPILImage"}, "must stay as they are"),
        ("AlbumentationsPipeline", {"_target_": f"{ALB}.Resize", "height": 9, "width": 9}, "shape"),
        ("AlbumentationsPipeline", {"_target_": f"{ALB}.ToFloat"}, "gives float32"),
    ],
)
def test_transforms_that_cannot_be_used_are_refused(kind, transform, told, photos):
    with pytest.raises(WrongOption, match=r"augmentation.operations.0.transforms=") as caught:
        build(block(kind, transform))(photos, 0, 0, np.arange(12))
    assert told in str(caught.value)


def test_blocks_that_name_no_transform_are_refused_before_anything_runs():
    for wrong in (block("TorchvisionPipeline"), block("TorchvisionPipeline", {"p": 1})):
        with pytest.raises(WrongOption, match=r"operations.0.transforms=.*list of blocks"):
            build(wrong)


def test_pixels_that_are_no_bytes_are_refused():
    with pytest.raises(WrongOption, match=r"not 0..16"):
        build(TORCHVISION, peak=16).checked((1, 8, 8))


def test_a_missing_package_is_named_with_the_extra_that_brings_it(photos, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(WrongOption, match=r"pip install 'scarce\[albumentations\]'"):
        build(ALBUMENTATIONS)(photos, 0, 0, np.arange(12))


@pytest.mark.slow
def test_albumentations_never_asks_the_network():
    code = (
        "import socket, numpy as np, torch\n"
        "def refused(*_): raise SystemExit('went online')\n"
        "socket.getaddrinfo = socket.create_connection = refused\n"
        "from datasets.augmentation import build\n"
        f"build({ALBUMENTATIONS!r})(torch.zeros(1, 3, 8, 8, dtype=torch.uint8), 0, 0, [0])\n"
        "import sys; assert 'albumentations' in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert not done.stderr


def test_the_images_on_which_torch_draws_are_not_disturbed(photos):
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    build(TORCHVISION)(photos, 0, 0, np.arange(12))
    assert (torch.rand(3) == expected).all()
