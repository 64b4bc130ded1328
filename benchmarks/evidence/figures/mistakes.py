"""A sheet of the test images that most methods get wrong, for own runs: images are not published.

With the samples of `benchmarks.grid.data.load`, which knows nothing of torch:

    mistakes = count_mistakes(predictions)
    image = lambda index: samples.inputs[index].transpose(1, 2, 0) / samples.peak
    mistakes_sheet(image, mistakes, "mnist01", folder / "mistakes", samples.class_names)
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.figures.cells import cell_of, class_names_of
from benchmarks.evidence.figures.drawing import Drawing, save
from benchmarks.evidence.figures.layout import new_figure, say_empty
from benchmarks.evidence.figures.style import COLUMN, PAGE, counted, cut, house_style
from benchmarks.records.store import Predictions, Record

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLUMNS = ["dataset", "test_index", "label", "taken_for", "wrong", "tested", "methods"]
PER_ROW = 6
STEP, SIDE, CAPTION = PAGE / PER_ROW, 1.05, 0.52  # inches
TOLD = 8  # images in the words; the others are only counted
NO_MISTAKE = "no test image was got wrong"


def count_mistakes(predictions: Iterable[tuple[Record, Predictions]]) -> pd.DataFrame:
    """One row per dataset and test sample that some cell got wrong.

    Columns: `dataset`; `test_index` and `label` as in the predictions; `taken_for`, the wrong class
    most often given (the smallest of several); `wrong` of `tested` cells (all methods, sizes and
    draws); `methods` that got it wrong at least once. First those that most methods get wrong,
    then those wrong in the largest share of cells.
    """
    tested: dict[str, Counter[int]] = defaultdict(Counter)
    wrong: list[tuple[Any, ...]] = []
    for record, arrays in predictions:
        cell = cell_of(record)
        tested[cell["dataset"]].update(arrays["test_index"].tolist())
        missed = np.flatnonzero(arrays["labels"] != arrays["predicted"])
        fields = [arrays[name][missed].tolist() for name in ("test_index", "labels", "predicted")]
        names = [[cell[name]] * len(missed) for name in ("dataset", "method")]
        wrong += zip(*names, *fields, strict=True)
    columns = ["dataset", "method", "test_index", "label", "taken_for"]
    cells = pd.DataFrame(wrong, columns=columns)
    image = ["dataset", "test_index", "label"]
    mistakes = cells.groupby(image).agg(wrong=("method", "size"), methods=("method", "nunique"))
    taken = cells.groupby([*image, "taken_for"]).size().rename("times").reset_index()
    most = taken.sort_values(["times", "taken_for"], ascending=[False, True])
    most = most.drop_duplicates(image)[[*image, "taken_for"]]
    mistakes = mistakes.reset_index().merge(most, on=image)
    places = zip(mistakes["dataset"], mistakes["test_index"], strict=True)
    mistakes["tested"] = [tested[dataset][index] for dataset, index in places]
    mistakes["share"] = mistakes["wrong"] / mistakes["tested"]
    order = ["methods", "share", "dataset", "test_index"]
    mistakes = mistakes.sort_values(order, ascending=[False, False, True, True], ignore_index=True)
    return mistakes[COLUMNS]


def mistakes_sheet(
    images: np.ndarray | Callable[[int], np.ndarray],
    mistakes: pd.DataFrame,
    dataset: str,
    path_stem: str | PathLike[str],
    class_names: Sequence[str] = (),
    shown: int = 24,
) -> Drawing:
    """Draws `path_stem`.pdf and .png: the first images of `count_mistakes` of one dataset.

    `images[test_index]` or `images(test_index)` is an image of shape (H, W), (H, W, 1) or
    (H, W, 3), bytes or shares from 0 to 1; grey images are drawn with 0 as black. Below each: its
    index, its class and the one it is most often taken for (`class_names` by label, else numbers),
    in how many of the cells that tested it, and how many methods got it wrong.

    Raises EvidenceError for images of another shape or range, and for too few class names.
    """
    rows = mistakes[mistakes["dataset"] == dataset].head(shown)
    classes = 1 + max(rows["label"].max(), rows["taken_for"].max()) if len(rows) else 0
    names = class_names_of(dataset, classes, class_names)
    found = images if callable(images) else images.__getitem__
    pictures = [_checked(found(index), index) for index in rows["test_index"].tolist()]
    with house_style():
        figure = _sheet(pictures, [_caption(row, names) for row in rows.to_dict("records")])
        title = f"Test images of {dataset} that most methods get wrong"
        return save(figure, path_stem, title, _words(rows, dataset, names), photographs=True)


def _checked(image: np.ndarray, index: int) -> np.ndarray:
    """As shares from 0 to 1 of shape (H, W) or (H, W, 3)."""
    image = np.asarray(image)
    if image.ndim == 3 and image.shape[2] == 1:
        image = image[:, :, 0]
    if image.ndim != 2 and (image.ndim != 3 or image.shape[2] != 3):
        raise EvidenceError(
            f"image {index} of shape {image.shape}: give (H, W), (H, W, 1) or (H, W, 3)"
        )
    image = image / 255 if image.dtype == np.uint8 else image
    if not ((image >= 0) & (image <= 1)).all():
        raise EvidenceError(f"image {index}: values outside 0 to 1; divide by the largest possible")
    return image


def _sheet(pictures: Sequence[np.ndarray], captions: Sequence[str]) -> Figure:
    """Everything is placed in inches, on one axis: many axes take long to lay out."""
    if not pictures:
        figure = new_figure(COLUMN, 1.0)
        say_empty(figure.subplots(), NO_MISTAKE)
        return figure
    width = max(COLUMN, min(len(pictures), PER_ROW) * STEP)
    scales = [SIDE / max(picture.shape[:2]) for picture in pictures]
    tallest = max(p.shape[0] * scale for p, scale in zip(pictures, scales, strict=True))
    height = math.ceil(len(pictures) / PER_ROW) * (tallest + CAPTION)
    figure = new_figure(width, height, layout="none")
    ax = figure.add_axes((0, 0, 1, 1))
    for place, (picture, scale) in enumerate(zip(pictures, scales, strict=True)):
        row, column = divmod(place, PER_ROW)
        middle, bottom = (column + 0.5) * STEP, row * (tallest + CAPTION) + 0.03 + tallest
        tall, wide = picture.shape[0] * scale, picture.shape[1] * scale
        extent = (middle - wide / 2, middle + wide / 2, bottom, bottom - tall)
        ax.imshow(picture, extent=extent, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
        ax.text(middle, bottom + 0.04, captions[place], ha="center", va="top", fontsize=6)
    ax.set_axis_off()
    ax.set_aspect("auto")
    ax.set_xlim(0, width)
    ax.set_ylim(height, 0)
    return figure


def _caption(row: dict[str, Any], names: Sequence[str]) -> str:
    true, taken = cut(names[row["label"]], 23), cut(names[row["taken_for"]], 13)
    cells = f"in {row['wrong']} of {row['tested']} cells"
    source = f"{counted(row['methods'], 'method')}, image {row['test_index']}"
    return f"{true}\ntaken for {taken}\n{cells}\n{source}"


def _words(rows: pd.DataFrame, dataset: str, names: Sequence[str]) -> str:
    if rows.empty:
        return f"Empty figure: {NO_MISTAKE} on {dataset}."
    told = [
        f"image {row['test_index']}, {names[row['label']]} taken for {names[row['taken_for']]},"
        f" wrong in {row['wrong']} of {row['tested']} cells by {counted(row['methods'], 'method')}"
        for row in rows.head(TOLD).to_dict("records")
    ]
    more = f"; and {len(rows) - TOLD} more" if len(rows) > TOLD else ""
    return f"Test images of {dataset} that most methods get wrong: {'; '.join(told)}{more}."
