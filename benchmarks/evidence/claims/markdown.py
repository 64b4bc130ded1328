"""Verdicts in words, as a Markdown document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from benchmarks.evidence.claims.dependence import dependences
from benchmarks.evidence.wording import (
    MARKS,
    effect_text,
    interval_text,
    optimism_text,
    p_text,
    percent,
    published_text,
    sizes_text,
    without_tags,
)


def claims_markdown(
    verdicts: Sequence[dict[str, Any]], published_verdicts: Sequence[dict[str, Any]] | None = None
) -> str:
    """Verdicts as a Markdown document; the published verdicts stand beside them where given."""
    published = {verdict["id"]: verdict for verdict in published_verdicts or ()}
    if not verdicts:
        return "# Claims\n\nNo claim is drawn from this benchmark.\n"
    head = ["claim", "verdict", "hangs on", "effect", "interval", "pairs", "p", "p (Holm)"]
    head.append("published effect")
    rows = [_overview_row(verdict) for verdict in verdicts]
    if published:
        head.append("verdict of the published results")
        for verdict, row in zip(verdicts, rows, strict=True):
            row.append(published.get(verdict["id"], {}).get("verdict", "-"))
    page = ["# Claims", "", *table_lines(head, rows), "", *map(_section, verdicts)]
    return without_tags("\n".join(page))


def claim_markdown(verdict: dict[str, Any]) -> str:
    """All there is to say of one claim: sentence, source, numbers, verdict, parts, caveats."""
    return without_tags(_section(verdict))


def _overview_row(verdict: dict[str, Any]) -> list[str]:
    return [
        verdict["id"],
        f"**{verdict['verdict']}**",
        verdict["measure"] or "-",
        effect_text(verdict["effect"], verdict["unit"], digits=2) + optimism_text(verdict),
        interval_text(verdict["interval"], verdict["unit"], digits=2),
        str(verdict["pairs"] or "-"),
        p_text(verdict["p"]),
        p_text(verdict["p_adjusted"]),
        published_text(verdict),
    ]


def heading(verdict: Mapping[str, Any]) -> str:
    """Of a claim's own section."""
    return f"{verdict['id']}: {verdict['verdict']}"


def _section(verdict: dict[str, Any]) -> str:
    lines = [f"## {heading(verdict)}", "", f"> {verdict['sentence']}", ""]
    lines += [source_text(verdict), ""]
    lines += _numbers(verdict)
    lines += _cited(verdict) if verdict["verdict"] == "cited" else _tested(verdict)
    lines += [
        f"- Replication on {o['dataset']}: {replication_text(o)}" for o in verdict["replications"]
    ]
    lines += [f"- Counter-evidence: {counter}" for counter in verdict["counter"]]
    lines += [f"- Caveat: {caveat}" for caveat in verdict["caveats"]]
    return "\n".join([*lines, ""])


def source_text(verdict: Mapping[str, Any]) -> str:
    """Author, title, place, date; "(unconfirmed)" where the protocol is known from memory only."""
    source = verdict["source"]
    unconfirmed = " (unconfirmed)" if source["confirmed"] == "memory" else ""
    return (
        f'{source["author"]}, "{source["title"]}", {source["where"]}, {source["date"]}'
        f"{unconfirmed}."
    )


def _numbers(verdict: dict[str, Any]) -> list[str]:
    if not verdict["numbers"]:
        return []
    mark = MARKS[verdict["numbers_mark"]]
    head = f"Published numbers{f' ({mark})' if mark else ''}:"
    return [head, "", *(f"- {number}" for number in verdict["numbers"]), ""]


def _cited(verdict: dict[str, Any]) -> list[str]:
    return [f"Cited, not run: {verdict['reason']}.", ""]


def _tested(verdict: dict[str, Any]) -> list[str]:
    reported = reported_text(verdict)
    return [
        f"Benchmark {verdict['benchmark']}, dataset {verdict['dataset']}, protocol"
        f" {verdict['protocol']}, {percent(verdict['level'], 0)} intervals.",
        "",
        f"Why {verdict['verdict']}: {verdict['reason']}.",
        "",
        *([f"Reported, not decided: {reported}.", ""] if reported else []),
        *(line for sentence in dependences(verdict) for line in (sentence, "")),
        *table_lines(
            ["part", "asks", "deciding", "outcome", "effect", "interval", "pairs", "p", "at"],
            [_part_row(part) for part in verdict["parts"]],
        ),
        "",
        f"Rule: {' '.join(verdict['rule'].split())}",
        "",
    ]


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
        effect_text(part["effect"], part["unit"], digits=2) + optimism_text(part),
        interval_text(part["interval"], part["unit"], digits=2),
        str(part["pairs"]),
        p_text(part["p"]),
        sizes_text(part["sizes"]) if part["sizes"] else "-",
    ]


def table_lines(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table in Markdown, line by line."""
    cells = [[str(cell).replace("|", "\\|") for cell in row] for row in [head, *rows]]
    lines = [f"| {' | '.join(row)} |" for row in cells]
    return [lines[0], "|" + " --- |" * len(head), *lines[1:]]
