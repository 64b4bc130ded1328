"""Trees of classes, and how similar two of its leaves are.

Barz & Denzler, "Hierarchy-based image embeddings for semantic image retrieval", WACV 2019, section
3: s(u, v) = 1 - height(lcs(u, v)) / height(root), lcs the lowest common ancestor and the height of
a node its longest way down to a leaf.
"""

from __future__ import annotations

import os
import re
from collections.abc import Hashable, Mapping, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np

LAST_WORD = "last_word"
Tree = Mapping[Hashable, Hashable]  # from child to parent; the root is no child


def hierarchy_of(hierarchy: str, class_names: Sequence[str]) -> Tree:
    """`last_word`, made of the names of the classes, or the tree in the file of that path.

    Raises ValueError for a file that is missing or holds no tree, and for classes that are no
    leaves of it.
    """
    if hierarchy == LAST_WORD:
        return by_last_word(class_names)
    if not isinstance(hierarchy, str) or not hierarchy:
        raise ValueError(f"hierarchy={hierarchy}: {LAST_WORD}, or the path of a file")
    tree = read_tree(Path(os.path.expanduser(hierarchy)))
    _require_leaves(tree, class_names, hierarchy)
    return tree


def by_last_word(class_names: Sequence[str]) -> Tree:
    """Two levels: classes that share the last word of their names share a parent.

    Words are separated by _ or spaces; a number before the name, as in
    `001.Black_footed_Albatross`, is none of it.
    """
    tree: dict[Hashable, Hashable] = {}
    for name in class_names:
        word = re.split(r"[_\s]+", re.sub(r"^\d+\.", "", name).strip("_ "))[-1]
        tree[name] = ("word", word)  # no class is a tuple
        tree["word", word] = ("root",)
    return tree


def read_tree(file: Path) -> Tree:
    """The tree in a file of lines `child parent`, separated by white space, or by a tab where names
    hold spaces; lines that begin with # are comments.

    Raises ValueError naming the file and the line, node or nodes that make it no tree.
    """
    tree: dict[Hashable, Hashable] = {}
    for number, line in enumerate(_lines(file), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        names = [name.strip() for name in line.split("\t" if "\t" in line else None)]
        if len(names) != 2 or not all(names):
            raise ValueError(f"hierarchy={file}: line {number} is not `child parent`")
        child, parent = names
        if tree.setdefault(child, parent) != parent:
            raise ValueError(f"hierarchy={file}: {child} has two parents, {tree[child]}, {parent}")
    _require_one_root(tree, file)
    return tree


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = "no such file" if isinstance(error, FileNotFoundError) else "not readable as text"
        raise ValueError(f"hierarchy={file}: {reason}; give {LAST_WORD} or a file") from error


def _require_one_root(tree: Tree, file: Path) -> None:
    for node in tree:
        if _ancestors(tree, node)[-1] in tree:
            raise ValueError(f"hierarchy={file}: {node} is its own ancestor; a tree has no cycle")
    roots = sorted(map(str, set(tree.values()) - set(tree)))
    if len(roots) != 1:
        found = f"{len(roots)} roots ({', '.join(roots[:3])})" if roots else "no line"
        raise ValueError(f"hierarchy={file}: {found}; a tree has one root")


def _require_leaves(tree: Tree, class_names: Sequence[str], hierarchy: str) -> None:
    inner = set(tree.values())
    wrong = [name for name in class_names if name not in tree or name in inner]
    if wrong:
        some = ", ".join(wrong[:3]) + (", ..." if len(wrong) > 3 else "")
        told = f"{len(wrong)} classes are no leaf of it: {some}; give each a line `class parent`"
        raise ValueError(f"hierarchy={hierarchy}: {told}")


def _ancestors(tree: Tree, node: Hashable) -> list[Hashable]:
    """The node, its parent, and so on to the root, or to the first node that would come again."""
    way, seen = [node], {node}
    while way[-1] in tree and tree[way[-1]] not in seen:
        way.append(tree[way[-1]])
        seen.add(way[-1])
    return way


def similarities(tree: Tree, class_names: Sequence[str]) -> np.ndarray:
    """s, float64 (K, K), of the classes, which are leaves of the tree."""
    heights: dict[Hashable, int] = {}
    for node in tree:
        for height, ancestor in enumerate(_ancestors(tree, node)):
            heights[ancestor] = max(height, heights.get(ancestor, 0))
    highest = max(heights.values())
    ways = [_ancestors(tree, name) for name in class_names]
    above = [set(way) for way in ways]
    similarity = np.eye(len(class_names))
    for first, second in combinations(range(len(class_names)), 2):
        lowest = next(node for node in ways[first] if node in above[second])
        similarity[first, second] = similarity[second, first] = 1 - heights[lowest] / highest
    return similarity
