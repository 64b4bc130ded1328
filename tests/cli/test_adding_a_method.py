"""Adding a method is adding a YAML, anywhere on Hydra's search path."""

from __future__ import annotations

import re

from benchmarks.grid.configs import PROJECT
from tests.tiny import TINY

FILE = """
name: small_net
says: one hidden layer of 16 units
version: 1
_target_: models.neural.NeuralClassifier
inputs: unit
network: {_target_: models.networks.MLP, hidden: [16], activation: relu, dropout: 0.0}
optimizer: {_target_: torch.optim.Adam, lr: 0.01}
batch_size: 10
epochs: 20
"""


def test_a_new_yaml_gets_its_row_in_the_table(scarce, results, tmp_path):
    folder = tmp_path / "mine" / "method"
    folder.mkdir(parents=True)
    (folder / "small_net.yaml").write_text(FILE)
    search = f"hydra.searchpath=[file://{folder.parent}]"

    words = (*TINY, search, "method=leekasso,small_net", "split_seed=range(2)")
    outcome = scarce("run", "benchmark=quickstart", *words)

    assert outcome.code == 0, outcome.err
    table = (results / "quickstart" / "table.csv").read_text()
    assert any(",small_net," in line for line in table.splitlines())
    assert "small_net" in (results / "quickstart" / "table.tex").read_text().replace("\\_", "_")
    assert "small_net" in outcome.out


def test_a_new_method_is_listed_with_what_it_says(scarce, tmp_path):
    folder = tmp_path / "mine" / "method"
    folder.mkdir(parents=True)
    (folder / "small_net.yaml").write_text(FILE)
    listed = scarce("list", "methods", "--json", f"hydra.searchpath=[{folder.parent}]").json
    rows = {row["name"]: row["says"] for row in listed["methods"]}
    assert rows["small_net"] == "one hidden layer of 16 units"
    assert "mlp" in rows


def test_the_estimator_shown_in_the_readme_runs(scarce, records, tmp_path):
    readme = (PROJECT / "README.md").read_text()
    text = re.search(r"```yaml\n(name: neighbours\n.*?)```", readme, re.DOTALL).group(1)
    folder = tmp_path / "mine" / "method"
    folder.mkdir(parents=True)
    (folder / "neighbours.yaml").write_text(text)
    search = f"hydra.searchpath=[file://{folder.parent}]"
    outcome = scarce("run", *TINY, search, "method=neighbours", "split_seed=0")
    assert outcome.code == 0, outcome.err
    assert [record["status"] for record in records().values()] == ["done"]


def test_a_broken_file_does_not_hide_the_others_from_the_list(scarce, tmp_path):
    folder = tmp_path / "mine" / "method"
    folder.mkdir(parents=True)
    (folder / "broken.yaml").write_text("name: [")
    listed = scarce("list", "methods", "--json", f"hydra.searchpath=[{folder.parent}]").json
    rows = {row["name"]: row["says"] for row in listed["methods"]}
    assert "not valid YAML" in rows["broken"]
    assert "mlp" in rows


def test_a_file_in_another_encoding_is_named_and_hides_no_other(scarce, tmp_path):
    folder = tmp_path / "mine" / "method"
    folder.mkdir(parents=True)
    (folder / "theirs.yaml").write_bytes("name: theirs  # Müller".encode("latin-1"))
    search = f"hydra.searchpath=[{folder.parent}]"
    listed = scarce("list", "methods", "--json", search).json["methods"]
    rows = {row["name"]: row["says"] for row in listed}
    assert rows["theirs"] == "not UTF-8 (invalid start byte); save it as UTF-8"
    assert "mlp" in rows
    outcome = scarce("plan", *TINY, search, "method=logistic,theirs")
    assert outcome.code == 2
    assert "theirs.yaml: not UTF-8 (invalid start byte); save it as UTF-8" in outcome.err


def test_a_benchmark_cannot_take_the_name_and_the_results_of_another(scarce, tmp_path):
    folder = tmp_path / "mine" / "benchmark"
    folder.mkdir(parents=True)
    (folder / "own.yaml").write_text("name: leek2017\nsays: x\ngrid: [{dataset: digits01}]\n")
    outcome = scarce("plan", "benchmark=own", f"hydra.searchpath=[{folder.parent}]")
    assert outcome.code == 2
    assert "benchmark.name=leek2017: another benchmark's" in outcome.err
    assert "say own" in outcome.err


def test_a_file_that_is_not_on_the_search_path_is_found_below_the_working_folder(
    scarce, tmp_path, monkeypatch
):
    (tmp_path / "mine" / "method").mkdir(parents=True)
    (tmp_path / "mine" / "method" / "my_net.yaml").write_text("name: my_net\n")
    monkeypatch.chdir(tmp_path)
    outcome = scarce("plan", "method=my_net")
    assert outcome.err == (
        "scarce: method=my_net: no such method; mine/method/my_net.yaml is found with "
        f"hydra.searchpath='[file://{tmp_path}/mine]'\n"
    )
