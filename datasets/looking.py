"""Looking for data without fetching, unpacking or decoding any.

While `look` runs, whatever reads data stops as soon as it is known where they lie, and whatever
fetches them before it begins.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from os import PathLike
from urllib.parse import urlsplit

from datasets.errors import DataDamaged, DataUnavailable, WrongOption

HERE, TO_FETCH, TO_NAME, MISSING = "here", "to download", "to be named", "missing"

_looking: ContextVar[bool] = ContextVar("looking", default=False)


@dataclass(frozen=True)
class Finding:
    """`state` is HERE, TO_FETCH, TO_NAME (by an option, as a folder of one's own) or MISSING;
    `where` they lie, or would come from, or why not; `size` of what would be fetched first, about
    so many bytes, where known."""

    state: str
    where: str = ""
    remedy: str = ""
    size: int | None = None


class _Found(Exception):  # noqa: N818
    """The search is over."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding)
        self.finding = finding


def look(load: Callable[[], object]) -> Finding:
    """What loading would find; `load` is called, and stopped where it would take long.

    Fetching by other means than `datasets.fetch` is not stopped.
    """
    token = _looking.set(True)
    try:
        load()
    except _Found as found:
        return found.finding
    except DataUnavailable as error:
        return Finding(MISSING, error.reason, error.remedy)
    except WrongOption as error:
        state = TO_NAME if error.value is None else MISSING
        return Finding(state, f"{error.field}={error.value}", error.remedy)
    except DataDamaged as error:
        return Finding(MISSING, str(error))
    finally:
        _looking.reset(token)
    return Finding(HERE)


def found_at(place: str | PathLike[str]) -> None:
    """Called where data were found, before they are read at length."""
    if _looking.get():
        raise _Found(Finding(HERE, str(place)))


def before_fetching(name: str, mirrors: Sequence[str], size: int | None = None) -> None:
    """Called before anything is fetched, of about `size` bytes where that is known."""
    if _looking.get():
        hosts = " or ".join(dict.fromkeys(urlsplit(mirror).netloc for mirror in mirrors))
        raise _Found(Finding(TO_FETCH, f"{name} from {hosts}", size=size))
