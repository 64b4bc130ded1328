"""The metric that a benchmark's tables and figures show: a field of its file, stated as a name.

What a metric is, and how it is told of a result, is known to `benchmarks.evidence` alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.grid.errors import RequestError, nearest

FIELD = "metric"
ACCURACY = "accuracy"
# Shares of test samples or of runs, from 0 to 1, of which larger ones are better.
SHOWN: tuple[str, ...] = (ACCURACY, "accuracy_last_epoch", "balanced_accuracy", "macro_f1")
SHOWN += ("auroc", "average_precision", "f1_at_threshold", "all_right")


def shown_metric(benchmark: Mapping[str, Any]) -> str:
    """One of SHOWN; accuracy where the benchmark states none. Raises RequestError for others."""
    name = benchmark.get(FIELD, ACCURACY)
    if name not in SHOWN:
        raise RequestError(f"benchmark.{FIELD}", name, nearest(name, SHOWN))
    return str(name)
