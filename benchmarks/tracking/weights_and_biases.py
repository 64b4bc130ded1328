"""Weights & Biases: a run per cell, grouped by method, and one run for the benchmark.

Offline, nothing leaves the machine; `wandb sync` uploads it whenever that is wanted.
"""

from __future__ import annotations

import csv
import json
import netrc
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.grid.errors import RequestError
from benchmarks.tracking.choosing import require_package, require_text
from benchmarks.tracking.told import EPOCH, Benchmark, FinishedCell

MODES = ("offline", "online")
LONGEST_NAME = 128  # characters that a name may have at Weights & Biases
SECONDS_TO_UPLOAD = 60.0  # at the end of a run; ours
VERDICT = ("id", "sentence", "verdict", "effect", "low", "high", "unit", "published", "reason")


class WeightsAndBiases:
    """`folder` is where wandb makes its own folder, `wandb`."""

    name = "wandb"

    def __init__(
        self,
        folder: Path,
        project: str = "scarce",
        entity: str | None = None,
        mode: str = "offline",
    ):
        if mode not in MODES:
            raise RequestError("logger.mode", mode, f"expected {' or '.join(MODES)}")
        require_text("project", project)
        require_text("entity", entity, or_null=True)
        require_package(self.name, "wandb")
        self.folder, self.project, self.entity, self.mode = folder, project, entity, mode
        self.files = folder / "wandb"
        self.place = project if mode == "online" else f"wandb sync {self.files}/offline-run-*"
        if mode == "online":
            _require_account()

    def begin(self, benchmark: Benchmark) -> None:
        self.benchmark = benchmark
        self.files.mkdir(parents=True, exist_ok=True)
        # Tables wait here for `wandb sync`, beside their runs instead of in the home folder.
        os.environ.setdefault("WANDB_DATA_DIR", str(self.files))
        _import()

    def cell(self, finished: FinishedCell) -> None:
        """Configuration, metrics as summary, the history by epoch."""
        run = self._opened(
            id=finished.id,
            name=finished.name[:LONGEST_NAME],
            group=finished.label[:LONGEST_NAME],
            job_type=finished.dataset,
            config={"benchmark": self.benchmark.name, **finished.config},
        )
        try:
            for epoch, values in finished.curves():
                run.log({EPOCH: epoch, **values}, step=epoch)
            told = {"key": finished.record["key"], "status": finished.record["status"]}
            told |= {"error": finished.error} if finished.failed else {}
            run.summary.update({**finished.measured, **told})
        finally:
            run.finish(exit_code=int(finished.failed))

    def end(self, folder: Path) -> None:
        """The table, the verdicts and the figures."""
        wandb = _import()
        run = self._opened(
            id=self.benchmark.id,
            name=self.benchmark.name[:LONGEST_NAME],
            job_type="benchmark",
            config={
                "benchmark": self.benchmark.name,
                "says": self.benchmark.says,
                "changes": list(self.benchmark.changes),
            },
        )
        try:
            verdicts = json.loads((folder / "claims.json").read_text(encoding="utf-8"))["claims"]
            run.log(
                {
                    "table": wandb.Table(*_table(folder / "table.csv")),
                    "verdicts": wandb.Table(list(VERDICT), [_verdict(v) for v in verdicts]),
                    **{
                        f"figures/{figure.stem}": wandb.Image(str(figure))
                        for figure in sorted((folder / "figures").glob("*.png"))
                    },
                }
            )
            run.summary.update({f"verdict/{v['id']}": v["verdict"] for v in verdicts})
        finally:
            run.finish()

    def _opened(self, **told: Any) -> Any:
        """A run that asks nothing, prints nothing and tells nothing of this machine."""
        wandb = _import()
        settings = wandb.Settings(
            silent=True,
            console="off",
            disable_code=True,
            disable_git=True,
            host="",
            save_code=False,
            x_disable_machine_info=True,
            x_disable_meta=True,
            x_disable_stats=True,
            x_save_requirements=False,
            finish_timeout=SECONDS_TO_UPLOAD,
            finish_timeout_raises=True,
        )
        return wandb.init(
            project=self.project,
            entity=self.entity,
            mode=self.mode,
            dir=self.folder,
            reinit="create_new",
            settings=settings,
            **told,
        )


def _import() -> Any:
    """wandb, which otherwise sends its makers how it is used, even offline."""
    os.environ.setdefault("WANDB_ERROR_REPORTING", "false")
    import wandb

    return wandb


def _require_account() -> None:
    """Raise RequestError where wandb would ask for a key in the middle of the run."""
    settings = _import().setup().settings
    host = urlsplit(settings.base_url).hostname or ""
    if settings.api_key or settings.identity_token_file or _in_netrc(host):
        return
    remedy = f"no key for {host} here: wandb login, or leave it at offline"
    raise RequestError("logger.mode", "online", remedy)


def _in_netrc(host: str) -> bool:
    file = Path(os.path.expanduser(os.environ.get("NETRC") or "~/.netrc"))
    try:
        return netrc.netrc(file).authenticators(host) is not None
    except (OSError, netrc.NetrcParseError):
        return False


def _table(file: Path) -> tuple[list[str], list[list[Any]]]:
    """Columns and rows; a column of a wandb.Table has one type."""
    with file.open(newline="", encoding="utf-8") as text:
        columns, *rows = list(csv.reader(text))
    if not rows:
        return columns, []
    return columns, [list(row) for row in zip(*map(_typed, zip(*rows, strict=True)), strict=True)]


def _typed(column: tuple[str, ...]) -> list[Any]:
    """Numbers where all are; None where there is nothing."""
    try:
        return [float(text) if text else None for text in column]
    except ValueError:
        return [text or None for text in column]


def _verdict(verdict: dict[str, Any]) -> list[Any]:
    low, high = verdict["interval"] or (None, None)
    published = verdict["published"]
    told = {**verdict, "low": low, "high": high}
    told["published"] = None if published is None else str(published)
    return [told[name] for name in VERDICT]
