"""The forest plot: effects against what was published and expected, verdicts in words."""

import math

import pytest
from matplotlib.collections import PolyCollection

from benchmarks.evidence.claims.verdicts import judge
from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.figures import forest_plot
from benchmarks.evidence.results import results_frame
from tests.evidence.claim_samples import HIGH, LOW, claim_with


def part(**measure):
    return {"train_size": {"equals": 10}, "expect": {"greater_than": 0}} | measure


CLAIMS = [
    claim_with(part(contrast=["good", "bad"], published=0.08), id="ahead"),
    claim_with(
        part(contrast=["bad", "good"], published=0.02),
        id="costs$1_or_$2",
        source=claim_with(part(mean_of="a")).source.model_dump() | {"confirmed": "memory"},
    ),
    claim_with(part(mean_of="good", expect={"at_least": 0.9}), id="level"),
    claim_with(part(ratio=["good", "bad"], expect={"greater_than": 1}), id="times"),
    claim_with(part(contrast=["good", "twin"], expect={"within": 0.05}), id="same"),
    claim_with(part(contrast=["good", "absent"]), id="absent"),
]


def lines(drawing):
    return {line.get_gid(): line for ax in drawing.figure.axes for line in ax.lines}


def texts(drawing):
    return [text.get_text() for ax in drawing.figure.axes for text in ax.texts]


def spans(ax):
    """From where to where each row is shaded, in the order of the rows."""
    areas = [area for area in ax.collections if isinstance(area, PolyCollection)]
    bounds = [area.get_datalim(ax.transData) for area in areas]
    return [(bound.x0, bound.x1) for bound in bounds]


@pytest.fixture(scope="module")
def drawn(rows, tmp_path_factory):
    records = rows("good", 10, HIGH) + rows("bad", 10, LOW) + rows("twin", 10, HIGH)
    frame = results_frame(records)
    verdicts = [judge(claim, frame, "debate") for claim in CLAIMS]
    cited = judge(
        {
            "id": "elsewhere",
            "sentence": "...",
            "source": CLAIMS[0].source.model_dump(),
            "cited": "needs photos",
        },
        frame,
        "debate",
    )
    stem = tmp_path_factory.mktemp("figures") / "forest"
    return forest_plot([*verdicts, cited], stem, CLAIMS)


def test_claims_of_one_unit_share_an_axis(drawn):
    labels = [ax.get_xlabel() for ax in drawn.figure.axes]
    assert labels == ["difference (points)", "mean (%)", "ratio (log scale)", ""]


def test_effect_interval_and_published_effect_are_in_the_units_of_the_axis(drawn):
    found = lines(drawn)
    assert found["ahead"].get_xdata() == pytest.approx([10.0])
    low, high = found["ahead/interval"].get_xdata()
    assert low < 10.0 < high
    assert found["ahead/published"].get_xdata() == pytest.approx([8.0])
    assert found["level"].get_xdata() == pytest.approx([95.0])
    assert found["times"].get_xdata()[0] == pytest.approx(1.118, abs=0.001)


def test_the_mark_of_a_published_effect_is_its_shape(drawn):
    found = lines(drawn)
    marks = [found[f"{name}/published"].get_marker() for name in ("ahead", "costs$1_or_$2")]
    assert marks == ["D", "^"]
    legend = [text.get_text() for text in drawn.figure.legends[0].get_texts()]
    assert {"published", "published, unconfirmed"} <= set(legend)


def test_what_a_claim_expects_is_shaded_from_its_bound_on(drawn):
    differences, means, ratios, _ = drawn.figure.axes
    shaded = [span for ax in (differences, means) for span in spans(ax)]
    assert shaded[0] == pytest.approx((0, differences.get_xlim()[1]))
    assert shaded[2] == pytest.approx((-5, 5))
    assert shaded[3] == pytest.approx((90, means.get_xlim()[1]))
    assert spans(ratios) == [pytest.approx((1, ratios.get_xlim()[1]))]


def test_verdicts_stand_in_words_and_names_are_no_formulas(drawn):
    found = texts(drawn)
    words = ("reproduced", "contradicted", "inconclusive")
    named = [word for word in found if word in words]
    assert named == ["reproduced", "contradicted", "reproduced", "reproduced", "reproduced"]
    assert "costs$1_or_$2" in found
    assert any(text.startswith("−10.00 points [−1") for text in found)


def test_claims_without_results_are_listed(drawn):
    found = texts(drawn)
    for word, name in (("not run", "absent"), ("cited", "elsewhere")):
        assert found[found.index(word) + 1] == name


def test_an_effect_without_spread_has_no_interval(drawn):
    assert "same/interval" not in lines(drawn)
    assert "0.00 points, no interval" in texts(drawn)


def test_the_words_tell_every_claim(drawn):
    assert drawn.alt.startswith("Effects of claims, with 95 % intervals; 7 claims: ")
    assert "ahead: good - bad +10.00 points [+" in drawn.alt
    assert (
        "on mnist01 (debate, n = 10, 5 draws), expected > 0, published +8.0 points: reproduced."
        in drawn.alt
    )
    assert drawn.alt.endswith("not run: absent. Without a result, cited: elsewhere.")


def test_without_claims_there_is_a_picture_that_says_so(tmp_path):
    drawing = forest_plot([], tmp_path / "forest")
    assert texts(drawing) == ["no claim"]
    assert drawing.alt == "Empty figure: no claim."


def test_without_the_claims_themselves_nothing_is_shaded(rows, tmp_path):
    frame = results_frame(rows("good", 10, HIGH) + rows("bad", 10, LOW))
    drawing = forest_plot([judge(CLAIMS[0], frame, "debate")], tmp_path / "forest")
    assert not drawing.figure.axes[0].collections


def test_a_number_that_is_none_is_refused(rows, tmp_path):
    frame = results_frame(rows("good", 10, HIGH) + rows("bad", 10, LOW))
    verdict = judge(CLAIMS[0], frame, "debate") | {"interval": [0.01, math.inf]}
    with pytest.raises(EvidenceError, match="effect=inf"):
        forest_plot([verdict], tmp_path / "forest")
