"""The text of a YAML file that somebody wrote: read once it is known that reading it will end."""

from __future__ import annotations

from pathlib import Path

import yaml

LARGEST = 1_000_000  # bytes; the longest file of the suite has less than a hundredth of it
MOST_VALUES = 100_000  # that a file may stand for once its aliases (*name) are written out


def yaml_text(file: Path) -> str:
    """Raises ValueError, which says why not, for what is no file, for too large a one, for another
    encoding than UTF-8, and for aliases of aliases that would fill the memory."""
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
    if "*" in text and _values_of(text) > MOST_VALUES:
        raise ValueError(f"its aliases stand for more than {MOST_VALUES} values; write out fewer")
    return text


def _values_of(text: str) -> int:
    """How many values a document has with all aliases written out; 0 where it is no YAML."""
    try:
        return _size(yaml.compose(text, yaml.SafeLoader), {}, set())
    except (yaml.YAMLError, RecursionError):
        return 0


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
