"""What the user asked for: a benchmark, axes that replace its own, and settings."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override, QuotedString, Sweep, Transformer
from hydra.errors import HydraException

from benchmarks.grid.errors import RequestError
from benchmarks.grid.extensions import SEARCH_PATH

GROUPS: tuple[str, ...] = ("dataset", "method", "backbone", "loss", "augmentation", "resampling")
GROUPS += ("protocol", "trainer")
AUGMENTATION, RESAMPLING = "augmentation", "resampling"
SCALARS = ("split_seed", "init_seed", "threads")
CHOSEN_ONCE = ("executor", "logger")  # groups that are no part of a cell
ALIASES = {"seed": "split_seed"}
MOST_VALUES = 100_000  # of one axis: more is a slip
LISTED = re.compile(r"[\w.+,-]+")  # plain values, with commas between them


@dataclass(frozen=True)
class Request:
    """`axes` vary or fix cells; `fixed` are the other overrides, in Hydra's own words.

    Without a benchmark, the one in conf/config.yaml is meant.
    """

    benchmark: str | None = None
    axes: dict[str, list[Any]] = field(default_factory=dict)
    fixed: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()  # the overrides that make it another grid than the benchmark's


def parse_request(words: list[str]) -> Request:
    """Sort Hydra overrides into a Request; raises RequestError for what does not parse."""
    benchmark: str | None = None
    axes: dict[str, list[Any]] = {}
    fixed: list[str] = []
    folders: list[str] = []
    changes: list[str] = []
    for override in _each_once(_parse(words)):
        line = override.input_line
        assert line is not None  # what was parsed has one
        key = _key(override)
        if override.is_delete():
            raise RequestError(key, "deleted", "nothing can be left out; set it to another value")
        plain = not (override.is_add() or override.is_force_add())
        of_grid = key.split(".")[0] in (*GROUPS, *SCALARS) or key.startswith("benchmark.")
        if of_grid and not _is_whereabouts(key, override):
            changes.append(line)
        if key == SEARCH_PATH:
            given = _values(override)[0]
            folders += given if isinstance(given, list) else [given]
        elif key == "benchmark":
            benchmark = _single(override)
        elif plain and is_axis(key):
            axes[key] = _values(override)
        elif key.split(".")[0].lstrip("+") == AUGMENTATION:
            remedy = "its files state all there is; give augmentation.FIELD=VALUE"
            raise RequestError(key, override.get_value_string(), remedy)
        else:
            if key in CHOSEN_ONCE:
                _single(override)
            if override.is_sweep_override():
                raise RequestError(key, override.get_value_string(), "give one value, not a sweep")
            fixed.append(line)
    return Request(benchmark, axes, tuple(fixed), tuple(folders), tuple(changes))


def _each_once(overrides: list[Override]) -> list[Override]:
    """Refuse another value for a field that has one, of which one would silently be dropped."""
    given: dict[str, Override] = {}
    for override in overrides:
        if override.is_delete():  # has no value, and is refused for what it is
            continue
        key = _key(override)
        before = given.setdefault(key, override)
        if key != SEARCH_PATH and not _same(before, override):
            told = f"given twice, as {before.get_value_string()} before"
            remedy = f"{told}; {_for_both(key, before, override)}"
            raise RequestError(key, override.get_value_string(), remedy)
    return overrides


def _same(one: Override, other: Override) -> bool:
    if one.get_value_string() == other.get_value_string():
        return True
    if one.is_sweep_override() or other.is_sweep_override():
        return False
    return bool(_plain(one.value()) == _plain(other.value()))


def _for_both(key: str, before: Override, override: Override) -> str:
    texts = [each.get_value_string() for each in (before, override)]
    plain = all(LISTED.fullmatch(text) for text in texts)
    if not plain or not is_axis(key) or _is_whereabouts(key, override):
        return "leave one out"
    values = dict.fromkeys(value for text in texts for value in text.split(","))
    return f"for both, write {key}={','.join(values)}"


def _key(override: Override) -> str:
    return ALIASES.get(override.key_or_group, override.key_or_group)


def _is_whereabouts(key: str, override: Override) -> bool:
    """What is in no key, so that the grid stays the same: where data lie, which one device."""
    if key == "trainer.devices":
        value = override.value()
        return value == 1 or (isinstance(value, list) and len(value) == 1)
    return key == "dataset.root"


def is_axis(key: str) -> bool:
    """Whether cells can differ in this field."""
    return key in GROUPS or key in SCALARS or ("." in key and key.split(".")[0] in GROUPS)


def sets_values(request: Request) -> bool:
    """Whether fields within a method, a loss or the like are given that only their class can judge:
    not sizes, seeds, choices or epochs."""
    given = [*request.axes, *(change.lstrip("+") for change in request.changes)]
    named = {change.partition("=")[0] for change in given} - {"method.epochs"}
    groups = {name.split(".")[0] for name in named if "." in name}
    return bool(groups & (set(GROUPS) - {"dataset", "protocol"}))


def values_of(axis: str, written: Any) -> list[Any]:
    """The values of an axis as a benchmark file writes them: a list, `range(...)`, or one value."""
    if not isinstance(written, str):
        values = written if isinstance(written, list) else [written]
        return [_joined(axis, value) for value in values]
    return _values(_parse([f"{axis}={written}"])[0])


def _parse(words: list[str]) -> list[Override]:
    parsed = []
    for word in words:
        try:
            parsed += OverridesParser.create().parse_overrides([word])
        except HydraException as error:
            if "=" not in word and not word.startswith("~"):
                remedy = f"say what it is, as name=value, such as benchmark={word}"
                raise RequestError("override", word, remedy) from error
            name, _, value = word.partition("=")
            raise RequestError(name, value, _no_override(name, value, error)) from error
    return parsed


def _no_override(name: str, value: str, error: HydraException) -> str:
    """Why a word of the form name=value is none of Hydra's overrides, and what to write."""
    remedy = "not an override of the form name=value"
    if re.search(r"^,|,,|,$", value):
        return f"{remedy}: a comma too many"
    if any(value.count(left) != value.count(right) for left, right in ("()", "[]", "{}")):
        remedy += ": a bracket has no partner"
    elif not (reason := str(error).splitlines()[0]).startswith("Lexer"):  # says no more than that
        remedy += f" ({reason})"
    if not name or not value:
        return remedy
    listed = re.match(r"[\[{]|\w+\(", value) or re.search(r"""[,'"]""", value)
    example = "'\"b (cm)\"'" if listed else f"{name}='\"{value}\"'"
    return f"{remedy}; a text with other signs stands in quotes: {example}"


