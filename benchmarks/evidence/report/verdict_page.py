"""All verdicts of a results folder as a page in Markdown, for readers of the repository."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from benchmarks.evidence.claims.markdown import heading, source_text, table_lines
from benchmarks.evidence.claims.verdicts import VERDICTS
from benchmarks.evidence.report.index import Entry
from benchmarks.evidence.wording import effect_text, interval_text, optimism_text, published_text
from benchmarks.records.holdings import REDUCED_SCALE

CITED = "cited"
# By the first words of a caveat.
LABELS = {REDUCED_SCALE: REDUCED_SCALE, "substitute": "substitute data", "partial": "partial grid"}
HEAD = ("claim", "verdict", "effect [95 %]", "published", "draws", "measured on", "finished")

Verdict = Mapping[str, Any]


def verdict_page(
    verdicts: Sequence[Verdict], entries: Iterable[Entry], folder: str, made_by: str
) -> str:
    """The page as text: tested claims with links to their reports in `folder`, and cited ones with
    the reason. `made_by` is the command that writes it.
    """
    known = {entry.name: entry for entry in entries}
    ordered = sorted(verdicts, key=_order)
    tested = [verdict for verdict in ordered if verdict["verdict"] != CITED]
    cited = [verdict for verdict in ordered if verdict["verdict"] == CITED]
    lines = [
        "# What holds when data are scarce",
        "",
        _summary(verdicts),
        "",
        "A verdict links to its parts, rule and caveats, a data set to the whole report (HTML).",
        "Intervals are over draws of the training sample; where it says *optimistic*, epochs were",
        f"selected on the test data, as published. Made from the published records by `{made_by}`.",
        "",
        *table_lines(HEAD, [_row(verdict, known, folder) for verdict in tested]),
        "",
        "## Cited, not run",
        "",
        *table_lines(
            ("claim", "source", "why"),
            [[_claim(verdict), source_text(verdict), verdict["reason"]] for verdict in cited],
        ),
    ]
    return "\n".join(lines) + "\n"


def _order(verdict: Verdict) -> tuple[int, str]:
    return VERDICTS.index(verdict["verdict"]), verdict["id"]


def _summary(verdicts: Sequence[Verdict]) -> str:
    counted = Counter(verdict["verdict"] for verdict in verdicts)
    found = ", ".join(f"{counted[name]} {name}" for name in VERDICTS if counted[name])
    return f"{len(verdicts)} claims: {found}."


def _row(verdict: Verdict, known: Mapping[str, Entry], folder: str) -> list[str]:
    entry = known.get(verdict["benchmark"] or "")
    if entry is None or verdict["effect"] is None:
        return [_claim(verdict), verdict["verdict"], *["-"] * (len(HEAD) - 2)]
    unit = verdict["unit"]
    effect = effect_text(verdict["effect"], unit) + optimism_text(verdict)
    page = f"{folder}/{entry.name}/claims.md#{_anchor(verdict)}"
    return [
        _claim(verdict),
        f"[{verdict['verdict']}]({page})",
        f"{effect} {interval_text(verdict['interval'], unit)}",
        published_text(verdict),
        str(verdict["pairs"] or "-"),
        ", ".join([f"[{verdict['dataset']}]({folder}/{entry.report})", *_labels(verdict)]),
        entry.dates[1] if entry.dates else "-",
    ]


def _claim(verdict: Verdict) -> str:
    return f"**{verdict['id']}**: {verdict['sentence']}"


def _anchor(verdict: Verdict) -> str:
    """That which GitHub gives the heading of a claim on its benchmark's page."""
    return re.sub(r"[^\w\- ]", "", heading(verdict).lower()).replace(" ", "-")


def _labels(verdict: Verdict) -> list[str]:
    """What must be said wherever the number stands; remarks of records begin with the data set."""
    own = f"{verdict['dataset']}: "
    caveats = [caveat.removeprefix(own).lower() for caveat in verdict["caveats"]]
    return [
        label
        for words, label in LABELS.items()
        if any(caveat.startswith(words) for caveat in caveats)
    ]
