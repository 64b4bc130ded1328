"""What the captions of tables say: what the cells are, how intervals and marks were made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from benchmarks.evidence.optimism import MARK, optimistic_sentence
from benchmarks.evidence.tables.panels import Cell, Panel, Table, parameters_of
from benchmarks.evidence.tables.parameters import COUNTED_SENTENCE
from benchmarks.evidence.tables.request import title, value_label
from benchmarks.evidence.tables.shared_draws import draws_text, shared_draws_sentences
from benchmarks.evidence.wording import percent

NOT_WORSE, UNTESTED = "†", "‡"
MEANINGS = {"digitised": "read off a figure", "unconfirmed": "quoted from memory"}
NONE_FINISHED = "No finished cell."


def what_sentence(table: Table, panel: Panel) -> str:
    """`Test accuracy in % on mnist01, protocol default, by method and training samples`."""
    metric, request, fixed = table.metric, table.request, dict(panel.fixed)
    if request.reference is None:
        says = f"{metric.heading}{metric.in_unit}"
    else:
        says = f"Difference in {metric.says} to {request.reference}{metric.in_unit_of_differences}"
    on = f" on {fixed.pop('dataset')}" if "dataset" in fixed else ""
    rest = "".join(f", {_named(axis, value)}" for axis, value in fixed.items())
    by = f"{_by(request.rows)} and {_by(request.columns)}"
    return f"{says}{on}{rest}, by {by}"


def legend(table: Table, panels: Sequence[Panel]) -> list[str]:
    """How to read the cells of these panels: the interval, the runs, every mark that occurs."""
    return [
        *_interval_sentences(table, panels),
        *_missing_sentences(table, panels),
        *optimism_sentences(cell.optimistic for panel in panels for cell in panel.cells),
        *_count_sentences(table),
        *_parameter_sentences(table, panels),
        *_comparison_sentences(table, panels),
        *_published_sentences(table, panels),
    ]


def interval_sentence(level: float, cells: str = "Mean") -> str:
    """How the interval of a mean was made."""
    return (
        f"{cells} over draws of the training sample ± the distance to the farther end of its"
        f" {percent(level, 0)} interval (Student's t, widened for skewness)."
    )


BOTH_ENDS = "Where that would go beyond what is possible, both ends of the interval: [low, high]."


def without_interval(
    both_ends: bool, draws: str = "one draw only or no spread over its draws"
) -> str:
    """What a cell without an interval is; before it, how to read the `both_ends` that occur."""
    if both_ends:
        return f"{BOTH_ENDS} A cell without either has {draws}."
    return f"A cell without ± has {draws}."


def mark(table: Table, cell: Cell) -> str:
    """The marks of a cell: of no significant difference or no possible test, and of optimism."""
    tested = ""
    if cell.not_significantly_worse:
        tested = NOT_WORSE
    elif cell.untested and table.has_tests:
        tested = UNTESTED
    return tested + (MARK if cell.optimistic else "")


def _interval_sentences(table: Table, panels: Sequence[Panel]) -> list[str]:
    level, reference = table.request.level, table.request.reference
    both_ends = any(table.ends(cell) for panel in panels for cell in panel.cells)
    if reference is None:
        return [interval_sentence(level), without_interval(both_ends)]
    return [
        f"Mean of the paired differences over the draws that both have ± the distance to the"
        f" farther end of its {percent(level, 0)} interval (Student's t, widened for skewness);"
        f" for {reference} itself the mean{table.metric.in_unit} over its draws.",
        without_interval(both_ends, "one such draw only or no spread over them"),
    ]


def _missing_sentences(table: Table, panels: Sequence[Panel]) -> list[str]:
    cells = [cell for panel in panels for row in panel.rows for cell in row.cells]
    if all(cell is not None and cell.mean is not None for cell in cells):
        return []
    reference = table.request.reference
    compared = "" if reference is None else f" to compare with {reference}"
    return [f"A dash: no result{compared}."]


def _count_sentences(table: Table) -> list[str]:
    runs = "Runs: trained and tested models behind each cell."
    draws = "Draws: training samples they were trained on; runs on one draw are averaged first."
    return [runs, draws] if table.shows_draws else [f"{runs[:-1]}, one per draw."]


def optimism_sentences(reasons: Iterable[str]) -> list[str]:
    """What the mark of optimistic numbers means; nothing where none is."""
    found = sorted({why for why in reasons if why})
    return [f"{MARK} {optimistic_sentence(why)}" for why in found]


def _parameter_sentences(table: Table, panels: Sequence[Panel]) -> list[str]:
    if not table.knows_parameters:
        return []
    if table.shows_parameters:
        return [COUNTED_SENTENCE]
    columns: dict[str, list[Cell | None]] = {}
    for panel in panels:
        for place, name in enumerate(panel.columns):
            columns.setdefault(name, []).extend(row.cells[place] for row in panel.rows)
    told = {name: parameters_of(cells) for name, cells in columns.items()}
    listed = ", ".join(f"{name} {text}" for name, text in told.items() if text)
    return [f"Parameters, trained / all of the model, ranges where models differ: {listed}."]


def _comparison_sentences(table: Table, panels: Sequence[Panel]) -> list[str]:
    cells = [cell for panel in panels for cell in panel.cells]
    group, alpha = table.group, f"{1 - table.request.level:.2g}"
    bold = any(cell.best for cell in cells)
    divided = any(cell.division for cell in cells)
    among = ", among those tested on as many samples" if divided else ""
    sentences = [f"Bold: the best of its {group}{among}."] if bold else []
    if divided:
        sentences.append(
            f"Cells of a {group} that were tested on different numbers of samples are not compared."
        )
    sentences += shared_draws_sentences(table, panels)
    untested = [cell.shared for cell in cells if cell.untested and cell.shared is not None]
    if untested and not table.has_tests:
        against = table.request.reference or f"the best of their {group}"
        return [
            *sentences,
            f"No test against {against}: a pair shares at most {draws_text(max(untested))}, too few"
            f" for p < {alpha}: k draws give no p below 2/2^k{_times_tests(table, cells)}.",
        ]
    if any(cell.shared is not None for cell in cells):
        sentences += [*_test_sentences(table, cells), *_mark_sentences(table, cells, alpha)]
    return sentences


def _times_tests(table: Table, cells: Sequence[Cell]) -> str:
    """What the smallest p is multiplied by where p is adjusted by Holm's method."""
    if table.request.reference is not None:
        return ", here times the number of comparisons"
    if any(cell.lacking for cell in cells):
        return f", times the number of pairs of the {table.group} where draws differ"
    return ""


