"""Runs, scores and compares systems on benchmarks; `eval/README.md` says what is in the files.

    python -m eval run --model nano --bench receipts --engine transformers
    python -m eval score predictions.jsonl --bench receipts
    python -m eval compare runs/eval/receipts/tesseract runs/eval/receipts/nano
    python -m eval table --bench receipts receipts_spotting --systems nano tesseract rapidocr

Exit codes: 0 done; 1 could not run; 2 wrong input, or pages without a prediction (they are scored as wrong and
counted); 3 the system cannot do the benchmark's task; 130 interrupted, the same command goes on.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

from eval import table
from eval.arguments import positive
from eval.benchmarks import BENCHMARKS, benchmark
from eval.benchmarks.base import Benchmark, Item
from eval.compare import compare
from eval.compare import table as differences
from eval.predictions import read_predictions
from eval.report import write_report
from eval.runner import PREDICTIONS, RUN, begin, finish, predict, read_run, write_json
from eval.scoring import PageScore, score_pages, summary
from eval.systems import ENGINES, load_system
from eval.table import UNABLE
from hyocr import output
from hyocr.document import Strategy
from hyocr.errors import HyocrError

INPUT = 2


def main() -> int:
    """Command line: see the module's docstring."""
    options = _options()
    try:
        return int(options.do(options))
    except (FileNotFoundError, ValueError) as error:
        return _complain(str(error), INPUT)
    except (HyocrError, ImportError, OSError) as error:
        return _complain(str(error), 1)
    except KeyboardInterrupt:
        return _complain("stopped; the same command goes on where it was", 130)


def run(options: argparse.Namespace) -> int:
    """Predicts, scores and reports."""
    bench = benchmark(options.bench)
    items = _items(bench, options.data, options.count)
    os.environ["OMP_NUM_THREADS"] = str(options.threads)  # before a library that reads it is imported
    ours = (options.model, options.strategy, options.line_reader, options.adapter)
    system = load_system(options.engine, options.threads, *ours)
    if bench.TASK not in system.tasks:
        return _complain(f'{system.name} cannot do the task "{bench.TASK}" of {bench.NAME}', UNABLE)
    folder = options.output or Path("runs/eval") / bench.NAME / system.name
    data = str((options.data or Path(bench.FOLDER)).resolve())
    about = {"benchmark": bench.NAME, "system": system.name, "count": options.count, "data": data}
    begin(folder, about | {"batch": system.batch(bench.TASK), "settings": system.settings})
    try:
        predict(bench, items, system, folder)
    finally:
        finish(folder)
    return _score(bench, items, folder / PREDICTIONS, folder, read_run(folder))


def score(options: argparse.Namespace) -> int:
    """Scores anybody's predictions."""
    bench = benchmark(options.bench)
    items = _items(bench, options.data, options.count)
    path: Path = options.predictions
    if path.name == PREDICTIONS and (path.parent / RUN).exists():
        run_of_it = read_run(path.parent)
        if run_of_it["benchmark"] == bench.NAME:
            return _score(bench, items, path, options.output or path.parent, run_of_it)
    folder = options.output or path.with_name(f"{path.stem}-{bench.NAME}")
    return _score(bench, items, path, folder, {"system": path.stem, "settings": {}})


def compare_runs(options: argparse.Namespace) -> int:
    """Prints B - A for two runs, or two predictions files."""
    runs = [read_run(path) for path in (options.a, options.b) if path.is_dir()]
    names = {run["benchmark"] for run in runs} | ({options.bench} if options.bench else set())
    counts = {run["count"] for run in runs} | ({options.count} if options.count else set())
    if len(names) != 1 or len(counts) > 1:
        raise ValueError("only answers to the same pages of one benchmark can be compared; files need --bench")
    bench = benchmark(names.pop())
    items = _items(bench, options.data, counts.pop() if counts else None)
    paths = [path / PREDICTIONS if path.is_dir() else path for path in (options.a, options.b)]
    pages = [_pages(bench, items, path) for path in paths]
    print(f"A: {options.a}\nB: {options.b}\n{differences(compare(bench, *pages), bench.ERRORS)}")
    return max(_say_missing(of_one, path) for of_one, path in zip(pages, paths, strict=True))


