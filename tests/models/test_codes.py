"""Short codes in the place of pixels: what they are fitted on, and the networks behind them."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA
from torch import nn

from datasets.digits import Digits
from datasets.module import SplitData
from datasets.splits import Split
from models.codes import AutoencoderCode, PCACode, codes_of
from models.networks import MLP
from models.neural import NeuralClassifier

CPU = {"accelerator": "cpu", "devices": 1, "precision": "32-true", "deterministic": True}
AUTOENCODER = {"channels": 4, "updates": 4, "batch_size": 8, "lr": 1e-3}
CODES = {"pca": partial(PCACode, length=5), "ae": partial(AutoencoderCode, length=5, **AUTOENCODER)}


@pytest.fixture(params=CODES)
def code(request):
    return CODES[request.param]


@pytest.fixture
def data(make_data, make_halves):
    return make_data(*make_halves(12, classes=4), classes=4)


def classifier(code, **changes):
    fields = {
        "network": partial(MLP, hidden=[8]),
        "optimizer": partial(torch.optim.Adam, lr=1e-2),
        "loss": nn.CrossEntropyLoss,
        "trainer": CPU,
        "epochs": 2,
        "batch_size": 4,
        "inputs": "standardise",
        "code": code,
    }
    return NeuralClassifier(**fields | changes)


def test_the_pca_code_is_scikit_learns_of_pixels_over_their_peak(data):
    made = PCACode(length=5, shape=data.shape, peak=data.peak)
    made.fit(data.train_inputs, seed=0)
    pixels = data.train_inputs.flatten(1).double().numpy() / data.peak
    expected = PCA(5, svd_solver="full").fit_transform(pixels)
    np.testing.assert_allclose(codes_of(made, data.train_inputs), expected, atol=1e-4)


def test_a_code_longer_than_the_sample_ends_in_zeros(data):
    made = PCACode(length=20, shape=data.shape, peak=data.peak)
    made.fit(data.train_inputs, seed=0)
    codes = codes_of(made, data.train_inputs)
    assert codes.shape == (12, 20)
    assert not codes[:, 12:].any()


def test_a_code_is_fitted_the_same_by_the_same_seed(code, data):
    first, again = (code(shape=data.shape, peak=data.peak) for _ in range(2))
    for made in (first, again):
        torch.manual_seed(int(made is first))
        made.fit(data.train_inputs, seed=7)
    found = [codes_of(made, data.train_inputs).tobytes() for made in (first, again)]
    assert found[0] == found[1]


def test_an_autoencoder_that_learns_longer_tells_more_images_apart(data):
    def spread(updates):
        torch.manual_seed(0)
        options = AUTOENCODER | {"updates": updates, "lr": 1e-2}
        made = AutoencoderCode(length=2, **options, shape=data.shape, peak=data.peak)
        made.fit(data.train_inputs, seed=0)
        return codes_of(made, data.train_inputs).std()

    assert spread(60) > 2 * spread(1)


def test_the_network_is_built_for_the_length_of_the_code(code, data):
    shapes = []

    def network(shape, classes):
        shapes.append(shape)
        return MLP(shape, classes, hidden=[8])

    learner = classifier(code, network=network)
    learner.check(data.shape, data.classes)
    learner.fit(data, seed=0)
    assert shapes == [(5,), (5,)]
    assert learner.scores(data.train_inputs).shape == (12, 4)


def test_the_code_stays_as_it_was_fitted_and_counts_as_not_trained(code, data):
    learner = classifier(code, epochs=3)
    learner.fit(data, seed=0)
    kept = {name: array.copy() for name, array in learner.state().items() if "code." in name}
    longer = classifier(code, epochs=6)
    longer.fit(data, seed=0)
    assert kept
    assert all(np.array_equal(longer.state()[name], array) for name, array in kept.items())
    head = (5 + 1) * 8 + (8 + 1) * 4
    assert learner.parameters["trainable"] == head
    assert learner.parameters["total"] == head + sum(array.size for array in kept.values())


def test_with_and_without_a_code_a_network_begins_with_weights_of_the_same_seed(data):
    short, other = classifier(CODES["pca"]), classifier(CODES["ae"])
    for learner in (short, other):
        learner.epochs = 1
        learner.optimizer = partial(torch.optim.SGD, lr=1e-12)
        learner.fit(data, seed=3)
    one, two = (learner.state()["network.1.weight"] for learner in (short, other))
    np.testing.assert_allclose(one, two, atol=1e-6)


def test_a_restored_learner_scores_the_same_bytes(code, data):
    learner, restored = classifier(code), classifier(code)
    learner.fit(data, seed=1)
    restored.restore(learner.state(), data.shape, data.classes, data.peak)
    images = data.train_inputs.to(torch.uint8)
    assert restored.scores(images).tobytes() == learner.scores(images).tobytes()
    assert restored.parameters == learner.parameters


@pytest.mark.parametrize("name", CODES)
def test_digits_are_learned_from_their_codes(name):
    samples = Digits((0, 1)).load()
    data = SplitData(samples, Split(np.arange(80), np.arange(80, 360)), batch_size=8)
    options = {"updates": 60, "lr": 1e-3, "batch_size": 16, "channels": 8} if name == "ae" else {}
    learner = classifier(partial(CODES[name], **options), batch_size=8, epochs=15)
    learner.fit(data.training, seed=0)
    predicted = learner.scores(data.test_inputs).argmax(axis=1)
    assert (predicted == data.test_labels.numpy()).mean() > 0.95


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"code": "pca"}, "code=pca: a block with _target_"),
        ({"inputs": "unit"}, "inputs=unit: of a code raw or standardise"),
    ],
)
def test_what_cannot_be_is_refused_at_once(changes, told):
    with pytest.raises(ValueError, match=told):
        classifier(**{"code": CODES["pca"], **changes})


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (partial(PCACode, length=0), "code: length=0: a whole number"),
        (partial(AutoencoderCode, length=2, **AUTOENCODER | {"lr": 0}), "code: lr=0: a positive"),
        (partial(PCACode, longth=2), "code: .*longth"),
    ],
)
def test_a_code_that_cannot_be_made_is_refused_before_training(code, told, data):
    with pytest.raises(ValueError, match=told):
        classifier(code).check(data.shape, data.classes)


def test_an_autoencoder_of_rows_is_refused():
    with pytest.raises(ValueError, match=r"code: .*takes images"):
        classifier(CODES["ae"]).check((7,), 2)


@pytest.mark.parametrize("samples", [3, 16])
def test_of_few_samples_rounding_is_no_component(samples):
    """Centred, n samples have n - 1 components; the n-th, of rounding alone, was scaled up."""
    pixels = np.random.default_rng(0).integers(0, 256, (samples, 1, 8, 8)).astype(np.uint8)
    code = PCACode(16, (1, 8, 8), 255.0)
    code.fit(pixels, 0)
    sizes = code.components.norm(dim=1)
    assert torch.allclose(sizes[: samples - 1], torch.ones(samples - 1), atol=1e-5)
    assert not sizes[samples - 1 :].any()
