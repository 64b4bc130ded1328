"""Which method suits one's own images: found by cross-validation, told in words."""
