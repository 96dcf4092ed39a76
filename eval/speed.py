"""Cold start: seconds from starting `hyocr read` to its text, and the process's peak memory.

python -m eval.speed examples/receipt.jpg
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time


def cold_read(path: str, model: str, threads: int) -> tuple[float, float]:
    """Wall-clock seconds and peak resident memory (MiB) of one `hyocr read` in a process of its own."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "hyocr", "read", path, "--model", model],
        stdout=subprocess.DEVNULL,
        env={**os.environ, "OMP_NUM_THREADS": str(threads)},
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit("hyocr read failed: see its message above")
    return time.perf_counter() - started, usage.ru_maxrss / 1024


def main() -> None:
    """Command line: see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("image")
    parser.add_argument("--model", default="nano")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    runs = [cold_read(options.image, options.model, options.threads) for _ in range(options.repeat)]
    print("   ".join(f"{seconds:.2f} s, {memory:.0f} MiB" for seconds, memory in runs))
    seconds, memory = (statistics.median(values) for values in zip(*runs, strict=True))
    print(f"median of {len(runs)} cold starts, {options.threads} threads: {seconds:.2f} s, {memory:.0f} MiB peak")


if __name__ == "__main__":
    main()
