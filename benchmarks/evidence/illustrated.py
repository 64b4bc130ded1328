"""The figures of one benchmark: which there are, drawn again only where what they show changed."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.evidence.claims.arms import Arm
from benchmarks.evidence.claims.files import PublishedCurves
from benchmarks.evidence.claims.schema import Claim
from benchmarks.evidence.optimism import OPTIMISTIC, honest_rows, marked_labels
from benchmarks.evidence.pictures import ImagesOf, Picture
from benchmarks.evidence.statistics import FEWEST_DATASETS
from benchmarks.evidence.trials import trials_frame
from benchmarks.records.holdings import Holding

if TYPE_CHECKING:
    import pandas as pd

    from benchmarks.evidence.figures import Drawing

FOLDER = "figures"
ABOUT = "figures.json"  # the words of the figures
DRAWN_FROM = ".drawn-from"  # the digest of what they show; of no use to anybody else
ENDINGS = (".pdf", ".png")


@dataclass(frozen=True)
class Shown:
    """What the figures of a benchmark are drawn from."""

    held: Holding
    frame: pd.DataFrame
    curves: Sequence[PublishedCurves]
    claims: Sequence[Claim]


def illustrations(
    folder: Path, earlier: Path, shown: Shown, images_of: ImagesOf | None = None
) -> list[Picture]:
    """Draws NAME.pdf and NAME.png of each figure in `folder`, with figures.json about them.

    Where the figures of an `earlier` folder show the same, they are copied. With `images_of` there
    is a sheet of test images for each data set whose images can be had.
    """
    digest = _digest(shown)
    pictures = _unchanged(earlier, digest)
    if pictures is None or _has_new_images(shown, pictures, images_of):
        sheets = chain(_sheets(folder, shown, images_of), _generated(folder, shown, images_of))
        drawings = chain(_drawn(folder, shown), sheets)
        pictures = [drawing.picture() for drawing in drawings]
    else:
        for picture in pictures:
            for ending in ENDINGS:
                name = picture.name + ending
                (folder / name).write_bytes((earlier / name).read_bytes())
    words = [
        {name: getattr(picture, name) for name in ("name", "title", "alt", "photographs")}
        for picture in pictures
    ]
    text = json.dumps({"figures": words}, indent=1, ensure_ascii=False)
    (folder / ABOUT).write_text(text + "\n", encoding="utf-8", newline="\n")
    (folder / DRAWN_FROM).write_text(digest)
    return pictures


def _drawn(folder: Path, shown: Shown) -> Iterator[Drawing]:
    # Drawing loads matplotlib: only here, so that judging and tables start fast.
    from benchmarks.evidence import figures

    held, frame = shown.held, shown.frame
    order = (held.benchmark["methods"], held.benchmark["datasets"])
    metric = held.metric
    measured = figures.measured_rows(frame, metric)
    many = figures.without_curves(measured)  # more rows than lines that could be told apart
    if many:
        yield figures.accuracies(measured, folder / "accuracies", *order, metric)
    else:
        yield figures.learning_curves(frame, shown.curves, folder / "learning", *order, metric)
    if frame.empty:
        return
    for first, second in _contrasts(shown.claims, measured, metric):
        stem = folder / f"difference-{_as_file_name(first)}-{_as_file_name(second)}"
        yield figures.paired_differences(measured, first, second, stem, order[1], metric)
    if measured["dataset"].nunique() >= FEWEST_DATASETS and measured["method"].nunique() > 2:
        yield figures.rank_diagram(measured, folder / "ranks", metric)
    records = {record["key"]: record for record in held.done}
    keys = _keys_of_largest_size(frame)
    histories = ((records[key], history) for key, history in held.histories(keys))
    begun = next(histories, None)
    if begun is not None and not many:
        yield figures.training_curves(chain([begun], histories), folder / "training", *order)
    trials = trials_frame(held.records)
    if not trials.empty:
        yield figures.tuning_progress(trials, folder / "tuning", *order)
    predictions = ((records[key], arrays) for key, arrays in held.predictions(keys))
    names = held.benchmark.get("class_names")
    yield figures.confusion_matrices(predictions, folder / "confusion", *order, names)


def _sheets(folder: Path, shown: Shown, images_of: ImagesOf | None) -> Iterator[Drawing]:
    """The test images that most methods get wrong at the largest training size, in runs that did
    not choose their epoch on them.
    """
    from benchmarks.evidence import figures

    frame = honest_rows(shown.frame)
    if images_of is None or frame.empty:
        return
    records = {record["key"]: record for record in shown.held.done}
    by_dataset = {record["config"]["dataset"]["name"]: record for record in records.values()}
    keys = _keys_of_largest_size(frame)
    predictions = ((records[key], arrays) for key, arrays in shown.held.predictions(keys))
    mistakes = figures.count_mistakes(predictions)
    for dataset, record in by_dataset.items():
        found = images_of(record)
        if found is not None:
            stem = folder / f"mistakes-{dataset}"
            yield figures.mistakes_sheet(found.image, mistakes, dataset, stem, found.class_names)


def _generated(folder: Path, shown: Shown, images_of: ImagesOf | None) -> Iterator[Drawing]:
    """Generated images beside real ones, where the cells of a first draw kept some."""
    from benchmarks.evidence import figures

    records = {
        record["key"]: record
        for record in sorted(shown.held.done, key=lambda record: record["key"])
        if record["config"].get("resampling") and record["config"]["split_seed"] == 0
    }
    if images_of is None or not records:
        return
    predictions = ((records[key], arrays) for key, arrays in shown.held.predictions(records))
    yield from figures.generated_sheets(predictions, images_of, folder)


def _has_new_images(shown: Shown, pictures: list[Picture], images_of: ImagesOf | None) -> bool:
    """Whether images that were not at hand when the sheets were drawn can be had now."""
    drawn = {picture.name for picture in pictures}
    found = {record["config"]["dataset"]["name"]: record for record in shown.held.done}
    lacking = [record for name, record in found.items() if f"mistakes-{name}" not in drawn]
    return images_of is not None and any(images_of(record) for record in lacking)


def _contrasts(claims: Sequence[Claim], frame: pd.DataFrame, metric: str) -> list[tuple[str, str]]:
    """The pairs of methods that the claims' deciding parts compare by this metric, where both have
    results.
    """
    labelled = frame.assign(label=marked_labels(frame))
    pairs = [
        (_label(first, claim, labelled), _label(second, claim, labelled))
        for claim in claims
        for part in claim.parts
        if part.deciding and part.contrast and part.metric == metric
        for first, second in [part.contrast]
    ]
    return [(first, second) for first, second in dict.fromkeys(pairs) if first and second]


def _label(arm: Arm, claim: Claim, labelled: pd.DataFrame) -> str | None:
    """How the figures name the cells of an arm; None where they are none, or several."""
    wanted = {name: value for name, value in arm if value is not None}
    found = labelled
    for axis, value in ({"protocol": claim.protocol} | wanted).items():
        found = found[found[axis] == value]
    labels = found["label"].unique()
    return labels[0] if len(labels) == 1 else None


def _as_file_name(label: str) -> str:
    """A method's label without what is awkward in the name of a file."""
    return re.sub(r"[^\w.+-]+", "_", label).strip("_")


