"""The page of all benchmarks: every claim with its verdict, and where each was drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from benchmarks.evidence.claims.verdicts import VERDICTS
from benchmarks.evidence.pictures import Picture
from benchmarks.evidence.report.page import render, to_headline

TEMPLATE = "index.html.j2"
SCRIPTS = ("tables.js", "index.js")


@dataclass(frozen=True)
class Entry:
    """A benchmark in the list: `done` of `expected` cells; `dates` are the days on which its first
    and its last record were finished; `report` is the path to its page, as seen from the list.
    """

    name: str
    says: str
    done: int
    expected: int
    notes: tuple[str, ...]
    dates: tuple[str, str] | None
    report: str


def index_html(
    entries: Sequence[Entry], verdicts: Sequence[dict[str, Any]], forest: Picture | None = None
) -> str:
    """The page as text; it loads nothing from anywhere, and its links lead to the reports.

    `verdicts` come from `claims.judge` and are shown in the order of VERDICTS; the benchmark of a
    verdict is a link where it is among the entries. `forest` shows all effects in one figure.
    """
    reports = {entry.name: quote(entry.report) for entry in entries}
    counted = Counter(verdict["verdict"] for verdict in verdicts)
    known = [name for name in VERDICTS if counted[name]]
    ordered = sorted(verdicts, key=lambda verdict: VERDICTS.index(verdict["verdict"]))
    return render(
        TEMPLATE,
        SCRIPTS,
        {},
        entries=entries,
        verdicts=[(verdict, _links(verdict, reports)) for verdict in ordered],
        counts=[(name, counted[name]) for name in known],
        forest=forest,
    )


def _links(verdict: dict[str, Any], reports: dict[str, str]) -> dict[str, str]:
    """Addresses: of the claim on its benchmark's page, and of the cells behind its effect."""
    report = reports.get(verdict["benchmark"] or "")
    if report is None:
        return {"claim": "", "effect": ""}
    claim = f"{report}#claim-{quote(verdict['id'])}"
    behind = to_headline(verdict)
    return {"claim": claim, "effect": f"{report}#{behind}" if behind else claim}
