"""The benchmark that the README shows can be planned, and its pairs and exclusions hold."""

from __future__ import annotations

import re

from benchmarks.grid.configs import PROJECT


def test_the_benchmark_of_the_readme_is_planned_as_it_says(scarce, tmp_path):
    text = (PROJECT / "README.md").read_text()
    file = tmp_path / "benchmark" / "sizes.yaml"
    file.parent.mkdir()
    file.write_text(re.search(r"```yaml\n(name: sizes\n.*?)```", text, re.DOTALL).group(1))
    plan = scarce("plan", "--json", "benchmark=sizes", f"hydra.searchpath=[file://{tmp_path}]").json
    counted = {name: sum(counts.values()) for name, counts in plan["methods"].items()}
    assert counted == {"leekasso": 40, "mlp": 80}
