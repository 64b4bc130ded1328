"""Images decoded once into a memory-mapped array on disk, for all processes and all later runs."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from datasets.cache_entries import free_bytes, made_once, sync
from datasets.decoding import MAX_PIXELS, VERSION, decode_all
from datasets.duplicates import NearDuplicates, find_near_duplicates, perceptual_hashes
from datasets.errors import DataDamaged, DataUnavailable, WrongOption
from datasets.fetch import cache_folder
from datasets.image_listing import Listing
from datasets.looking import found_at

PEAK = 255.0
PIXELS, FACTS = "images.npy", "facts.json"
CHUNK = 1 << 20  # bytes
SHOWN_AFTER = 2.0  # seconds of decoding before progress is shown


@dataclass(frozen=True, eq=False)
class DecodedImages:
    """The images of a listing that could be decoded, in its order.

    Args:
        images: uint8, shape (N, 3, image_size, image_size), memory-mapped, read-only.
        positions: int64, shape (N,): the place of each image in the listing.
        broken: path below the root and reason of each file that could not be decoded.
        fingerprint: of contents, labels and class names, as `Samples.fingerprint` computes it.
        official_train: the first so many are of the official train part; None without parts.
        duplicates: near-duplicates among the images.
    """

    images: np.ndarray
    positions: np.ndarray
    broken: tuple[tuple[str, str], ...]
    fingerprint: str
    official_train: int | None
    duplicates: NearDuplicates


def decoded_images(
    listing: Listing,
    image_size: int,
    max_pixels: int = MAX_PIXELS,
    boxes: np.ndarray | None = None,
) -> DecodedImages:
    """Decode the images of a listing, or find them decoded in the cache.

    The cache knows files by path, size and time of change; a file that changed is decoded anew.
    With `boxes`, float64 (N, 4), each image is first cut to its own, as by
    `datasets.decoding.decode_all`.

    Raises:
        WrongOption: if the decoded images do not fit on the disk of the cache; for a box that
            reaches beyond its image.
        DataUnavailable: if a file cannot be read or the cache cannot be written.
        DataDamaged: if the cache is damaged.
    """
    found_at(listing.root)
    entry = cache_folder() / "images" / _key(listing, image_size, max_pixels, boxes)

    def decode_into(folder: Path) -> None:
        _check_room(listing, image_size, folder)
        outcomes = decode_all(listing.paths, image_size, max_pixels, boxes)
        _decode_into(folder, listing, image_size, outcomes)

    return _read(made_once(entry, decode_into))


def _key(listing: Listing, image_size: int, max_pixels: int, boxes: np.ndarray | None) -> str:
    """Of all that decides pixels and facts; the root too: other photos may agree in the rest."""
    import PIL

    files = [_size_and_time(path) for path in listing.paths]
    names, labels = listing.names, listing.labels.tolist()
    decided = [str(listing.root.resolve()), names, files, labels, listing.class_names]
    decided.append(listing.official_train)
    if boxes is not None:
        decided.append(boxes.tolist())
    text = json.dumps([VERSION, PIL.__version__, image_size, max_pixels, *decided])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _size_and_time(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError as error:
        raise DataUnavailable(
            f"{path} cannot be read ({error.strerror})", "make it readable"
        ) from error
    return status.st_size, status.st_mtime_ns


def _check_room(listing: Listing, image_size: int, folder: Path) -> None:
    needed, free = len(listing.names) * 3 * image_size**2, free_bytes(folder)
    if needed > free:
        raise WrongOption(
            "dataset.image_size",
            image_size,
            f"{len(listing.names)} decoded images need {needed / 1e9:.1f} GB and the cache "
            f"{cache_folder()} has {free / 1e9:.1f} GB free; choose a smaller size, or another "
            "folder by SCARCE_CACHE",
        )


def _decode_into(
    folder: Path, listing: Listing, image_size: int, outcomes: Iterator[np.ndarray | DataDamaged]
) -> None:
    positions, broken, hashes = [], [], []
    # Written as a file, not through a memory map, so that pixels do not stay in memory.
    with open(folder / PIXELS, "wb") as file, _progress(len(listing.names)) as step:
        _write_header(file, len(listing.names), image_size)
        for position, outcome in enumerate(outcomes):
            if isinstance(outcome, DataDamaged):
                broken.append((listing.names[position], outcome.found))
            else:
                positions.append(position)
                hashes.append(perceptual_hashes(outcome))
                file.write(np.ascontiguousarray(outcome.transpose(2, 0, 1)).data)
            step()
        file.seek(0)
        _write_header(file, len(positions), image_size)
        sync(file)
    facts = _facts(folder / PIXELS, listing, positions, np.array(hashes).reshape(-1, 2, 2))
    with open(folder / FACTS, "w", encoding="utf-8") as file:
        json.dump({**facts, "broken": broken}, file)
        sync(file)


def _facts(
    pixels: Path, listing: Listing, positions: list[int], hashes: np.ndarray
) -> dict[str, Any]:
    """What is known of the decoded images, as JSON; names, labels and classes are for people."""
    labels, official = listing.labels[positions], listing.official_train
    if official is not None:
        official = sum(position < official for position in positions)
    duplicates = find_near_duplicates(hashes.astype(np.uint64), official)
    return {
        "fingerprint": _fingerprint(pixels, labels, listing.class_names),
        "class_names": listing.class_names,
        "labels": labels.tolist(),
        "names": [listing.names[position] for position in positions],
        "positions": positions,
        "official_train": official,
        "duplicates": duplicates.anywhere.tolist(),
        "duplicates_across": duplicates.across.tolist(),
    }


def _write_header(file: Any, count: int, image_size: int) -> None:
    """The header of a .npy file; its length does not depend on the count."""
    shape = (count, 3, image_size, image_size)
    header = {"descr": "|u1", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, header)


def _fingerprint(pixels: Path, labels: np.ndarray, class_names: tuple[str, ...]) -> str:
    """What `datasets.samples.fingerprint_arrays` gives, without the pixels in memory."""
    text = json.dumps([list(class_names), PEAK])
    with open(pixels, "rb") as file:
        np.lib.format.read_magic(file)
        shape, _, dtype = np.lib.format.read_array_header_1_0(file)
        digest = hashlib.sha256(f"{text}|{dtype.str}{shape}|".encode())
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    digest.update(f"|{labels.dtype.str}{labels.shape}|".encode())
    digest.update(np.ascontiguousarray(labels).data)
    return digest.hexdigest()


def _read(entry: Path) -> DecodedImages:
    try:
        facts = json.loads((entry / FACTS).read_text(encoding="utf-8"))
        count = len(facts["positions"])
        images = np.load(entry / PIXELS, mmap_mode="r" if count else None)
    except (OSError, ValueError) as error:
        raise DataDamaged(entry, "decoded images", str(error)) from error
    return DecodedImages(
        images=images,
        positions=_integers(facts["positions"], (count,)),
        broken=tuple((name, reason) for name, reason in facts["broken"]),
        fingerprint=facts["fingerprint"],
        official_train=facts["official_train"],
        duplicates=NearDuplicates(
            anywhere=_integers(facts["duplicates"], (-1, 2)),
            across=_integers(facts["duplicates_across"], (-1, 2)),
        ),
    )


def _integers(values: list[Any], shape: tuple[int, ...]) -> np.ndarray:
    return np.array(values, dtype=np.int64).reshape(shape)


@contextmanager
def _progress(total: int) -> Iterator[Any]:
    """A function to call after each image; on a terminal a bar appears if all take long."""
    from rich.console import Console
    from rich.progress import Progress

    bar = Progress(console=Console(stderr=True), transient=True)
    task = bar.add_task("decoding images", total=total)
    begun = time.monotonic()

    def step() -> None:
        bar.advance(task)
        overdue = time.monotonic() - begun > SHOWN_AFTER
        if overdue and bar.console.is_terminal and not bar.live.is_started:
            bar.start()

    try:
        yield step
    finally:
        if bar.live.is_started:
            bar.stop()
