"""Learners for texts. Importable without PyTorch and scikit-learn: plans read their fields."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, TypeAlias

import numpy as np

from models.neural import NeuralClassifier
from models.options import derived_seed, require_positive, require_whole_number

if TYPE_CHECKING:
    import torch
    from scipy.sparse import csr_matrix
    from sklearn.base import BaseEstimator
    from torch import nn

    from models.interface import Inputs, TrainingData, Watched
    from models.losses.contract import Criterion

EMBEDDINGS = ("unlabelled", "random")
VECTORS = 4  # purpose of a seed, beside those of models.neural
# Numbers of words (n,), their vectors (n, D) and the size of the vocabulary; None before a fit.
MadeWords: TypeAlias = "tuple[torch.Tensor, torch.Tensor, int] | None"


@dataclass(kw_only=True)
class SkipGramClassifier(NeuralClassifier):
    """A network on the mean of a text's word vectors, which skip-gram learned without labels.

    `network(shape=(D,), classes=K)` takes the mean to outputs (m, K), and is trained as a
    `NeuralClassifier` is, the vectors along with it if `train_vectors`. Of `embeddings`

    - `unlabelled` learns vectors of size D = `embedding_size` from the unlabelled texts and from
      those of the training sample, whose labels it does not see; see `models.word_vectors`
    - `random` has vectors of the training sample's words alone, as they were drawn, and makes no
      use of unlabelled texts

    A word of none of these texts has no vector and is left out of the mean; a text of no other
    words is the zero vector.

    Raises ValueError naming the field where a plain value is wrong.
    """

    # What a network on pixels may be given and one on texts not.
    inputs: str = field(default="raw", init=False)
    code: None = field(default=None, init=False, repr=False)
    sharpness: None = field(default=None, init=False, repr=False)
    embedding_size: int
    embeddings: str = "unlabelled"
    window: int = 5
    negatives: int = 5
    pretraining_updates: int = 2000
    pretraining_pairs: int = 512
    pretraining_lr: float = 0.01
    train_vectors: bool = True

    takes: ClassVar[tuple[str, ...]] = ("texts",)
    takes_augmentation: ClassVar[bool] = False
    takes_resampling: ClassVar[bool] = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.embeddings not in EMBEDDINGS:
            raise ValueError(f"embeddings={self.embeddings}: one of {', '.join(EMBEDDINGS)}")
        for name in ("embedding_size", "window", "negatives"):
            require_whole_number(name, getattr(self, name))
        for name in ("pretraining_updates", "pretraining_pairs"):
            require_whole_number(name, getattr(self, name))
        require_positive("pretraining_lr", self.pretraining_lr)
        if not isinstance(self.train_vectors, bool):
            raise ValueError(f"train_vectors={self.train_vectors}: true or false")
        if self.trainer.get("precision") == "bf16-true":  # would round the numbers of words, too
            raise ValueError("trainer.precision=bf16-true: not for texts; use bf16-mixed")
        self._words: MadeWords = None

    def fit(self, data: TrainingData, seed: int, watched: Watched | None = None) -> None:
        """Learn the vectors, then train as `NeuralClassifier.fit` does; raises what that raises."""
        self._words = self._learned(data, derived_seed(seed, VECTORS))
        super().fit(data, seed, watched)

    def restore(
        self, state: Mapping[str, np.ndarray], shape: tuple[int, ...], classes: int, peak: float
    ) -> None:
        """Become the learner that gave `state`; raises ValueError where that is of another."""
        import torch

        rows, vectors = state.get("network.words.rows"), state.get("network.words.vectors")
        if rows is None or vectors is None:
            raise ValueError(f"state: {', '.join(state)}; it is of another method")
        words = torch.zeros(len(vectors) - 1, dtype=torch.int64)  # come with the state
        self._words = words, torch.zeros(len(words), vectors.shape[1]), len(rows) - 1
        super().restore(state, shape, classes, peak)

    def _learned(self, data: TrainingData, seed: int) -> MadeWords:
        import torch

        from models.word_vectors import SkipGram, first_vectors, learned_vectors, words_of

        order = torch.Generator().manual_seed(seed)
        pretrained = self.embeddings == "unlabelled"
        texts = seen_texts(data, pretrained)
        words = words_of(texts)
        vectors = first_vectors(len(words), self.embedding_size, order)
        if pretrained:
            method = SkipGram(
                self.window,
                self.negatives,
                self.pretraining_updates,
                self.pretraining_pairs,
                self.pretraining_lr,
            )
            vectors = learned_vectors(vectors, words, texts, method, order)
        assert data.words is not None  # as with all texts
        return words, vectors, data.words

    def _new_network(self, shape: tuple[int, ...], classes: int, criterion: Criterion) -> nn.Module:
        import torch

        from models.word_vectors import MeanOfWords

        head = super()._new_network((self.embedding_size,), classes, criterion)
        words, vectors, vocabulary = self._words or (
            torch.zeros(1, dtype=torch.int64),
            torch.zeros(1, self.embedding_size),
            1,
        )
        mean = MeanOfWords(words, vectors, vocabulary, self.train_vectors)
        return torch.nn.Sequential(OrderedDict(words=mean, head=head))


@dataclass
class TfidfClassifier:
    """Any scikit-learn classifier on the words of a text, weighed by TF-IDF.

    A word weighs its count in the text times ln((1 + n) / (1 + df)) + 1, for df of n texts that
    hold it, and the weights of a text have the Euclidean norm 1 (scikit-learn's TfidfTransformer).
    n and df are those of the training texts; of the unlabelled ones, too, if `idf_unlabelled`.
    Words of none of these are left out. `estimator()` and the scores are as those of
    `models.linear.LinearClassifier`.

    Raises ValueError naming the field where a value is wrong.
    """

    estimator: Callable[[], BaseEstimator]
    idf_unlabelled: bool = False

    takes: ClassVar[tuple[str, ...]] = ("texts",)

    score_kind: str | None = field(default=None, init=False)
    history: dict[str, list[float]] = field(default_factory=dict, init=False, repr=False)
    parameters: dict[str, int | None] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        if not callable(self.estimator):
            raise ValueError(f"estimator={self.estimator}: a block with _target_ naming a class")
        if not isinstance(self.idf_unlabelled, bool):
            raise ValueError(f"idf_unlabelled={self.idf_unlabelled}: true or false")

    def check(self, shape: tuple[int, ...], classes: int, weighted: bool = False) -> None:
        """Raises ValueError for an estimator that cannot be fitted: a misspelt argument."""
        from models.linear import LinearClassifier

        LinearClassifier(self.estimator).check((2,), classes, weighted)

    def fit(self, data: TrainingData, seed: int) -> None:
        """Weigh and fit the words of `data.train_inputs`, with `data.train_labels`."""
        from models.linear import count_coefficients, fit_estimator, score_kind

        estimator = self.estimator()
        self.score_kind = score_kind(estimator)
        self._classes = data.classes
        seen = seen_texts(data, self.idf_unlabelled)
        self._words = np.unique(seen[seen >= 0])
        holding = np.asarray((self._counts(seen) > 0).sum(axis=0)).ravel()
        self._idf = np.log((1 + len(seen)) / (1 + holding)) + 1
        features, labels = self._features(data.train_inputs), np.asarray(data.train_labels)
        self._fitted = fit_estimator(estimator, features, labels, seed, data.class_weights)
        self.parameters = count_coefficients(self._fitted)

    def scores(self, images: Inputs) -> np.ndarray:
        """Scores, float32 array (m, K), of texts (m, L)."""
        from models.linear import class_scores

        return class_scores(self._fitted, self._features(images), self._classes)

    def _features(self, texts: Inputs) -> csr_matrix:
        from sklearn.preprocessing import normalize

        return normalize(self._counts(np.asarray(texts)).multiply(self._idf).tocsr())

    def _counts(self, texts: np.ndarray) -> csr_matrix:
        """How often each of the words known stands in each text, (m, len(words))."""
        from scipy.sparse import coo_matrix

        text, place = np.nonzero(np.isin(texts, self._words))
        word = np.searchsorted(self._words, texts[text, place])
        ones = np.ones(len(word))
        return coo_matrix((ones, (text, word)), (len(texts), len(self._words))).tocsr()


def seen_texts(data: TrainingData, unlabelled: bool) -> np.ndarray:
    """The training texts (m, L), after the unlabelled ones where these are wanted and there."""
    texts = np.asarray(data.train_inputs)
    if not unlabelled or data.unlabelled_inputs is None:
        return texts
    return np.concatenate([np.asarray(data.unlabelled_inputs), texts])
