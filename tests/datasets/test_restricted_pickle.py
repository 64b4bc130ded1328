"""A pickle that would run code is refused before it runs."""

import codecs
import os
import pickle
import pickletools

import numpy as np
import pytest

from datasets.errors import DataDamaged
from datasets.restricted_pickle import read_pickle
from tests.datasets.python2 import python2_pickle

HELD = {b"data": np.arange(12, dtype=np.uint8).reshape(3, 4), b"labels": [0, 2, 1], b"name": b"x"}


def read(folder, content):
    (folder / "file").write_bytes(content)
    return read_pickle(folder / "file")


def test_what_the_published_files_hold_is_read(tmp_path):
    found = read(tmp_path, python2_pickle(HELD))
    assert (found[b"labels"], found[b"name"]) == ([0, 2, 1], b"x")
    np.testing.assert_array_equal(found[b"data"], HELD[b"data"])
    assert found[b"data"].dtype == np.uint8


def test_the_pickles_read_here_are_those_of_python_2():
    opcodes = {opcode.name for opcode, _, _ in pickletools.genops(python2_pickle(HELD))}
    assert "BINSTRING" in opcodes
    assert not {"BINBYTES", "SHORT_BINBYTES", "STACK_GLOBAL"} & opcodes
    called = [
        text for op, text, _ in pickletools.genops(python2_pickle(HELD)) if op.name == "GLOBAL"
    ]
    assert called == ["numpy.core.multiarray _reconstruct", "numpy ndarray", "numpy dtype"]


def test_what_python_3_wrote_for_python_2_is_read(tmp_path):
    held = {"data": HELD[b"data"], "labels": [0, 2, 1], "name": b"\xff"}
    content = pickle.dumps(held, protocol=2).replace(b"numpy._core", b"numpy.core")
    assert b"_codecs\nencode" in content
    found = read(tmp_path, content)
    np.testing.assert_array_equal(found["data"], HELD[b"data"])
    assert (found["labels"], found["name"]) == ([0, 2, 1], b"\xff")


def test_of_encodings_that_of_plain_bytes_alone_is_admitted(tmp_path):
    with pytest.raises(DataDamaged, match="the encoding rot13"):
        read(tmp_path, pickle.dumps(Calls(codecs.encode, "x", "rot13"), protocol=2))


class Calls:
    """Pickled, it asks for a call."""

    def __init__(self, function, *arguments):
        self.called = function, arguments

    def __reduce__(self):
        return self.called


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("wrap", [lambda call: call, lambda call: {"data": [call]}])
def test_a_pickle_that_would_run_a_command_is_refused_and_runs_nothing(tmp_path, protocol, wrap):
    trace = tmp_path / "trace"
    content = pickle.dumps(wrap(Calls(os.system, f"touch {trace}")), protocol=protocol)
    with pytest.raises(DataDamaged, match=r"file is damaged: .*a call of (posix|nt).system"):
        read(tmp_path, content)
    assert not trace.exists()
    pickle.loads(content)
    assert trace.exists(), "the pickle does what the test says when nobody stops it"


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (Calls(eval, "1"), "eval"),
        (Calls(getattr, 1, "real"), "getattr"),
        (Calls(np.load, "file"), "numpy.load"),
        (Calls(np.frombuffer, b"x"), "frombuffer"),
        (Calls(bytearray, b"x"), "bytearray"),
    ],
)
def test_other_calls_are_refused_by_name(tmp_path, call, told):
    with pytest.raises(DataDamaged, match=rf"a call of \S*{told}"):
        read(tmp_path, pickle.dumps(call, protocol=2))


@pytest.mark.parametrize(
    "content",
    [
        b"cnumpy\nndarray.__class__\n.",  # an attribute of what is admitted
        b"\x80\x04\x8c\x05numpy\x8c\x10ndarray.__class__\x93.",
        b"Pfile\n.",  # a persistent number
        b"\x80\x02\x82\x01.",  # an extension code
        b"cnumpy\nndarray\n}X\x01\x00\x00\x00aK\x01sb.",  # sets an attribute of a class
        b"",
        b"garbage",
        python2_pickle(HELD)[:-20],
    ],
)
def test_back_doors_and_broken_files_are_refused(tmp_path, content):
    with pytest.raises(DataDamaged, match=r"expected a pickle of arrays, bytes, numbers"):
        read(tmp_path, content)
