"""The recipes of the containers: read, not built."""

from __future__ import annotations

import re
import shlex
import tomllib

import pytest

from benchmarks.grid.configs import PROJECT

EXTRAS = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
    "optional-dependencies"
]
OUTSIDE = {"SCARCE_DATA": "/data", "SCARCE_CACHE": "/cache"}


def instructions() -> list[tuple[str, str]]:
    """Of the Dockerfile: each with its words, comments and line ends left out."""
    lines = (PROJECT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.startswith("#"))
    whole = text.replace("\\\n", " ").splitlines()
    return [
        (word, rest.strip()) for word, _, rest in (line.partition(" ") for line in whole) if word
    ]


def of(name: str) -> list[str]:
    return [rest for word, rest in instructions() if word == name]


def sections() -> dict[str, list[str]]:
    """Of the Apptainer definition: the lines of its header (under an empty name) and sections."""
    found: dict[str, list[str]] = {"": []}
    for line in (PROJECT / "scarce.def").read_text(encoding="utf-8").splitlines():
        if line.startswith("%"):
            found[line[1:].strip()] = lines = []
        elif line.strip() and not line.strip().startswith("#"):
            (lines if len(found) > 1 else found[""]).append(line.strip())
    return found


def test_only_instructions_that_docker_has():
    known = {"ARG", "FROM", "ENV", "RUN", "WORKDIR", "COPY", "VOLUME", "USER", "ENTRYPOINT", "CMD"}
    assert {word for word, _ in instructions()} <= known


def test_both_start_from_the_same_python_named_to_its_last_number():
    base = dict(rest.split("=") for rest in of("ARG"))["BASE"]
    assert re.fullmatch(r"python:3\.1[123]\.\d+-slim-\w+", base)
    assert of("FROM") == ["${BASE}"]
    assert f"From: {base}" in sections()[""]
    assert "Bootstrap: docker" in sections()[""]


def test_what_is_copied_is_there():
    for rest in of("COPY"):
        *sources, target = shlex.split(rest)
        assert target.startswith("."), rest
        assert all((PROJECT / source).exists() for source in sources), rest
    for line in sections()["files"]:
        source, target = line.split()
        assert target == f"/opt/scarce/{source}"
        assert (PROJECT / source).exists(), source


@pytest.mark.parametrize("room", ["benchmarks", "conf", "datasets", "models", "results/published"])
def test_all_that_runs_goes_along(room):
    kept_out = (PROJECT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert not {room, room.split("/")[0], ".git"} & set(kept_out)
    assert any(line.startswith(f"{room} ") for line in sections()["files"])


def test_what_was_made_here_stays_here():
    kept_out = (PROJECT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {".venv", "results/runs", "**/__pycache__"} <= set(kept_out)


def test_packages_are_those_of_the_published_results():
    extras = dict(rest.split("=") for rest in of("ARG"))["EXTRAS"]
    (installs,) = [rest for rest in of("RUN") if "pip install" in rest]
    assert "--constraint constraints.txt" in installs
    assert '".[${EXTRAS}]"' in installs
    assert set(extras.split(",")) <= set(EXTRAS)
    post = " ".join(sections()["post"])
    assert "--constraint constraints.txt" in post
    assert f"'.[{extras}]'" in post


def test_nobody_runs_it_as_root_and_its_folders_lie_outside():
    assert of("USER")[-1] == "1000"
    last_user = max(i for i, (word, _) in enumerate(instructions()) if word == "USER")
    assert not [word for word, _ in instructions()[last_user:] if word in ("RUN", "COPY")]
    set_here = " ".join(of("ENV"))
    for name, folder in OUTSIDE.items():
        assert f"{name}={folder}" in set_here
        assert f'"{folder}"' in of("VOLUME")[0]
    assert '"/opt/scarce/results/runs"' in of("VOLUME")[0]


def test_both_are_the_program():
    assert of("ENTRYPOINT") == ['["scarce"]']
    assert sections()["runscript"] == ['exec scarce "$@"']
