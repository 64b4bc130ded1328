"""The critical difference diagram, and when there is none."""

import pytest

from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.figures import rank_diagram
from benchmarks.evidence.results import results_frame

LEVELS = {"best": 0.95, "middle_$1": 0.9, "worst": 0.8}


def ranked(rows, datasets):
    return results_frame(
        record
        for place in range(datasets)
        for name, level in LEVELS.items()
        for record in rows(name, 20, [level + 0.001 * place, level], dataset=f"data{place}")
    )


def test_ranks_and_what_the_test_tells_apart_are_told_in_words(rows, tmp_path):
    drawing = rank_diagram(ranked(rows, 8), tmp_path / "ranks")
    assert "best 1.00, middle_$1 2.00, worst 3.00" in drawing.alt
    assert "over 8 data sets" in drawing.title
    texts = [text.get_text() for text in drawing.figure.axes[0].texts]
    assert any("best" in text for text in texts)
    assert all(path.stat().st_size > 1000 for path in drawing)


def test_the_same_results_give_the_same_bytes(rows, tmp_path):
    frame = ranked(rows, 6)
    one = [path.read_bytes() for path in rank_diagram(frame, tmp_path / "one")]
    shuffled = frame.sample(frac=1, random_state=0)
    assert [path.read_bytes() for path in rank_diagram(shuffled, tmp_path / "two")] == one


def test_below_six_data_sets_there_is_no_diagram_and_the_reason(rows, tmp_path):
    with pytest.raises(EvidenceError, match="5 data sets: a ranking over data sets needs at least"):
        rank_diagram(ranked(rows, 5), tmp_path / "ranks")
    assert list(tmp_path.iterdir()) == []


def test_a_method_that_lacks_a_data_set_is_not_ranked(rows, tmp_path):
    frame = ranked(rows, 7)
    partly = frame[(frame["method"] != "worst") | (frame["dataset"] != "data3")]
    with pytest.raises(EvidenceError, match="2 methods: a ranking needs at least 3"):
        rank_diagram(partly, tmp_path / "ranks")
