"""From the parts of a claim to its verdict, and verdicts in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from benchmarks.evidence.claim_files import parse_claim
from benchmarks.evidence.claim_parts import incomplete_sizes, judge_part
from benchmarks.evidence.claim_schema import Claim
from benchmarks.evidence.results import results_frame
from benchmarks.evidence.wording import (
    effect_text,
    interval_text,
    percent,
    published_text,
    sizes_text,
)


def judge(claim: Claim | dict[str, Any], frame: pd.DataFrame, benchmark: str) -> dict[str, Any]:
    """The verdict on a claim from the results of one benchmark, as plain JSON-able data.

    `reproduced`: every deciding part holds. `contradicted`: a deciding part fails. `not-run`: no
    deciding part could be asked. `inconclusive`: anything else. The verdict is drawn on the
    claim's own dataset; on the next one, with a caveat, only where the first has no results.
    Effect, interval, pairs and published effect are those of the deciding part on which the
    verdict hangs: the first that fails, else the first that is open, else the first.
    """
    claim = parse_claim(claim)
    answers = [_on_dataset(claim, frame, dataset) for dataset in claim.datasets]
    chosen = next((answer for answer in answers if answer["verdict"] != "not-run"), answers[0])
    headline = _headline(chosen["parts"])
    return {
        "id": claim.id,
        "sentence": claim.sentence,
        "verdict": chosen["verdict"],
        "reason": chosen["reason"],
        "benchmark": benchmark,
        "dataset": chosen["dataset"],
        "protocol": claim.protocol,
        "measure": headline["measure"],
        "unit": headline["unit"],
        "effect": headline["effect"],
        "interval": headline["interval"],
        "level": claim.level,
        "published": headline["published"],
        "published_mark": _mark(claim) if headline["published"] is not None else None,
        "pairs": headline["pairs"],
        "sizes": headline["sizes"],
        "parts": chosen["parts"],
        "replications": [
            _replication(answer)
            for answer in answers
            if answer is not chosen and answer["dataset"] != claim.datasets[0]
        ],
        "caveats": _caveats(claim, frame, chosen),
        "rule": claim.rule,
        "source": claim.source.model_dump(mode="json"),
    }


def judge_best(claim: Claim | dict[str, Any], frames: dict[str, pd.DataFrame]) -> dict[str, Any]:
    """The verdict from the claim's best benchmark that has results; `frames` by benchmark name."""
    claim = parse_claim(claim)
    verdicts = [judge(claim, frames[name], name) for name in claim.benchmarks if name in frames]
    if not verdicts:
        return judge(claim, results_frame([]), claim.benchmarks[0])
    return next((verdict for verdict in verdicts if verdict["verdict"] != "not-run"), verdicts[0])


def _on_dataset(claim: Claim, frame: pd.DataFrame, dataset: str) -> dict[str, Any]:
    rows = frame[(frame["dataset"] == dataset) & (frame["protocol"] == claim.protocol)]
    parts = [judge_part(part, claim, rows) for part in claim.parts]
    verdict, reason = _verdict([part for part in parts if part["deciding"]])
    return {"dataset": dataset, "verdict": verdict, "reason": reason, "parts": parts}


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


def _reasons(parts: Iterable[dict[str, Any]]) -> str:
    return "; ".join(f"{part['id']}: {part['reason']}" for part in parts)


def _all_missing(parts: Iterable[dict[str, Any]]) -> str:
    reasons = [part["reason"].removeprefix("not run: ") for part in parts]
    missing = dict.fromkeys(name for reason in reasons for name in reason.split(", "))
    return "not run: " + ", ".join(missing)


def _headline(parts: list[dict[str, Any]]) -> dict[str, Any]:
    order = ("fails", "open", "not-run", "holds")
    deciding = [part for part in parts if part["deciding"]]
    return min(deciding, key=lambda part: order.index(part["outcome"]))


def _replication(answer: dict[str, Any]) -> dict[str, Any]:
    headline = _headline(answer["parts"])
    kept = {name: headline[name] for name in ("effect", "interval", "pairs", "sizes", "unit")}
    return {name: answer[name] for name in ("dataset", "verdict", "reason")} | kept


def _mark(claim: Claim) -> str:
    return claim.published.mark if claim.published else claim.source.confirmed


