"""What docs/images.md shows works as it is written there."""

from __future__ import annotations

import re
import shlex

import pytest

from benchmarks.grid.configs import PROJECT
from tests.photos import photo_folder

GUIDE = (PROJECT / "docs" / "images.md").read_text()
COMMANDS = re.findall(r"^scarce (.*?)(?:\s+#.*)?$", GUIDE, re.MULTILINE)
PLANNED = [command for command in COMMANDS if command.startswith("run ")]


@pytest.fixture
def photos(tmp_path):
    return photo_folder(tmp_path / "photos")


def test_the_guide_has_commands():
    assert len(PLANNED) == 3


@pytest.mark.parametrize("command", PLANNED)
def test_every_run_can_be_planned(command, scarce, photos):
    words = shlex.split(command.replace("PATH", str(photos)))[1:]
    outcome = scarce("plan", "--json", *words)
    assert outcome.code == 0, outcome.err
    assert outcome.json["total"] > 0


def test_the_picture_of_augmented_samples_is_drawn(scarce, photos, tmp_path):
    (command,) = [command for command in COMMANDS if command.startswith("show ")]
    words = shlex.split(command.replace("PATH", str(photos)))[1:]
    outcome = scarce("show", *words, f"out={tmp_path / 'sheet.png'}", places={})
    assert outcome.code == 0, outcome.err
    assert (tmp_path / "sheet.png").stat().st_size > 10_000


def test_the_file_of_a_torchvision_pipeline_augments(scarce, records, tmp_path):
    text = re.search(r"```yaml\n(name: autocontrast.*?)```", GUIDE, re.DOTALL).group(1)
    folder = tmp_path / "mine" / "augmentation"
    folder.mkdir(parents=True)
    (folder / "autocontrast.yaml").write_text(text)
    photos = photo_folder(tmp_path / "photos", per_class=5)
    data = ("dataset=folder", f"dataset.root={photos}", "dataset.image_size=32")
    words = (*data, "dataset.train_size=0.5", "method=small_cnn", "method.epochs=1", "split_seed=0")
    own = (f"hydra.searchpath=[file://{tmp_path / 'mine'}]", "executor=serial")
    outcome = scarce("run", *words, *own, "augmentation=autocontrast+flip")
    assert outcome.code == 0, outcome.err
    (record,) = records().values()
    assert record["status"] == "done", record["error"]
    assert record["config"]["augmentation"]["name"] == "autocontrast+flip"


@pytest.mark.parametrize("kind", ["backbone", "augmentation"])
def test_every_choice_that_the_guide_names_exists(kind):
    known = {file.stem for file in (PROJECT / "conf" / kind).glob("*.yaml")}
    shown = set(re.findall(rf"\b{kind}=([\w+]+)", GUIDE))
    parts = {part for name in shown for part in name.split("+")}
    assert parts
    assert parts <= known