def _values(override: Override) -> list[Any]:
    axis, text = override.key_or_group, override.get_value_string()
    if not override.is_sweep_override():
        values = [_joined(axis, _plain(override.value()))]
    else:
        values = _swept(override)
    if any(map(_holds_sweep, values)):
        remedy = "a range or choice within other values; list them one by one"
        raise RequestError(axis, text, remedy)
    return values


def _swept(override: Override) -> list[Any]:
    axis, text = override.key_or_group, override.get_value_string()
    try:
        swept = override.sweep_iterator(transformer=Transformer.identity)
        values = [_joined(axis, _plain(value)) for value in islice(swept, MOST_VALUES + 1)]
    except (ValueError, HydraException) as error:
        raise RequestError(axis, text, f"no such sweep ({error})") from error
    if len(values) > MOST_VALUES:
        raise RequestError(axis, text, f"more than {MOST_VALUES} values; give fewer")
    if not values:
        raise RequestError(axis, text, "an empty range; give a value")
    return values


def _holds_sweep(value: Any) -> bool:
    if isinstance(value, dict):
        value = list(value.values())
    return isinstance(value, Sweep) or (isinstance(value, list) and any(map(_holds_sweep, value)))


def _single(override: Override) -> str:
    values = _values(override)
    if len(values) != 1 or not isinstance(values[0], str):
        raise RequestError(override.key_or_group, override.get_value_string(), "give one name")
    return values[0]


def _joined(axis: str, value: Any) -> Any:
    """A list of augmentations is one augmentation, written with + between its parts."""
    listed = axis == AUGMENTATION and isinstance(value, list)
    return "+".join(map(str, value)) if listed else value


def _plain(value: Any) -> Any:
    if isinstance(value, QuotedString):
        return value.text
    return [_plain(item) for item in value] if isinstance(value, list) else value
