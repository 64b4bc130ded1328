"""A record: what one cell measured, with all that is needed to judge and to repeat it."""

from __future__ import annotations

import hashlib
import resource
import sys
import traceback
from pathlib import PurePath
from typing import Any

import numpy as np

from benchmarks.grid import hierarchy
from benchmarks.records.provenance import provenance, without_paths
from benchmarks.records.store import SCHEMA, Predictions, Record

NOT_RECORDED = {"dataset": ("root", "file", "files")}
LOG_LINES = 8


def done(cell: Any, measured: dict[str, Any], predictions: Predictions) -> Record:
    """The record of a finished cell; `measured` holds metrics, history, timing and more."""
    scores = np.ascontiguousarray(predictions["scores"])
    kept = {"sha256": hashlib.sha256(scores.tobytes()).hexdigest(), "precision": "single"}
    return {
        **_common(cell, "done"),
        **measured,
        "predictions": {**measured["predictions"], **kept},
        "error": None,
    }


def failed(
    cell: Any, error: BaseException, attempt: int = 1, losses: int = 0, log: list[str] | None = None
) -> Record:
    """The record of a cell without a result: the reason, the last lines of its log, the last calls.

    `losses` counts the attempts whose worker was lost. No path of this machine is in it.
    """
    frames = traceback.extract_tb(error.__traceback__)[-LOG_LINES:]
    calls = [f"{'/'.join(f.filename.split('/')[-2:])}:{f.lineno} in {f.name}" for f in frames]
    reason = {
        "type": type(error).__name__,
        "message": without_paths(str(error)),
        "log": [*(log or []), *calls],
        "losses": losses,
    }
    return {**_common(cell, "failed", attempt), "metrics": {}, "history": {}, "error": reason}


def _common(cell: Any, status: str, attempt: int = 1) -> Record:
    return {
        "schema": SCHEMA,
        "key": cell.key,
        "status": status,
        "attempt": attempt,
        "config": recorded_config(cell.config),
        "fingerprints": cell.fingerprints,
        "memory": {"peak_mb": round(_peak_bytes() / 1e6, 1)},
        "provenance": provenance(cell.config),
    }


def recorded_config(config: dict[str, Any]) -> dict[str, Any]:
    """The configuration without where things lie on this machine."""
    recorded = {
        name: {k: v for k, v in block.items() if k not in NOT_RECORDED.get(name, ())}
        if isinstance(block, dict)
        else block
        for name, block in config.items()
    }
    file = hierarchy.file_of(config)
    if file:
        recorded["loss"][hierarchy.FIELD] = file.name
    if recorded.get("backbone"):
        weights = str(recorded["backbone"].get("weights"))
        recorded["backbone"]["weights"] = PurePath(weights).name
    return recorded


def _peak_bytes() -> int:
    """Largest resident size of this worker so far (Linux counts KiB, macOS bytes)."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
