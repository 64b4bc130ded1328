import numpy as np
import pytest
from scipy import stats
from sklearn.linear_model import LogisticRegression

from models.leekasso import Leekasso, LeekassoLogistic, f_test, least_squares, smallest

RNG = np.random.default_rng


def sample(n=60, d=36, informative=12, seed=0):
    """Pixels of which the first `informative` differ between the classes, unequally."""
    rng = RNG(seed)
    labels = np.arange(n) % 2
    pixels = rng.integers(0, 200, (n, d)).astype(float)
    shift = np.linspace(20, 55, informative).round()
    pixels[:, :informative] += labels[:, None] * shift
    return pixels, labels


def as_data(make_data, pixels, labels, **options):
    return make_data(np.reshape(pixels, (len(pixels), 1, 1, -1)), labels, **options)


def images_of(pixels):
    return np.reshape(pixels, (len(pixels), 1, 1, -1)).astype(np.float32)


def test_p_values_are_those_of_scipys_one_way_anova():
    pixels, labels = sample(n=31)
    expected = stats.f_oneway(pixels[labels == 0], pixels[labels == 1]).pvalue
    np.testing.assert_allclose(f_test(pixels, labels), expected, rtol=1e-9)


def test_a_pixel_constant_within_both_classes_has_p_zero_and_a_constant_one_has_none():
    labels = np.array([0, 0, 1, 1, 1])
    pixels = np.array([[7, 3], [7, 3], [9, 3], [9, 3], [9, 3]], dtype=float)
    p_values = f_test(pixels, labels)
    assert p_values[0] == 0
    assert np.isnan(p_values[1])


def test_two_samples_leave_no_degree_of_freedom_and_no_p_value():
    assert np.isnan(f_test(np.array([[1.0], [5.0]]), np.array([0, 1]))).all()


@pytest.mark.parametrize(
    ("p_values", "count", "first", "mean_rank"),
    [
        ([0.3, 0.1, 0.2], 2, [1, 2], [1, 2]),  # in pixel order, not by p value
        ([0.3, np.nan, 0.2], 3, [0, 2], [0, 2]),
        ([0.2, 0.0, 0.0, 0.0, 0.0], 3, [1, 2, 3], [1, 2, 3, 4]),  # R: 4 of rank 2.5
        ([0.2, 0.0, 0.0, 0.0, 0.0], 2, [1, 2], []),  # R: none at all
        ([np.nan, np.nan], 2, [], []),
    ],
)
def test_the_smallest_p_values_are_taken_in_pixel_order(p_values, count, first, mean_rank):
    assert smallest(np.array(p_values), count, "first").tolist() == first
    assert smallest(np.array(p_values), count, "mean_rank").tolist() == mean_rank


def test_an_unknown_way_with_ties_is_refused():
    with pytest.raises(ValueError, match="ties=last"):
        Leekasso(ties="last")


def test_leekasso_is_the_regression_on_the_ten_best_pixels(make_data):
    pixels, labels = sample()
    new = sample(n=25, seed=1)[0]
    learner = Leekasso()
    learner.fit(as_data(make_data, pixels, labels), seed=0)

    p_values = stats.f_oneway(pixels[labels == 0], pixels[labels == 1]).pvalue
    best = np.sort(np.argsort(p_values)[:10])
    design = np.column_stack([np.ones(60), pixels[:, best]])
    coefficients = np.linalg.lstsq(design, labels, rcond=None)[0]
    fitted = np.column_stack([np.ones(25), new[:, best]]) @ coefficients

    scores = learner.scores(images_of(new))
    assert learner.selected.tolist() == best.tolist()
    np.testing.assert_allclose(scores, np.column_stack([1 - fitted, fitted]), atol=1e-6)
    assert np.array_equal(scores.argmax(1), fitted > 0.5)
    assert scores.dtype == np.float32
    assert learner.score_kind == "decision"
    assert learner.parameters == {"total": 11, "trainable": 11}
    assert learner.history == {}


