"""`scarce merge`: records made elsewhere into the own store."""

from __future__ import annotations

import argparse

from rich.console import Console

from benchmarks.commands.opening import opened_for_reading
from benchmarks.grid.paths import path_of
from benchmarks.records.merging import merge_into
from benchmarks.records.store import Store


def execute(arguments: argparse.Namespace, console: Console) -> int:
    """Take records of another machine, or the published ones, into the own store."""
    with opened_for_reading(arguments) as (_, _, places):
        published = arguments.source == "published"
        source = places.published if published else path_of("PATH", arguments.source)
        merging = merge_into(Store(places.own), source)
    lines = [f"{merging.taken} records taken, {merging.known} were here already"]
    lines += [f"damaged there, left out: {name}" for name in merging.damaged]
    console.print("\n".join(lines), highlight=False, soft_wrap=True, markup=False)
    return 0
