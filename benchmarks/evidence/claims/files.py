"""Claim files: read, checked, and refused with the field and what would be right."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from benchmarks.evidence.claims.arms import Arm
from benchmarks.evidence.claims.expectations import Expectation, Sizes
from benchmarks.evidence.claims.schema import Claim, Part, Published, Source
from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.wording import MARKS
from benchmarks.grid.errors import nearest
from benchmarks.grid.yaml_files import SafeLoader, yaml_text


class _EachKeyOnce(SafeLoader):
    """YAML lets the last of two equal keys win; in a claim that is a slip."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for name, _ in node.value:
            if name.value in seen:
                line = name.start_mark.line + 1
                raise yaml.YAMLError(f"{name.value} is there twice (line {line}): leave one out")
            seen.add(name.value)
        return super().construct_mapping(node, deep)


@dataclass(frozen=True)
class PublishedCurves:
    """A claim's published points, for tables and figures: accuracy by method and size."""

    dataset: str
    label: str
    points: dict[str, dict[int, float]]


def read_claims(files: Iterable[str | PathLike[str]]) -> list[Claim]:
    """The claims of these files, in the order given.

    Raises EvidenceError for a file that is not a valid claim, and for an id given twice.
    """
    claims: dict[str, Claim] = {}
    for path in map(Path, files):
        claim = read_claim(path)
        if claim.id in claims:
            raise EvidenceError(f"{path.name}: id={claim.id!r} is already taken: choose another id")
        claims[claim.id] = claim
    return list(claims.values())


def read_claim(path: str | PathLike[str]) -> Claim:
    """One claim file; raises EvidenceError naming file, field and remedy."""
    path = Path(path)
    try:
        text = yaml_text(path)
    except ValueError as error:
        raise EvidenceError(f"{path.name}: {error}") from error
    try:
        content = yaml.load(text, _EachKeyOnce)
    except Exception as error:  # beside YAMLError, dates and numbers that are none raise others
        fault = " ".join(str(error).split()) or type(error).__name__
        raise EvidenceError(f"{path.name}: not valid YAML: {fault}") from error
    return parse_claim(content, path.name)


def parse_claim(content: object, file: str = "claim") -> Claim:
    """A claim from a parsed file; a Claim is handed back as it is."""
    if isinstance(content, Claim):
        return content
    if not isinstance(content, dict):
        raise EvidenceError(f"{file}: expected fields such as id, sentence and parts")
    try:
        return Claim.model_validate(content)
    except ValidationError as error:
        raise EvidenceError(f"{file}: {_first_fault(error)}") from error


def published_curves(claims: Iterable[Claim]) -> list[PublishedCurves]:
    """The published points of claims, each for the dataset its claim is about."""
    return [
        PublishedCurves(claim.datasets[0], _label(claim, claim.published), claim.published.points)
        for claim in claims
        if claim.published is not None and claim.published.points and claim.datasets
    ]


def _label(claim: Claim, published: Published) -> str:
    mark = MARKS[published.mark]
    return f"published ({cited_as(claim)}{', ' + mark if mark else ''})"


def cited_as(claim: Claim) -> str:
    """`Leek 2017`, `Barz & Denzler 2020` or `Brigato et al. 2022`."""
    authors = re.split(r", | and |; ", claim.source.author.partition(" (")[0])
    surnames = [author.split()[-1] for author in authors]
    names = " & ".join(surnames) if len(surnames) < 3 else f"{surnames[0]} et al."
    return f"{names} {claim.source.date[:4]}"


_MODELS: dict[str, type[BaseModel]] = {
    "": Claim,
    "source": Source,
    "parts": Part,
    "train_size": Sizes,
    "expect": Expectation,
    **dict.fromkeys(("contrast", "interaction", "ratio", "mean_of", "spread_of"), Arm),
    "published": Published,
}


ARMS = {
    "contrast": "expected two arms, for example [logistic, mlp]",
    "ratio": "expected two arms, for example [head_only, full]",
    "interaction": "expected two pairs of arms, for example [[a, b], [c, d]]",
}


def _first_fault(error: ValidationError) -> str:
    # A misspelt field also makes the right one missing; the misspelling is the better message.
    fault = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
    place = [str(step) for step in fault["loc"]]
    field = ".".join(place)
    if fault["type"] == "extra_forbidden":
        inside = [step for step in place[:-1] if not step.isdigit()]
        names = _MODELS[inside[-1] if inside else ""].model_fields
        return f"{field}: unknown field: {nearest(place[-1], names)}"
    message = fault["msg"].removeprefix("Value error, ").lower()
    if fault["type"] == "missing":
        return f"{field}: missing: add it"
    if fault["type"] == "literal_error":
        expected = re.findall(r"'([^']*)'", fault["ctx"]["expected"])
        return f"{field}={fault['input']!r}: {nearest(str(fault['input']), expected)}"
    if fault["type"] in ("tuple_type", "too_long", "too_short") and place[-1] in ARMS:
        return f"{field}: {ARMS[place[-1]]}"
    if fault["type"] == "string_type":
        return f"{field}={fault['input']}: expected text: put it in quotation marks"
    if fault["type"] == "value_error":
        return f"{field}: {message}" if field else message
    return f"{field}={fault['input']!r}: {message}"
