"""MLflow: an experiment per benchmark, a run per cell, in a SQLite file or on a server."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.tracking.choosing import require_package, require_text
from benchmarks.tracking.told import Benchmark, FinishedCell

ID = "scarce.id"  # the tag by which an earlier run of the same cell is found
METRICS_AT_ONCE, PARAMETERS_AT_ONCE = 1000, 100  # the most that MLflow's log_batch takes
LONGEST_PARAMETER = 6000  # characters, MLflow's limit
OUTPUTS = ("table.csv", "table.md", "table.tex", "claims.json", "claims.md", "report.html")


class MLflow:
    """Without `uri`, `mlflow/mlflow.db` below `folder`, with tables and figures beside it."""

    name = "mlflow"

    def __init__(self, folder: Path, uri: str | None = None):
        require_text("uri", uri, or_null=True)
        require_package(self.name, "mlflow", "mlflow-skinny")
        self.folder = folder / "mlflow"
        self.uri = uri or f"sqlite:///{self.folder / 'mlflow.db'}"
        self.own = uri is None
        self.place = f"mlflow ui --backend-store-uri {self.uri}"

    def begin(self, benchmark: Benchmark) -> None:
        self.benchmark = benchmark
        self.client = _client(self.uri)
        if self.own:
            self.folder.mkdir(parents=True, exist_ok=True)
        found = self.client.get_experiment_by_name(benchmark.name)
        self.experiment = found.experiment_id if found else self._new_experiment()

    def cell(self, finished: FinishedCell) -> None:
        tags = {"method": finished.label, "dataset": finished.dataset}
        tags |= {"error": finished.error} if finished.failed else {}
        run = self._new_run(finished.id, finished.name, tags)
        settings = {n: str(v)[:LONGEST_PARAMETER] for n, v in finished.settings.items()}
        for some in _parts(list(settings.items()), PARAMETERS_AT_ONCE):
            self.client.log_batch(run, params=[_parameter(*each) for each in some])
        points = [(name, value, 0) for name, value in finished.measured.items()]
        points += [(n, v, epoch) for epoch, values in finished.curves() for n, v in values.items()]
        for some in _parts(points, METRICS_AT_ONCE):
            self.client.log_batch(run, metrics=[_metric(*each) for each in some])
        self.client.set_terminated(run, "FAILED" if finished.failed else "FINISHED")

    def end(self, folder: Path) -> None:
        told = {"changes": " ".join(self.benchmark.changes)}
        run = self._new_run(self.benchmark.id, self.benchmark.name, told)
        for name in OUTPUTS:
            self.client.log_artifact(run, str(folder / name))
        for figure in sorted((folder / "figures").glob("*.png")):
            self.client.log_artifact(run, str(figure), "figures")
        self.client.set_terminated(run)

    def _new_experiment(self) -> str:
        place = (self.folder / "artifacts" / self.benchmark.name).as_uri() if self.own else None
        identity: str = self.client.create_experiment(self.benchmark.name, artifact_location=place)
        return identity

    def _new_run(self, identity: str, name: str, tags: dict[str, str]) -> str:
        """In the place of the run that the same cell had before."""
        asked = f"tags.`{ID}` = '{identity}'"
        for earlier in self.client.search_runs([self.experiment], asked):
            self.client.delete_run(earlier.info.run_id)
        run = self.client.create_run(self.experiment, run_name=name, tags={ID: identity, **tags})
        return str(run.info.run_id)


def _client(uri: str) -> Any:
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    from mlflow.tracking import MlflowClient

    for talkative in ("mlflow", "alembic"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
    return MlflowClient(tracking_uri=uri)


def _parameter(name: str, value: str) -> Any:
    from mlflow.entities import Param

    return Param(name, value)


def _metric(name: str, value: float, step: int) -> Any:
    from mlflow.entities import Metric

    return Metric(name, value, int(time.time() * 1000), step)


def _parts(items: list[Any], size: int) -> Iterator[list[Any]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
