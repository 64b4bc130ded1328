"""Texts through the command line: the methods for them, the benchmark reviews72 and its claim."""

from __future__ import annotations

import random

import pytest

ENOUGH = 30  # sentences of each class
SIZES = ("dataset.train_size=8", "dataset.unlabelled=10", "dataset.test_share=6")


@pytest.fixture
def files(tmp_path):
    """Sentences in the layout of the sentence polarity dataset."""
    folder, draw = tmp_path / "sentences", random.Random(0)
    folder.mkdir()
    for kind, word in (("neg", "dull"), ("pos", "fine")):
        common = [f"w{draw.randrange(30)} {word} w{draw.randrange(30)} ." for _ in range(ENOUGH)]
        (folder / f"rt-polarity.{kind}").write_text("\n".join(common) + "\n")
    return folder


@pytest.mark.parametrize("method", ["skip_gram", "random_embedding", "tfidf_logistic"])
def test_a_method_learns_from_texts(method, files, scarce, records):
    words = [f"dataset.root={files}", f"method={method}", *SIZES, "split_seed=0", "executor=serial"]
    if method == "skip_gram":
        words.append("method.pretraining_updates=20")
    outcome = scarce("run", "dataset=rt_polarity", *words)
    assert outcome.code == 0, outcome.err
    (record,) = records().values()
    assert (record["status"], record["metrics"]["test_samples"]) == ("done", 6)
    assert any("not whole reviews" in caveat for caveat in record["caveats"])


def test_the_benchmark_names_its_rows_as_the_claim_does(files, scarce, results):
    words = (f"dataset.root={files}", "dataset.test_share=2,10", "dataset.unlabelled=20,0")
    few = ("split_seed=range(2)", "dataset.train_size=8", "method=tfidf_logistic")
    outcome = scarce("run", "benchmark=reviews72", *words, *few, "executor=serial")
    assert outcome.code == 0, outcome.err
    table = (results / "reviews72" / "table.csv").read_text()
    assert "test_share=2, unlabelled=20" in table
    assert "test_share=10, unlabelled=0" in table


def test_all_right_is_the_share_of_draws_without_a_mistake(files, scarce, records):
    words = (f"dataset.root={files}", "dataset.test_share=2", "dataset.train_size=8")
    some = ("method=tfidf_logistic", "split_seed=range(6)", "executor=serial")
    assert scarce("run", "dataset=rt_polarity", *words, *some).code == 0
    without = [record["metrics"]["accuracy"] == 1 for record in records().values()]
    assert sum(without) > 0
    outcome = scarce("table", "metric=all_right", "format=csv")
    assert outcome.code == 0, outcome.err
    assert f"{sum(without) / 6:.10g}" in outcome.out


def test_texts_of_ones_own_are_named_on_the_command_line(files, scarce, records):
    words = (f"dataset.root={files}", "dataset.files={good: rt-polarity.pos, bad: rt-polarity.neg}")
    some = ("method=tfidf_logistic", "split_seed=0", "executor=serial", "dataset.train_size=8")
    outcome = scarce("run", "dataset=texts", *words, *some)
    assert outcome.code == 0, outcome.err
    assert len(records()) == 1


def test_a_file_in_another_encoding_is_a_wrong_request(files, scarce, results):
    (files / "rt-polarity.pos").write_bytes("fine\nun cliché\n".encode("latin-1"))
    words = (f"dataset.root={files}", "dataset.encoding=utf-8", "method=skip_gram")
    outcome = scarce("run", "dataset=rt_polarity", *words)
    lines = outcome.err.strip().splitlines()
    assert (outcome.code, len(lines)) == (2, 1)
    for part in ("dataset.encoding=utf-8", "line 2 of", "rt-polarity.pos", "latin-1"):
        assert part in lines[0]
    assert not results.exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("dataset=rt_polarity", "method=logistic"), "learns from"),
        (("dataset=digits01", "method=skip_gram"), "learns from texts"),
        (("dataset=rt_polarity", "method=tfidf_logistic", "dataset.unlabelled=900"), "unlabelled"),
        (("dataset=rt_polarity", "method=skip_gram", "method.embeddings=glove"), "glove"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(words, told, files, scarce):
    root = (
        [f"dataset.root={files}", "dataset.train_size=8"] if words[0] != "dataset=digits01" else []
    )
    outcome = scarce("run", *words, *root)
    assert (outcome.code, len(outcome.err.strip().splitlines())) == (2, 1), outcome.err
    assert told in outcome.err
