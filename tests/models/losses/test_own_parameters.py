"""Parameters and numbers of a loss: counted, trained, saved with the network."""

from functools import partial

import numpy as np
import pytest
import torch

from tests.models.conftest import bright_halves, data_of
from tests.models.losses.configured import NAMES, factory_of, neural

OWN = {"cosine_cross_entropy": 4 * 4 + 3 * 4, "hierarchy_cosine_cross_entropy": 4 * 4 + 3 * 4}
OWN["t_vmf"] = 1 - 4  # the scale; its last layer has no bias


@pytest.fixture
def data():
    return data_of(*bright_halves(13, classes=4), classes=4)


@pytest.mark.parametrize("name", NAMES)
def test_a_restored_learner_scores_the_same_bytes(name, data):
    learner, restored = neural(name, epochs=3), neural(name, epochs=3)
    learner.fit(data, seed=1)
    restored.restore(learner.state(), data.shape, data.classes, data.peak)
    images = data.train_inputs
    assert restored.scores(images).tobytes() == learner.scores(images).tobytes()
    assert restored.parameters == learner.parameters
    assert restored.score_kind == learner.score_kind


def test_a_saved_learner_needs_no_hierarchy_file(data, tmp_path):
    file = tmp_path / "tree.txt"
    file.write_text("".join(f"{name} bird\n" for name in data.class_names))
    learner = neural(factory_of("hierarchy_cosine", hierarchy=str(file)), epochs=2)
    learner.fit(data, seed=0)
    before = learner.scores(data.train_inputs)
    file.unlink()
    learner.restore(learner.state(), data.shape, data.classes, data.peak)
    assert learner.scores(data.train_inputs).tobytes() == before.tobytes()


def test_a_state_of_another_loss_is_not_restored(data):
    learner = neural("cosine_cross_entropy", epochs=1)
    learner.fit(data, seed=0)
    with pytest.raises(ValueError, match=r"state: .*of another method"):
        neural("t_vmf").restore(learner.state(), data.shape, data.classes, data.peak)


@pytest.mark.parametrize("name", NAMES)
def test_parameters_of_a_loss_are_counted_and_trained(name, data):
    learner = neural(name, epochs=1)
    learner.fit(data, seed=0)
    expected = 65 * 8 + 9 * 4 + OWN.get(name, 0)
    assert learner.parameters == {"total": expected, "trainable": expected}
    after = neural(name, epochs=6)
    after.fit(data, seed=0)
    names = [key for key in learner.state() if key.startswith("loss.")]
    trained = [key for key in names if "vectors" not in key]
    assert bool(trained) == (name in OWN)
    for key in trained:
        assert not np.array_equal(learner.state()[key], after.state()[key]), key


def test_all_losses_begin_with_the_same_network(data):
    still = partial(torch.optim.SGD, lr=0.0)
    states = []
    for name in ("cross_entropy", "cosine", "cosine_cross_entropy"):
        learner = neural(name, optimizer=still, epochs=1)
        learner.fit(data, seed=4)
        states.append(learner.state())
    for key in states[0]:
        np.testing.assert_array_equal(states[0][key], states[1][key])
        np.testing.assert_array_equal(states[0][key], states[2][key])
