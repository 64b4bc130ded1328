"""Refusals: results that share a name without sharing a meaning are never averaged."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import orjson

from benchmarks.evidence.axes import AXES, axis_name
from benchmarks.evidence.errors import EvidenceError
from benchmarks.grid import search
from benchmarks.grid.key import science
from benchmarks.grid.variants import FIELD as VARIANT
from benchmarks.records.store import SCHEMA, Record

if TYPE_CHECKING:
    import pandas as pd

# The first science of each row, and its text.
Seen = dict[tuple[str, ...], tuple[dict[str, Any], bytes]]

# The row's own axes: these may differ under one name. Data and splits are looked at by themselves.
VARIES = ("split_seed", "init_seed", "threads", "dataset.train_size", "trainer.devices")
LOOKED_AT = ("data", "split")


def without_copies(records: Iterable[Record]) -> list[Record]:
    """The records, each key once; a finished one before a failed one.

    Raises EvidenceError where two records of one key report different metrics.
    """
    kept: dict[str, Record] = {}
    for record in records:
        key = record.get("key")
        if not isinstance(key, str) or not key:
            raise EvidenceError(
                f"a record has key={key!r}: expected text; delete it and run its cell again"
            )
        first = kept.setdefault(key, record)
        if {first.get("status"), record.get("status")} == {"done", "failed"}:
            kept[key] = first if first["status"] == "done" else record
            continue
        if first is not record and _text(first.get("metrics")) != _text(record.get("metrics")):
            raise EvidenceError(
                f"record {key[:12]} is there twice with different metrics:"
                " keep one of the two result folders"
            )
    return list(kept.values())


def refuse_mixed_schemas(records: Iterable[Record]) -> None:
    """Raises EvidenceError unless every record has the schema version that is read here."""
    versions = sorted({str(record.get("schema")) for record in records})
    if len(versions) > 1:
        raise EvidenceError(
            f"records of several schema versions ({', '.join(versions)}) cannot be put into one"
            f" table: run the cells of the others than schema {SCHEMA} again"
        )
    if versions and versions != [str(SCHEMA)]:
        raise EvidenceError(
            f"records have schema={versions[0]}, this version reads {SCHEMA}:"
            " use the version of the suite that wrote them, or run the cells again"
        )


def refuse_mixed_configurations(records: Iterable[Record]) -> None:
    """Raises EvidenceError where one dataset's or one method's name covers two configurations."""
    datasets: Seen = {}
    rows: Seen = {}
    for record in records:
        config, fixed = record["config"], fixed_science(record)
        dataset, method, *chosen = (
            axis_name(config, axis) for axis in ("dataset", "method", *AXES)
        )
        varied = _without(fixed, (config.get(VARIANT) or {}).get("fields", ()))
        _same(datasets, (dataset,), {"dataset": varied["dataset"]}, dataset)
        _same(rows, (dataset, method, *chosen), fixed, f"{method} on {dataset}")


def refuse_mixed_data(records: Iterable[Record]) -> None:
    """Raises EvidenceError where one dataset or one split seed names two contents.

    Comparisons are paired by split seed; that is sound only if every method of a split seed
    learned from the same sample.
    """
    contents: dict[str, str]
    splits: dict[str, str]
    contents, splits = {}, {}
    for record in records:
        config, prints = record["config"], record.get("fingerprints") or {}
        size = config["dataset"].get("train_size")
        seed = config.get("split_seed")
        variant = config.get(VARIANT) or {"name": "", "fields": ()}
        of_data = any(field.startswith("dataset.") for field in variant["fields"])
        name = config["dataset"].get("name") + (f" ({variant['name']})" if of_data else "")
        where = f"{name}, n = {size}, split seed {seed}"
        _same_print(contents, name, prints.get("data"), f"{name}: fingerprints.data")
        _same_print(splits, where, prints.get("split"), f"{where}: fingerprints.split")


def refuse_repeated_seeds(frame: pd.DataFrame, columns: list[str]) -> None:
    """Raises EvidenceError where two cells claim the same row and the same seeds."""
    repeated = frame[frame.duplicated(columns, keep=False)]
    if len(repeated):
        first = repeated.iloc[0]
        threads = " and ".join(sorted(set(repeated["threads"].astype(str))))
        raise EvidenceError(
            f"{first.dataset}, {first.method}, n = {first.train_size}: split seed"
            f" {first.split_seed} and init seed {first.init_seed} are there more than once, with"
            f" {f'{threads} threads' if ' and ' in threads else 'other devices'}: report one at a"
            " time"
        )


def _same(seen: Seen, row: tuple[str, ...], config: dict[str, Any], name: str) -> None:
    text = orjson.dumps(config, option=orjson.OPT_SORT_KEYS)
    first, first_text = seen.setdefault(row, (config, text))
    if text == first_text:
        return
    one, other = _flat(first), _flat(config)
    for field in sorted(set(one) | set(other)):
        if _text(one.get(field)) != _text(other.get(field)):
            group, _, inner = field.partition(".")
            named = inner and group != "fingerprints"
            remedy = f"give one of them another {group}.name" if named else "run one at a time"
            raise EvidenceError(
                f"{field}={one.get(field)} and {field}={other.get(field)} are both called {name}:"
                f" {remedy}"
            )


def fixed_science(record: Record) -> dict[str, Any]:
    """What must be the same under one name: all that is in the key but for the row's own axes,
    cheap to compare whole; `_flat` finds the field.

    What the key leaves out may differ: paths, descriptions, an option that says the same as none.
    Fields that were searched may differ from split to split; the space that was searched may not.
    """
    config, prints = record["config"], record.get("fingerprints") or {}
    read = {name: value for name, value in prints.items() if name not in LOOKED_AT}
    searched = [f"method.{field}" for field in config.get(search.FIELD) or ()]
    return _without(science(config, read), (*VARIES, *searched))


def _without(block: dict[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    """A block without some dotted fields."""
    for field in fields:
        name, _, inner = field.partition(".")
        if name not in block or (inner and not isinstance(block[name], dict)):
            continue
        rest = {k: v for k, v in block.items() if k != name}
        block = {**rest, name: _without(block[name], [inner])} if inner else rest
    return block


def _same_print(seen: dict[str, str], name: str, found: str | None, what: str) -> None:
    if found is None:
        return
    first = seen.setdefault(name, found)
    if first != found:
        raise EvidenceError(
            f"{what} is {first[:12]} in one record and {found[:12]} in another: these results come"
            " from different data; report them from separate result folders"
        )


def _flat(config: dict[str, Any], before: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in config.items():
        path = before + str(name)
        if isinstance(value, dict):
            flat.update(_flat(value, path + "."))
        elif name != "says":
            flat[path] = value
    return flat


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True, default=str)