def _test_sentences(table: Table, cells: Sequence[Cell]) -> list[str]:
    """How the others were tested, in each way that occurs: most often one."""
    against = table.request.reference or f"the best of their {table.group}"
    says = f"The others are compared with {against} by two-sided paired sign-flip tests"
    group, found = table.group, {cell.correction for cell in cells if cell.p is not None}
    adjusted = {
        "reference": f"over the draws both share, Holm-corrected over the comparisons of the"
        f" {group}",
        "largest": f"over the draws that all of the {group} have, corrected over all pairs of the"
        f" {group} (single-step maxT)",
        "all pairs": f"over the draws both share, Holm-corrected over all pairs of the {group}",
    }
    ways = [words for way, words in adjusted.items() if way in found]
    if not ways:
        return []
    return [f"{says} {'; where too few draws are shared by all, '.join(ways)}."]


def _mark_sentences(table: Table, cells: Sequence[Cell], alpha: str) -> list[str]:
    worse, unmarked = "worse", f"Neither bold nor marked, in a {table.group} with bold"
    if table.request.reference is not None:
        worse, unmarked = "different", "No mark"
    level = 1 - table.request.level
    unproven = [cell for cell in cells if cell.not_significantly_worse]
    sentences = []
    if any(cell.p is not None and cell.p <= level for cell in unproven):
        better = f" (p > {alpha}), or better on the draws that both share"
        sentences.append(f"{NOT_WORSE}: not significantly {worse}{better}.")
    elif unproven:
        sentences.append(f"{NOT_WORSE}: not significantly {worse} (p > {alpha}).")
    if any(cell.not_significantly_worse is False for cell in cells):
        sentences.append(f"{unmarked}: significantly {worse} (p ≤ {alpha}).")
    if any(cell.untested for cell in cells):
        against = table.request.reference or "the best"
        sentences.append(f"{UNTESTED}: too few shared draws for a test against {against}.")
    return sentences


def _published_sentences(table: Table, panels: Sequence[Panel]) -> list[str]:
    labels = sorted({label for panel in panels for label in panel.published})
    if not labels:
        return []
    says = "Published: numbers of the cited work, not results of these runs"
    explained = [f"; {word}: {MEANINGS[word]}" for word in MEANINGS if word in "".join(labels)]
    return [says + "".join(explained) + "."]


def _by(axis: str) -> str:
    return "number of training samples n" if axis == "train_size" else title(axis)


def _named(axis: str, value: object) -> str:
    label = value_label(axis, value)
    return label if axis == "train_size" else f"{title(axis)} {label}"
