"""Algorithms are chosen before anything is computed, not where Lightning's training begins."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from tests.models.photos import photo_data
from tests.models.test_training import CPU, learner_of, squeezenet


class Remembering(nn.CrossEntropyLoss):
    """A loss, made at the beginning of a fit, that remembers what is chosen by then."""

    found = None

    def __init__(self) -> None:
        super().__init__()
        type(self).found = torch.are_deterministic_algorithms_enabled()


@pytest.fixture(autouse=True)
def _as_before():
    before = torch.are_deterministic_algorithms_enabled()
    yield
    torch.use_deterministic_algorithms(before)


@pytest.mark.parametrize("deterministic", [True, False])
@pytest.mark.parametrize("kind", ["network", "kept features"])
def test_what_an_earlier_cell_chose_does_not_count(kind, deterministic, make_data, make_halves):
    torch.use_deterministic_algorithms(not deterministic)
    fields = {"trainer": CPU | {"deterministic": deterministic}, "loss": Remembering}
    if kind == "network":
        learner, data = learner_of(**fields), make_data(*make_halves(8))
    else:
        fields["trainer"] |= {"precision": "32-true"}
        learner, data = squeezenet(**fields), photo_data()
    learner.fit(data, seed=0)
    assert Remembering.found is deterministic
