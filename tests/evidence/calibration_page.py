"""The findings as docs/calibration.md and docs/calibration.png."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.evidence.calibration_measures import EFFECTS, MARGIN, Measured, standard_error
from tests.evidence.calibration_methods import ADJUSTED, SIGN_RULE, STUDENT, WIDENED
from tests.evidence.calibration_scenarios import DIFFERENCES, MEANS, PAIRS

WANTED = 0.93
TEXT = Path(__file__).with_name("calibration.md")


@dataclass(frozen=True)
class Findings:
    """`tests` has (test, distribution, share by number of pairs), `power` has (finder, pairs, share
    by effect), `plans` has (effect, wanted power, pairs, power found by finder).
    """

    sets: int
    slow: int
    seed: int
    differences: list[Measured]
    means: list[Measured]
    levels: list[Measured]
    tests: list[tuple[str, str, list[float]]]
    power: list[tuple[str, int, list[float]]]
    plans: list[tuple]


def write_page(findings: Findings, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "calibration.md").write_text(page(findings))
    draw_power(findings, folder / "calibration.png")


def page(findings: Findings) -> str:
    """The same findings give the same text."""
    return TEXT.read_text().format(
        sets=findings.sets,
        slow=findings.slow,
        level_sets=findings.levels[0].sets,
        seed=findings.seed,
        sets_error=_percent(standard_error(findings.sets), 2),
        slow_error=_percent(standard_error(findings.slow), 2),
        level_error=_percent(standard_error(findings.levels[0].sets), 2),
        margin=f"{100 * MARGIN:g}",
        wanted=_percent(WANTED, 0),
        student=STUDENT,
        widened=WIDENED,
        adjusted=ADJUSTED,
        sign_rule=SIGN_RULE,
        distributions=_distributions(),
        coverage_of_differences=_coverage(findings.differences),
        coverage_of_means=_coverage(findings.means),
        widths_of_differences=_widths(findings.differences),
        widths_of_means=_widths(findings.means),
        levels=_details(findings.levels),
        tests=_tests(findings.tests),
        power=_power(findings.power),
        plans=_plans(findings),
        all_differences=_details(findings.differences),
        all_means=_details(findings.means),
    )


def draw_power(findings: Findings, file: Path) -> None:
    """How often a true difference is found, by its size, for each number of pairs."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context({"font.family": "DejaVu Sans", "font.size": 8}):
        figure = Figure(figsize=(5, 3), dpi=120, layout="constrained")
        axes = figure.subplots()
        styles = {STUDENT: "--", WIDENED: "-"}
        for finder, pairs, shares in findings.power:
            if finder in styles:
                color = f"C{PAIRS.index(pairs)}"
                label = f"{pairs} pairs" if finder == WIDENED else None
                axes.plot(EFFECTS, shares, styles[finder], color=color, label=label)
        axes.set(
            xlabel="true difference in standard deviations of the differences",
            ylabel="share of experiments that find it",
            ylim=(0, 1.02),
            xlim=(0, EFFECTS[-1]),
        )
        axes.legend(frameon=False, title="dashed: Student t alone")
        figure.savefig(file, metadata={"Software": None})


def _distributions() -> str:
    rows = [
        [kind, one.name, one.says, f"{100 * one.mean:.2f}", "yes" if one.blind else ""]
        for kind, many in (("differences", DIFFERENCES), ("means", MEANS))
        for one in many
    ]
    return _table(["of", "distribution", "is", "true mean, points or %", "blind"], rows, "lllrl")


def _coverage(found: Sequence[Measured]) -> str:
    """One row per distribution and number of pairs, one column per method."""
    methods = list(dict.fromkeys(one.method for one in found))
    by_place = {(one.distribution, one.pairs, one.method): one for one in found}
    places = dict.fromkeys((one.distribution, one.pairs) for one in found)
    rows = [
        [*map(str, place), *(_coverage_text(by_place[(*place, method)]) for method in methods)]
        for place in places
    ]
    return _table(["distribution", "pairs", *methods], rows, "l" + "r" * (1 + len(methods)))


def _coverage_text(one: Measured) -> str:
    """Bold below what is wanted by more than two Monte-Carlo standard errors."""
    if one.without == 1:
        return "none"
    text = _percent(one.coverage, 1)
    return f"**{text}**" if one.coverage + 2 * one.coverage_error < WANTED else text


def _widths(found: Sequence[Measured]) -> str:
    """Mean width of each method divided by that of Student's t, where both have intervals."""
    methods = list(dict.fromkeys(one.method for one in found))
    by_place = {(one.distribution, one.pairs, one.method): one.width for one in found}
    rows = []
    for place in dict.fromkeys((one.distribution, one.pairs) for one in found):
        student = by_place[(*place, methods[0])]
        ratios = [by_place[(*place, method)] / student for method in methods[1:]]
        texts = ["none" if ratio != ratio else f"{ratio:.2f}" for ratio in ratios]
        rows.append([*map(str, place), f"{100 * student:.2f}", *texts])
    head = ["distribution", "pairs", f"{methods[0]}, points", *methods[1:]]
    return _table(head, rows, "l" + "r" * (1 + len(methods)))


def _details(found: Iterable[Measured]) -> str:
    head = ["distribution", "pairs", "method", "type I error, %", "coverage, %"]
    head += ["mean width, points", "without interval, %"]
    rows = [
        [
            one.distribution,
            str(one.pairs),
            one.method,
            f"{100 * one.error:.1f}",
            "none" if one.without == 1 else f"{100 * one.coverage:.1f}",
            "none" if one.without == 1 else f"{100 * one.width:.2f}",
            f"{100 * one.without:.1f}",
        ]
        for one in found
    ]
    return _table(head, rows, "lrlrrrr")


def _tests(found: Iterable[tuple[str, str, list[float]]]) -> str:
    rows = [[test, name, *(_percent(share, 1) for share in shares)] for test, name, shares in found]
    return _table(["test", "distribution", *_pair_heads()], rows, "ll" + "r" * len(PAIRS))


def _power(found: Iterable[tuple[str, int, list[float]]]) -> str:
    rows = [
        [finder, str(pairs), *(_percent(share, 0) for share in shares)]
        for finder, pairs, shares in found
    ]
    return _table(["by", "pairs", *(f"{e:g} sd" for e in EFFECTS)], rows, "lr" + "r" * len(EFFECTS))


def _plans(findings: Findings) -> str:
    finders = list(dict.fromkeys(finder for finder, _, _ in findings.power))
    rows = [
        [f"{effect:g} sd", _percent(wanted, 0), str(pairs), *(_percent(one, 0) for one in found)]
        for effect, wanted, pairs, *found in findings.plans
    ]
    head = ["true difference", "wanted power", "pairs_needed", *finders]
    return _table(head, rows, "rrr" + "r" * len(finders))


def _pair_heads() -> list[str]:
    return [f"{pairs} pairs" for pairs in PAIRS]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], sides: str) -> str:
    marks = ["---:" if side == "r" else "---" for side in sides]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [head, marks, *rows])


def _percent(share: float, digits: int) -> str:
    return f"{100 * share:.{digits}f} %"
