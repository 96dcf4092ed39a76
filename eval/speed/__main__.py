"""Speed of one checkpoint on the given pages, each figure from a process of its own, all in one run.

python -m eval.speed examples/receipt.jpg --peers --output speed.json

Figures of different machines or different runs do not compare; those of one run do, and with --peers the other
systems' seconds are also given as a ratio to ours. All processes get the same number
of threads and OpenMP's ordinary waiting, as users run them. Measure on a machine that does nothing else: threads that
spin while they wait for one that lost its core take several times as long. Peak memory is that of the largest process
(a program that a system starts included) as the operating system reports it (ru_maxrss); a GPU's memory is not in it.

python -m eval.speed examples/receipt.jpg --answers small

also times `extract` and `ask` with a checkpoint that answers from what it read, reading and answering apart, as a ratio
to our reading. With --model small they are measured anyway.

python -m eval.speed examples --served --output served.json

sends many requests at once instead: through transformers, vLLM in process and vLLM's server (eval/speed/served.py).
Each of the three is a process of its own. Where vLLM is not installed, transformers' figures are all there are.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from eval.arguments import positive
from eval.runner import mebibytes, write_json
from eval.speed import report
from eval.speed.summary import summary, with_ratios
from eval.systems import ENGINES
from hyocr import __version__
from hyocr.errors import HyocrError
from hyocr.sources import expand, open_source

# This process imports neither torch nor OpenCV: no child's peak memory is reported below its parent's at its start.

BATCHES = (1, 8, 32)


class MeasureError(Exception):
    """A measurement's process failed; the message is what it said."""


class Finished(NamedTuple):
    """A process that ended well: what it printed, wall-clock seconds from its start, peak resident memory."""

    output: str
    seconds: float
    mib: float


def run_alone(arguments: list[str], threads: int) -> Finished:
    """Runs `python -m ARGUMENTS` in a process of its own. Raises MeasureError with what it said if it fails."""
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as complaints:
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            stdout=subprocess.PIPE,
            stderr=complaints,
            encoding="utf-8",
            env={**os.environ, "OMP_NUM_THREADS": str(threads)},
        )
        assert process.stdout
        with process.stdout:
            output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            complaints.seek(0)
            said = complaints.read().strip().splitlines()
            raise MeasureError(said[-1].removeprefix("error: ") if said else f"exit code {process.returncode}")
    return Finished(output, seconds, mebibytes(usage.ru_maxrss))


def measured(measure: str, threads: int, **arguments: Any) -> dict[str, Any]:
    """What `eval.speed.worker` measures, with its process's peak memory and the load average at its end."""
    asked = json.dumps(arguments | {"threads": threads})
    done = run_alone(["eval.speed.worker", measure, asked], threads)
    figures: dict[str, Any] = json.loads(done.output.splitlines()[-1])
    return figures | {"peak_mib": done.mib, "load_average": load_average()}


def cold(path: str, model: str, strategy: str | None, threads: int, repeat: int) -> dict[str, Any]:
    """Seconds from starting `hyocr read` to its end, and its peak memory: what a first page costs, imports and all."""
    asked = ["hyocr", "read", path, "--quiet", "--model", model, "--strategy", strategy or "auto"]
    runs = [run_alone(asked, threads) for _ in range(repeat)]
    return {
        "samples": repeat,
        "seconds": summary([run.seconds for run in runs]),
        "peak_mib": max(run.mib for run in runs),
        "load_average": load_average(),
    }


def measure_all(options: argparse.Namespace, paths: list[str]) -> None:
    """All figures, each part printed and written as soon as it is there. Raises MeasureError."""
    threads, repeat, strategy = options.threads, options.repeat, options.strategy
    ours = {"paths": paths, "model": options.model, "repeat": repeat}
    figures: dict[str, Any] = {"machine": machine(threads), "model": options.model, "images": paths, "repeat": repeat}

    def keep(text: str) -> None:
        _keep(options, figures, text)

    read = figures["read"] = measured("read", threads, **ours, strategy=strategy)
    keep(f"{report.header(figures)}\n{report.read(read)}")
    if options.peers:  # next, while the machine is as it was
        figures["peers"] = {}
        for engine in ENGINES:
            if engine != "transformers":
                figures["peers"][engine] = beside(engine, read, threads, paths=paths, repeat=repeat)
                keep(report.peer(engine, figures["peers"][engine]))
    figures["cold"] = cold(paths[0], options.model, strategy, threads, repeat)
    keep(report.cold(figures["cold"]))
    answering = options.answers or (options.model if read["observes"] else None)
    if answering:
        figures["answers"] = {}
        for verb in report.VERBS:
            found = answers(verb, read, threads, paths=paths, model=answering, repeat=repeat)
            figures["answers"][verb] = found
            keep(report.answers(verb, found))
    elif read["strategy"] == "lines" and read["line_reader"] == "ctc":  # the page was read without the language path
        figures["language"] = measured("language", threads, **ours)
        keep(report.language(figures["language"]))
    figures["batches"] = []
    for size in options.batches:
        figures["batches"].append(measured("batch", threads, **ours, strategy=strategy, size=size))
        keep(report.batch(figures["batches"][-1]))


