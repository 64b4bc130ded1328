"""The recommendation as a page of Markdown, and as plain data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from benchmarks.evidence.recommendation import words
from benchmarks.evidence.recommendation.recommended import Recommendation
from benchmarks.evidence.wording import without_tags

# The pictures that the page shows: the start of a figure's name, and what it shows.
LEARNING = ("learning", "Accuracy by number of training images")
MISTAKES = ("mistakes-", "Images that most methods get wrong")


def recommendation_markdown(
    recommendation: Recommendation, pictures: Mapping[str, str] = MappingProxyType({})
) -> str:
    """The whole page; `pictures` are addresses of the figures that were drawn, by name."""
    advice = recommendation.advice
    sections = [
        f"# {words.headline(advice)}",
        words.expected(recommendation),
        words.alternatives(recommendation),
        _table(recommendation),
        "## Would more images help?\n\n" + words.more_images(advice),
        _picture(pictures, *LEARNING),
        "## What is confused\n\n" + _confused(recommendation),
        "## Images it gets wrong\n\n" + _mistakes(recommendation),
        _picture(pictures, *MISTAKES),
        "## How this was found\n\n" + words.how_found(recommendation),
        *(f"Note: {without_tags(note)}" for note in recommendation.notes),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def as_data(recommendation: Recommendation) -> dict[str, Any]:
    """One JSON document; accuracies are shares from 0 to 1, `seconds` those of one training."""
    advice, found = recommendation.advice, recommendation.found
    return {
        "chosen": advice.chosen,
        "expected_accuracy": advice.expected.mean,
        "interval": [advice.expected.low, advice.expected.high],
        "splits": found.splits,
        "train_size": found.train_size,
        "methods": [
            {
                "method": standing.label,
                "accuracy": standing.accuracy.estimate,
                "interval": [standing.accuracy.low, standing.accuracy.high],
                "as_good": standing.as_good or standing.label == advice.chosen,
                "seconds": standing.seconds,
                "selected": standing.selected,
            }
            for standing in advice.standings
        ],
        "not_compared": list(recommendation.missing),
        "more_images": words.more_images(advice),
        "notes": list(recommendation.notes),
    }


def _table(recommendation: Recommendation) -> str:
    lines = [words.COLUMNS, ("---", *["---:"] * (len(words.COLUMNS) - 1))]
    lines += words.rows(recommendation.advice)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _confused(recommendation: Recommendation) -> str:
    pairs = words.confused(recommendation)
    if not pairs:
        return "Nothing: every image was recognised."
    return "\n".join(
        f"- {pair.share} of {_code(pair.label)} are taken for {_code(pair.taken_for)}"
        for pair in pairs
    )


def _mistakes(recommendation: Recommendation) -> str:
    told, more = words.mistakes(recommendation)
    lines = [
        f"- {_code(wrong.name)}: {_code(wrong.label)} taken for {_code(wrong.taken_for)}"
        + (f", {wrong.sure}" if wrong.sure else "")
        for wrong in told
    ]
    if more:
        lines.append(f"- and {more} more")
    return "\n".join(lines) or "None."


def _code(name: str) -> str:
    """A name as code, which holds no markup, between more backticks than it has itself."""
    text = " ".join(name.split())
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{text}{space}{fence}"


def _picture(pictures: Mapping[str, str], start: str, says: str) -> str:
    shown = (f"![{says}]({place})" for name, place in pictures.items() if name.startswith(start))
    return next(shown, "")
