"""Whatever stands in a configuration or claim file: done, or refused in one line; never a traceback
and never a hang."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.hardening.fuzzing import assert_told_in_one_line, changed, damaged, fuzzed, scarce

pytestmark = pytest.mark.slow

CONF = Path(__file__).parents[2] / "conf"
CELL = ("dataset=digits01", "dataset.train_size=10", "split_seed=0", "executor=serial")

# Files that are changed, with a request that reads the changed one as `fuzzed`.
FILES = {
    "method/mlp": ("method=fuzzed",),
    "method/logistic": ("method=fuzzed",),
    "method/leekasso": ("method=fuzzed",),
    "method/small_cnn": ("method=fuzzed", "protocol=tuned", "dataset=digits"),
    "method/frozen": ("method=fuzzed", "backbone=resnet18", "backbone.weights=none"),
    "dataset/digits01": ("method=leekasso", "dataset=fuzzed"),
    "dataset/mnist01": ("method=leekasso", "dataset=fuzzed"),
    "dataset/table": ("method=decision_tree", "dataset=fuzzed"),
    "dataset/texts": ("method=tfidf_logistic", "dataset=fuzzed"),
    "dataset/folder": ("method=logistic", "dataset=fuzzed"),
    "dataset/breast_cancer": ("method=decision_tree", "dataset=fuzzed"),
    "augmentation/random_erasing": ("method=mlp", "augmentation=fuzzed"),
    "augmentation/rotate": ("method=mlp", "augmentation=fuzzed"),
    "augmentation/window": ("method=mlp", "augmentation=fuzzed"),
    "backbone/resnet18": ("method=frozen", "backbone=fuzzed", "backbone.weights=none"),
    "loss/cosine": ("method=mlp", "loss=fuzzed"),
    "loss/label_smoothing": ("method=mlp", "loss=fuzzed"),
    "resampling/smote": ("method=logistic", "resampling=fuzzed"),
    "resampling/gan_samples": ("method=logistic", "resampling=fuzzed"),
    "protocol/tuned": ("method=logistic", "protocol=fuzzed"),
    "trainer/cpu": ("method=mlp", "trainer=fuzzed"),
    "executor/local": ("method=leekasso", "executor=fuzzed"),
    "executor/slurm": ("method=leekasso", "executor=fuzzed"),
    "logger/csv": ("method=leekasso", "logger=fuzzed"),
    "benchmark/quickstart": ("benchmark=fuzzed",),
    "benchmark/cifar_plus": ("benchmark=fuzzed",),
    "benchmark/smote": ("benchmark=fuzzed",),
    "benchmark/compare": ("benchmark=fuzzed",),
}
CLAIMS = ("leek", "beam", "curve", "hall2020", "smote-limit", "half-time")


@pytest.fixture(autouse=True)
def places(tmp_path, monkeypatch) -> None:
    """No data but what is bundled, and nothing of this machine's cache."""
    monkeypatch.setenv("SCARCE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SCARCE_DATA", str(tmp_path / "data"))
    for name in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def asked(tmp_path) -> Callable:
    """`asked(command, group, text, *words)`: the answer where a file `fuzzed` says `text`."""
    folder = tmp_path / "mine"

    def ask(command: str, group: str, text: str | bytes, *words: str, name: str = "fuzzed"):
        file = folder / group / f"{name}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        given = {word.partition("=")[0] for word in words}
        cell = [word for word in CELL if word.partition("=")[0] not in given]
        grid = cell if command == "plan" and group != "benchmark" else []
        results = (f"results_dir={tmp_path / 'results'}", f"published_dir={folder}")
        search = f"hydra.searchpath=[file://{folder}]"
        return scarce(command, *grid, *words, *results, "figures=none", search)

    return ask


def stated(file: str) -> str:
    """The file under the name that it will have."""
    text = (CONF / f"{file}.yaml").read_text(encoding="utf-8")
    name = Path(file).stem
    assert f"name: {name}\n" in text
    return text.replace(f"name: {name}\n", "name: fuzzed\n", 1)


@pytest.mark.parametrize("file", FILES)
def test_a_file_with_one_field_wrong(file, asked):
    document = yaml.safe_load(stated(file))

    @fuzzed
    @given(changed(document))
    def check(other):
        text = yaml.safe_dump(other, allow_unicode=True, sort_keys=False)
        assert_told_in_one_line(asked("plan", file.partition("/")[0], text, *FILES[file]))

    check()


@pytest.mark.parametrize("file", FILES)
def test_a_file_whose_text_is_damaged(file, asked):
    @fuzzed
    @given(damaged(stated(file)))
    def check(text):
        assert_told_in_one_line(asked("plan", file.partition("/")[0], text, *FILES[file]))

    check()


@pytest.mark.parametrize("file", ["method/mlp", "benchmark/quickstart", "claim/leek"])
def test_a_file_with_bytes_that_are_no_text(file, asked):
    group = file.partition("/")[0]
    content = (CONF / f"{file}.yaml").read_bytes()
    words = FILES.get(file, ())

    @fuzzed
    @given(st.integers(0, len(content)), st.binary(min_size=1, max_size=8))
    def check(place, put):
        changed = content[:place] + put + content[place:]
        assert_told_in_one_line(
            asked("claims" if group == "claim" else "plan", group, changed, *words)
        )

    check()


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_claim_with_one_field_wrong(claim, asked):
    document = yaml.safe_load((CONF / "claim" / f"{claim}.yaml").read_text(encoding="utf-8"))

    @fuzzed
    @given(changed({**document, "id": "fuzzed"}))
    def check(other):
        text = yaml.safe_dump(other, allow_unicode=True, sort_keys=False)
        assert_told_in_one_line(asked("claims", "claim", text))

    check()


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_claim_whose_text_is_damaged(claim, asked):
    @fuzzed
    @given(damaged((CONF / "claim" / f"{claim}.yaml").read_text(encoding="utf-8")))
    def check(text):
        assert_told_in_one_line(asked("claims", "claim", text))

    check()


@pytest.mark.parametrize("word", ["null", "5", "1.5", "true", "[a]", "{a: 1}", "''"])
@pytest.mark.parametrize("group", ["executor", "logger", "trainer", "benchmark"])
def test_a_choice_that_is_no_name(group, word, asked):
    """Regression: `logger=null` ended in a traceback of Hydra."""
    answer = asked("plan", "method", "", f"{group}={word}", "method=leekasso")
    assert answer.code == 2
    assert_told_in_one_line(answer)


@fuzzed
@given(st.text(max_size=30), st.text(max_size=30))
def test_any_override(tmp_path_factory, name, value):
    folder = tmp_path_factory.mktemp("any")
    words = (*CELL, "method=leekasso", f"results_dir={folder}", f"published_dir={folder}")
    assert_told_in_one_line(scarce("plan", *words, f"{name}={value}"), 0, 2)
