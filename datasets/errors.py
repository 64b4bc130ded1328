"""What can go wrong between a request for data and the data; each says what to do about it."""

# ruff: noqa: N818 - the names say what is the case, to callers and to readers of a log

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike

TOLD = 10  # of many things, in one line


class WrongOption(ValueError):
    """A requested value that cannot be used: names the field, the value and the remedy."""

    def __init__(self, field: str, value: object, remedy: str) -> None:
        super().__init__(field, value, remedy)  # all three, so that it survives pickling
        self.field = field
        self.value = value
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.field}={self.value}: {self.remedy}"


class DataUnavailable(Exception):
    """Data that can neither be found nor fetched: names the reason and the remedy."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason, remedy)
        self.reason = reason
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.reason}; {self.remedy}"


class DataDamaged(Exception):
    """A file whose contents are not the published ones: names file, expected and found."""

    def __init__(self, file: str | PathLike[str], expected: str, found: str) -> None:
        super().__init__(file, expected, found)
        self.file = file
        self.expected = expected
        self.found = found

    def __str__(self) -> str:
        return (
            f"{self.file} is damaged: expected {self.expected}, found {self.found}; "
            "remove or replace the file"
        )


def listed(things: Sequence[object], told: int = TOLD) -> str:
    """The first of them, and how many there are beside these."""
    first = ", ".join(str(thing) for thing in things[:told])
    return first if len(things) <= told else f"{first} and {len(things) - told} more"
