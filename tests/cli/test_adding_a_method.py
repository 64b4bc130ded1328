"""Adding a method is adding a YAML, anywhere on Hydra's search path."""

from __future__ import annotations

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
