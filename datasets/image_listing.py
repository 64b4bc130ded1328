"""Which image files a folder holds, and which class and part each belongs to."""

from __future__ import annotations

import os
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from datasets.archives import origin
from datasets.errors import WrongOption

EXTENSIONS = frozenset(
    (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".ppm")
)
TRAIN_PARTS, TEST_PART = ("train", "val"), "test"
LAYOUT = "expected are CLASS/image files, or train/CLASS/ and test/CLASS/ with image files"


@dataclass(frozen=True, eq=False)
class Listing:
    """Image files of a folder: the parts train and val first, then test.

    Args:
        root: the folder.
        names: path of each file below `root`, with `/`.
        labels: int64, shape (N,): position of its class in `class_names`.
        class_names: by label.
        official_train: the first so many files are of the parts train and val; None where there
            are no parts train and test.
        caveats: sentences on files that were ignored and parts that are missing.
    """

    root: Path
    names: tuple[str, ...]
    labels: np.ndarray
    class_names: tuple[str, ...]
    official_train: int | None
    caveats: tuple[str, ...] = ()

    @property
    def paths(self) -> list[Path]:
        return [self.root / name for name in self.names]


def list_images(root: Path) -> Listing:
    """The images in `root`/{train,val,test}/CLASS/ or `root`/CLASS/, at any depth below CLASS;
    sorted in each part, as are the classes.

    Hidden files and folders are skipped, files of other kinds counted; extensions may be in
    capitals. A folder that holds nothing but one folder of folders stands for that one. `val`
    counts as train. Without a part `test`, train and val are one set without official parts.

    Raises:
        WrongOption: for a missing folder, images beside class folders, an empty class folder,
            parts with different classes, fewer than two classes, or no images.
    """
    if not root.is_dir():
        raise _wrong(root, "there is no such folder")
    ignored: Counter[str] = Counter()
    top = _unwrapped(root)
    parts = _parts(top)
    found = [_classes(root, part, ignored) for part in parts] or [_classes(root, top, ignored)]
    class_names = _common_classes(root, found)
    names, labels = [], []
    for by_class in found:
        for label, name in enumerate(class_names):
            names += by_class[name]
            labels += [label] * len(by_class[name])
    has_test = bool(parts) and parts[-1].name.lower() == TEST_PART
    tested = sum(map(len, found[-1].values())) if has_test else 0
    return Listing(
        root=root,
        names=tuple(names),
        labels=np.array(labels, dtype=np.int64),
        class_names=class_names,
        official_train=len(names) - tested if tested else None,
        caveats=tuple(_caveats(ignored, bool(parts) and not has_test)),
    )


def _caveats(ignored: Counter[str], test_part_missing: bool) -> list[str]:
    caveats = []
    if test_part_missing:
        caveats.append("there is no folder test: all images are one set without official parts")
    if ignored:
        told = ", ".join(f"{count} {kind}" for kind, count in sorted(ignored.items()))
        what = "in the class folders files are ignored that are no images by their extension"
        caveats.append(f"{what}: {told}")
    return caveats


def _wrong(root: Path, remedy: str) -> WrongOption:
    return WrongOption("dataset.root", origin(root), remedy)


def _unwrapped(folder: Path) -> Path:
    """The folder, or the only folder in it if that holds folders and no images, and so on."""
    while not _parts(folder):
        folders, images = _contents(folder)
        if images or len(folders) != 1:
            return folder
        inner_folders, inner_images = _contents(folders[0])
        if inner_images or not inner_folders:
            return folder
        folder = folders[0]
    return folder


def _parts(folder: Path) -> list[Path]:
    """The folders train, val and test; none if they are classes: with images, among others."""
    folders, _ = _contents(folder)
    named = {folder.name.lower(): folder for folder in folders}
    present = [named[name] for name in (*TRAIN_PARTS, TEST_PART) if name in named]
    others = sorted(folder.name for folder in folders if folder not in present)
    if others and any(_contents(part)[1] for part in present):
        return []
    if present and named.get(TEST_PART) is present[0]:
        raise _wrong(folder, "there is a folder test, but none named train")
    if present and others:
        raise _wrong(folder, f"beside {present[0].name} there is a folder {others[0]}; {LAYOUT}")
    return present


def _classes(root: Path, folder: Path, ignored: Counter[str]) -> dict[str, list[str]]:
    """Names of the images below each class folder."""
    folders, images = _contents(folder)
    if not folders and not images:
        raise _wrong(root, f"no images in {origin(folder)}; {LAYOUT}")
    if images:
        count = f"{len(images)} image{'s' * (len(images) > 1)} ({images[0].name}, ...)"
        raise _wrong(root, f"{count} of no class in {origin(folder)}; {LAYOUT}")
    found: dict[str, list[str]] = {}
    for class_folder in folders:
        images = _images_below(class_folder, ignored, seen=frozenset())
        if not images:
            told = f"class folder {origin(class_folder)} holds no images"
            raise _wrong(root, f"{told}; remove or fill it")
        # One spelling of accents, whichever file system the folder comes from.
        class_name = unicodedata.normalize("NFC", class_folder.name)
        found.setdefault(class_name, []).extend(i.relative_to(root).as_posix() for i in images)
    return {class_name: sorted(names) for class_name, names in found.items()}


def _images_below(folder: Path, ignored: Counter[str], seen: frozenset[str]) -> list[Path]:
    place = os.path.realpath(folder)
    if place in seen:  # a link to a folder above
        return []
    folders, images = _contents(folder, ignored)
    for inner in folders:
        images += _images_below(inner, ignored, seen | {place})
    return images


def is_image_file(path: Path) -> bool:
    """Whether a path is a file that is named as an image, and neither it nor a folder is hidden."""
    hidden = any(_is_hidden(part) for part in path.parts if part not in (".", ".."))
    return not hidden and path.suffix.lower() in EXTENSIONS and path.is_file()


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name == "__MACOSX"


def _contents(folder: Path, ignored: Counter[str] | None = None) -> tuple[list[Path], list[Path]]:
    """Folders and images in a folder, sorted, without hidden ones; counts other files."""
    folders, images = [], []
    try:
        for entry in sorted(folder.iterdir()):
            if _is_hidden(entry.name):
                continue
            if entry.is_dir():
                folders.append(entry)
            elif not entry.exists():
                raise _wrong(entry, "a link to nothing; remove it")
            elif entry.is_file() and entry.suffix.lower() in EXTENSIONS:
                images.append(entry)
            elif ignored is not None:
                ignored[entry.suffix.lower() or "without extension"] += 1
    except OSError as error:
        raise _wrong(folder, f"the folder cannot be read ({error.strerror})") from error
    return folders, images


def _common_classes(root: Path, found: list[dict[str, list[str]]]) -> tuple[str, ...]:
    names = sorted(found[0])
    for other in found[1:]:
        differing = sorted(set(names) ^ set(other))
        if differing:
            told = ", ".join(differing[:5])
            raise _wrong(root, f"class folders that not every part has: {told}")
    if len(names) < 2:
        raise _wrong(root, f"one class only ({names[0]}); at least two class folders are needed")
    return tuple(names)
