"""Learners for texts: word vectors by skip-gram, and TF-IDF."""

import subprocess
import sys
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression

from models.networks import MLP
from models.text import SkipGramClassifier, TfidfClassifier
from models.word_vectors import (
    MeanOfWords,
    SkipGram,
    first_vectors,
    learned_vectors,
    words_of,
)
from tests.models.conftest import Batches

LENGTH = 6
GOOD, BAD, COMMON, UNHEARD = range(10), range(10, 20), range(20, 30), range(30, 40)
WORDS = tuple(f"word{number:02}" for number in range(40))
SOON = {"pretraining_updates": 150, "pretraining_pairs": 128, "pretraining_lr": 0.05}


def reviews(count, seed=0):
    """Half the words of a review are of its own polarity, the others common; labels 0 and 1."""
    order = np.random.default_rng(seed)
    labels = np.arange(count) % 2
    own = np.where(
        labels[:, None] == 0, order.choice(GOOD, (count, 3)), order.choice(BAD, (count, 3))
    )
    texts = np.concatenate([own, order.choice(COMMON, (count, 3))], axis=1)
    return order.permuted(texts, axis=1).astype(np.int32), labels


def data_of(texts, labels, unlabelled=None, vocabulary=WORDS):
    texts, labels = torch.as_tensor(texts), torch.as_tensor(labels)
    return SimpleNamespace(
        train_inputs=texts,
        train_labels=labels,
        unlabelled_inputs=unlabelled,
        train_dataloader=partial(Batches, texts, labels, 8),
        shape=tuple(texts.shape[1:]),
        classes=2,
        class_names=("good", "bad"),
        peak=1.0,
        epoch_size=len(labels),
        class_weights=None,
        words=len(vocabulary),
    )


def skip_gram(**options):
    stated = {
        "network": partial(MLP, hidden=[8]),
        "optimizer": partial(torch.optim.Adam, lr=0.02),
        "loss": torch.nn.CrossEntropyLoss,
        "trainer": {"accelerator": "cpu"},
        "epochs": 20,
        "batch_size": 8,
        "embedding_size": 4,
        **SOON,
    }
    return SkipGramClassifier(**(stated | options))


def accuracy(learner, texts, labels):
    return (learner.scores(texts).argmax(axis=1) == labels).mean()


def learn(texts, updates=300, seed=0):
    words, order = words_of(texts), torch.Generator().manual_seed(seed)
    method = SkipGram(window=5, negatives=5, updates=updates, pairs=256, lr=0.05)
    return learned_vectors(first_vectors(len(words), 4, order), words, texts, method, order)


def test_words_that_stand_together_come_near_one_another():
    order = np.random.default_rng(0)
    together = order.choice(GOOD, (100, LENGTH)), order.choice(BAD, (100, LENGTH))
    vectors = torch.nn.functional.normalize(learn(np.concatenate(together)))
    likeness = vectors @ vectors.T
    assert likeness[:10, :10].mean() > 0.8
    assert likeness[:10, 10:].mean() < 0.2


def test_pairs_do_not_reach_into_the_next_text():
    """Texts of one word have no neighbours: nothing is to be learned of them."""
    alone = np.arange(20, dtype=np.int32)[:, None]
    start = first_vectors(20, 4, torch.Generator().manual_seed(0))
    assert torch.equal(learn(alone), start)


def test_equal_seeds_give_equal_vectors():
    texts, _ = reviews(20)
    assert torch.equal(learn(texts, 20), learn(texts, 20))
    assert not torch.equal(learn(texts, 20), learn(texts, 20, seed=1))


def test_a_text_is_the_mean_of_the_vectors_of_its_known_words():
    vectors = torch.tensor([[1.0, 0.0], [3.0, 4.0]])
    layer = MeanOfWords(torch.tensor([5, 7]), vectors, vocabulary=9, trained=True)
    texts = torch.tensor([[5, 7, -1], [7, 7, 5], [7, 2, -1], [2, 3, -1], [-1, -1, -1]])
    expected = [[2, 2], [7 / 3, 8 / 3], [3, 4], [0, 0], [0, 0]]
    assert torch.allclose(layer(texts.float()), torch.tensor(expected))


