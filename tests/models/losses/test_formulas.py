"""Losses against their formulas, written out."""

import math

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from models.losses import CosineCrossEntropyLoss, CosineLoss, SquaredErrorLoss, TVMFLoss
from tests.models.losses.configured import NAMES, made_for

CLASSES = ("001.Black_Tern", "002.Elegant_Tern", "003.Rock_Wren", "004.Blue_Jay")
OUTPUTS = torch.tensor([[3.0, 4.0, 0.0], [1.0, 2.0, -2.0]])
LABELS = torch.tensor([1, 2])


def random_outputs(samples=6, classes=4, seed=0, precision=torch.float64):
    draw = torch.Generator().manual_seed(seed)
    outputs = torch.randn(samples, classes, generator=draw, dtype=precision)
    return outputs, torch.arange(samples) % classes


def test_the_cosine_loss_of_a_triangle_of_sides_3_4_5():
    assert CosineLoss()(OUTPUTS, LABELS).item() == pytest.approx(((1 - 4 / 5) + (1 + 2 / 3)) / 2)
    scores = CosineLoss().scores(OUTPUTS).numpy()
    np.testing.assert_allclose(scores, [[0.6, 0.8, 0], [1 / 3, 2 / 3, -2 / 3]], atol=1e-6)


def test_the_squared_error_sums_over_classes():
    expected = ((9 + 9 + 0) + (1 + 4 + 9)) / 2
    assert SquaredErrorLoss()(OUTPUTS, LABELS).item() == pytest.approx(expected)
    assert SquaredErrorLoss().scores(OUTPUTS) is OUTPUTS


def test_t_vmf_of_a_cosine_of_one_half():
    cosines = torch.tensor([[0.5, 1.0]])
    similar = 1.5 / (1 + 16 * 0.5) - 1, 2 / 1 - 1
    expected = -math.log(math.exp(8 * similar[0]) / sum(math.exp(8 * phi) for phi in similar))
    loss = TVMFLoss(kappa=16.0, scale=8.0)
    assert loss(cosines, torch.tensor([0])).item() == pytest.approx(expected, rel=1e-5)
    assert loss.scores(cosines)[0, 0].item() == pytest.approx(math.exp(-expected), rel=1e-5)


def test_t_vmf_with_kappa_zero_is_the_softmax_of_scaled_cosines():
    outputs, labels = random_outputs()
    cosines = outputs.tanh()
    expected = nn.functional.cross_entropy(5 * cosines, labels)
    assert TVMFLoss(kappa=0, scale=5)(cosines, labels).item() == pytest.approx(expected.item())


def test_the_trained_scale_of_t_vmf_begins_as_the_authors():
    cosines = torch.tensor([[1.0, -1.0]])
    scale = 1 + math.log(2)
    expected = 1 / (1 + math.exp(-2 * scale))
    assert TVMFLoss(kappa=16, scale=None).scores(cosines)[0, 0].item() == pytest.approx(expected)


def test_the_last_layer_of_t_vmf_gives_cosines():
    layer = TVMFLoss(kappa=16, scale=None).last_layer(5, 3)
    features = torch.randn(4, 5, generator=torch.Generator().manual_seed(0))
    expected = nn.functional.cosine_similarity(features[:, None], layer.weight[None], dim=2)
    np.testing.assert_allclose(layer(features).detach(), expected.detach(), atol=1e-6)
    np.testing.assert_allclose(layer(7 * features).detach(), expected.detach(), atol=1e-6)


def test_the_combined_loss_is_the_sum_of_its_parts():
    torch.manual_seed(0)
    loss = CosineCrossEntropyLoss(4, cross_entropy_weight=0.3, weight_decay=0.01).double()
    outputs, labels = random_outputs()
    unit = outputs / outputs.norm(dim=1, keepdim=True)
    hidden = unit.clamp(min=0)
    mean, variance = hidden.mean(dim=0), hidden.var(dim=0, unbiased=False)
    normalised = (hidden - mean) / (variance + 1e-3).sqrt()
    weight, bias = loss.head.linear.weight, loss.head.linear.bias
    logits = normalised @ weight.T + bias
    of_class = torch.arange(len(labels)), labels
    expected = (
        (1 - unit[of_class]).mean()
        + 0.3 * (logits.logsumexp(dim=1) - logits[of_class]).mean()
        + 0.01 * (weight**2).sum()
    )
    assert loss(outputs, labels).item() == pytest.approx(expected.item(), rel=1e-9)


def test_the_classifier_of_the_combined_loss_begins_as_kerass():
    torch.manual_seed(0)
    head = CosineCrossEntropyLoss(50, cross_entropy_weight=0.1, weight_decay=5e-4).head
    bound = math.sqrt(6 / 100)
    assert 0.95 * bound < head.linear.weight.abs().max() <= bound
    assert not head.linear.bias.any()
    head(torch.ones(2, 50))
    np.testing.assert_allclose(head.normalisation.running_mean, 0.01, rtol=1e-5)


