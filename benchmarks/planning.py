"""The plan of a request, as far as the records that there are decide it."""

from __future__ import annotations

from benchmarks.evidence.consistency import refuse_mixed_configurations
from benchmarks.grid import stages, tuning
from benchmarks.grid.configs import Configs
from benchmarks.grid.plan import Plan, make_plan
from benchmarks.grid.request import Request
from benchmarks.grid.variants import with_variant
from benchmarks.records.store import Store
from benchmarks.settings import own_folder


def planned_cells(request: Request, configs: Configs) -> Plan:
    """The plan as far as the own records decide it, refused where two configurations would share
    one row of the table."""
    planned = make_plan(request, configs)
    stages.extend(planned, Store(own_folder(planned.settings)).read_all)
    tested = [cell.config for cell in planned.cells if not tuning.is_trial(cell.config)]
    configs_of_rows = [*tested, *(found.study.config for found in planned.searches.values())]
    named = [with_variant(config, planned.varied) for config in configs_of_rows]
    refuse_mixed_configurations([{"config": config} for config in named])
    return planned
