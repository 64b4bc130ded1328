"""The part of a claim on which its verdict hangs, found in the verdict again."""

from __future__ import annotations

from typing import Any


def headline_part(verdict: dict[str, Any]) -> dict[str, Any] | None:
    """The deciding part whose effect is the verdict's own; None where there is no effect."""
    if verdict["effect"] is None:
        return None
    part: dict[str, Any] = next(p for p in verdict["parts"] if p["id"] == verdict["part"])
    return part


def names_of(verdict: dict[str, Any], part: dict[str, Any]) -> list[Any]:
    """Claim, part and, of a part asked at every size, the size that its effect is about."""
    size = part["headline_size"]
    return [verdict["id"], part["id"], *([] if size is None else [size])]
