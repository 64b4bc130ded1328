"""The method files hold what was published; each number here is read off its source.

Leek 2017: the post (5 x 160 tanh, 20 epochs) and H2O's defaults (ADADELTA rho .99 epsilon 1e-8,
mini-batch 1, standardize, UniformAdaptive). Beam 2017: beamandrew/deep_learning_works, mnist.py.
"""

from pathlib import Path

import pytest
import yaml

FILES = Path(__file__).parents[2] / "conf" / "method"
FIVE_TANH = {"hidden": [160] * 5, "activation": "tanh", "dropout": 0.0}
PUBLISHED = {
    "leek_net": {
        "inputs": "standardise",
        "network": FIVE_TANH,
        "optimizer": {"_target_": "torch.optim.Adadelta", "lr": 1.0, "rho": 0.99, "eps": 1e-8},
        "batch_size": 1,
        "epochs": 20,
    },
    "leek_net_sgd": {
        "inputs": "raw",
        "network": FIVE_TANH,
        "optimizer": {"_target_": "torch.optim.SGD", "lr": 0.005, "momentum": 0.0},
        "schedule": {"decay": 0.99},
        "batch_size": 1,
        "epochs": 20,
    },
    "leek_net_adam": {
        "inputs": "unit",
        "network": FIVE_TANH,
        "optimizer": {"_target_": "torch.optim.Adam"},
        "batch_size": 1,
        "epochs": 20,
    },
    "mlp": {
        "inputs": "raw",
        "network": {"hidden": [128, 128], "activation": "relu", "dropout": 0.5},
        "optimizer": {"_target_": "torch.optim.Adam", "lr": 1e-3, "eps": 1e-8},
        "batch_size": 32,
        "epochs": 200,
    },
    "cnn": {
        "inputs": "raw",
        "network": {"channels": [32, 64], "dense": 128, "dropout_conv": 0.2, "dropout_dense": 0.5},
        "optimizer": {"_target_": "torch.optim.Adam", "lr": 1e-3, "eps": 1e-8},
        "batch_size": 32,
        "epochs": 200,
    },
    "resnet20": {
        "initialisation": "network",
        "network": {"_target_": "models.resnet20.ResNet20"},
        "optimizer": {
            "_target_": "torch.optim.SGD",
            "lr": 0.1,
            "momentum": 0.9,
            "weight_decay": 1e-4,
        },
    },
    "barz2019": {
        "optimizer": {"_target_": "torch.optim.SGD", "momentum": 0.9, "weight_decay": 0.0},
        "schedule": {"first_cycle": 12, "factor": 2, "lowest": 1e-6},
        "clip_norm": 10.0,
        "batch_size": 96,
        "epochs": 372,
        "repeat_to": 30,
    },
    "brigato2022": {
        "optimizer": {"_target_": "torch.optim.SGD", "momentum": 0.9},
        "schedule": {"_target_": "models.optimisation.cosine_decay"},
        "epochs": 200,
    },
    "leekasso": {"pixels": 10, "ties": "first"},
    "leekasso_logistic": {"pixels": 10},
}


@pytest.mark.parametrize("method", PUBLISHED)
def test_the_file_holds_the_published_settings(method):
    content = yaml.safe_load((FILES / f"{method}.yaml").read_text())
    for field, value in PUBLISHED[method].items():
        held = content[field]
        if isinstance(value, dict):
            held = {name: held[name] for name in value}
        assert held == value, field


def test_the_three_arms_of_leeks_net_differ_only_in_optimiser_and_scaling():
    arms = {
        name: yaml.safe_load((FILES / f"{name}.yaml").read_text())
        for name in ("leek_net", "leek_net_sgd", "leek_net_adam")
    }
    may_differ = {"name", "says", "optimizer", "schedule", "inputs", "search"}
    same = [{k: v for k, v in arm.items() if k not in may_differ} for arm in arms.values()]
    assert same[0] == same[1] == same[2]