def test_the_combined_loss_predicts_by_its_classifier_with_running_statistics():
    torch.manual_seed(0)
    loss = CosineCrossEntropyLoss(4, cross_entropy_weight=0.1, weight_decay=0).double()
    outputs, labels = random_outputs()
    for _ in range(3):
        loss(outputs, labels)
    loss.eval()
    scores = loss.scores(outputs)
    np.testing.assert_allclose(scores.sum(dim=1).detach(), 1, atol=1e-12)
    alone = torch.cat([loss.scores(one) for one in outputs.split(1)])
    np.testing.assert_allclose(alone.detach(), scores.detach(), atol=1e-12)


def test_running_statistics_follow_few_updates_with_a_larger_momentum():
    """In 60 updates, those of the authors' momentum still are half of what they start from."""
    outputs, labels = random_outputs()
    means = {}
    for momentum in (0.01, 0.1):
        loss = CosineCrossEntropyLoss(4, 0.1, weight_decay=0, momentum=momentum).double()
        for _ in range(60):
            loss(outputs, labels)
        means[momentum] = loss.head.normalisation.running_mean.numpy()
    exact = functional.normalize(outputs).relu().mean(dim=0).detach().numpy()
    np.testing.assert_allclose(means[0.1], exact, rtol=2e-3)
    np.testing.assert_allclose(means[0.01], exact * (1 - 0.99**60), rtol=1e-9)


@pytest.mark.parametrize("momentum", [0, -0.1, 1.5, float("nan"), "0.1"])
def test_a_batch_has_a_weight_between_0_and_1(momentum):
    with pytest.raises(ValueError, match=f"momentum={momentum}"):
        CosineCrossEntropyLoss(4, 0.1, weight_decay=0, momentum=momentum)


def test_a_batch_of_one_sample_leaves_the_running_statistics_as_they_are():
    loss = CosineCrossEntropyLoss(4, cross_entropy_weight=0.1, weight_decay=5e-4)
    outputs, labels = random_outputs(samples=1, precision=torch.float32)
    before = {name: buffer.clone() for name, buffer in loss.named_buffers()}
    loss(outputs.requires_grad_(), labels).backward()
    assert outputs.grad.abs().sum() > 0
    for name, buffer in loss.named_buffers():
        assert torch.equal(buffer, before[name]), name


@pytest.mark.parametrize("name", NAMES)
def test_gradients_are_those_of_finite_differences(name):
    torch.manual_seed(0)
    criterion = made_for(CLASSES, name).double()
    outputs, labels = random_outputs()
    if name == "t_vmf":
        outputs = outputs.tanh()
    weights = list(criterion.parameters())
    assert torch.autograd.gradcheck(
        lambda outputs, *_: criterion(outputs, labels), (outputs.requires_grad_(), *weights)
    )


@pytest.mark.parametrize("name", [name for name in NAMES if "cosine" in name])
def test_a_cosine_loss_does_not_see_the_length_of_the_outputs(name):
    torch.manual_seed(0)
    criterion = made_for(CLASSES, name).double()
    outputs, labels = random_outputs()
    short, long = (criterion(factor * outputs, labels).item() for factor in (0.01, 1000))
    assert short == pytest.approx(long, rel=1e-12)
    short, long = (criterion.scores(factor * outputs).detach() for factor in (0.01, 1000))
    np.testing.assert_allclose(short, long, rtol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_outputs_of_zero_have_a_finite_loss_and_gradient(name):
    criterion = made_for(CLASSES, name)
    outputs = torch.zeros(4, 4, requires_grad=True)
    loss = criterion(outputs, torch.arange(4))
    loss.backward()
    assert torch.isfinite(loss)
    assert torch.isfinite(outputs.grad).all()
    assert torch.isfinite(criterion.scores(outputs)).all()


def test_outputs_of_zero_lose_one_and_are_pulled_to_their_class():
    outputs = torch.zeros(1, 3, requires_grad=True)
    loss = CosineLoss()(outputs, torch.tensor([2]))
    loss.backward()
    assert loss.item() == 1
    np.testing.assert_allclose(outputs.grad, [[0, 0, -1e6]], rtol=1e-6)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("precision", [torch.bfloat16, torch.float16])
def test_outputs_of_half_precision_are_computed_in_single(name, precision):
    torch.manual_seed(0)
    criterion = made_for(CLASSES, name)
    outputs, labels = random_outputs(precision=torch.float32)
    halved = outputs.tanh().to(precision)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss, scores = criterion(halved, labels), criterion.scores(halved)
    if name not in ("cross_entropy", "label_smoothing"):  # PyTorch's own are as they are
        assert loss.item() == pytest.approx(criterion(halved.float(), labels).item(), rel=1e-6)
    assert scores.dtype == torch.float32
