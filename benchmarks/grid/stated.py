"""The cells of a benchmark as its file states them, without their data: nothing is loaded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.grid.blocks import assignments, grid_of, stated_blocks
from benchmarks.grid.composing import Composer
from benchmarks.grid.configs import Configs
from benchmarks.grid.plan import compose_base
from benchmarks.grid.request import Request
from benchmarks.grid.variants import varied_fields, with_variant


def stated_configs(name: str, configs: Configs) -> Iterator[dict[str, Any]]:
    """One configuration a cell, which may repeat; of a protocol that tunes, the cells that winners
    become. Raises RequestError for a file that cannot be planned."""
    request = Request(benchmark=name)
    grid = grid_of(compose_base(request, configs)["benchmark"])
    varied = varied_fields(stated_blocks(grid, {}))
    composer = Composer(configs, request)
    for assignment in assignments(grid, {}):
        yield with_variant(composer.cell_config(assignment), varied)
