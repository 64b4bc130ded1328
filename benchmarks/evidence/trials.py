"""Trials of the `tuned` protocol: how each search went on, and which fields mattered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from benchmarks.evidence.axes import AXES, axis_name
from benchmarks.evidence.results import method_labels
from benchmarks.grid.search import value_of
from benchmarks.grid.tuning import NOTHING_LEARNED, judged_by
from benchmarks.records.holdings import is_trial
from benchmarks.records.store import Record

STUDY = ["dataset", "protocol", "train_size", "label", "split_seed"]
FEWEST = 8  # trials, below which no importance is told
MOST = 256  # trials that importances are told from: the time grows with their square
FEW_VALUES = 8  # whole numbers, up to which each is a category of its own
IMPORTANCE_SEED = 0  # of the forest


def trials_frame(records: Iterable[Record]) -> pd.DataFrame:
    """One row per trial on a rung: the columns of STUDY, `trial`, `rung`, `epochs`, `score`, which
    is the metric `judged_by` of its validation samples (mean over `folds`; 0 for settings that
    nothing was learned with) and `settings`, a mapping of fields to values.

    `epochs` is NaN for methods without; trials that are not finished on all folds count with those
    that are.
    """
    rows = [_row(record) for record in records if is_trial(record) and record["status"] == "done"]
    frame = pd.DataFrame(rows, columns=_COLUMNS)
    if frame.empty:
        return frame.assign(label="")
    frame = frame.assign(label=method_labels(frame))
    keys = [*STUDY, "method", "judged_by", "trial", "rung", "epochs"]
    groups = frame.groupby(keys, dropna=False, sort=True)
    found = groups.agg(
        score=("score", "mean"), settings=("settings", "first"), folds=("score", "size")
    )
    return found.reset_index()


_COLUMNS = ["dataset", "train_size", "split_seed", "method", *AXES]
_COLUMNS += ["judged_by", "trial", "rung", "epochs", "score", "settings"]


def best_so_far(trials: pd.DataFrame) -> pd.DataFrame:
    """By study and trial in the order of the search: `spent`, all epochs up to it in units of one
    whole training, `step`, how many came before it on its rung, and `best`, the best
    validation score on that rung.

    A later rung begins anew: fewer epochs than the last rung's are not comparable with it.
    """
    parts = []
    for _, rows in trials.groupby(STUDY, sort=True):
        rows = rows.sort_values(["rung", "trial"])
        epochs = rows["epochs"].fillna(1.0)
        spent = (rows["folds"] * epochs / epochs.max()).cumsum()
        rungs = rows.groupby("rung")
        best, step = rungs["score"].cummax(), rungs.cumcount()
        parts.append(rows.assign(spent=spent, best=best, step=step))
    if not parts:
        return trials.assign(spent=[], best=[], step=[])
    return pd.concat(parts, ignore_index=True)


def mean_over_splits(progress: pd.DataFrame) -> pd.DataFrame:
    """`spent` and `best` by `rung` and `step`, of the progress of one label in one place.

    Not by trial: each split sends others of them to the next rung.
    """
    steps = progress.groupby(["rung", "step"], sort=True)[["spent", "best"]].mean()
    return steps.reset_index()


def importances(trials: pd.DataFrame) -> dict[str, dict[str, float]]:
    """By label, the share of the variance of the validation score that each field explains.

    Functional analysis of variance over a random forest (Hutter, Hoos & Leyton-Brown, ICML 2014;
    Optuna's), over the trials of the first rung, where all have the same epochs; the mean of each
    split is taken off before, as splits differ in difficulty. Labels with fewer than 8 trials, or
    whose trials do not differ, are left out; of more than 256 a random choice is taken, always the
    same.
    """
    found = {}
    for label, rows in trials[trials["rung"] == 0].groupby("label", sort=True):
        place = rows.groupby(["dataset", "protocol", "train_size", "split_seed"])["score"]
        values = rows["score"] - place.transform("mean")
        if len(values) > MOST:
            values = values.sample(MOST, random_state=IMPORTANCE_SEED)
        if len(values) >= FEWEST and values.nunique() > 1:
            found[str(label)] = _importance(list(rows["settings"][values.index]), list(values))
    return found


def _importance(settings: list[dict[str, Any]], values: list[float]) -> dict[str, float]:
    import optuna
    from optuna.distributions import CategoricalDistribution, FloatDistribution

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(direction="maximize")
    distributions: dict[str, Any] = {}
    for field in settings[0]:
        tried = [each[field] for each in settings]
        numbers = all(isinstance(value, float) for value in tried) or _is_scale(tried)
        if len(set(tried)) > 1:
            distributions[field] = (
                FloatDistribution(min(tried), max(tried), log=min(tried) > 0)
                if numbers
                else CategoricalDistribution(sorted(set(tried), key=str))
            )
    for each, value in zip(settings, values, strict=True):
        params = {field: each[field] for field in distributions}
        study.add_trial(
            optuna.trial.create_trial(params=params, distributions=distributions, value=value)
        )
    evaluator = optuna.importance.FanovaImportanceEvaluator(seed=IMPORTANCE_SEED)
    return dict(optuna.importance.get_param_importances(study, evaluator=evaluator))


def _is_scale(tried: list[Any]) -> bool:
    """Whole numbers of a range, not a few of a list: as categories they would take minutes."""
    whole = all(isinstance(value, int) and not isinstance(value, bool) for value in tried)
    return whole and len(set(tried)) > FEW_VALUES


def _row(record: Record) -> dict[str, Any]:
    config = record["config"]
    method, protocol = config["method"], config["protocol"]
    learned_nothing = NOTHING_LEARNED in record.get("notes", ())
    return {
        "dataset": config["dataset"]["name"],
        "train_size": config["dataset"]["train_size"],
        "split_seed": config["split_seed"],
        "method": method["name"],
        **{axis: axis_name(config, axis) for axis in AXES},
        "trial": protocol["trial"],
        "rung": protocol["rung"],
        "epochs": method.get("epochs"),
        "judged_by": judged_by(protocol),
        "score": 0.0 if learned_nothing else record["metrics"][judged_by(protocol)],
        "settings": {field: value_of(method, field) for field in config["search"]},
    }
