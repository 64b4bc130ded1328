"""What the effect of a claim was made from: the rows of its arms, and one value per draw."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from benchmarks.evidence.axes import ROW
from benchmarks.evidence.claims.arms import Arm
from benchmarks.evidence.claims.effects import CELLS, ArmResults, Arms, Unanswerable, arms_of
from benchmarks.evidence.claims.expectations import SHARES
from benchmarks.evidence.claims.files import parse_claim
from benchmarks.evidence.claims.schema import Claim, Part
from benchmarks.evidence.wording import effect_text, sizes_text

DIGITS = 2


def numbers_behind(
    verdicts: Iterable[dict[str, Any]],
    claims: Iterable[Claim | dict[str, Any]],
    frame: pd.DataFrame,
    rows: Sequence[Sequence[Any]],
) -> list[dict[str, Any]]:
    """One entry per number that the verdicts tell of the frame (a `results_frame`).

    `id` is the fragment's kind and names: `part`, claim and part (and the size, for a part that is
    asked at every size), or `replication`, claim and dataset. `rows` are places in the argument of
    that name, each row with its values of ROW. `arms`, `draws`, `means` and `effects` say how the
    effect came about: each arm's mean over the sizes in each draw (split seed), and what the arms
    make together in that draw, written as in the text.
    """
    parsed = {claim.id: claim for claim in map(parse_claim, claims)}
    behind = _Behind(ArmResults(frame), _places(rows))
    return [
        entry
        for verdict in verdicts
        if verdict["id"] in parsed
        for entry in _of_claim(parsed[verdict["id"]], verdict, behind)
    ]


@dataclass(frozen=True)
class _Behind:
    """Results by arm, and the places of the rows by what names an arm's cells (CELLS)."""

    results: ArmResults
    places: dict[tuple[Any, ...], dict[int, int]]

    def rows(
        self, arms: Iterable[Arm], claim: Claim, dataset: str, sizes: Sequence[int]
    ) -> list[int]:
        """The places of all rows of these arms at these sizes."""
        keys = {key for arm in arms for key in self.results.keys(dataset, arm, claim.protocol)}
        found = {
            self.places[key][size] for key in keys for size in sizes if size in self.places[key]
        }
        return sorted(found)


def _places(rows: Sequence[Sequence[Any]]) -> dict[tuple[Any, ...], dict[int, int]]:
    places: defaultdict[tuple[Any, ...], dict[int, int]] = defaultdict(dict)
    for place, row in enumerate(rows):
        axes = dict(zip(ROW, row, strict=True))
        places[tuple(axes[name] for name in CELLS)][axes["train_size"]] = place
    return places


def _of_claim(claim: Claim, verdict: dict[str, Any], behind: _Behind) -> Iterator[dict[str, Any]]:
    for part in claim.on(verdict["dataset"]).parts:
        yield from _of_part(claim, part, verdict["dataset"], behind)
    for other in verdict["replications"]:
        parts = claim.on(other["dataset"]).parts
        deciding = [arm for part in parts if part.deciding for arm in part.arms]
        yield {
            "id": ["replication", claim.id, other["dataset"]],
            "title": f"{claim.id} on {other['dataset']}: {other['verdict']}",
            "says": other["reason"],
            "rows": behind.rows(deciding, claim, other["dataset"], other["sizes"]),
        }


def _of_part(claim: Claim, part: Part, dataset: str, behind: _Behind) -> Iterator[dict[str, Any]]:
    try:
        arms = arms_of(part, claim, behind.results, dataset)
    except Unanswerable:
        return
    asked = [((), arms.sizes)] if part.over == "mean" else [((n,), [n]) for n in arms.sizes]
    for names, sizes in asked:
        yield {
            "id": ["part", claim.id, part.id, *map(str, names)],
            "title": f"{part.measure} on {dataset}, {sizes_text(sizes)}",
            "says": part.says,
            "rows": behind.rows(part.arms, claim, dataset, sizes),
            **_draws(part, arms, sizes),
        }


def _draws(part: Part, arms: Arms, sizes: Sequence[int]) -> dict[str, Any]:
    means = [dict(zip(*table.over(sizes), strict=True)) for table in arms.tables]
    draws, values = arms.by_seed(sizes)
    effects = dict(zip(draws, values, strict=True))
    if part.kind == "ratio":
        effects = {seed: math.exp(value) for seed, value in effects.items()}
    unit = _unit_of_arm(part)
    return {
        "arms": [str(arm) for arm in part.arms],
        "draws": [int(seed) for seed in draws],
        "means": [[effect_text(mean[seed], unit, DIGITS) for seed in draws] for mean in means],
        "effects": [effect_text(effects[seed], part.unit, DIGITS) for seed in draws],
    }


def _unit_of_arm(part: Part) -> str:
    if part.kind in ("mean_of", "spread_of"):
        return part.unit
    return "mean" if part.metric in SHARES else "number"
