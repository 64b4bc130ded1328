"""From the parts of a claim to its verdict."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import pandas as pd

from benchmarks.evidence.claims.effects import ArmResults
from benchmarks.evidence.claims.files import parse_claim
from benchmarks.evidence.claims.parts import judge_part
from benchmarks.evidence.claims.schema import Claim
from benchmarks.evidence.optimism import OPTIMISTIC
from benchmarks.evidence.results import results_frame
from benchmarks.evidence.statistics import holm

VERDICTS = ("reproduced", "contradicted", "inconclusive", "not-run", "cited")
# What a claim has only where it was tested.
UNTESTED: tuple[str, ...] = (
    "part",
    "benchmark",
    "dataset",
    "protocol",
    "measure",
    "unit",
    "expect",
    "effect",
    "interval",
)
UNTESTED += ("p", "p_adjusted", "published", "published_mark", "more_pairs", "rule")
# Beyond this, more draws of the same kind are no way to settle a question.
WITHIN_REACH = 10_000


def judge(
    claim: Claim | dict[str, Any], results: pd.DataFrame | ArmResults, benchmark: str
) -> dict[str, Any]:
    """The verdict on a claim from the results of one benchmark, as plain JSON-able data.

    `results`: the frame of `results_frame`; as ArmResults it serves many claims quickly.

    `reproduced`: every deciding part holds. `contradicted`: a deciding part fails. `not-run`: no
    deciding part could be asked. `inconclusive`: anything else. `cited`: not tested here. The
    verdict is drawn on the claim's own dataset; on the next one, with a caveat, only where the
    first has no results. Effect, interval, pairs, p and published effect are those of the deciding
    `part` on which the verdict hangs (with `optimistic`, why, only where they are too good): of
    those that fail the one with the smallest p, else the
    first that is open, else the one with the largest p. `p` of a contradicted claim is multiplied
    by the number of its deciding parts (Bonferroni); `p_adjusted` is set by `in_family`.
    """
    claim = parse_claim(claim)
    if claim.cited is not None:
        return _cited(claim)
    if isinstance(results, pd.DataFrame):
        results = ArmResults(results)
    answers = [_on_dataset(claim, results, dataset) for dataset in claim.datasets]
    chosen = next((answer for answer in answers if answer["verdict"] != "not-run"), answers[0])
    headline = _headline(chosen["parts"])
    return _common(claim) | {
        "verdict": chosen["verdict"],
        "reason": chosen["reason"],
        "benchmark": benchmark,
        "dataset": chosen["dataset"],
        "protocol": claim.protocol,
        "part": headline["id"],
        "measure": headline["measure"],
        "unit": headline["unit"],
        "expect": headline["expect"],
        "effect": headline["effect"],
        "interval": headline["interval"],
        "p": (p := _p(chosen)),
        "p_adjusted": p,
        "published": headline["published"],
        "published_mark": _mark(claim) if headline["published"] is not None else None,
        "pairs": headline["pairs"],
        "more_pairs": chosen["more_pairs"],
        "sizes": _sizes(headline),
        "parts": chosen["parts"],
        "replications": [
            _replication(answer)
            for answer in answers
            if answer is not chosen and answer["dataset"] != claim.datasets[0]
        ],
        "caveats": _caveats(claim, results, chosen),
        "rule": claim.rule,
        **_optimism(headline),
    }


def judge_best(
    claim: Claim | dict[str, Any], results: Mapping[str, pd.DataFrame | ArmResults]
) -> dict[str, Any]:
    """The verdict from the claim's best benchmark that has results, by benchmark name."""
    claim = parse_claim(claim)
    verdicts = [judge(claim, results[name], name) for name in claim.benchmarks if name in results]
    if not verdicts:
        verdict = judge(claim, _no_results(), next(iter(claim.benchmarks), ""))
        if claim.cited is not None:
            return verdict
        return verdict | {"reason": f"no results of {' or '.join(claim.benchmarks)}"}
    return next((verdict for verdict in verdicts if verdict["verdict"] != "not-run"), verdicts[0])


@lru_cache(maxsize=1)
def _no_results() -> ArmResults:
    return ArmResults(results_frame([]))


