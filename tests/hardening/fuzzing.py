"""Documents with one thing wrong, and the command line that is to refuse them in one line."""

from __future__ import annotations

import copy
import io
import math
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import date
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from benchmarks.cli import main
from benchmarks.grid import data

SECONDS = 60  # that a command may take, on a busy machine too
EXAMPLES = int(os.environ.get("SCARCE_FUZZ_EXAMPLES", "4"))  # of each file and kind of change

fuzzed = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.generate),  # shrinking takes longer than reading what was drawn
    suppress_health_check=list(HealthCheck),
)

Path = tuple[Any, ...]  # of keys and indices, from the top of a document

ODD = (
    None,
    True,
    0,
    -1,
    1.5,
    10**30,
    -(10**30),
    1e308,
    math.inf,
    -math.inf,
    math.nan,
    "",
    " ",
    "x" * 10_000,
    "\x1b[31m\x07\x00",
    "a\nb\r\u2028c",
    "Ünïcødé 𝔘 \u202e שלום",
    "</script><script>alert(1)</script>",
    "[bold]",
    "${a}",
    "${oc.env:NO_SUCH_VARIABLE}",
    "${",
    "???",
    "null",
    "-1",
    "range(0)",
    "range(10**9)",
    "range(1000000000)",
    "../../../etc/passwd",
    "os.mkdir",
    "no.such.place",
    [],
    [None],
    [[[]]],
    [1, "a", None, {}],
    {},
    {"a": {"b": [1]}},
    {"_target_": "builtins.dict"},
    {1: 2, None: 3},
    date(2026, 11, 22),
    b"bytes",
)
# What a text may hold that JSON and YAML both have.
ODD_JSON = (
    *(value for value in ODD if not isinstance(value, date | bytes | dict)),
    {},
    {"a": {"b": [1]}},
)
PUT = (
    "",
    "\x00",
    "\t",
    ": ",
    "[",
    "{",
    "&a *a",
    "!!python/name:os.mkdir ",
    "%",
    "'",
    '"',
    "\ufeff",
)
PUT += ("- ", "\n", "<<: ", "\u2028", "!!binary x", "? ", "\r")


@dataclass(frozen=True)
class Answer:
    """Exit code and what was printed."""

    code: int
    out: str
    err: str


class TooSlow(BaseException):
    """A command took longer than it may; not to be caught on the way."""


def scarce(*words: str) -> Answer:
    """The real command line in this process; what it raises passes through."""
    out, err = io.StringIO(), io.StringIO()
    with _time_limit(), redirect_stdout(out), redirect_stderr(err):
        try:
            code = main([*words])
        except SystemExit as stop:  # argparse
            code = stop.code
        finally:
            data.forget()
    return Answer(code, out.getvalue(), err.getvalue())


def assert_told_in_one_line(answer: Answer, *codes: int) -> None:
    """Done, or refused in one line."""
    assert answer.code in (codes or (0, 2)), answer.out + answer.err
    assert "Traceback" not in answer.out + answer.err
    if answer.code == 2:
        assert len(answer.err.strip().splitlines()) == 1, answer.err
        assert answer.err.startswith("scarce: ")


@contextmanager
def _time_limit() -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TooSlow(f"more than {SECONDS} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@st.composite
def changed(draw: Callable, document: Any, values: tuple[Any, ...] = ODD) -> Any:
    """The document with one field dropped, renamed, replaced, nested or doubled."""
    made = copy.deepcopy(document)
    path = draw(st.sampled_from(paths(document)))
    parent = at(made, path[:-1])
    change = draw(st.sampled_from(["replace", "replace", "replace", "drop", "rename", "nest"]))
    if change == "replace":
        parent[path[-1]] = copy.deepcopy(draw(st.sampled_from(values)))
    elif change == "nest":
        nests = draw(st.sampled_from([lambda value: [value], lambda value: {"a": value}]))
        parent[path[-1]] = nests(parent[path[-1]])
    elif change == "drop" or isinstance(parent, list):
        del parent[path[-1]]
    else:
        parent[f"{path[-1]}x"] = parent.pop(path[-1])
    return made


@st.composite
def damaged(draw: Callable, text: str) -> str:
    """The text cut off, with a part of it left out or doubled, or with something put into it."""
    start = draw(st.integers(0, len(text)))
    end = min(len(text), start + draw(st.integers(0, 40)))
    any_text = st.text(st.characters(codec="utf-8"), max_size=8)
    put = draw(st.one_of(st.sampled_from([*PUT, text[start:end] * 2]), any_text))
    return text[:start] if draw(st.booleans()) and start else text[:start] + put + text[end:]


def paths(document: Any, here: Path = ()) -> list[Path]:
    """Of every value in a document."""
    if isinstance(document, dict):
        inner = list(document.items())
    elif isinstance(document, list):
        inner = list(enumerate(document[:3]))  # what is wrong with a fourth is wrong with a third
    else:
        return []
    found = [(*here, name) for name, _ in inner]
    return [*found, *(path for name, value in inner for path in paths(value, (*here, name)))]


def at(document: Any, path: Path) -> Any:
    """The value at a path."""
    for name in path:
        document = document[name]
    return document
