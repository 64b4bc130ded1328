"""Many methods at one size each: a row for each, not a curve."""

from __future__ import annotations

import pytest

from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.figures import accuracies, without_curves
from benchmarks.evidence.results import results_frame

NAMES = ["none", *(f"operation_{number}" for number in range(9))]


@pytest.fixture
def frame(rows):
    def build(*sizes):
        records = []
        for place, name in enumerate(NAMES):
            for size in sizes:
                level = 0.6 + place / 100 + size / 10_000
                for cell in rows("net", size, [level, level + 0.01, level - 0.01]):
                    config = cell["config"] | {"augmentation": {"name": name}}
                    records.append(cell | {"config": config, "key": f"{name} {cell['key']}"})
        return results_frame(records)

    return build


def test_many_methods_at_one_size_have_no_curves(frame):
    assert without_curves(frame(40))
    assert not without_curves(frame(40, 80))


def test_the_best_stands_on_top_and_a_line_at_none(frame, tmp_path):
    drawing = accuracies(frame(40), tmp_path / "accuracies")
    (ax,) = drawing.figure.axes
    labels = [text.get_text() for text in ax.get_yticklabels()]
    assert labels == NAMES  # from the bottom
    (line,) = [
        line for line in ax.lines if line.get_linestyle() == "--" or len(line.get_xdata()) == 2
    ]
    assert line.get_xdata()[0] == pytest.approx(60.4)
    assert "net (operation_8) 69.4 %" in drawing.alt
    assert all(path.stat().st_size for path in drawing)


def test_the_same_cells_in_another_order_give_the_same_bytes(frame, tmp_path):
    one, other = frame(40), frame(40).sample(frac=1, random_state=1)
    first = accuracies(one, tmp_path / "one").paths[1].read_bytes()
    assert accuracies(other, tmp_path / "other").paths[1].read_bytes() == first


def test_what_is_no_number_is_refused(frame, tmp_path):
    table = frame(40)
    table.loc[0, "accuracy"] = float("nan")
    with pytest.raises(EvidenceError, match="only finite numbers can be drawn"):
        accuracies(table, tmp_path / "accuracies")
