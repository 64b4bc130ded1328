"""The answers in results/published, made anew from its records: `make answers`, then `make readme`.

Needed where tables, figures or pages change while records stay. `make answers NAMES="smote convex"`
makes those alone. PyTorch is not imported.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Collection
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.answers import load_claims, write_answer
from benchmarks.evidence.overview import write_overview
from benchmarks.grid.configs import PROJECT, opened
from benchmarks.records import archive, holdings

PUBLISHED = PROJECT / "results" / "published"
RECORDS = {"manifest.json", archive.FILE, ".lock", ".drawn-from"}  # what answers are made from


def write_answers(published: Path, made: Path, names: Collection[str] = ()) -> None:
    """Tables, figures, verdicts and pages of the published benchmarks (of all without `names`).

    They come into `made`; where that holds all benchmarks, so does the page of all of them.
    """
    with opened([]) as configs:
        claims = load_claims(configs)
    for name in names or sorted(path.name for path in published.iterdir() if path.is_dir()):
        write_answer(made / name, holdings.read_published(published, name), claims)
        print(name)
    if not names:
        write_overview(made, claims)


def main(names: Collection[str]) -> None:
    """Write the answers over those in results/published."""
    with TemporaryDirectory() as folder:
        made = Path(folder)
        write_answers(PUBLISHED, made, names)
        for each in filter(Path.is_dir, made.iterdir()):
            shutil.rmtree(PUBLISHED / each.name / "figures", ignore_errors=True)
        shutil.copytree(made, PUBLISHED, dirs_exist_ok=True)
    with opened([]) as configs:
        write_overview(PUBLISHED, load_claims(configs))


if __name__ == "__main__":
    main(sys.argv[1:])