def _keys_of_largest_size(frame: pd.DataFrame) -> list[str]:
    largest = frame.groupby("dataset")["train_size"].transform("max")
    keys: list[str] = frame.loc[frame["train_size"] == largest, "key"].tolist()
    return keys


def _digest(shown: Shown) -> str:
    """Of the records, claims and published points, and of the code that draws them. A record's
    history goes with its predictions: another training would have given other ones.
    """
    digest = hashlib.sha256(version("matplotlib").encode())
    for record in sorted(shown.held.done, key=lambda record: record["key"]):
        scores, why = record["predictions"].get("sha256"), record.get(OPTIMISTIC)
        told = (record["key"], record["metrics"], scores, why)
        digest.update(repr(told).encode())
    drawn_for = {
        "benchmark": shown.held.benchmark,
        "curves": [repr(curve) for curve in shown.curves],
        "claims": [claim.model_dump(mode="json") for claim in shown.claims],
    }
    digest.update(json.dumps(drawn_for, sort_keys=True).encode())
    for file in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _unchanged(folder: Path, shown: str) -> list[Picture] | None:
    """The pictures of a folder whose figures show this; None where they do not, or not all."""
    try:
        if (folder / DRAWN_FROM).read_text() != shown:
            return None
        about: dict[str, Any] = json.loads((folder / ABOUT).read_bytes())
        return [Picture(**words, png=_png(folder, words["name"])) for words in about["figures"]]
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _png(folder: Path, name: str) -> bytes:
    if not (folder / f"{name}.pdf").is_file():
        raise FileNotFoundError(name)
    return (folder / f"{name}.png").read_bytes()
