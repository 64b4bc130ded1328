"""Where the features of frozen backbones are kept between cells."""

from __future__ import annotations

import os
from typing import Any

from benchmarks.grid.errors import RequestError
from datasets.fetch import cache_folder

LIMIT, GIGABYTES = "SCARCE_FEATURES_LIMIT", 10.0


def feature_cache() -> Any:
    """Below the cache folder, of `$SCARCE_FEATURES_LIMIT` gigabytes at most (10)."""
    from models.features.cache import FeatureCache

    return FeatureCache(cache_folder() / "features", round(1e9 * _limit()))


def _limit() -> float:
    stated = os.environ.get(LIMIT, str(GIGABYTES))
    try:
        limit = float(stated)
    except ValueError:
        limit = -1.0
    if not limit >= 0:
        raise RequestError(LIMIT, stated, "give gigabytes, 0 or more")
    return limit
