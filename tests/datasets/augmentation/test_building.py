"""From configuration blocks to augmentations, and what is refused on the way."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml

from datasets.augmentation import Augmentation, build
from datasets.errors import WrongOption

FOLDER = Path(__file__).resolve().parents[3] / "conf" / "augmentation"
FLIP = {"_target_": "datasets.augmentation.geometric.HorizontalFlip"}
TURN = {"_target_": "datasets.augmentation.geometric.Rotation", "degrees": [-5, 5]}
FILES = sorted(file.stem for file in FOLDER.glob("*.yaml"))
MODIFIERS = {"constant", "edge", "reflect", "symmetric", "wrap", "offline"}


def written(name):
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text())


def block(*operations, **fields):
    return {"name": "x", "says": "y", "operations": list(operations), **fields}


@pytest.mark.parametrize("name", FILES)
def test_every_file_states_what_can_be_built_alone_or_after_translate(name, photos):
    own = written(name)
    assert own["name"] == name
    assert own["says"]
    if name in MODIFIERS:
        own["operations"] = written("translate")["operations"]
    augmentation = build(own)
    assert (augmentation is None) == (name == "none")
    if augmentation:
        changed = augmentation(photos, 0, 0, np.arange(len(photos)))
        assert changed.shape[1:] == augmentation.shape_of(photos.shape[1:])
        assert changed.dtype == torch.uint8
        scored = photos if augmentation.at_test is None else augmentation.at_test(photos)
        assert (changed != scored).flatten(1).any(1).sum() >= 3


def test_a_block_without_operations_is_no_augmentation():
    assert build(block()) is None
    assert build(block(fill=None, fill_value=None, views=None)) is None


def test_a_field_that_is_null_is_not_stated():
    assert build(block(TURN, fill=None, fill_value=None, views=None)) == build(block(TURN))
    assert build(block(FLIP, fill=None)).views is None


def test_fill_value_views_and_peak_are_taken_over():
    built = build(block(TURN, fill="constant", fill_value=0.5, views=3), peak=16.0)
    assert (built.fill, built.fill_value, built.views, built.peak) == ("constant", 0.5, 3, 16)
    assert built.description == "Rotation(degrees -5 to 5), fill constant 0.5, 3 fixed views"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (block(FLIP, veiws=3), "augmentation.veiws=3: no such field; did you mean views?"),
        ({"name": "x", "operations": FLIP}, "a list of operations is needed"),
        (block({"probability": 1}), "augmentation.operations.0._target_="),
        (block(FLIP, {"_target_": "datasets.no.such"}), "operations.1._target_=datasets.no.such"),
        (block({"_target_": "torch.nn.ReLU"}), "not an operation of this suite"),
        (block({**FLIP, "probabilty": 1}), "operations.0.probabilty=1: HorizontalFlip: no such"),
        (block({**FLIP, "probabilty": 1}), "did you mean probability?"),
        (block(FLIP, {**FLIP, "probability": 2}), "augmentation.operations.1.probability=2: a num"),
        (block({"_target_": TURN["_target_"]}), "operations.0.degrees=missing: Rotation needs it"),
        (block(TURN, fill="mirror"), "augmentation.fill=mirror: choose one of constant, edge"),
        (block(TURN, fill="constant", fill_value=255), "augmentation.fill_value=255: a number fr"),
        (block(TURN, fill_value=0.5), "augmentation.fill_value=0.5: only fill=constant has a"),
        (block(TURN, views=0), "augmentation.views=0: a whole number from 1 up"),
        (block(fill="edge"), "augmentation.fill=edge: there is no operation"),
        (block(views=2), "augmentation.views=2: there is no operation"),
        (block(FLIP, fill="edge"), "augmentation.fill=edge: there is no operation that looks"),
    ],
)
def test_what_is_written_wrongly_is_refused_by_field_value_and_remedy(wrong, told):
    with pytest.raises(WrongOption) as caught:
        build(wrong)
    assert told in str(caught.value)


def test_an_augmentation_says_which_images_it_cannot_act_on():
    colours = build(written("colour_jitter"))
    assert colours.checked((3, 8, 8)) is colours
    with pytest.raises(WrongOption, match=r"operations.0.saturation=0.2: grey images have no"):
        colours.checked((1, 8, 8))
    padded = build(block({"_target_": "datasets.augmentation.geometric.PaddedCrop", "padding": 8}))
    with pytest.raises(WrongOption, match=r"operations.0.padding=8: .* at most 7 can be padded"):
        padded.checked((1, 8, 8))
    with pytest.raises(WrongOption, match="grey or RGB"):
        build(block(FLIP)).checked((4, 8, 8))


@dataclass(frozen=True)
class Halved:
    """An operation of one's own that forgets that shapes must stay."""

    def apply(self, image, stream, peak):
        return image[::2]


@dataclass(frozen=True)
class Inverted:
    """An operation of one's own."""

    def apply(self, image, stream, peak):
        return peak - image


def test_operations_of_ones_own_are_taken_by_their_import_path(photos, change):
    own = build(block({"_target_": f"{__name__}.Inverted"}))
    assert (change(own, photos) == 255 - photos).all()


def test_images_and_results_that_are_not_uint8_of_the_same_shape_are_refused(photos, change):
    with pytest.raises(TypeError, match="images: uint8 needed"):
        change(build(block(FLIP)), photos.float())
    with pytest.raises(TypeError, match="an operation gave uint8"):
        change(Augmentation([Halved()]), photos)


def test_to_build_loads_neither_torch_nor_opencv():
    code = (
        "import sys, yaml; from datasets.augmentation import build\n"
        f"build(yaml.safe_load(open({str(FOLDER / 'flip_rotate_crop.yaml')!r}))).text\n"
        "import datasets.augmentation.foreign\n"
        "assert not {'torch', 'cv2', 'torchvision', 'albumentations'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
