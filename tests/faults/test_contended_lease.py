"""Owners that die while others come, go and sweep: never do two own one cell."""

from __future__ import annotations

import subprocess
import sys

from benchmarks.grid.configs import PROJECT


def test_of_hundreds_of_processes_no_two_own_a_lease_at_once(tmp_path):
    command = [sys.executable, "-m", "tests.faults.contend", str(tmp_path), "4"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    processes, owners, quarrels = map(int, done.stdout.split())
    assert quarrels == 0
    assert processes > owners > 10, "they do contend"
