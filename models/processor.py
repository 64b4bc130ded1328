"""What the processor of this machine computes in."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")
BFLOAT16 = {"avx512_bf16", "amx_bf16"}


@lru_cache(maxsize=1)
def computes_in_bfloat16() -> bool:
    """Whether it has instructions for it; where Linux does not tell, it is taken to have none."""
    try:
        lines = CPUINFO.read_text().splitlines()
    except OSError:
        return False
    flags = next((line.split() for line in lines if line.startswith("flags")), [])
    return not BFLOAT16.isdisjoint(flags)
