"""What reads results starts fast: it loads neither torch nor, before drawing, matplotlib."""

import subprocess
import sys


def run_python(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_judging_loads_neither_torch_nor_the_drawing_libraries():
    run_python(
        "import sys, benchmarks.evidence.claims.verdicts, benchmarks.evidence.outputs\n"
        "assert not {'torch', 'matplotlib'} & set(sys.modules)"
    )


def test_no_file_of_the_room_loads_torch_or_draws_on_import():
    run_python(
        "import importlib, pkgutil, sys, benchmarks.evidence as room\n"
        "for module in pkgutil.walk_packages(room.__path__, 'benchmarks.evidence.'):\n"
        "    importlib.import_module(module.name)\n"
        "assert not {'torch', 'matplotlib.pyplot'} & set(sys.modules)"
    )
