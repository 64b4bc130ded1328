"""What this machine has: packages, processors, memory, disks, and folders by variable."""

from __future__ import annotations

import os
import platform
import re
import shutil
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks.grid.configs import PROJECT
from datasets.fetch import cache_folder

VARIABLES = ("SCARCE_DATA", "SCARCE_CACHE", "SCARCE_CONF")
NEEDED = "needed"  # by every run; the others are extras, named as in pyproject.toml


def packages() -> list[dict[str, str | None]]:
    """Each that pyproject.toml names: `name`, `version` (None: not installed), and the `extra` that
    it is for. Those for developers and a package's own extras are left out."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = {NEEDED: project["dependencies"], **project["optional-dependencies"]}
    for name in ("dev", "docs"):
        extras.pop(name, None)
    return [
        {"name": name, "version": _version(name), "extra": extra}
        for extra, requirements in extras.items()
        for name in (re.split(r"[\s\[<>=!~;]", each)[0] for each in requirements)
    ]


def devices() -> dict[str, Any]:
    """Cores that may be used, memory in gigabytes, and what PyTorch can train on: None without it,
    `torch` says why."""
    import psutil

    from benchmarks.execution.executors.local import usable_cores

    memory = psutil.virtual_memory()
    found: dict[str, Any] = {
        "cores": usable_cores(),
        "memory_gb": round(memory.total / 1e9, 1),
        "memory_free_gb": round(memory.available / 1e9, 1),
    }
    try:
        import torch
    except Exception as error:  # a broken library raises errors of many kinds
        reason = " ".join(str(error).split())
        return {**found, "torch": f"does not load ({reason})", "gpus": None, "mps": None}
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    return {
        **found,
        "torch": torch.__version__,
        "gpus": [torch.cuda.get_device_name(number) for number in range(count)],
        "mps": torch.backends.mps.is_available(),
    }


def python() -> dict[str, str]:
    return {"version": platform.python_version(), "system": platform.platform(terse=True)}


def places(results: Path) -> dict[str, dict[str, Any]]:
    """The folders that are written to, with free gigabytes on their disks, and the variables."""
    written = {"cache": cache_folder(), "results": results}
    found = {
        name: {"path": str(path), "free_gb": _free_gigabytes(path)}
        for name, path in written.items()
    }
    return {**found, "variables": {name: os.environ.get(name) for name in VARIABLES}}


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _free_gigabytes(folder: Path) -> float:
    while not folder.exists():
        folder = folder.parent
    return round(shutil.disk_usage(folder).free / 1e9, 1)
