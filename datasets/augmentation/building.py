"""From a configuration block to an augmentation; what is written wrongly is refused by name."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from datasets.augmentation.operations import Operation
from datasets.augmentation.pipeline import Augmentation, with_place
from datasets.errors import WrongOption

LABELS = ("name", "says", "operations")
FIELDS = ("fill", "fill_value", "views")


def build(block: Mapping[str, Any], peak: float = 255) -> Augmentation | None:
    """The augmentation of a composed block of conf/augmentation, for pixels of 0..`peak`.

    None where the block does nothing, as `none`. A field that is null is not stated; the defaults
    are those of `Augmentation`. Imports neither torch nor OpenCV.

    Raises:
        WrongOption: for an unknown field or class, a value out of range, and a fill or a number of
            views with nothing that they could act on.
    """
    for field in block:
        if field not in (*LABELS, *FIELDS):
            raise WrongOption(f"augmentation.{field}", block[field], _nearest(field, FIELDS))
    written = block.get("operations")
    if not isinstance(written, list):
        raise WrongOption("augmentation.operations", written, "a list of operations is needed")
    settings = {field: block[field] for field in FIELDS if block.get(field) is not None}
    if not written:
        _refuse_idle(settings, "operation")
        return None
    operations = tuple(with_place(n, _operation, one) for n, one in enumerate(written))
    augmentation = Augmentation(operations, **settings, peak=int(peak))
    if not augmentation.looks_outside:
        fills = {field: settings[field] for field in settings if field != "views"}
        _refuse_idle(fills, "operation that looks beyond the border")
    if augmentation.fill != "constant" and "fill_value" in settings:
        remedy = f"only fill=constant has a value, this fill is {augmentation.fill}"
        raise WrongOption("augmentation.fill_value", settings["fill_value"], remedy)
    return augmentation


def _refuse_idle(settings: Mapping[str, Any], missing: str) -> None:
    for field, value in settings.items():
        remedy = f"there is no {missing}, so this does nothing; add one, such as translate"
        raise WrongOption(f"augmentation.{field}", value, remedy)


def _operation(written: Any) -> Operation:
    if not isinstance(written, Mapping) or not isinstance(written.get("_target_"), str):
        raise WrongOption("_target_", written, "give each operation the import path of its class")
    kind = _class(written["_target_"])
    fields = {name: value for name, value in written.items() if name != "_target_"}
    known = {field.name: field for field in dataclasses.fields(kind)}
    for name, value in fields.items():
        if name not in known:
            raise WrongOption(name, value, f"{kind.__name__}: {_nearest(name, known)}")
    for name, field in known.items():
        if name not in fields and field.default is dataclasses.MISSING:
            raise WrongOption(name, "missing", f"{kind.__name__} needs it")
    operation: Operation = kind(**fields)
    return operation


def _class(path: str) -> type:
    from hydra.utils import get_class

    try:
        kind = get_class(path)
    except Exception as error:
        raise WrongOption("_target_", path, "give the import path of a class") from error
    if not dataclasses.is_dataclass(kind) or not _acts(kind):
        remedy = (
            "not an operation of this suite; put those of torchvision or albumentations into "
            "datasets.augmentation.foreign.TorchvisionPipeline or AlbumentationsPipeline"
        )
        raise WrongOption("_target_", path, remedy)
    return kind


def _acts(kind: type) -> bool:
    return hasattr(kind, "apply") or (hasattr(kind, "matrix") and hasattr(kind, "looks_outside"))


def _nearest(name: str, known: Iterable[str]) -> str:
    known = sorted(known)
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    fields = f"known: {', '.join(known) or 'none'}"
    return f"no such field; did you mean {close[0]}?" if close else f"no such field; {fields}"
