import signal
from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from models.classifier import Diverged
from models.networks import CNN, MLP
from models.neural import NeuralClassifier
from models.optimisation import inverse_time_decay

CPU = {"accelerator": "cpu", "devices": 1, "precision": "32-true", "deterministic": True}
SMALL_MLP = partial(MLP, hidden=[16, 16], activation="relu", dropout=0.5)
SMALL_CNN = partial(CNN, channels=[4, 4], dense=8)


def learner_of(**changes):
    fields = {
        "network": SMALL_MLP,
        "optimizer": partial(torch.optim.Adam, lr=1e-2),
        "loss": nn.CrossEntropyLoss,
        "trainer": CPU,
        "epochs": 3,
        "batch_size": 4,
        "inputs": "unit",
    }
    return NeuralClassifier(**fields | changes)


def scores_after_training(data, seed=5, **changes):
    learner = learner_of(**changes)
    learner.fit(data, seed)
    return learner.scores(data.train_inputs)


@pytest.fixture
def data(make_data, make_halves):
    return make_data(*make_halves(10), batch_size=4)


def test_scores_are_probabilities_of_every_image(data):
    scores = scores_after_training(data)
    assert scores.shape == (10, 2)
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores.sum(1), 1, atol=1e-6)


def test_scores_take_an_array_as_well_as_a_tensor_and_do_not_drop_units(data):
    learner = learner_of()
    learner.fit(data, seed=0)
    once, again = learner.scores(data.train_inputs), learner.scores(data.train_inputs.numpy())
    assert once.tobytes() == again.tobytes()


@pytest.mark.parametrize("network", [SMALL_MLP, SMALL_CNN])
@pytest.mark.parametrize("inputs", ["unit", "standardise"])
def test_eight_samples_are_learnt_by_heart(make_data, make_halves, network, inputs):
    images, labels = make_halves(8)
    learner = learner_of(network=network, inputs=inputs, epochs=80)
    learner.fit(make_data(images, labels), seed=0)
    assert np.array_equal(learner.scores(images).argmax(1), labels.numpy())


@pytest.mark.parametrize("network", [SMALL_MLP, SMALL_CNN])
def test_a_cell_is_the_same_bytes_whatever_ran_before(data, make_data, make_halves, network):
    first = scores_after_training(data, network=network)
    torch.rand(1000)
    np.random.default_rng().random(10)
    other = make_data(*make_halves(6, side=16, classes=4), classes=4)
    scores_after_training(other, seed=99, network=SMALL_CNN, epochs=1)
    assert scores_after_training(data, network=network).tobytes() == first.tobytes()


def test_another_seed_gives_another_network(data):
    assert scores_after_training(data, seed=1).tobytes() != scores_after_training(data, 2).tobytes()


def test_a_large_derived_seed_is_taken(data):
    assert scores_after_training(data, seed=2**63 + 11).shape == (10, 2)


