"""Which clusters can be asked on this machine."""

from __future__ import annotations

import shutil
import subprocess

import pytest


def slurm_answers() -> bool:
    if shutil.which("squeue") is None:
        return False
    return subprocess.run(["squeue"], capture_output=True, timeout=60).returncode == 0


needs_slurm = pytest.mark.skipif(not slurm_answers(), reason="no Slurm here that answers")
