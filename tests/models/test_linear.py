import subprocess
import sys
from functools import partial

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from models.linear import LinearClassifier

LOGISTIC = partial(LogisticRegression, max_iter=1000)
SVM = partial(SVC, kernel="linear")


@pytest.mark.parametrize(("estimator", "kind"), [(LOGISTIC, "probability"), (SVM, "decision")])
def test_the_largest_score_is_the_estimators_own_prediction(
    make_data, make_halves, estimator, kind
):
    images, labels = make_halves(40, classes=2)
    tests = images.flip(2) * 0.3 + images * 0.5
    learner = LinearClassifier(estimator, inputs="unit")
    learner.fit(make_data(images, labels), seed=0)
    scores = learner.scores(tests)
    alone = estimator().fit(images.numpy().reshape(40, -1) / 255, labels.numpy())
    expected = alone.predict(tests.numpy().reshape(40, -1) / 255)
    assert scores.shape == (40, 2)
    assert scores.dtype == np.float32
    assert np.array_equal(scores.argmax(1), expected)
    assert learner.score_kind == kind
    assert learner.history == {}
    assert learner.parameters == {"total": 65, "trainable": 65}


@pytest.mark.parametrize("estimator", [LOGISTIC, SVM])
def test_more_than_two_classes_have_a_column_each(make_data, make_halves, estimator):
    images, labels = make_halves(40, classes=4)
    learner = LinearClassifier(estimator, inputs="unit")
    learner.fit(make_data(images, labels, classes=4), seed=0)
    assert np.array_equal(learner.scores(images).argmax(1), labels.numpy())


@pytest.mark.parametrize("estimator", [LOGISTIC, SVM])
def test_a_class_that_was_never_seen_is_never_predicted(make_data, make_halves, estimator):
    images, labels = make_halves(40, classes=4)
    seen = (labels == 1) | (labels == 3)
    learner = LinearClassifier(estimator, inputs="unit")
    learner.fit(make_data(images[seen], labels[seen], classes=4), seed=0)
    scores = learner.scores(images)
    assert scores.shape == (40, 4)
    assert set(scores.argmax(1)) == {1, 3}


@pytest.mark.parametrize("estimator", [LOGISTIC, SVM])
def test_a_sample_of_one_class_predicts_that_class_and_keeps_the_kind(
    make_data, make_halves, estimator
):
    images, labels = make_halves(10)
    ones = labels == 1
    learner = LinearClassifier(estimator, inputs="standardise")
    learner.fit(make_data(images[ones], labels[ones]), seed=0)
    assert learner.scores(images).tolist() == [[0, 1]] * 10
    assert learner.score_kind == ("probability" if estimator is LOGISTIC else "decision")
    assert learner.parameters["total"] in (None, 1)


def test_a_tree_has_no_parameters_to_count(make_data, make_halves):
    """It once had 0 of them in every table."""
    images, labels = make_halves(20)
    learner = LinearClassifier(DecisionTreeClassifier, inputs="unit")
    learner.fit(make_data(images, labels), seed=0)
    assert learner.parameters == {"total": None, "trainable": None}


def test_the_seed_reaches_an_estimator_that_draws(make_data, make_halves):
    images, labels = make_halves(20)
    data = make_data(images, labels)

    def scores(seed):
        learner = LinearClassifier(partial(SGDClassifier, max_iter=2, tol=None), inputs="unit")
        learner.fit(data, seed=seed)
        return learner.scores(images).tobytes()

    assert scores(2**40 + 1) == scores(2**40 + 1)
    assert scores(1) != scores(2)


def test_a_misspelt_argument_surfaces_before_the_run():
    learner = LinearClassifier(partial(LogisticRegression, c=1.0), inputs="unit")
    with pytest.raises(ValueError, match=r"estimator: .*'c'"):
        learner.check((1, 28, 28), 2)
    LinearClassifier(LOGISTIC, inputs="unit").check((1, 28, 28), 2)


def test_a_wrong_field_is_refused_by_name():
    with pytest.raises(ValueError, match="inputs=none: one of raw, unit, standardise"):
        LinearClassifier(LOGISTIC, inputs="none")
    with pytest.raises(ValueError, match="estimator=logistic"):
        LinearClassifier("logistic", inputs="raw")


def test_planning_can_import_every_learner_without_torch_or_scikit_learn():
    check = (
        "import sys, models.linear, models.leekasso, models.neural; "
        "sys.exit(any(name in sys.modules for name in ('torch', 'sklearn', 'pytorch_lightning')))"
    )
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