def _score(bench: Benchmark, items: list[Item], path: Path, folder: Path, about: dict[str, Any]) -> int:
    """Writes scores.json and report.html to `folder` and prints the scores; `about` has the system and its settings."""
    pages = _pages(bench, items, path)
    result: dict[str, Any] = {"system": about["system"], "settings": about["settings"]} | summary(bench, pages)
    output.prepare(folder)
    write_json(folder / "scores.json", result)
    report = write_report(folder, bench, pages, result)
    for name, value in result["scores"].items():
        known = value["value"] is not None
        print(f"{name:26}", "{value:.4f}  [{low:.4f}, {high:.4f}]".format(**value) if known else "nothing to score")
    for name, share in result.get("values", {}).items():
        print(f"{'values: ' + name:26} {share:.6g}")
    print(f"{len(pages)} pages of {bench.NAME}, {result['failed']} failed; {report}")
    return _say_missing(pages, path)


def _items(bench: Benchmark, data: Path | None, count: int | None) -> list[Item]:
    items = bench.load(data or Path(bench.FOLDER))[:count]
    if not items:
        raise ValueError(f"{data or bench.FOLDER} holds no page for {bench.NAME}")
    return items


def _pages(bench: Benchmark, items: list[Item], path: Path) -> list[PageScore]:
    return score_pages(bench, items, read_predictions(path, {item.id for item in items}))


def _say_missing(pages: Sequence[PageScore], path: Path) -> int:
    missing = sum(page.prediction is None for page in pages)
    if not missing:
        return 0
    return _complain(f"{missing} of {len(pages)} pages have no prediction in {path} and count as wrong", INPUT)


def _complain(sentence: str, code: int) -> int:
    print(f"eval: {sentence}", file=sys.stderr)
    return code


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m eval", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    verbs = parser.add_subparsers(required=True)

    one = verbs.add_parser("run", help="predict, score and report")
    one.add_argument("--bench", required=True, choices=BENCHMARKS)
    one.add_argument("--engine", default="transformers", choices=ENGINES)
    one.add_argument("--model", default="nano", help="checkpoint for --engine transformers")
    one.add_argument("--adapter", metavar="FOLDER", help="LoRA adapter that goes on it")
    one.add_argument("--strategy", choices=get_args(Strategy), help="default: the checkpoint's own")
    one.add_argument("--line-reader", choices=["ctc", "language"], help="default: the checkpoint's own")
    one.add_argument("--threads", type=positive, default=2)
    one.set_defaults(do=run)

    two = verbs.add_parser("score", help="score a predictions file")
    two.add_argument("predictions", type=Path)
    two.add_argument("--bench", required=True, choices=BENCHMARKS)
    two.set_defaults(do=score)

    three = verbs.add_parser("compare", help="paired differences of two runs")
    three.add_argument("a", type=Path, help="a run's folder, or a predictions file")
    three.add_argument("b", type=Path)
    three.add_argument("--bench", choices=BENCHMARKS, help="for predictions files")
    three.set_defaults(do=compare_runs)

    four = verbs.add_parser("table", help="several systems side by side, each in a process of its own")
    four.add_argument("--bench", nargs="+", required=True, choices=BENCHMARKS)
    four.add_argument("--systems", nargs="+", default=["nano", "tesseract", "rapidocr"])
    four.add_argument("--threads", type=positive, default=2)
    four.set_defaults(do=table.command)

    for verb in (one, two, three, four):
        verb.add_argument("--data", type=Path, help="the benchmark's folder, if not where it usually is")
        verb.add_argument("--count", type=positive, help="only the first so many pages")
    for verb in (one, two, four):
        verb.add_argument("--output", type=Path, help="folder for the results")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
