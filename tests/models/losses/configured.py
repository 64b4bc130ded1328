"""The losses that come with the suite, as their files state them."""

from functools import partial
from pathlib import Path

import torch
import yaml
from hydra.utils import instantiate

from models.losses.contract import make_criterion
from models.networks import MLP
from models.neural import NeuralClassifier

CPU = {"accelerator": "cpu", "devices": 1, "precision": "32-true", "deterministic": True}

FILES = Path(__file__).parents[3] / "conf" / "loss"
NAMES = sorted(file.stem for file in FILES.glob("*.yaml"))


def factory_of(name, **changes):
    """What a learner is given for `loss`."""
    block = yaml.safe_load((FILES / f"{name}.yaml").read_text()) | changes
    made = {field: value for field, value in block.items() if field not in ("name", "says")}
    return instantiate({**made, "_partial_": True}, _convert_="all")


def made_for(class_names, name, **changes):
    return make_criterion(factory_of(name, **changes), len(class_names), class_names)


def neural(loss, trainer=CPU, **changes):
    fields = {
        "network": partial(MLP, hidden=[8], dropout=0.1),
        "optimizer": partial(torch.optim.Adam, lr=2e-2),
        "loss": factory_of(loss) if isinstance(loss, str) else loss,
        "trainer": trainer,
        "epochs": 25,
        "batch_size": 4,
        "inputs": "standardise",
    }
    return NeuralClassifier(**fields | changes)