def test_training_is_the_plain_loop_step_by_step(data):
    """Against the loop written out: same weights, same batches, no dropout."""
    network = partial(MLP, hidden=[16], activation="tanh")
    schedule = partial(inverse_time_decay, decay=0.1)
    sgd = partial(torch.optim.SGD, lr=0.1)
    learner = learner_of(network=network, optimizer=sgd, schedule=schedule, inputs="unit")
    learner.fit(data, seed=3)

    torch.manual_seed(3)
    alone = network((1, 8, 8), 2)
    for layer in (alone[1], alone[3]):
        nn.init.xavier_uniform_(layer.weight)
        nn.init.zeros_(layer.bias)
    optimizer = sgd(alone.parameters())
    steps, batches, history = 0, data.train_dataloader(), []
    for _ in range(3):
        total = 0
        for images, labels in batches:
            optimizer.param_groups[0]["lr"] = 0.1 / (1 + 0.1 * steps)
            loss = nn.functional.cross_entropy(alone(images / 255), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(labels)
            steps += 1
        history.append(total / 10)

    expected = alone(data.train_inputs / 255).softmax(1).detach().numpy()
    np.testing.assert_allclose(learner.scores(data.train_inputs), expected, atol=1e-6)
    assert learner.history["train_loss"] == pytest.approx(history, rel=1e-5)


def test_parameters_count_frozen_ones_apart(data):
    def half_frozen(shape, classes):
        network = MLP(shape, classes, hidden=[4])
        network[1].requires_grad_(False)
        return network

    learner = learner_of(network=half_frozen)
    learner.fit(data, seed=0)
    assert learner.parameters == {"total": 65 * 4 + 5 * 2, "trainable": 5 * 2}


def test_one_class_in_the_sample_trains_and_predicts_it(make_data, make_halves):
    images, _ = make_halves(8)
    learner = learner_of(epochs=30, inputs="standardise")
    learner.fit(make_data(images, torch.ones(8)), seed=0)
    assert set(learner.scores(images).argmax(1)) == {1}


def test_the_initialisation_network_keeps_the_weights_it_came_with(data):
    def ones(shape, classes):
        network = MLP(shape, classes, hidden=[])
        nn.init.ones_(network[1].weight)
        nn.init.zeros_(network[1].bias)
        return network

    still = partial(torch.optim.SGD, lr=0.0)
    kept = scores_after_training(data, network=ones, optimizer=still, initialisation="network")
    drawn = scores_after_training(data, network=ones, optimizer=still)
    np.testing.assert_allclose(kept, 0.5, atol=1e-6)
    assert not np.allclose(drawn, 0.5)


def test_a_loss_that_is_no_number_any_more_names_the_epoch(data):
    wild = partial(torch.optim.SGD, lr=1e30)
    with pytest.raises(Diverged, match=r"training loss is (nan|inf) in epoch \d of 3; lower"):
        scores_after_training(data, optimizer=wild, inputs="raw")


def test_a_failure_leaves_the_next_cell_as_it_was(data):
    first = scores_after_training(data)
    with pytest.raises(Diverged):
        scores_after_training(data, optimizer=partial(torch.optim.SGD, lr=1e30), inputs="raw")
    assert scores_after_training(data).tobytes() == first.tobytes()


def test_ctrl_c_stays_a_keyboard_interrupt(data):
    class Interrupted(nn.Module):
        def __init__(self, shape, classes):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(1))

        def forward(self, images):
            signal.raise_signal(signal.SIGINT)

    handler = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        scores_after_training(data, network=Interrupted)
    assert signal.getsignal(signal.SIGINT) is handler


def test_training_prints_nothing_and_writes_nothing(
    data, capfd, caplog, recwarn, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    scores_after_training(data)
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []
    assert list(recwarn) == []
    assert list(tmp_path.iterdir()) == []


def test_batches_of_another_size_are_refused(make_data, make_halves):
    data = make_data(*make_halves(10), batch_size=10)
    with pytest.raises(ValueError, match="batch_size=4: 10 samples make 3 batches, not the data's"):
        scores_after_training(data)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("epochs", 0, "epochs=0: a whole number from 1 up"),
        ("epochs", True, "epochs=True: a whole number from 1 up"),
        ("epochs", 2.5, "epochs=2.5: a whole number from 1 up"),
        ("batch_size", -1, "batch_size=-1: a whole number from 1 up"),
        ("inputs", "zscore", "inputs=zscore: one of raw, unit, standardise"),
        ("initialisation", "zeros", "initialisation=zeros: one of glorot_uniform, network"),
        ("network", "mlp", "network=mlp: a block with _target_"),
        ("schedule", "cosine", "schedule=cosine: a block with _target_"),
        ("trainer", {"gpus": 2}, "trainer.gpus: not an option"),
    ],
)
def test_a_wrong_field_is_refused_by_name(field, value, message):
    with pytest.raises(ValueError, match=message):
        learner_of(**{field: value})


@pytest.mark.filterwarnings("ignore:Using a target size")
@pytest.mark.parametrize(
    ("field", "factory", "message"),
    [
        ("network", partial(MLP, hiden=[4]), "network: .*hiden"),
        ("network", partial(MLP, hidden=[4], activation="gelu"), "network: activation=gelu"),
        ("network", lambda shape, classes: nn.Flatten(), r"network: logits of shape \(3, 784\)"),
        ("optimizer", partial(torch.optim.Adam, learning_rate=1), "optimizer: .*learning_rate"),
        ("optimizer", partial(torch.optim.SGD, nesterov=True), "optimizer: Nesterov"),
        ("schedule", partial(inverse_time_decay, rate=1), "schedule: .*rate"),
        ("loss", partial(nn.CrossEntropyLoss, smoothing=0.1), "loss: .*smoothing"),
        ("loss", nn.MSELoss, "loss: .*size"),
    ],
)
def test_check_finds_a_mistake_in_a_part_before_the_run(field, factory, message):
    with pytest.raises(ValueError, match=message):
        learner_of(**{field: factory}).check((1, 28, 28), 2)


@pytest.mark.parametrize("network", [SMALL_MLP, CNN])
def test_check_passes_what_can_be_trained(network):
    learner_of(network=network, schedule=partial(inverse_time_decay, decay=0.99)).check(
        (1, 28, 28), 2
    )
