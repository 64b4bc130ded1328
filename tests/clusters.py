"""Which clusters can be asked on this machine."""

from __future__ import annotations

import shutil
import subprocess

import pytest


def slurm_answers() -> bool:
    if shutil.which("scontrol") is None:
        return False
    asked = subprocess.run(["scontrol", "ping"], capture_output=True, text=True, timeout=60)
    return " is UP" in asked.stdout


needs_slurm = pytest.mark.skipif(not slurm_answers(), reason="no Slurm here that answers")
