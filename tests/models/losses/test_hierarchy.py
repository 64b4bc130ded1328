"""Class vectors from a hierarchy, and what no hierarchy is."""

import numpy as np
import pytest
import torch

from models.losses import HierarchyCosineLoss
from models.losses.hierarchy import hierarchy_of, similarities
from tests.models.losses.configured import made_for

BIRDS = ("001.Black_footed_Albatross", "002.Laysan_Albatross", "020.Cat bird", "017.Cardinal")
CATS = ("cat", "lion", "dog", "old oak")
TREE = """# a tree

cat\tfeline
lion\tfeline
feline\tanimal
dog\tanimal
animal\tlife
old oak\tlife
"""


@pytest.fixture
def file(tmp_path):
    def write(text):
        (tmp_path / "tree.txt").write_text(text)
        return str(tmp_path / "tree.txt")

    return write


def similarity(hierarchy, names):
    return similarities(hierarchy_of(hierarchy, names), names)


def test_classes_that_share_the_last_word_are_half_similar():
    expected = [[1, 0.5, 0, 0], [0.5, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
    np.testing.assert_array_equal(similarity("last_word", BIRDS), expected)


def test_a_number_is_no_part_of_the_last_word():
    names = ("017.Cardinal", "018.Northern_Cardinal")
    np.testing.assert_array_equal(similarity("last_word", names), [[1, 0.5], [0.5, 1]])


def test_similarity_is_by_the_height_of_the_lowest_common_ancestor(file):
    """Heights: feline 1, animal 2, life 3."""
    expected = np.array([[3, 2, 1, 0], [2, 3, 1, 0], [1, 1, 3, 0], [0, 0, 0, 3]]) / 3
    np.testing.assert_allclose(similarity(file(TREE), CATS), expected)


def test_the_height_of_a_node_is_its_longest_way_down(file):
    tree = file("a x\nb x\nx root\nc root")
    np.testing.assert_allclose(similarity(tree, ("a", "b", "c"))[0], [1, 0.5, 0])
    deeper = file("a x\nb x\nx root\nc y\ny z\nz root")
    np.testing.assert_allclose(similarity(deeper, ("a", "b", "c"))[0], [1, 2 / 3, 0])


@pytest.mark.parametrize(("names", "tree"), [(BIRDS, None), (CATS, TREE)], ids=["words", "file"])
def test_class_vectors_have_unit_length_and_the_similarities_as_inner_products(names, tree, file):
    hierarchy = file(tree) if tree else "last_word"
    vectors = HierarchyCosineLoss(4, names, hierarchy).vectors.numpy()
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(vectors @ vectors.T, similarity(hierarchy, names), atol=1e-6)
    assert not np.triu(vectors, k=1).any()


def test_the_class_of_the_most_similar_vector_is_predicted():
    loss = HierarchyCosineLoss(4, BIRDS, "last_word")
    outputs = 3 * loss.vectors + 0.1
    assert loss.scores(outputs).argmax(dim=1).tolist() == [0, 1, 2, 3]
    labels = torch.arange(4)
    expected = 1 - torch.nn.functional.cosine_similarity(outputs, loss.vectors).mean()
    assert loss(outputs, labels).item() == pytest.approx(expected.item(), abs=1e-6)


def test_without_common_words_it_is_the_cosine_loss():
    names, outputs = ("ant", "bee", "cow"), torch.randn(5, 3)
    labels = torch.tensor([0, 1, 2, 0, 1])
    flat, cosine = made_for(names, "hierarchy_cosine"), made_for(names, "cosine")
    assert flat(outputs, labels).item() == pytest.approx(cosine(outputs, labels).item(), rel=1e-6)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("cat a\nlion a\na b\nb a", "tree.txt: .* is its own ancestor; a tree has no cycle"),
        ("cat cat", "tree.txt: cat is its own ancestor"),
        ("cat a\nlion a\ncat b\nb a", "tree.txt: cat has two parents, a, b"),
        ("cat a\nlion b", r"tree.txt: 2 roots \(a, b\); a tree has one root"),
        ("# nothing\n", "tree.txt: no line; a tree has one root"),
        ("cat a\nlion is a\n", "tree.txt: line 2 is not `child parent`"),
        ("cat a\nfox a\n", "tree.txt: 1 classes are no leaf of it: lion"),
        ("cat lion\nlion a\n", "tree.txt: 1 classes are no leaf of it: lion"),
    ],
)
def test_what_is_no_tree_of_the_classes_is_refused_in_one_line(file, text, told):
    with pytest.raises(ValueError, match=f"^loss: hierarchy=.*{told}") as refused:
        made_for(("cat", "lion"), "hierarchy_cosine", hierarchy=file(text))
    assert "\n" not in str(refused.value)


def test_only_the_first_classes_that_are_missing_are_named(file):
    with pytest.raises(ValueError, match=r"4 classes are no leaf of it: b, c, d, \.\.\."):
        made_for(tuple("abcde"), "hierarchy_cosine", hierarchy=file("a root"))


def test_a_file_that_is_not_there_is_named(tmp_path):
    gone = str(tmp_path / "gone.txt")
    with pytest.raises(ValueError, match=r"loss: hierarchy=.*gone\.txt: no such file"):
        made_for(("cat", "lion"), "hierarchy_cosine", hierarchy=gone)


def test_classes_without_names_are_refused():
    from models.losses.contract import make_criterion
    from tests.models.losses.configured import factory_of

    with pytest.raises(ValueError, match="loss: class_names: 3 are needed, the data set has 0"):
        make_criterion(factory_of("hierarchy_cosine"), 3, ())