def in_family(verdicts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The verdicts with `p_adjusted`: Holm's correction over all that have a p value."""
    tested = [verdict["p"] for verdict in verdicts if verdict["p"] is not None]
    adjusted = iter(holm(tested) if tested else ())
    return [
        {**verdict, "p_adjusted": None if verdict["p"] is None else float(next(adjusted))}
        for verdict in verdicts
    ]


def digest(claim: Claim) -> str:
    """Of all that a claim file says: a verdict of another digest is of another claim."""
    return hashlib.sha256(claim.model_dump_json().encode()).hexdigest()


def _common(claim: Claim) -> dict[str, Any]:
    return {
        "id": claim.id,
        "claim_sha256": digest(claim),
        "sentence": claim.sentence,
        "level": claim.level,
        "source": claim.source.model_dump(mode="json"),
        "numbers": list(claim.published.numbers) if claim.published else [],
        "numbers_mark": claim.published.mark if claim.published else None,
        "counter": list(claim.counter),
    }


def _cited(claim: Claim) -> dict[str, Any]:
    return (
        dict.fromkeys(UNTESTED)
        | _common(claim)
        | {"verdict": "cited", "reason": claim.cited, "caveats": list(claim.caveats)}
        | {"pairs": 0, "sizes": [], "parts": [], "replications": []}
    )


def _on_dataset(claim: Claim, results: ArmResults, dataset: str) -> dict[str, Any]:
    claim = claim.on(dataset)
    parts = [judge_part(part, claim, results, dataset) for part in claim.parts]
    deciding = [part for part in parts if part["deciding"]]
    verdict, reason = _verdict(deciding)
    more = _more_pairs(deciding) if verdict == "inconclusive" else None
    if verdict == "inconclusive":
        reason = f"{reason}; {_settled(deciding, more)}"
    found = {"dataset": dataset, "verdict": verdict, "reason": reason, "parts": parts}
    return found | {"more_pairs": more}


def _verdict(deciding: list[dict[str, Any]]) -> tuple[str, str]:
    by_outcome: dict[str, list[dict[str, Any]]] = {
        "holds": [],
        "fails": [],
        "open": [],
        "not-run": [],
    }
    for part in deciding:
        by_outcome[part["outcome"]].append(part)
    if len(by_outcome["not-run"]) == len(deciding):
        return "not-run", _all_missing(deciding)
    if by_outcome["fails"]:
        return "contradicted", _reasons(by_outcome["fails"])
    unanswered = by_outcome["not-run"] + by_outcome["open"]
    if unanswered:
        return "inconclusive", _reasons(unanswered)
    return "reproduced", _reasons(deciding)


def _more_pairs(deciding: list[dict[str, Any]]) -> int | None:
    """So many more draws that each open part would be settled; None where draws cannot do it."""
    needed = [part["more_pairs"] for part in deciding if part["outcome"] in ("open", "not-run")]
    if any(more is None or more > WITHIN_REACH for more in needed):
        return None
    most: int = max(needed)
    return most


def _settled(deciding: list[dict[str, Any]], more: int | None) -> str:
    if more is not None:
        draws = "1 more draw" if more == 1 else f"{more} more draws"
        return f"about {draws} would settle it, if effect and spread stay as they are"
    if any(part["outcome"] == "not-run" or not part["pairs"] for part in deciding):
        return "its missing cells must be run first"
    return "more draws of this kind would hardly settle it"


def _reasons(parts: Iterable[dict[str, Any]]) -> str:
    return "; ".join(f"{part['id']}: {part['reason']}" for part in parts)


def _all_missing(parts: Iterable[dict[str, Any]]) -> str:
    return "; ".join(dict.fromkeys(part["reason"] for part in parts))


def _headline(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """The deciding part on which the verdict hangs: of those that fail the one with the smallest p,
    else the first that is open or was not run, else the one with the largest p.
    """
    by_outcome: dict[str, list[dict[str, Any]]] = {}
    for part in parts:
        if part["deciding"]:
            by_outcome.setdefault(part["outcome"], []).append(part)
    if "fails" in by_outcome:
        return min(by_outcome["fails"], key=lambda part: part["p"])
    for outcome in ("open", "not-run"):
        if outcome in by_outcome:
            return by_outcome[outcome][0]
    return max(by_outcome["holds"], key=lambda part: part["p"])


def _p(answer: dict[str, Any]) -> float | None:
    """That of the headline; of a contradicted claim times the number of deciding parts."""
    p: float | None = _headline(answer["parts"])["p"]
    if p is None or answer["verdict"] != "contradicted":
        return p
    tests: int = sum(part["deciding"] for part in answer["parts"])
    return min(1.0, p * tests)


def _sizes(part: dict[str, Any]) -> list[int]:
    """The sizes that a part's effect is about."""
    size = part["headline_size"]
    return part["sizes"] if size is None else [size]


def _replication(answer: dict[str, Any]) -> dict[str, Any]:
    headline = _headline(answer["parts"])
    kept = {name: headline[name] for name in ("effect", "interval", "pairs", "unit")}
    kept["sizes"] = _sizes(headline)
    kept |= _optimism(headline)
    return {name: answer[name] for name in ("dataset", "verdict", "reason")} | kept


def _optimism(part: dict[str, Any]) -> dict[str, Any]:
    return {OPTIMISTIC: part[OPTIMISTIC]} if OPTIMISTIC in part else {}


def _mark(claim: Claim) -> str:
    return claim.published.mark if claim.published else claim.source.confirmed


def _caveats(claim: Claim, results: ArmResults, chosen: dict[str, Any]) -> list[str]:
    found: list[str | None] = [*results.notes, *claim.caveats]
    if chosen["dataset"] != claim.datasets[0]:
        found.insert(
            len(results.notes),
            f"substitute data: the claim is about {claim.datasets[0]}, which has no results here;"
            f" the verdict is drawn on {chosen['dataset']}",
        )
    found += [text for part in chosen["parts"] if part["deciding"] for text in part["caveats"]]
    methods = {arm.method for part in claim.parts for arm in part.arms}
    found += [
        notice.text
        for notice in results.caveats
        if notice.dataset == chosen["dataset"] and methods & {notice.method, None}
    ]
    return list(dict.fromkeys(text for text in found if text))