def measure_served(options: argparse.Namespace, paths: list[str]) -> None:
    """Rows of a table, engine by engine; one that cannot run is a sentence in it. Raises MeasureError for ours."""
    threads, asked = options.threads, {"paths": paths, "model": options.model, "vllm": options.vllm}
    figures: dict[str, Any] = {"machine": machine(threads), "model": options.model, "images": paths}
    figures |= {"vllm": options.vllm, "engines": {}}
    _keep(options, figures, report.served_header(figures))
    for engine in report.ENGINES:
        try:
            found = measured("served", threads, **asked, engine=engine, most=options.served_requests)
        except MeasureError as error:
            if engine == "transformers":
                raise
            found = {"error": str(error)}
        figures["engines"][engine] = found
        if "rows" in found:
            found["rows"] = with_ratios(found["rows"], figures["engines"]["transformers"]["rows"])
        _keep(options, figures, report.served(engine, found))


def _keep(options: argparse.Namespace, figures: dict[str, Any], text: str) -> None:
    print(text, flush=True)
    if options.output:
        write_json(options.output, figures)


def beside(engine: str, read: dict[str, Any], threads: int, **arguments: Any) -> dict[str, Any]:
    """Another system's figures with the ratio of its median seconds to ours; only its error where it cannot run."""
    try:
        figures = measured("peer", threads, **arguments, engine=engine)
    except MeasureError as error:
        return {"error": str(error)}
    return figures | {"ratio": figures["seconds"]["median"] / read["seconds"]["median"]}


def answers(verb: str, read: dict[str, Any], threads: int, **arguments: Any) -> dict[str, Any]:
    """Figures of `extract` or `ask` with the ratio of their median seconds to reading's; only the error where there are
    none, as where the checkpoint is not on this machine."""
    try:
        figures = measured("answers", threads, **arguments, what=verb)
    except MeasureError as error:
        return {"error": str(error)}
    ratio = figures["seconds"]["median"] / read["seconds"]["median"]
    return figures | {"model": arguments["model"], "ratio": ratio}


def machine(threads: int) -> dict[str, Any]:
    """What the figures depend on besides the code."""
    cpu = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
        cpu = names[0].partition(":")[2].strip() if names else cpu
    return {
        "cpu": cpu,
        "cores": os.cpu_count(),
        "threads": threads,
        "python": platform.python_version(),
        "hyocr": __version__,
    }


def load_average() -> float:
    """Processes that wanted a core over the last minute: far above our threads, the seconds are partly others'."""
    return round(os.getloadavg()[0], 1)


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        "python -m eval.speed", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("images", nargs="+", help="images, PDFs, folders of them")
    parser.add_argument("--model", default="nano", help="nano, a checkpoint folder or a hub id")
    parser.add_argument("--strategy", choices=("page", "lines"), help="default: the checkpoint's own")
    parser.add_argument("--threads", type=positive, default=2)
    parser.add_argument("--repeat", type=positive, default=5, help="how often each page is timed")
    parser.add_argument("--batches", type=positive, nargs="*", default=BATCHES, help="pages read together")
    parser.add_argument("--peers", action="store_true", help="also time the other systems of eval.systems")
    parser.add_argument("--answers", metavar="MODEL", help="also time extract and ask with this checkpoint, as small")
    parser.add_argument("--served", action="store_true", help="time many requests through transformers and vLLM")
    parser.add_argument("--served-requests", type=positive, help="at most so many for each figure, for a short try")
    parser.add_argument("--vllm", type=_settings, default={}, help="JSON object of vLLM's settings that win over ours")
    parser.add_argument("--output", type=Path, help="JSON file for all figures")
    options = parser.parse_args(arguments)
    if (options.vllm or options.served_requests) and not options.served:
        parser.error("--vllm and --served-requests go with --served")
    return options


def _settings(text: str) -> dict[str, Any]:
    settings = json.loads(text)
    if not isinstance(settings, dict):
        raise argparse.ArgumentTypeError(f'{text} is no JSON object such as {{"max_num_seqs": 64}}')
    return settings


def main(arguments: list[str] | None = None) -> None:
    """Command line: see the module's docstring. Exit code 1 where something cannot be measured, 2 for wrong usage."""
    options = parse(arguments)
    try:
        if options.output and not options.output.parent.is_dir():
            raise MeasureError(f"There is no folder {options.output.parent} for the figures; make it first.")
        paths = [str(path) for path in expand(options.images)]
        for path in paths:
            with closing(open_source(path)):
                pass
        (measure_served if options.served else measure_all)(options, paths)
    except (HyocrError, MeasureError, OSError) as error:
        notes = "".join(f" ({note})" for note in getattr(error, "__notes__", ()))
        print(f"error: {error}{notes}", file=sys.stderr)
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