def test_aliased_columns_are_dropped_in_order_as_lm_does():
    """Column 2 = column 0 + 2 * column 1 + 1, column 3 repeats column 0: NA in R, 0 here."""
    first, second = np.array([1.0, 4, 2, 8, 5]), np.array([3.0, 1, 4, 1, 5])
    other = np.array([2.0, 7, 1, 8, 3])
    columns = np.column_stack([first, second, first + 2 * second + 1, first, other])
    response = 0.5 + 2 * first - second + 3 * other
    coefficients, kept = least_squares(columns, response)
    assert kept == [0, 1, 2, 5]
    np.testing.assert_allclose(coefficients, [0.5, 2, -1, 0, 0, 3], atol=1e-10)


def test_a_column_almost_equal_to_another_is_aliased_only_below_the_tolerance():
    first, wobble = np.array([1.0, 4, 2, 8]), np.array([1.0, -1, 1, -1])
    assert least_squares(np.column_stack([first, first + 1e-9 * wobble]), first)[1] == [0, 1]
    assert least_squares(np.column_stack([first, first + 1e-4 * wobble]), first)[1] == [0, 1, 2]


def test_with_fewer_samples_than_pixels_the_later_columns_are_aliased(make_data):
    pixels, labels = sample(n=6)
    learner = Leekasso()
    learner.fit(as_data(make_data, pixels, labels), seed=0)
    assert len(learner.selected) == 10
    assert learner.parameters["total"] == 6
    assert np.array_equal(learner.scores(images_of(pixels)).argmax(1), labels)


@pytest.mark.parametrize(
    ("labels", "majority"), [([0, 1, 1], 1), ([0, 0, 1], 0), ([0, 1], 0), ([1, 1], 1), ([0], 0)]
)
def test_where_no_pixel_has_a_p_value_leekasso_predicts_the_majority(make_data, labels, majority):
    learner = Leekasso()
    learner.fit(as_data(make_data, np.full((len(labels), 4), 9.0), labels), seed=0)
    predictions = learner.scores(images_of(sample(n=5, d=4, informative=0)[0])).argmax(1)
    assert predictions.tolist() == [majority] * 5


def test_leekasso_logistic_is_beams_regression_on_the_largest_t(make_data):
    pixels, labels = sample()
    learner = LeekassoLogistic()
    learner.fit(as_data(make_data, pixels, labels), seed=0)

    zeros, ones = pixels[labels == 0], pixels[labels == 1]
    standard_error = np.sqrt(np.var(zeros, 0) / len(zeros) + np.var(ones, 0) / len(ones))
    t = np.abs(zeros.mean(0) - ones.mean(0)) / (standard_error + 1e-6)
    best = np.argsort(t)[::-1][:10]
    alone = LogisticRegression(C=1e6, solver="liblinear", random_state=0)
    alone.fit(pixels[:, best], labels)

    new = sample(n=25, seed=1)[0]
    assert learner.selected.tolist() == best.tolist()
    np.testing.assert_allclose(
        learner.scores(images_of(new)), alone.predict_proba(new[:, best]), atol=1e-6
    )
    assert learner.score_kind == "probability"
    assert learner.parameters["total"] == 11


def test_leekasso_logistic_predicts_the_only_class_it_saw(make_data):
    learner = LeekassoLogistic()
    learner.fit(as_data(make_data, sample(n=4)[0], [1, 1, 1, 1]), seed=0)
    assert learner.scores(images_of(sample(n=3)[0])).tolist() == [[0, 1]] * 3


@pytest.mark.parametrize("method", [Leekasso, LeekassoLogistic])
def test_more_than_two_classes_are_refused_with_the_remedy(make_data, method):
    data = as_data(make_data, sample()[0], np.arange(60) % 3, classes=3)
    with pytest.raises(ValueError, match=r"classes=3: .* choose two .* or another method"):
        method().fit(data, seed=0)


@pytest.mark.parametrize("pixels", [0, -1, True, 2.5])
@pytest.mark.parametrize("method", [Leekasso, LeekassoLogistic])
def test_a_number_of_pixels_below_one_is_refused(method, pixels):
    with pytest.raises(ValueError, match=f"pixels={pixels}: a whole number from 1 up"):
        method(pixels=pixels)
