"""The text of a YAML file that somebody wrote: read once it is known that reading it will end."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from yaml import SafeLoader as SafeLoader
else:
    # The same loader written in C, many times faster, wherever PyYAML was built with it.
    SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

LARGEST = 1_000_000  # bytes; the longest file of the suite has less than a hundredth of it
MOST_VALUES = 100_000  # that a file may stand for once its aliases (*name) are written out
DEEPEST = 100  # levels; what is made of a file is walked through by functions that call themselves


def yaml_text(file: Path) -> str:
    """Raises ValueError, which says why not, for what is no file, for too large a one, for another
    encoding than UTF-8, and for aliases of aliases and levels without end, which would
    fill memory or stack."""
    if not file.is_file():  # a pipe would be waited for
        raise ValueError("not a file; give a text file, or remove it")
    try:
        if file.stat().st_size > LARGEST:
            raise ValueError(f"more than {LARGEST} bytes; give a shorter file")
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8 ({error.reason}); save it as UTF-8") from error
    with suppress(yaml.YAMLError):  # told by those who read it
        _check(text)
    return text


def _check(text: str) -> None:
    """From its events, which are read one by one, whatever they would be made into."""
    depth, aliased = 0, False
    for event in yaml.parse(text, SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        aliased |= isinstance(event, yaml.AliasEvent)
        if depth > DEEPEST:
            raise ValueError(f"nested more than {DEEPEST} levels deep; write it flatter")
    if aliased and _size(yaml.compose(text, SafeLoader), {}, set()) > MOST_VALUES:
        told = f"its aliases stand for more than {MOST_VALUES} values; write out fewer"
        raise ValueError(told)


def _size(node: yaml.Node | None, known: dict[int, int], within: set[int]) -> int:
    """An alias of what it stands in has no end."""
    if id(node) in within:
        return MOST_VALUES + 1
    if id(node) not in known:
        within.add(id(node))
        known[id(node)] = 1 + sum(_size(part, known, within) for part in _parts(node))
        within.remove(id(node))
    return known[id(node)]


def _parts(node: yaml.Node | None) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return node.value if isinstance(node, yaml.SequenceNode) else []