def _caveats(claim: Claim, frame: pd.DataFrame, chosen: dict[str, Any]) -> list[str]:
    found: list[str | None] = list(claim.caveats)
    if chosen["dataset"] != claim.datasets[0]:
        found.insert(
            0,
            f"substitute data: the claim is about {claim.datasets[0]}, which has no results here;"
            f" the verdict is drawn on {chosen['dataset']}",
        )
    answers = {part["id"]: part for part in chosen["parts"]}
    for part in claim.parts:
        if part.deciding:
            found.append(incomplete_sizes(part, claim, answers[part.id]["sizes"]))
            found.append(_seeds_left_out(answers[part.id]))
    methods = {method for part in claim.parts for method in part.methods}
    found += [
        notice.text
        for notice in frame.attrs.get("caveats", ())
        if notice.dataset == chosen["dataset"] and notice.method in methods
    ]
    return list(dict.fromkeys(text for text in found if text))


def _seeds_left_out(answer: dict[str, Any]) -> str | None:
    lost = answer["seeds_left_out"]
    if not lost:
        return None
    return (
        f"{answer['id']}: {lost} of {lost + answer['pairs']} seeds left out, not all their cells"
        " are there; cells do not go missing at random"
    )


def claims_markdown(
    verdicts: Sequence[dict[str, Any]], published_verdicts: Sequence[dict[str, Any]] | None = None
) -> str:
    """Verdicts as a Markdown document; the published verdicts stand beside them where given."""
    published = {verdict["id"]: verdict for verdict in published_verdicts or ()}
    if not verdicts:
        return "# Claims\n\nNo claim is drawn from this benchmark.\n"
    head = ["claim", "verdict", "hangs on", "effect", "interval", "pairs", "published effect"]
    rows = [_overview_row(verdict) for verdict in verdicts]
    if published:
        head.append("verdict of the published results")
        for verdict, row in zip(verdicts, rows, strict=True):
            row.append(published.get(verdict["id"], {}).get("verdict", "-"))
    return "\n".join(["# Claims", "", *_table(head, rows), "", *map(_section, verdicts)])


def _overview_row(verdict: dict[str, Any]) -> list[str]:
    return [
        verdict["id"],
        f"**{verdict['verdict']}**",
        verdict["measure"],
        effect_text(verdict["effect"], verdict["unit"], digits=2),
        interval_text(verdict["interval"], verdict["unit"], digits=2),
        str(verdict["pairs"]),
        published_text(verdict),
    ]


def _section(verdict: dict[str, Any]) -> str:
    source = verdict["source"]
    unconfirmed = " (unconfirmed)" if source["confirmed"] == "memory" else ""
    lines = [
        f"## {verdict['id']}: {verdict['verdict']}",
        "",
        f"> {verdict['sentence']}",
        "",
        f'{source["author"]}, "{source["title"]}", {source["where"]}, {source["date"]}'
        f"{unconfirmed}.",
        "",
        f"Benchmark {verdict['benchmark']}, dataset {verdict['dataset']}, protocol"
        f" {verdict['protocol']}, {percent(verdict['level'], 0)} intervals.",
        "",
        f"Why {verdict['verdict']}: {verdict['reason']}.",
        "",
        *(
            [f"Reported, not decided: {reported}.", ""]
            if (reported := reported_text(verdict))
            else []
        ),
        *_table(
            ["part", "asks", "deciding", "outcome", "effect", "interval", "pairs", "at"],
            [_part_row(part) for part in verdict["parts"]],
        ),
        "",
        f"Rule: {' '.join(verdict['rule'].split())}",
        "",
    ]
    for other in verdict["replications"]:
        lines.append(f"- Replication on {other['dataset']}: {replication_text(other)}")
    lines += [f"- Caveat: {caveat}" for caveat in verdict["caveats"]]
    return "\n".join([*lines, ""])


def reported_text(verdict: dict[str, Any]) -> str:
    """The parts that decide nothing, with outcome and interval; may be empty."""
    return "; ".join(
        f"{part['id']} {part['outcome']} ({part['reason']})"
        for part in verdict["parts"]
        if not part["deciding"] and part["effect"] is not None
    )


def replication_text(other: dict[str, Any]) -> str:
    """The verdict on another dataset and what it hangs on."""
    return f"{other['verdict']} ({other['reason']})"


def _part_row(part: dict[str, Any]) -> list[str]:
    return [
        part["id"],
        f"{part['measure']} {part['expect']}, {part['over']} over {part['asked']}",
        "yes" if part["deciding"] else "reported",
        part["outcome"] if part["effect"] is not None else f"{part['outcome']} ({part['reason']})",
        effect_text(part["effect"], part["unit"], digits=2),
        interval_text(part["interval"], part["unit"], digits=2),
        str(part["pairs"]),
        sizes_text(part["sizes"]) if part["sizes"] else "-",
    ]


def _table(head: list[str], rows: Iterable[list[str]]) -> list[str]:
    cells = [[str(cell).replace("|", "\\|") for cell in row] for row in [head, *rows]]
    lines = [f"| {' | '.join(row)} |" for row in cells]
    return [lines[0], "|" + " --- |" * len(head), *lines[1:]]
