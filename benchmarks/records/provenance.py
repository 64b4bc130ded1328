"""Where and with what a record was made; nothing in it names a person, a host or a path."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks.grid.configs import PROJECT
from datasets.fetch import cache_folder

PACKAGES: tuple[str, ...] = ("numpy", "scipy", "scikit-learn", "torch", "pytorch-lightning")
PACKAGES += ("hydra-core", "torchvision", "timm", "pillow", "opencv-python-headless", "optuna")
PACKAGES += ("imbalanced-learn",)


def provenance(config: dict[str, Any]) -> dict[str, Any]:
    """Commit, versions, processor, device, threads and determinism of one cell."""
    trainer = config.get("trainer") or {}
    return {
        **_machine(),
        "threads": config["threads"],
        "device": trainer.get("accelerator", "cpu"),
        "precision": trainer.get("precision"),
        "deterministic": trainer.get("deterministic", True),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def without_paths(text: str) -> str:
    """The text with the folders of this machine replaced by what they are."""
    folders = {str(PROJECT): "scarce", sys.prefix: "python", sys.base_prefix: "python"}
    if data := os.environ.get("SCARCE_DATA"):
        folders[os.path.abspath(data)] = "data"
    folders[str(cache_folder())] = "cache"
    with suppress(RuntimeError):  # a user id of a container has no home
        folders.setdefault(str(Path.home()), "~")
    for folder, name in folders.items():
        if folder not in ("/", ""):
            text = text.replace(folder, name)
    return text


@lru_cache(maxsize=1)
def _machine() -> dict[str, Any]:
    return {
        **_commit(),
        "python": platform.python_version(),
        "packages": {name: found for name in PACKAGES if (found := _version(name))},
        "system": platform.system(),
        "processor": _processor(),
    }


def _commit() -> dict[str, Any]:
    commit = _git("rev-parse", "HEAD")
    changed = _git("status", "--porcelain", "--", "benchmarks", "conf", "datasets", "models")
    return {"commit": commit or None, "dirty": None if changed is None else bool(changed)}


def _git(*words: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(PROJECT), *words], capture_output=True, text=True, timeout=10
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _processor() -> str:
    if sys.platform == "linux":
        try:
            with open("/proc/cpuinfo") as lines:
                for line in lines:
                    if line.startswith("model name"):
                        return line.partition(":")[2].strip()
        except OSError:
            pass
    return platform.processor() or platform.machine()
