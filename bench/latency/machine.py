"""The machine that figures were measured on: processor, instruction set, load."""

import os
import platform
from pathlib import Path

_SETS = (("amx_tile", "AMX"), ("avx512f", "AVX-512"), ("avx2", "AVX2"), ("sse4_2", "SSE4.2"))
"""The kernel's names of instruction sets, the newest first."""
LIMIT = "ONEDNN_MAX_CPU_ISA"
"""Environment variable of OpenVINO's oneDNN: AVX2 imitates a small PC on a newer processor."""


def machine() -> str:
    """As in "2 cores of AMD EPYC (AVX-512, limited to AVX2), load 0.3 before the start, Python 3.11.7"."""
    about = _cpu_info()
    name = about.get("model name", platform.machine())
    flags = about.get("flags", "").split()
    instructions = next((known for flag, known in _SETS if flag in flags), "")
    limit = os.environ.get(LIMIT)
    if limit:
        instructions += f", limited to {limit}"
    cores = about.get("cpu cores"), about.get("siblings")
    threads = f"{os.cpu_count()} threads" if cores[0] != cores[1] else f"{os.cpu_count()} cores"
    load = f"load {os.getloadavg()[0]:.1f} before the start"
    return f"{threads} of {name} ({instructions}), {load}, Python {platform.python_version()}"


def _cpu_info() -> dict[str, str]:
    """Information about the first core; empty on systems other than Linux."""
    try:
        first = Path("/proc/cpuinfo").read_text().partition("\n\n")[0]
    except OSError:
        return {}
    pairs = (line.partition(":") for line in first.splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}
