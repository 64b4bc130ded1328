"""The backbone is an axis of every result: of rows, labels, tables, claims and pages."""

import pytest

from benchmarks.evidence.errors import EvidenceError
from benchmarks.evidence.figures.cells import cell_of
from benchmarks.evidence.report.behind import axes_of
from benchmarks.evidence.results import method_labels, results_frame
from benchmarks.evidence.tables import TableRequest, make_table
from tests.evidence.claim_samples import HIGH, LOW, claim_with, judged


@pytest.fixture
def on(rows):
    """Records of a row on a backbone: `on(backbone, method, size, accuracies, loss, ...)`."""

    def build(backbone, method, size, accuracies, **blocks):
        named = {name: {"name": value} for name, value in blocks.items()}
        block = backbone if isinstance(backbone, dict) else {"name": backbone}
        return [
            record
            | {"config": record["config"] | {"backbone": block} | named}
            | {"key": f"{record['key']}-{block}-{named}"}
            for record in rows(method, size, accuracies)
        ]

    return build


def labels(records):
    return sorted(set(method_labels(results_frame(records))))


def test_a_row_is_named_by_its_backbone_and_has_none_where_the_method_has_none(on, rows):
    frame = results_frame(on("vgg16", "frozen", 10, HIGH) + rows("cnn", 10, LOW))
    assert set(zip(frame["method"], frame["backbone"], strict=True)) == {
        ("frozen", "vgg16"),
        ("cnn", ""),
    }


def test_the_backbone_for_any_architecture_is_named_by_its_architecture(on):
    one = on({"name": "timm", "architecture": "resnet26"}, "frozen", 10, HIGH)
    other = on({"name": "timm", "architecture": "vit_tiny"}, "frozen", 10, LOW)
    assert set(results_frame(one + other)["backbone"]) == {"resnet26", "vit_tiny"}
    assert labels(one + other) == ["frozen (resnet26)", "frozen (vit_tiny)"]
    for name in (cell_of(one[0])["backbone"], axes_of(one[0])[3]):
        assert name == "resnet26"


def test_one_backbone_with_two_settings_is_refused_not_averaged(on):
    one = on({"name": "vgg16", "image_size": 224}, "frozen", 10, HIGH[:1])
    other = on({"name": "vgg16", "image_size": 128}, "frozen", 10, LOW[:2])[1:]
    with pytest.raises(EvidenceError, match=r"backbone.image_size=224 and .*another backbone.name"):
        results_frame(one + other)


def test_a_label_tells_in_one_bracket_what_the_method_had_several_of(on, rows):
    several = [
        record
        for backbone in ("vgg16", "squeezenet")
        for flip in ("none", "flip")
        for record in on(backbone, "frozen", 10, HIGH, augmentation=flip)
    ]
    assert labels(several + rows("cnn", 10, LOW)) == [
        "cnn",
        "frozen (squeezenet, flip)",
        "frozen (squeezenet, none)",
        "frozen (vgg16, flip)",
        "frozen (vgg16, none)",
    ]
    assert labels(on("vgg16", "frozen", 10, HIGH, augmentation="flip")) == ["frozen"]


def test_backbones_can_be_the_columns_of_a_table_and_a_filter(on, rows):
    records = on("vgg16", "frozen", 10, HIGH) + on("squeezenet", "frozen", 10, LOW)
    frame = results_frame(records + rows("cnn", 10, LOW))
    (panel,) = make_table(frame, TableRequest(columns="backbone")).panels
    assert panel.columns == ("no backbone", "squeezenet", "vgg16")
    assert [row.label for row in panel.rows] == ["cnn", "frozen"]
    kept = make_table(frame, TableRequest(filters={"backbone": ["vgg16"]}))
    assert [row.label for row in kept.panels[0].rows] == ["frozen"]
    with pytest.raises(EvidenceError, match=r"backbone=vgg61: did you mean vgg16\?"):
        make_table(frame, TableRequest(filters={"backbone": ["vgg61"]}))


def test_an_arm_names_its_backbone(on):
    records = on("vgg16", "frozen", 10, HIGH) + on("squeezenet", "frozen", 10, LOW)
    arms = [{"method": "frozen", "backbone": name} for name in ("vgg16", "squeezenet")]
    verdict = judged(claim_with({"contrast": arms, "expect": {"greater_than": 0}}), records)
    assert verdict["verdict"] == "reproduced"
    assert verdict["measure"] == "frozen (vgg16) - frozen (squeezenet)"


def test_an_arm_that_leaves_several_backbones_open_is_not_averaged_over_them(on):
    records = on("vgg16", "frozen", 10, HIGH) + on("squeezenet", "frozen", 10, LOW)
    verdict = judged(claim_with({"mean_of": "frozen", "expect": {"at_least": 0.5}}), records)
    assert verdict["verdict"] == "inconclusive"
    assert "frozen was run with several of backbone (squeezenet, vgg16)" in verdict["reason"]


def test_arms_with_different_backbones_say_so_and_a_method_without_one_is_no_difference(on, rows):
    records = on("vgg16", "frozen", 10, HIGH) + on("squeezenet", "fine_tuned", 10, LOW)
    records += rows("cnn", 10, LOW)
    beats = {"expect": {"greater_than": 0}}
    verdict = judged(claim_with({"contrast": ["frozen", "fine_tuned"], **beats}), records)
    differs = "part: backbone differs: frozen has vgg16, fine_tuned has squeezenet"
    assert differs in verdict["caveats"]
    verdict = judged(claim_with({"contrast": ["frozen", "cnn"], **beats}), records)
    assert verdict["caveats"] == []