@pytest.mark.parametrize("options", [{}, {"train_vectors": False}, {"embeddings": "random"}])
def test_polarity_is_learned_from_a_few_labels(options):
    texts, labels = reviews(24)
    learner = skip_gram(**options)
    learner.fit(data_of(texts, labels, reviews(60, seed=1)[0]), seed=0)
    tests, truth = reviews(50, seed=2)
    assert accuracy(learner, tests, truth) > 0.9
    assert np.allclose(learner.scores(tests).sum(axis=1), 1, atol=1e-5)


def test_pretraining_tells_of_words_that_no_labelled_text_has():
    texts, labels = reviews(200)
    few = np.isin(texts, [*GOOD[5:], *BAD[5:]]).sum(axis=1) == 0  # half of the words are kept back
    tests, truth = reviews(200, seed=1)
    unlike = np.isin(tests, [*GOOD[:5], *BAD[:5]]).sum(axis=1) == 0
    found = {}
    for embeddings in ("unlabelled", "random"):
        learner = skip_gram(embeddings=embeddings, train_vectors=False, epochs=40)
        learner.fit(data_of(texts[few], labels[few], texts), seed=0)
        found[embeddings] = accuracy(learner, tests[unlike], truth[unlike])
    assert found["unlabelled"] > found["random"] + 0.2


def test_the_same_seed_gives_the_same_scores_and_another_seed_others():
    texts, labels = reviews(16)

    def scores(seed):
        learner = skip_gram(epochs=2, pretraining_updates=5)
        learner.fit(data_of(texts, labels, reviews(8, seed=1)[0]), seed=seed)
        return learner.scores(texts).tobytes()

    assert scores(2**40) == scores(2**40)
    assert scores(1) != scores(2)


LEARNERS = {
    "skip_gram": partial(skip_gram, epochs=2, pretraining_updates=5),
    "random": partial(skip_gram, epochs=2, embeddings="random"),
    "tfidf": partial(TfidfClassifier, LogisticRegression),
    "tfidf with unlabelled texts": partial(TfidfClassifier, LogisticRegression, True),
}


@pytest.mark.parametrize("name", LEARNERS)
def test_words_that_only_test_texts_have_change_nothing(name):
    texts, labels = reviews(16)
    unlabelled = reviews(8, seed=1)[0]
    learner, other = LEARNERS[name](), LEARNERS[name]()
    learner.fit(data_of(texts, labels, unlabelled), seed=0)
    other.fit(data_of(texts, labels, unlabelled, (*WORDS, "further", "words")), seed=0)
    tests, _ = reviews(10, seed=2)
    with_unheard = np.concatenate([tests, np.full((10, 3), UNHEARD[0], dtype=np.int32)], axis=1)
    with_further = np.concatenate([tests, np.full((10, 3), len(WORDS), dtype=np.int32)], axis=1)
    expected = learner.scores(tests)
    assert np.array_equal(learner.scores(with_unheard), expected)
    assert np.array_equal(other.scores(with_further), expected)
    assert learner.parameters == other.parameters
    nothing = learner.scores(np.full((3, 2), UNHEARD[1], dtype=np.int32))
    assert (nothing == nothing[0]).all()


@pytest.mark.parametrize("name", ["random", "tfidf"])
def test_what_makes_no_use_of_unlabelled_texts_is_not_changed_by_them(name):
    texts, labels = reviews(16)
    found = []
    for unlabelled in (None, reviews(30, seed=1)[0]):
        learner = LEARNERS[name]()
        learner.fit(data_of(texts, labels, unlabelled), seed=0)
        found.append(learner.scores(texts))
    assert np.array_equal(*found)


