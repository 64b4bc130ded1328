"""From a method's configuration to a learner, and the checks that need no training.

The top-level `_target_` of a method names a learner's class. Nested blocks with a `_target_` become
factories: the learner calls them with what only the data know (shape, classes, parameters).
`backbone`, `loss` and `trainer` are handed to the learners whose class takes them, and to no other.
An augmentation acts on the training batches of those whose class says `takes_augmentation`, a
resampling on the training samples of those that say `takes_resampling`.
"""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from hydra.utils import get_class, get_method, instantiate

from benchmarks.grid import resampling, weights
from benchmarks.grid.errors import RequestError, nearest
from benchmarks.grid.locating import why_not_there
from datasets.samples import IMAGES

LABELS = ("_target_", "name", "says", "version")
# What learners, losses and networks say of a value: `batch_size=0: a whole number from 1 up`, and
# what is said of a part of them: `loss: label_smoothing=1.5: a share`, `optimizer: Invalid ...`.
OF_A_FIELD, OF_A_PART = re.compile(r"(\w+)=(.*?): (.+)"), re.compile(r"(\w+): (.+)")
REQUIRED_LABELS = ("_target_", "name", "says", "version")
SHARED = ("backbone", "loss", "trainer")
OPTIONAL = (*SHARED, "augmentation", "resampling")


def shared_blocks(method: dict[str, Any]) -> tuple[str, ...]:
    """Which of the groups that not every learner takes this method's takes."""
    learner = learner_class(method)
    parameters = inspect.signature(learner).parameters
    further = [name for name in ("augmentation", "resampling") if _takes(learner, name)]
    return (*(name for name in SHARED if name in parameters), *further)


def _takes(learner: type, group: str) -> bool:
    return getattr(learner, f"takes_{group}", False)


def check_kind(method: dict[str, Any], kind: str, dataset: str) -> None:
    """Refuse a method for data of a kind that its learner does not learn from."""
    takes = getattr(learner_class(method), "takes", (IMAGES,))
    if kind not in takes:
        told = f"learns from {' and '.join(takes)}; dataset={dataset} is of kind {kind}"
        raise RequestError("method", method["name"], f"{told}; choose another method")


def learner_class(method: dict[str, Any]) -> type:
    target: Any = method.get("_target_")  # whatever the file says
    try:
        return get_class(target)
    except Exception as error:
        raise RequestError("method._target_", target, why_not_there(target)) from error


def settled(method: dict[str, Any], trainer: dict[str, Any]) -> dict[str, Any]:
    """The method with what its learner makes of it on this machine, where that differs."""
    learner = learner_class(method)
    return learner.settled(method, trainer) if hasattr(learner, "settled") else method


def check_fields(method: dict[str, Any]) -> None:
    """Refuse missing and misspelt fields of a method by the signature of its learner."""
    for label in REQUIRED_LABELS:
        if label not in method:
            raise RequestError(
                f"method.{label}", "missing", f"add it to {method.get('name', 'the method')}"
            )
    if not all(hasattr(learner_class(method), name) for name in ("fit", "scores")):
        remedy = "no learner (fit, scores); an estimator belongs under `estimator` of "
        raise RequestError(
            "method._target_", method["_target_"], remedy + "models.linear.LinearClassifier"
        )
    version = method["version"]
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise RequestError("method.version", version, "give a whole number from 1 up")
    epochs = method.get("epochs", 1)
    if type(epochs) is not int or epochs < 1:
        raise RequestError("method.epochs", epochs, "give a whole number from 1 up")
    parameters = inspect.signature(learner_class(method)).parameters
    known = [name for name in parameters if name not in SHARED]
    for name, value in options(method).items():
        if name not in known:
            raise RequestError(
                f"method.{name}",
                value,
                f"{method['name']} has no such field; {nearest(name, known)}",
            )
    for name in known:
        if parameters[name].default is inspect.Parameter.empty and name not in method:
            raise RequestError(f"method.{name}", "missing", f"add it to {method['name']}'s file")


