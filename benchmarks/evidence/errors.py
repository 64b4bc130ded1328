"""The one error of this room."""

from __future__ import annotations


class EvidenceError(ValueError):
    """Results or claims that cannot be judged; one line: where, what was found, what to do."""