def test_vectors_are_learned_from_the_training_texts_where_there_are_no_others():
    texts, labels = reviews(24)
    learner = skip_gram()
    learner.fit(data_of(texts, labels), seed=0)
    assert accuracy(learner, *reviews(50, seed=2)) > 0.9


def test_vectors_that_learn_on_are_counted_as_trained():
    texts, labels = reviews(16)
    words, network = 4 * (len(np.unique(texts)) + 1), 4 * 8 + 8 + 8 * 2 + 2
    for train_vectors, trained in ((True, words + network), (False, network)):
        learner = skip_gram(epochs=1, embeddings="random", train_vectors=train_vectors)
        learner.fit(data_of(texts, labels), seed=0)
        assert learner.parameters == {"total": words + network, "trainable": trained}


def test_a_saved_learner_gives_the_same_scores():
    texts, labels = reviews(16)
    learner, other = (skip_gram(epochs=2, pretraining_updates=5) for _ in range(2))
    learner.fit(data_of(texts, labels), seed=0)
    other.restore(learner.state(), (LENGTH,), 2, 1.0)
    assert np.array_equal(other.scores(texts), learner.scores(texts))
    with pytest.raises(ValueError, match="of another method"):
        other.restore({"coef_": np.zeros(3)}, (LENGTH,), 2, 1.0)


@pytest.mark.parametrize("unlabelled", [False, True])
def test_tfidf_is_that_of_scikit_learn(unlabelled):
    texts, labels = reviews(30)
    further, (tests, _) = reviews(20, seed=1)[0], reviews(20, seed=2)
    learner = TfidfClassifier(LogisticRegression, idf_unlabelled=unlabelled)
    learner.fit(data_of(texts, labels, further), seed=0)
    counts = [
        np.stack([(t == word).sum(axis=1) for word in range(30)], axis=1)
        for t in (texts, further, tests)
    ]
    weighed = TfidfTransformer().fit(np.concatenate(counts[:2]) if unlabelled else counts[0])
    alone = LogisticRegression().fit(weighed.transform(counts[0]), labels)
    expected = alone.predict_proba(weighed.transform(counts[2]))
    assert np.allclose(learner.scores(tests), expected, atol=1e-5)
    assert learner.score_kind == "probability"


def test_tfidf_of_one_class_predicts_that_class():
    texts, _ = reviews(6)
    learner = TfidfClassifier(LogisticRegression)
    learner.fit(data_of(texts, np.ones(6, dtype=np.int64)), seed=0)
    assert learner.scores(texts).tolist() == [[0, 1]] * 6


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"embeddings": "glove"}, "embeddings=glove: one of unlabelled, random"),
        ({"embedding_size": 0}, "embedding_size=0: a whole number from 1 up"),
        ({"window": 1.5}, "window=1.5"),
        ({"negatives": 0}, "negatives=0"),
        ({"pretraining_lr": 0}, "pretraining_lr=0: a positive number"),
        ({"train_vectors": "no"}, "train_vectors=no: true or false"),
        ({"trainer": {"precision": "bf16-true"}}, "trainer.precision=bf16-true: not for texts"),
        ({"epochs": 0}, "epochs=0"),
    ],
)
def test_a_wrong_field_is_refused_by_name(options, told):
    with pytest.raises(ValueError, match=told):
        skip_gram(**options)


def test_a_misspelt_argument_surfaces_before_the_run():
    with pytest.raises(ValueError, match=r"network: .*'hiden'"):
        skip_gram(network=partial(MLP, hiden=[8])).check((LENGTH,), 2, ("good", "bad"))
    with pytest.raises(ValueError, match=r"estimator: .*'c'"):
        TfidfClassifier(partial(LogisticRegression, c=1.0)).check((LENGTH,), 2)
    skip_gram().check((LENGTH,), 2, ("good", "bad"))


def test_planning_can_import_the_learners_without_torch_or_scikit_learn():
    check = (
        "import sys, models.text; "
        "sys.exit(any(name in sys.modules for name in ('torch', 'sklearn', 'scipy')))"
    )
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
