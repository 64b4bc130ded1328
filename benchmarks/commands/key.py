"""`scarce key explain` and `scarce key diff`: what a cell's key is made of, and why two differ."""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import yaml
from rich.console import Console
from rich.table import Table
from rich.text import Text

from benchmarks.execution.verification import Today
from benchmarks.grid.blocks import assignments
from benchmarks.grid.configs import opened
from benchmarks.grid.errors import RequestError
from benchmarks.grid.key import (
    MISSING,
    checked_prefix,
    differences,
    left_out,
    makes_its_key,
    recorded_science,
    science,
    the_only_key,
)
from benchmarks.grid.plan import SETTINGS, Cell, Plan, compose_base
from benchmarks.grid.request import Request, parse_request
from benchmarks.planning import planned_cells
from benchmarks.records import archive
from benchmarks.records.store import Record, Store
from benchmarks.settings import Folders, folders

DIGITS = 12  # shown of a hash
OTHER_VERSION = (
    "what is recorded does not hash to this key: another version of the suite made it, "
    "or the record was edited"
)

COVERED = "# The fingerprints cover the content of the data, wherever they lie.\n"


@dataclass(frozen=True)
class Side:
    """A cell, recorded or of today's plan, with what its key is made of."""

    key: str
    science: dict[str, Any]
    config: dict[str, Any]
    record: Record | None
    held: str | None
    planned: bool

    @property
    def title(self) -> str:
        place = "today" if self.planned or self.held is None else self.held.split()[0]
        status = self.record["status"] if self.record else "no record"
        return f"{self.key[:DIGITS]} ({place}, {status})"

    @property
    def of_other_making(self) -> bool:
        return self.record is not None and not makes_its_key(self.record)


def execute(arguments: argparse.Namespace, console: Console) -> int:
    """Explain one key, or tell two apart."""
    keys = [checked_prefix(word) for word in arguments.overrides if "=" not in word]
    request = parse_request([word for word in arguments.overrides if "=" in word])
    answer = {"explain": _explain, "diff": _diff}[arguments.question]
    answer(keys, request, console, arguments.json)
    return 0


def _explain(keys: list[str], request: Request, console: Console, as_json: bool) -> None:
    if len(keys) + _asks_for_a_cell(request) != 1:
        remedy = "give one key, or the overrides of one cell (method=mlp split_seed=0 ...)"
        raise RequestError("key explain", " ".join(keys) or "nothing", remedy)
    (side,) = _sides(keys, request)
    head = {"key": side.key, "record": _told(side)}
    if side.of_other_making:
        head["note"] = OTHER_VERSION
    rest, settings = left_out(side.config), [*SETTINGS]
    if as_json:
        print(json.dumps({**head, "science": side.science, "left_out": rest, "settings": settings}))
        return
    text = _yaml({**head, "in the key": side.science}) + COVERED
    text += _yaml({"not in the key": {**rest, "settings": settings}})
    console.print(text, soft_wrap=True, highlight=False, markup=False, end="")


def _diff(keys: list[str], request: Request, console: Console, as_json: bool) -> None:
    if len(keys) + _asks_for_a_cell(request) != 2 or not keys:
        remedy = "give two keys, or one key and the overrides of a cell"
        raise RequestError("key diff", " ".join(keys) or "no key", remedy)
    one, other = _sides(keys, request)
    found = differences(one.science, other.science)
    if as_json:
        pairs = {name: [plain(value) for value in pair] for name, pair in found.items()}
        same = one.key == other.key
        document = {"a": one.key, "b": other.key, "same": same, "differences": pairs}
        print(json.dumps(document))
        return
    if found:
        console.print(differences_table(found, one.title, other.title), highlight=False)
    else:
        said = "the same cell" if one.key == other.key else "no field differs"
        console.print(f"{said}: {one.title}, {other.title}", highlight=False, soft_wrap=True)
    for side in (one, other):
        if side.of_other_making:
            console.print(f"{side.key[:DIGITS]}: {OTHER_VERSION}", soft_wrap=True, highlight=False)


