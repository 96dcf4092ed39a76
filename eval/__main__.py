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
import json
import os
import sys
from pathlib import Path
from typing import Any

from eval import table
from eval.benchmarks import BENCHMARKS, benchmark
from eval.benchmarks.base import Benchmark, Item
from eval.compare import compare
from eval.compare import table as differences
from eval.predictions import Prediction, PredictionError, read_predictions
from eval.report import write_report
from eval.runner import PREDICTIONS, RUN, begin, finish, predict, write_json
from eval.scoring import PageScore, score_pages, summary
from eval.systems import ENGINES, load_system
from hyocr.errors import HyocrError

INPUT, UNABLE = 2, 3


def main() -> int:
    """Command line: see the module's docstring."""
    options = _options()
    try:
        return int(options.do(options))
    except (PredictionError, FileNotFoundError, ValueError) as error:
        return _complain(str(error), INPUT)
    except (HyocrError, ImportError, OSError) as error:
        return _complain(str(error), 1)
    except KeyboardInterrupt:
        return _complain("stopped; the same command goes on where it was", 130)


def run(options: argparse.Namespace) -> int:
    """Predicts, scores and reports."""
    bench = benchmark(options.bench)
    items = _items(bench, options.data, options.count)
    # Threads of a library are set for good when it is imported.
    os.environ.update(OMP_NUM_THREADS=str(options.threads), OMP_WAIT_POLICY="PASSIVE")
    system = load_system(options.engine, options.model, options.threads, options.strategy)
    if bench.TASK not in system.tasks:
        return _complain(f'{system.name} cannot do the task "{bench.TASK}" of {bench.NAME}', UNABLE)
    folder = options.output or Path("runs/eval") / bench.NAME / system.name
    about = {"benchmark": bench.NAME, "system": system.name, "count": options.count, "settings": system.settings}
    begin(folder, about)
    predict(bench, items, system, folder)
    finish(folder)
    return _score(bench, items, folder / PREDICTIONS, folder)


def score(options: argparse.Namespace) -> int:
    """Scores anybody's predictions."""
    bench = benchmark(options.bench)
    items = _items(bench, options.data, options.count)
    return _score(bench, items, options.predictions, options.output or options.predictions.parent)


def compare_runs(options: argparse.Namespace) -> int:
    """Prints B - A for two folders of runs."""
    about = [_about(folder) for folder in (options.a, options.b)]
    for name in ("benchmark", "count"):
        if about[0].get(name) != about[1].get(name):
            raise ValueError(f"{options.a} and {options.b} are runs with another {name}; only like can be compared")
    bench = benchmark(about[0]["benchmark"])
    items = _items(bench, options.data, about[0]["count"])
    pages = [_pages(bench, items, folder / PREDICTIONS) for folder in (options.a, options.b)]
    print(differences(compare(bench, *pages), (about[0]["system"], about[1]["system"])))
    return 0


def _score(bench: Benchmark, items: list[Item], path: Path, folder: Path) -> int:
    """Writes scores.json and report.html to `folder` and prints the scores."""
    pages = _pages(bench, items, path)
    about = _about(path.parent) if (path.parent / RUN).exists() else {"system": path.stem, "settings": {}}
    result: dict[str, Any] = {"system": about["system"], "settings": about["settings"]} | summary(bench, pages)
    write_json(folder / "scores.json", result)
    report = write_report(folder, bench, pages, result)
    for name, value in result["scores"].items():
        print(f"{name:24} {value['value']:.4f}  [{value['low']:.4f}, {value['high']:.4f}]")
    print(f"{len(pages)} pages of {bench.NAME}, {result['failed']} failed; {report}")
    if result["missing"]:
        return _complain(f"{result['missing']} of {len(pages)} pages have no prediction and count as wrong", INPUT)
    return 0


def _items(bench: Benchmark, data: Path | None, count: int | None) -> list[Item]:
    items = bench.load(data or Path(bench.FOLDER))[:count]
    if not items:
        raise ValueError(f"{data or bench.FOLDER} holds no page for {bench.NAME}")
    return items


def _pages(bench: Benchmark, items: list[Item], path: Path) -> list[PageScore]:
    predictions: dict[str, Prediction] = read_predictions(path, {item.id for item in items})
    return score_pages(bench, items, predictions)


def _about(folder: Path) -> dict[str, Any]:
    try:
        return dict(json.loads((folder / RUN).read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise ValueError(f"{folder} is not a folder made by `python -m eval run`: {error}") from error


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
    one.add_argument("--strategy", choices=["page", "lines"], help="default: the checkpoint's own")
    one.add_argument("--threads", type=int, default=2)
    one.set_defaults(do=run)

    two = verbs.add_parser("score", help="score a predictions file")
    two.add_argument("predictions", type=Path)
    two.add_argument("--bench", required=True, choices=BENCHMARKS)
    two.set_defaults(do=score)

    three = verbs.add_parser("compare", help="paired differences of two runs")
    three.add_argument("a", type=Path)
    three.add_argument("b", type=Path)
    three.set_defaults(do=compare_runs)

    four = verbs.add_parser("table", help="several systems side by side, each in a process of its own")
    four.add_argument("--bench", nargs="+", required=True, choices=BENCHMARKS)
    four.add_argument("--systems", nargs="+", default=["nano", "tesseract", "rapidocr"])
    four.add_argument("--threads", type=int, default=2)
    four.set_defaults(do=table.command)

    for verb in (one, two, three, four):
        verb.add_argument("--data", type=Path, help="the benchmark's folder, if not where it usually is")
    for verb in (one, two, four):
        verb.add_argument("--count", type=int, help="only the first so many pages")
        verb.add_argument("--output", type=Path, help="folder for the results")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
