"""Claim files: what is wrong is named with file, field and what would be right."""

from pathlib import Path

import pytest

from benchmarks.evidence.claims.files import cited_as, published_curves, read_claim, read_claims
from benchmarks.evidence.errors import EvidenceError

FOLDER = Path(__file__).parents[2] / "conf" / "claim"


def test_published_curves_carry_their_label():
    (curves,) = published_curves(read_claims([FOLDER / "leek.yaml", FOLDER / "beam.yaml"]))
    assert (curves.dataset, curves.label) == ("mnist01", "published (Leek 2017, digitised)")
    assert curves.points["leek_net"][80] == 0.971


@pytest.mark.parametrize(
    ("author", "label"),
    [
        ("Jeff Leek", "Leek 2000"),
        ("Björn Barz and Joachim Denzler", "Barz & Denzler 2000"),
        ("Lorenzo Brigato, Björn Barz, Luca Iocchi and Joachim Denzler", "Brigato et al. 2000"),
    ],
)
def test_a_source_is_cited_by_its_authors(tmp_path, author, label):
    path = tmp_path / "x.yaml"
    path.write_text(GOOD.replace("author: a", f'author: "{author}"'))
    assert cited_as(read_claim(path)) == label


GOOD = """
id: x
sentence: s
source: {author: a, title: t, where: w, date: "2000", confirmed: read}
benchmarks: [b]
datasets: [d]
parts:
  - {id: p, says: s, deciding: true, contrast: [a, b], expect: {greater_than: 0}}
rule: r
"""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("sentence: s", "sentense: s", "sentense: unknown field: did you mean sentence?"),
        ("greater_than: 0", "greater: 0", "did you mean greater_than?"),
        ("confirmed: read", "confirmed: reed", "source.confirmed='reed': did you mean read?"),
        ("says: s", "says: s, over: eech", "parts.0.over='eech': did you mean each?"),
        ("says: s", "says: s, metric: acuracy", "did you mean accuracy?"),
        ("says: s", "says: s, train_size: {atleast: 2}", "did you mean at_least?"),
        ("says: s", "says: s, train_size: {equals: 0}", "parts.0.train_size.equals=0"),
        ("rule: r", "", "rule is missing: add it"),
        ("sentence: s", "", "sentence: missing: add it"),
        (
            '"2000"',
            "2000-01-01",
            "source.date=2000-01-01: expected text: put it in quotation marks",
        ),
        (
            "rule: r",
            "rule: r\ncited: no data",
            "benchmarks has no use in a claim",
        ),
        (
            "[a, b]",
            "[a, {method: b, los: c}]",
            "contrast.1.los: unknown field: did you mean loss?",
        ),
        ("greater_than: 0", "within: 0", "parts.0.expect.within=0"),
        ("greater_than: 0", "greater_than: 2", "greater_than=2: a share goes from -1 to 1 here"),
        ("greater_than: 0", "greater_than: yes", "parts.0.expect.greater_than=True"),
        ("deciding: true", 'deciding: "on"', "parts.0.deciding='on'"),
        ("says: s", "says: s, published: 18.5", "published=18.5: a share goes from -1 to 1"),
        ("rule: r", "rule: r\nrule: q", "rule is there twice (line 10): leave one out"),
        (
            "says: s",
            "says: s, train_size: {at_least: 100, at_most: 10}",
            "no size is at least 100 and at most 10",
        ),
        (
            "contrast: [a, b], expect: {greater_than: 0}",
            "mean_of: a, expect: {within: 1}",
            "parts.0: expect.within asks for no difference",
        ),
        ("contrast: [a, b]", "ratio: [a, b]", "the bound of a ratio must be above 0"),
        ("deciding: true, ", "", "no part has deciding: true"),
        ("says: s", "says: s, datasets: [e]", "part p: e is none of the claim's datasets"),
        (
            "datasets: [d]\nparts:\n  - {id: p,",
            "datasets: [d, e]\nparts:\n  - {id: p, datasets: [d],",
            "no part that speaks of e has deciding: true",
        ),
        ("greater_than: 0", "greater_than: 0, less_than: 1", "parts.0.expect: give exactly one"),
        ("greater_than: 0", "greater_than: .nan", "parts.0.expect.greater_than"),
        ("contrast: [a, b]", "contrast: [a, a]", "two different arms"),
        ("contrast: [a, b]", "contrast: [a, b], mean_of: a", "give exactly one of contrast"),
        ("datasets: [d]", "datasets: []", "datasets is missing: add it"),
        ("id: x", "id: [", "not valid YAML"),
    ],
)
def test_a_faulty_claim_file_is_refused_with_file_field_and_remedy(tmp_path, old, new, message):
    path = tmp_path / "mine.yaml"
    assert old in GOOD
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(EvidenceError) as error:
        read_claim(path)
    assert str(error.value).startswith("mine.yaml: ")
    assert message in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("sentence: Müller".encode("latin-1"), "not UTF-8"),
        (b"date: 2026-13-01", "not valid YAML: month must be in 1..12"),
        (b"? [a, b]\n: 1", "not valid YAML"),
        (b'id: !!int ""', "not valid YAML"),
        (b"id: !!timestamp foo", "not valid YAML"),
        (b"id: " + b"1" * 6000, "not valid YAML"),
    ],
)
def test_what_the_reader_of_yaml_raises_is_told_in_one_line(tmp_path, content, message):
    path = tmp_path / "mine.yaml"
    path.write_bytes(content)
    with pytest.raises(EvidenceError) as error:
        read_claim(path)
    assert str(error.value).startswith(f"mine.yaml: {message}")
    assert "\n" not in str(error.value)


def test_an_id_given_twice_is_refused(tmp_path):
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text(GOOD)
    with pytest.raises(EvidenceError, match=r"two.yaml: id='x' is already taken"):
        read_claims(tmp_path.glob("*.yaml"))