def differences_table(pairs: dict[str, tuple[Any, Any]], then: str, now: str) -> Table:
    """One line per field that differs, both values beside each other."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("", no_wrap=True)
    for title in (then, now):
        table.add_column(title, overflow="fold")
    for name, pair in pairs.items():
        table.add_row(name, *(Text(shown(value)) for value in pair))
    return table


def shown(value: Any) -> str:
    """A value as its YAML would say it, a hash by its first digits."""
    if value is MISSING:
        return repr(value)
    if isinstance(value, str) and len(value) in (40, 64) and set(value) <= set("0123456789abcdef"):
        return value[:DIGITS]
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=float("inf"))
    return text.removesuffix("\n").removesuffix("\n...")


def plain(value: Any) -> Any:
    return None if value is MISSING else value


def _asks_for_a_cell(request: Request) -> bool:
    """Whether anything is said of the cell, and not only of folders and settings."""
    return bool(request.changes or request.benchmark)


def _sides(keys: list[str], request: Request) -> list[Side]:
    """Each key's record and, where a cell is asked for, today's: the one in the record's place."""
    with opened(list(request.folders)) as configs:
        places = folders(compose_base(request, configs))
        sides = [_recorded(key, places) for key in keys]
        if _asks_for_a_cell(request):
            planned = planned_cells(request, configs)
            sides.append(_planned(_one_cell(planned, request, sides), places))
    return sides


def _recorded(prefix: str, places: Folders) -> Side:
    own = Store(places.own)
    known = own.keys()
    found = [key for key in known if key.startswith(prefix)]
    if found and (record := own.read(the_only_key(prefix, found, "here"))):
        return _side_of(record, "own")
    published = _published(places, prefix)
    where = "here or in what is published"
    if own.damaged:
        where = f"that can be read (damaged: {own.damaged[0]})"
    key = the_only_key(prefix, published, where)
    return _side_of(*published[key])


def _planned(cell: Cell, places: Folders) -> Side:
    record = Store(places.own).read(cell.key)
    published = {} if record else _published(places, cell.key)
    record, held = (record, "own") if record else published.get(cell.key, (None, None))
    told = science(cell.config, cell.fingerprints)
    return Side(cell.key, told, cell.config, record, held, planned=True)


def _side_of(record: Record, held: str) -> Side:
    told = recorded_science(record)
    return Side(record["key"], told, record["config"], record, held, planned=False)


def _published(places: Folders, prefix: str) -> dict[str, tuple[Record, str]]:
    """The published records whose keys begin so, each with where it is held."""
    return {
        record["key"]: (record, f"published in {file.parent.name}")
        for file in sorted(places.published.glob(f"*/{archive.FILE}"))
        for record in archive.read_records(file)
        if record["key"].startswith(prefix)
    }


def _one_cell(plan: Plan, request: Request, sides: list[Side]) -> Cell:
    """The plan's only cell or, beside a record, the one with its names, size and seeds."""
    count = len(plan.cells) + len(plan.unavailable)
    if count > 1 and sides and sides[0].record is not None:
        cell, _ = Today(plan).in_place_of(sides[0].record)
        if isinstance(cell, Cell):
            return cell
    if count == 1 and plan.unavailable:
        (cell,) = plan.unavailable
        dataset = cell.config["dataset"]["name"]
        raise RequestError("dataset", dataset, f"{cell.reason}. {cell.remedy}")
    if count != 1:
        varying = ", ".join(_varying(plan, request))
        raise RequestError("cells", count, f"a key is of one; give one value for {varying}")
    return plan.cells[0]


def _varying(plan: Plan, request: Request) -> list[str]:
    """The axes of the grid that still have several values."""
    values: dict[str, set[str]] = defaultdict(set)
    for assignment in assignments(plan.benchmark["grid"], request.axes):
        for axis, value in assignment.items():
            values[axis].add(json.dumps(value))
    return [f"{axis} ({len(found)} values)" for axis, found in values.items() if len(found) > 1]


def _told(side: Side) -> dict[str, Any] | None:
    """What is known of the cell's record; None where there is none."""
    if side.record is None:
        return None
    record, error = side.record, side.record.get("error")
    return {
        "status": record["status"],
        "held": side.held,
        **({"accuracy": a} if (a := record["metrics"].get("accuracy")) is not None else {}),
        **({"error": f"{error['type']}: {' '.join(error['message'].split())}"} if error else {}),
        "finished": record["provenance"].get("finished"),
        "commit": record["provenance"].get("commit"),
    }


class _Dumper(yaml.SafeDumper):
    """Mappings one field a line, lists in one line."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


_Dumper.add_representer(
    list, lambda d, values: d.represent_sequence("tag:yaml.org,2002:seq", values, flow_style=True)
)


def _yaml(document: dict[str, Any]) -> str:
    return yaml.dump(
        document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=float("inf")
    )
