"""Networks of torchvision without their classifier."""

from __future__ import annotations

from collections.abc import Iterator

import torchvision
from torch import nn

from models.backbones.body import Body, InputFormat
from models.backbones.options import Backbone

# Every weights enum of these families states crop 224, this mean and this deviation.
IMAGENET_INPUTS = InputFormat(224, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


def build(backbone: Backbone) -> Body:
    """The network with random weights; its state has torchvision's names."""
    network = torchvision.models.get_model(backbone.architecture)
    if hasattr(network, "fc"):
        network.fc = nn.Identity()
        blocks = [("conv1", "bn1"), *((f"layer{stage}",) for stage in range(1, 5))]
        left_out: tuple[str, ...] = ("fc.",)
    elif isinstance(network, torchvision.models.SqueezeNet):
        network.classifier = nn.AdaptiveAvgPool2d(1)  # flattened by the network itself
        blocks = list(_single_layers(network.features))
        left_out = ("classifier.",)
    elif backbone.representation == "penultimate":
        blocks = [*_between_poolings(network.features), *_dense_layers(network.classifier)]
        left_out = (_without_last(network, backbone.dropout),)
    else:
        network.avgpool, network.classifier = nn.AdaptiveAvgPool2d(1), nn.Identity()
        blocks = list(_between_poolings(network.features))
        left_out = ("classifier.",)
    return Body(network, blocks, left_out, IMAGENET_INPUTS)


def _without_last(network: nn.Module, dropout: float) -> str:
    """Cut the last linear layer; its name's beginning."""
    classifier = network.classifier
    assert isinstance(classifier, nn.Sequential)  # in all of torchvision's without `fc`
    last = len(classifier) - 1
    network.classifier = classifier[:last]
    for layer in classifier[:last]:
        if isinstance(layer, nn.Dropout):
            layer.p = dropout
    return f"classifier.{last}."


def _single_layers(features: nn.Sequential) -> Iterator[tuple[str, ...]]:
    for name, layer in features.named_children():
        if any(True for _ in layer.parameters()):
            yield (f"features.{name}",)


def _between_poolings(features: nn.Sequential) -> Iterator[tuple[str, ...]]:
    block: list[str] = []
    for name, layer in features.named_children():
        block.append(f"features.{name}")
        if isinstance(layer, nn.MaxPool2d):
            yield tuple(block)
            block = []
    if block:
        yield tuple(block)


def _dense_layers(classifier: nn.Sequential) -> Iterator[tuple[str, ...]]:
    linear = [name for name, layer in classifier.named_children() if isinstance(layer, nn.Linear)]
    yield from ((f"classifier.{name}",) for name in linear[:-1])
