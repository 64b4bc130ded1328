import math

import pytest
import torch
from torch import nn

from models.networks import CNN, MLP, glorot_uniform


def parameters_of(network):
    return sum(parameter.numel() for parameter in network.parameters())


def layers_of(network, *kinds):
    return [layer for layer in network.modules() if isinstance(layer, kinds)]


def test_the_published_mlp_has_its_parameters_and_gives_logits():
    network = MLP((1, 28, 28), 2, hidden=[128, 128], activation="relu", dropout=0.5)
    assert parameters_of(network) == (784 + 1) * 128 + (128 + 1) * 128 + (128 + 1) * 2
    assert network(torch.zeros(3, 1, 28, 28)).shape == (3, 2)
    assert [layer.p for layer in layers_of(network, nn.Dropout)] == [0.5, 0.5]


def test_the_published_leek_network_is_five_layers_of_160_tanh_without_dropout():
    network = MLP((1, 28, 28), 2, hidden=[160] * 5, activation="tanh", dropout=0.0)
    assert parameters_of(network) == (784 + 1) * 160 + 4 * (160 + 1) * 160 + (160 + 1) * 2
    assert len(layers_of(network, nn.Tanh)) == 5
    assert layers_of(network, nn.Dropout, nn.ReLU) == []


def test_without_hidden_layers_the_mlp_is_the_linear_model():
    assert parameters_of(MLP((1, 8, 8), 3, hidden=[])) == 65 * 3


def test_the_published_cnn_has_its_parameters_and_gives_logits():
    network = CNN((1, 28, 28), 2)
    convolutions = (1 * 9 + 1) * 32 + (32 * 9 + 1) * 32 + (32 * 9 + 1) * 64 + (64 * 9 + 1) * 64
    assert parameters_of(network) == convolutions + (64 * 4 * 4 + 1) * 128 + (128 + 1) * 2
    assert network(torch.zeros(3, 1, 28, 28)).shape == (3, 2)
    assert [layer.p for layer in layers_of(network, nn.Dropout)] == [0.2, 0.5]


def test_fit_padding_keeps_the_published_network_at_28_pixels_and_survives_8():
    images = torch.rand(2, 1, 28, 28)
    fit, valid = CNN((1, 28, 28), 2), CNN((1, 28, 28), 2, padding="valid")
    valid.load_state_dict(fit.state_dict())
    assert torch.equal(fit.eval()(images), valid.eval()(images))
    assert CNN((1, 8, 8), 10)(torch.zeros(3, 1, 8, 8)).shape == (3, 10)


@pytest.mark.parametrize("shape", [(1, 16, 16), (3, 17, 30), (1, 15, 40)])
@pytest.mark.parametrize("padding", ["fit", "same"])
def test_the_cnn_takes_any_size_of_image(shape, padding):
    assert CNN(shape, 4, padding=padding)(torch.zeros(2, *shape)).shape == (2, 4)


def test_valid_padding_on_a_digit_of_8_pixels_is_refused_with_the_remedy():
    with pytest.raises(ValueError, match=r"nothing is left of 8x8 .* padding=same"):
        CNN((1, 8, 8), 2, padding="valid")


def test_channels_last_changes_the_speed_not_the_logits():
    network = CNN((2, 20, 20), 3).eval()
    images = torch.rand(4, 2, 20, 20)
    plain = CNN((2, 20, 20), 3).eval()
    plain.load_state_dict(network.state_dict())
    plain.to(memory_format=torch.contiguous_format)
    expected = plain.head(plain.features(images))
    torch.testing.assert_close(network(images), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("network", "arguments", "message"),
    [
        (MLP, {"hidden": [4], "activation": "gelu"}, "activation=gelu: one of relu, tanh"),
        (MLP, {"hidden": [0]}, r"hidden=\[0\]"),
        (CNN, {"padding": "full"}, "padding=full: one of fit, valid, same"),
    ],
)
def test_a_wrong_choice_is_refused_by_name(network, arguments, message):
    with pytest.raises(ValueError, match=message):
        network((1, 28, 28), 2, **arguments)


@pytest.mark.parametrize("network", [MLP((1, 28, 28), 2, [160] * 5), CNN((1, 28, 28), 2)])
def test_glorot_weights_fill_their_limits_and_biases_are_zero(network):
    torch.manual_seed(0)
    glorot_uniform(network)
    for layer in layers_of(network, nn.Linear, nn.Conv2d):
        area = math.prod(layer.weight.shape[2:])
        fan_out, fan_in = layer.weight.shape[0] * area, layer.weight.shape[1] * area
        limit = math.sqrt(6 / (fan_in + fan_out))
        assert layer.weight.abs().max() <= limit * (1 + 1e-6)
        assert layer.weight.abs().max() > 0.95 * limit
        assert not layer.bias.any()
