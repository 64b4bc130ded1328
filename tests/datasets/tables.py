"""A small table with columns of numbers and of categories, and what is said of files."""

import pytest

from datasets.errors import WrongOption
from datasets.table import Table

ROWS = "size,colour,weight,kind\n1,red,0.5,ill\n2,blue,1.5,well\n3,red,2.5,well\n4,green,3.5,ill\n"

OPTIONS = {"target": "kind", "categorical": ["colour"]}


def a_table(file, **options):
    """The classes are in the last column, where nothing else is said."""
    return Table(file, **{"target": -1, **options})


def refusal(file, **options):
    with pytest.raises(WrongOption) as caught:
        a_table(file, **options).load()
    assert "\n" not in str(caught.value)
    return str(caught.value)
