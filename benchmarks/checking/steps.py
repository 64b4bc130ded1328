"""A check is a list of steps; each says what it found, doubts, or fails."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

OK, WARNING, FAILED = "ok", "warning", "FAILED"


class Doubt(Exception):  # noqa: N818
    """Something that may be meant so, or could not be found out."""


class Wrong(Exception):  # noqa: N818
    """What a step asks for does not hold."""


class Step(NamedTuple):
    """`does` returns what it found, in a few words; any exception but Doubt is a failure.

    Where one that is `needed` fails or is in doubt, the steps after it are left out.
    """

    name: str
    does: Callable[[], str]
    needed: bool = False


@dataclass(frozen=True)
class Outcome:
    """Of one step; `status` is OK, WARNING or FAILED."""

    name: str
    status: str
    says: str


def outcomes(steps: Iterable[Step]) -> Iterator[Outcome]:
    """Of one step after the other, as they are done."""
    for step in steps:
        try:
            yield Outcome(step.name, OK, step.does())
        except Doubt as doubt:
            yield Outcome(step.name, WARNING, str(doubt))
            if step.needed:
                return
        except (Exception, SystemExit) as error:
            yield Outcome(step.name, FAILED, _reason(error))
            if step.needed:
                return


def require(holds: object, otherwise: str) -> None:
    """Raises Wrong unless it holds."""
    if not holds:
        raise Wrong(otherwise)


def _reason(error: BaseException) -> str:
    said = " ".join(str(error).split())
    told = isinstance(error, Wrong) or type(error).__name__ in ("RequestError", "EvidenceError")
    return said if told and said else ": ".join(filter(None, [type(error).__name__, said]))
