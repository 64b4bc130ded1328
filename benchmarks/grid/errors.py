"""A request that cannot be met, told in one line: field, value, remedy."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class RequestError(Exception):
    """The request was wrong; the command line prints it as one line and exits with 2."""

    def __init__(self, field: str, value: object, remedy: str):
        super().__init__(field, value, remedy)  # all three, so that it survives pickling
        self.field, self.value, self.remedy = field, value, remedy

    def __str__(self) -> str:
        return f"{self.field}={self.value}: {self.remedy}"


def nearest(name: object, known: Iterable[str]) -> str:
    """Suggest the known name closest to `name`, or list all of them."""
    known = sorted(known)
    close = closest(name, known)
    return f"did you mean {close}?" if close else f"known: {', '.join(known) or 'none'}"


def closest(name: object, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The known name that may have been meant; None where none is as near as `cutoff` (0 to 1)."""
    return next(iter(difflib.get_close_matches(str(name), list(known), n=1, cutoff=cutoff)), None)
