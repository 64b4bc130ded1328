"""`scarce claims`: all verdicts in a line each, or all there is to say of one; and what to ask of
which command."""

from __future__ import annotations

import pytest
import yaml
from PIL import Image

from benchmarks import answers
from benchmarks.cli import TAKEN_BY
from benchmarks.grid.configs import CONF, PROJECT


def test_a_claim_that_is_named_is_told_in_full(scarce):
    stated = yaml.safe_load((CONF / "claim" / "leek.yaml").read_text(encoding="utf-8"))

    told = " ".join(scarce("claims", "claim=leek", "benchmark=leek2017").out.split())

    for sentence in (stated["sentence"], stated["rule"], *stated["caveats"]):
        assert " ".join(str(sentence).split()).replace("`", "") in told
    assert stated["source"]["title"] in told


def test_a_claim_that_is_named_tells_whose_results_and_what_the_article_found(scarce):
    published = f"published_dir={PROJECT / 'results' / 'published'}"
    told = " ".join(scarce("claims", "claim=leek", "benchmark=leek2017", published).out.split())
    assert "From the published results of leek2017. The article: +7.0 points (digitised)" in told


def test_in_a_narrow_terminal_no_number_of_a_part_is_cut(scarce, monkeypatch):
    """Regression: the table of parts had `[-10.7` and an ellipsis at 80 columns."""
    published = f"published_dir={PROJECT / 'results' / 'published'}"
    words = ("claim=leek", "benchmark=leek2017", published)
    (claim,) = scarce("claims", "--json", *words).json["claims"]
    monkeypatch.setenv("COLUMNS", "80")
    printed = scarce("claims", *words).out
    told = " ".join(printed.split())
    assert "\N{HORIZONTAL ELLIPSIS}" not in printed
    for part in claim["parts"]:
        low, high = (f"{100 * end:+.2f}" for end in part["interval"])
        assert f"[{low}, {high}], {part['pairs']} pairs" in told
        assert f"{part['id']}: {part['measure']} {part['expect']}" in told


def test_a_wrong_name_is_told_before_anything_is_judged(scarce, monkeypatch):
    """Regression: it took 15 seconds to say that there is no claim beem."""
    monkeypatch.setattr(answers, "all_verdicts", None)
    outcome = scarce("claims", "claim=beem")
    assert (outcome.code, "did you mean beam?" in outcome.err) == (2, True)
    assert outcome.err.count("\n") == 1
    nothing = scarce("claims", "claim=").err
    assert nothing.startswith("scarce: claim=: name one; known: altae-tran2017, ")


def test_several_that_are_named_stand_in_their_order(scarce):
    outcome = scarce(
        "claims", "--json", "benchmark=smote", "claim=smote-limit,smote", "claim=smote"
    )
    assert [claim["id"] for claim in outcome.json["claims"]] == ["smote-limit", "smote"]


def test_of_one_benchmark_others_claims_are_not_known(scarce):
    outcome = scarce("claims", "claim=leek", "benchmark=smote")
    assert outcome.code == 2
    assert outcome.err == "scarce: claim=leek: no such claim here; known: smote, smote-limit\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ("claims", "claim=beem", "benchmark=beam2017"),
            "claim=beem: no such claim here; did you mean beam?",
        ),
        (
            ("run", "quickstart"),
            "override=quickstart: say what it is, as name=value, such as benchmark=quickstart",
        ),
        (("run", "metric=auroc"), "metric=auroc: `scarce table` takes it, not run"),
        (("plan", "claim=smote"), "claim=smote: `scarce claims` takes it, not plan"),
        (("table", "metrik=auroc"), "metrik=auroc: no such field; did you mean metric?"),
        (("table", "cells=5"), "cells=5: `scarce verify` takes it, not table"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, tuple) else "",
)
def test_what_another_command_takes_leads_there(words, told, scarce):
    outcome = scarce(*words)
    assert outcome.code == 2
    assert outcome.err == f"scarce: {told}\n"


@pytest.mark.parametrize(("word", "taker"), TAKEN_BY.items())
def test_a_command_takes_what_others_lead_there_for(word, taker, scarce, tmp_path):
    Image.new("RGB", (8, 8)).save(tmp_path / "photo.png")
    photo = [str(tmp_path / "photo.png")] if taker == "predict" else []
    outcome = scarce(taker, f"{word}=no such", *photo, places={})
    assert outcome.code == 2
    assert outcome.err.startswith(f"scarce: {word}=no such: ")
    assert "no such field" not in outcome.err
