"""All performance figures, each with its limit: `make bench`. Run it on a quiet machine."""

from __future__ import annotations

import sys

from tests.performance import (
    augmentation,
    compaction,
    evidence,
    features,
    finished,
    mlp_cell,
    planning,
    report,
    training,
    workers,
)

PARTS = (planning, finished, mlp_cell, workers, compaction, evidence, report)
PARTS += (augmentation, features, training)

if __name__ == "__main__":
    sys.exit(max(part.main() for part in PARTS))
