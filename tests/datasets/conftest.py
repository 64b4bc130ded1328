"""Files that tests of data sets write."""

import pytest


@pytest.fixture
def write(tmp_path):
    def to(text, name="rows.csv"):
        (tmp_path / name).write_text(text)
        return str(tmp_path / name)

    return to
