"""The key of a cell: the SHA-256 of all that can change its result, and of nothing else.

The list is explicit. In it: the sampling and the fingerprint of the split (which covers the content
of the data, wherever they lie), the method and the loss whole, what the trainer computes with, the
protocol, the seeds and the thread count. Not in it: paths, device index, worker count, executor,
descriptions. Too narrow, and stale results are reused; too wide, and moving the data reruns all.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

KEY_VERSION = 1
DATASET = ("name", "partition", "train_size", "per_class", "replacement", "stratified")
TRAINER = ("accelerator", "precision", "deterministic")
PROTOCOL = ("name",)
SEEDS_AND_THREADS = ("split_seed", "init_seed", "threads")


def science(config: dict[str, Any], fingerprints: dict[str, str]) -> dict[str, Any]:
    """What the key is made of, readable."""
    return {
        "key_version": KEY_VERSION,
        "dataset": _chosen(config["dataset"], DATASET),
        "method": _described(config["method"]),
        "loss": _described(config["loss"]) if config.get("loss") else None,
        "trainer": _chosen(config["trainer"], TRAINER) if config.get("trainer") else None,
        "protocol": _chosen(config["protocol"], PROTOCOL),
        **_chosen(config, SEEDS_AND_THREADS),
        "fingerprints": fingerprints,
    }


def cell_key(config: dict[str, Any], fingerprints: dict[str, str]) -> str:
    """64 hexadecimal digits."""
    text = json.dumps(science(config, fingerprints), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _chosen(block: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: block[name] for name in names if name in block}


def _described(block: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in block.items() if name != "says"}
