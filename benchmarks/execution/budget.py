"""The time that a whole run may take: cells that would not end in it are not begun, or stopped."""

from __future__ import annotations

import re
import time
from typing import Any

from benchmarks.execution.forecast import Forecast, kind
from benchmarks.grid.errors import RequestError

SECONDS = {"s": 1, "m": 60, "h": 3600}
WRITTEN = re.compile(r"(\d+(?:\.\d+)?)\s*([smh])")


class Budget:
    """Counts from when it is made. A cell like none that was ever measured is begun while there is
    time at all.
    """

    def __init__(self, seconds: float, forecast: Forecast):
        self.seconds, self.forecast = seconds, forecast
        self.end = time.monotonic() + seconds

    @property
    def is_over(self) -> bool:
        return time.monotonic() > self.end

    def allows(self, config: dict[str, Any]) -> bool:
        """Whether a cell that is begun now can be expected to end in time."""
        expected = self.forecast.predict(kind(config)) or 0.0
        return time.monotonic() + expected <= self.end


def seconds_of(written: object) -> float | None:
    """Of `90s`, `10m`, `1.5h` or a number of seconds; None for no budget.

    Raises RequestError for anything else.
    """
    if written is None:
        return None
    found = WRITTEN.fullmatch(written) if isinstance(written, str) else None
    if found:
        seconds = float(found[1]) * SECONDS[found[2]]
    elif isinstance(written, int | float) and not isinstance(written, bool):
        seconds = float(written)
    else:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise RequestError("budget", written, "give a time such as 90s, 10m or 1h")
    return seconds