def check_buildable(
    config: dict[str, Any], shape: tuple[int, ...], class_names: Sequence[str], here: bool = True
) -> None:
    """Make the learner and let it build its parts; refuse values that its classes refuse.

    `shape` is (channels, height, width) of the images that it sees, `class_names` stand by label.
    Where it is to train `here`, the machine must have its devices, too.
    """
    try:
        learner = build(config)
        if hasattr(learner, "check"):
            known = {"class_names": class_names, "weighted": resampling.weighs_classes(config)}
            asked = inspect.signature(learner.check).parameters
            told = {name: value for name, value in known.items() if name in asked}
            learner.check(shape, len(class_names), **told)
        if here and hasattr(learner, "check_devices"):
            learner.check_devices()
    except RequestError:
        raise
    except Exception as error:
        raise _refused(config, _reason(error, "mend its configuration")) from error


def _refused(config: dict[str, Any], reason: str) -> RequestError:
    """Names the field of the method, of a block of it or of a loss, where the reason tells it."""
    method = config["method"]
    if (of_part := OF_A_PART.fullmatch(reason)) is not None:
        part, said = of_part.groups()
        place, block = (part, config.get(part)) if part in SHARED else (f"method.{part}", None)
        block = block or method.get(part)
        if isinstance(block, dict):
            if (of_field := OF_A_FIELD.fullmatch(said)) is not None:
                field, value, told = of_field.groups()
                return RequestError(f"{place}.{field}", value, told)
            if (odd := _no_number(block)) is not None:
                field, default = odd
                return RequestError(f"{place}.{field}", block[field], f"a number, as {default} is")
            told = f"{said}; change these values, or choose another method"
            return RequestError(place, _call(block), told)
    if (of_field := OF_A_FIELD.fullmatch(reason)) is not None and of_field[1] in method:
        field, value, told = of_field.groups()
        return RequestError(f"method.{field}", value, told)
    return RequestError("method", method["name"], reason)


def _no_number(block: dict[str, Any]) -> tuple[str, Any] | None:
    """A field that takes a number, as its default says, and has none; with that default."""
    parameters = inspect.signature(get_method(block["_target_"])).parameters
    for name, value in options(block).items():
        default = parameters[name].default if name in parameters else None
        numbers = isinstance(value, int | float) and math.isfinite(value)
        if isinstance(default, int | float) and not isinstance(default, bool) and not numbers:
            return name, default
    return None


def _call(block: dict[str, Any]) -> str:
    """A block as the call that it stands for, for people."""
    given = ", ".join(f"{name}={value}" for name, value in options(block).items())
    return f"{str(block.get('_target_', 'block')).rpartition('.')[2]}({given})"


def build(config: dict[str, Any], random_weights: bool = False) -> Any:
    """The learner of one cell's configuration, not yet fitted.

    With `random_weights` a backbone's file is not looked for: its weights will come from elsewhere.
    """
    method = config["method"]
    shared = {name: config[name] for name in SHARED if name in shared_blocks(method)}
    if "backbone" in shared:
        shared["backbone"] = weights.with_file(config, random_weights)
    blocks = {**options(method), **shared}
    places = {name: name if name in shared else f"method.{name}" for name in blocks}
    made = {name: _factory(block, places[name]) for name, block in blocks.items()}
    return learner_class(method)(**made)


def options(block: dict[str, Any]) -> dict[str, Any]:
    """A block without its labels: what its class is made with."""
    return {name: value for name, value in block.items() if name not in LABELS}


def _factory(block: Any, place: str) -> Any:
    if not isinstance(block, dict):
        return block
    if "_target_" not in block:
        return options(block)
    for inner, target in _targets(block, place):
        try:
            get_method(target)
        except Exception as error:
            told = why_not_there(target, "class or function")
            raise RequestError(inner, target, told) from error
    made: partial[Any] = instantiate(
        {"_target_": block["_target_"], **options(block), "_partial_": True}, _convert_="all"
    )
    return made


def _targets(block: Any, place: str) -> Iterator[tuple[str, Any]]:
    """Every import path within a block, with the place where it stands."""
    if isinstance(block, dict):
        if "_target_" in block:
            yield f"{place}._target_", block["_target_"]
        for name, value in block.items():
            yield from _targets(value, f"{place}.{name}")
    elif isinstance(block, list):
        for value in block:
            yield from _targets(value, place)


def _reason(error: Exception, otherwise: str) -> str:
    lines = str(error).strip().splitlines()
    return " ".join(line.strip() for line in lines) or otherwise
