"""From the options of a backbone to its network, with published or random weights."""

from __future__ import annotations

from contextlib import nullcontext

import torch

from models.backbones.body import Body
from models.backbones.options import Backbone
from models.backbones.weights import fitting, read_weights


def random_body(backbone: Backbone, seed: int) -> Body:
    """The network with its library's random initial weights, drawn from `seed`."""
    torch.manual_seed(seed)
    return _channels_last(_build(backbone))


def pretrained_body(backbone: Backbone) -> Body:
    """The network with the weights of `backbone.file`.

    Raises ValueError, before anything is loaded, where file and network do not agree.
    """
    # Without memory, torchvision's VGG need not draw the 120 million weights of its classifier;
    # models of timm may make constants that no file holds, so they are built for real.
    with torch.device("meta") if backbone.library == "torchvision" else nullcontext():
        body = _build(backbone)
    body.network.load_state_dict(_fitting(backbone, body), strict=True, assign=True)
    return _channels_last(body)


def outline(backbone: Backbone, pretrained: bool) -> Body:
    """The network on PyTorch's meta device, its file (where `pretrained`) compared, not loaded."""
    with torch.device("meta"):
        body = _build(backbone)
    if pretrained:
        _fitting(backbone, body)
    return body


def _fitting(backbone: Backbone, body: Body) -> dict[str, torch.Tensor]:
    path = backbone.require_file()
    tensors = read_weights(path)
    if backbone.architecture == "tf_efficientnet_lite0":
        from models.backbones.timm_network import renamed

        tensors = renamed(tensors)
    return fitting(tensors, body.network, body.left_out, path)


def _build(backbone: Backbone) -> Body:
    if backbone.library == "torchvision":
        from models.backbones.torchvision_network import build
    else:
        from models.backbones.timm_network import build
    return build(backbone)


def _channels_last(body: Body) -> Body:
    return body.to(memory_format=torch.channels_last)
