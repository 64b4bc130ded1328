"""Where the features of frozen backbones are kept between cells."""

from __future__ import annotations

from typing import Any

from datasets.cache_entries import limit_of
from datasets.fetch import cache_folder

LIMIT, GIGABYTES = "SCARCE_FEATURES_LIMIT", 10.0


def feature_cache() -> Any:
    """Below the cache folder, of `$SCARCE_FEATURES_LIMIT` gigabytes at most (10)."""
    from models.features.cache import FeatureCache

    return FeatureCache(cache_folder() / "features", round(limit_of(LIMIT, GIGABYTES)))
