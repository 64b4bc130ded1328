"""docs/claims.md: what it shows parses, what it promises happens, and it leaves no field out."""

import re
from pathlib import Path

import pytest
import yaml

from benchmarks.evidence.claims import schema as claim_schema
from benchmarks.evidence.claims.files import parse_claim, read_claim
from benchmarks.evidence.claims.verdicts import VERDICTS, judge
from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.results import results_frame
from benchmarks.evidence.wording import effect_text, interval_text
from benchmarks.records import holdings

PROJECT = Path(__file__).parents[2]
GUIDE = (PROJECT / "docs" / "claims.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
EXAMPLE = BLOCKS[0]


def rows(section):
    """The cells of the section's tables, without their heads."""
    text = GUIDE.split(f"## {section}\n")[1].split("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return [row for row in cells if row[0].startswith("`")]


def told(section):
    """What the first column of the section's tables names."""
    return {name for row in rows(section) for name in re.findall(r"`([^`]+)`", row[0])}


@pytest.fixture(scope="module")
def verdict():
    held = holdings.read_published(PROJECT / "results" / "published", "quickstart")
    return judge(yaml.safe_load(EXAMPLE), results_frame(held.records), "quickstart")


def test_every_claim_shown_is_a_valid_one():
    ids = [parse_claim(yaml.safe_load(block)).id for block in BLOCKS]
    assert ids == ["svm-first", "five-measures", "doe2019"]


def test_the_example_gives_the_verdict_that_the_guide_tells(verdict):
    text = " ".join(GUIDE.split())
    pairs = f"over {verdict['pairs']} pairs"
    assert f"it is **{verdict['verdict']}**: {number(verdict)} {pairs}" in text
    part = verdict["parts"][1]
    (worst,) = (size for size in part["by_size"] if size["effect"] == part["effect"])
    assert part["outcome"] == "fails"
    assert f"part fails: at n = {worst['train_size']} the lead is {number(part)}" in text


def number(answer):
    unit = answer["unit"]
    return f"{effect_text(answer['effect'], unit, 2)} {interval_text(answer['interval'], unit, 2)}"


def test_the_example_runs_as_a_file_in_a_folder_of_ones_own(scarce, tmp_path):
    folder = tmp_path / "mine" / "claim"
    folder.mkdir(parents=True)
    (folder / "svm-first.yaml").write_text(EXAMPLE)
    published = f"published_dir={PROJECT / 'results' / 'published'}"
    path = f"hydra.searchpath=[file://{tmp_path}/mine]"
    outcome = scarce("claims", "--json", path, "benchmark=quickstart", published)
    assert outcome.code == 0, outcome.err
    (found,) = (claim for claim in outcome.json["claims"] if claim["id"] == "svm-first")
    assert (found["verdict"], found["results"]) == ("reproduced", "published")


def test_every_field_is_explained():
    fields = told("Every field")
    assert set(claim_schema.Claim.model_fields) <= fields
    assert set(claim_schema.Part.model_fields) <= fields
    for model in (
        claim_schema.Source,
        claim_schema.Published,
        claim_schema.Arm,
        claim_schema.Sizes,
    ):
        for name in model.model_fields:
            assert f"`{name}`" in GUIDE


def test_every_choice_is_explained():
    metrics, marks = claim_schema.Metric.__args__, claim_schema.Mark.__args__
    for name in (*metrics, *marks):
        assert f"`{name}`" in GUIDE
    measures = set(claim_schema.MEASURES) | set(claim_schema.Expectation.model_fields)
    assert told("Five measures") == measures
    assert told("How a verdict is drawn") == set(VERDICTS)


def test_the_long_example_uses_every_measure():
    claim = parse_claim(yaml.safe_load(BLOCKS[1]))
    assert {part.kind for part in claim.parts} == set(claim_schema.MEASURES)


@pytest.mark.parametrize("mistake", rows("Common mistakes"), ids=lambda row: row[1])
def test_a_common_mistake_is_refused_as_the_guide_tells(mistake, tmp_path):
    right, wrong, message = (cell.strip("`") for cell in mistake)
    assert right in EXAMPLE
    path = tmp_path / "svm-first.yaml"
    path.write_text(EXAMPLE.replace(right, wrong, 1))
    with pytest.raises(EvidenceError) as error:
        read_claim(path)
    assert str(error.value) == f"svm-first.yaml: {message}"
