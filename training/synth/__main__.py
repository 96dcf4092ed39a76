"""The data engine at the command line.

python -m training.synth preview --task receipts --n 16
python -m training.synth heldout
python -m training.synth export --output runs/synth --documents receipts=1000 --tasks read fields
python -m training.synth speed
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from training.synth import held_out, speed
from training.synth.engine import SPLITS, Engine, document_type, kinds
from training.synth.export import export
from training.synth.held_out import count
from training.synth.preview import beside, preview
from training.synth.samples import sample_task, task_names


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; 1 where some documents could not be made, 2 for what was asked wrongly."""
    options = _parser().parse_args(arguments)
    try:
        engine = Engine(options.text if options.text.is_dir() or options.text != DEFAULT_TEXT else None, options.fonts)
        done: int = options.run(engine, options)
        return done
    except (ValueError, LookupError, OSError) as error:
        print(error.args[0] if isinstance(error, LookupError) else error, file=sys.stderr)
        return 2


DEFAULT_TEXT = Path("../shared/text")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training.synth", description="Draws documents and asks about them."
    )
    commands = parser.add_subparsers(required=True)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--text", type=Path, default=DEFAULT_TEXT, help=f"folder of text files; {DEFAULT_TEXT} where it exists"
    )
    common.add_argument("--fonts", type=Path, help="folder of font files instead of the installed ones")
    common.add_argument("--seed", type=int, default=1)
    for name, run, add in (
        ("preview", _preview, _preview_options),
        ("export", _export, _export_options),
        ("heldout", held_out.run, held_out.add_options),
        ("speed", _speed, _speed_options),
    ):
        command = commands.add_parser(name, parents=[common], help=run.__doc__)
        add(command)
        command.set_defaults(run=run)
    return parser


def _preview_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--task", required=True, metavar="NAME", help="a document type or a task")
    parser.add_argument("--n", type=count, default=16)
    parser.add_argument("--split", choices=SPLITS, default="train")
    parser.add_argument("--beside", type=Path, metavar="FOLDER", help="show as many real receipts of this folder first")
    parser.add_argument("--output", type=Path, help="image file; default: runs/preview/NAME.webp")


def _preview(engine: Engine, options: argparse.Namespace) -> int:
    """A contact sheet of documents or samples, with boxes."""
    output = options.output or Path(f"runs/preview/{options.task}.webp")
    if options.beside:
        sheet = beside(engine, options.beside, options.n, options.seed)
    else:
        sheet = preview(engine, options.task, options.n, options.seed, options.split)
    output.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(output, quality=60, method=6) if output.suffix == ".webp" else sheet.save(output)
    print(output)
    return 0


def _export_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--documents", nargs="+", type=amount, required=True, metavar="TYPE=COUNT")
    parser.add_argument("--tasks", nargs="+", default=task_names(), metavar="TASK", help="default: all")
    parser.add_argument("--workers", type=int, default=0, help="processes; default: this one alone")


def _export(engine: Engine, options: argparse.Namespace) -> int:
    """Samples as images and JSONL in HunyuanOCR's conversation format."""
    for name in options.tasks:
        sample_task(name)
    for kind, _ in options.documents:
        document_type(kind)
    ids = [f"{kind}/train/{options.seed}/{index}" for kind, number in options.documents for index in range(number)]
    engine.warm_up("train")
    failures = export(engine, ids, options.tasks, options.output, options.workers)
    for failure in failures:
        print(f"{failure.id}: {failure.reason}", file=sys.stderr)
    return 1 if failures else 0


def _speed_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--types", nargs="+", default=kinds(), metavar="TYPE", help="default: all")
    parser.add_argument("--n", type=count, default=20, help="documents per type")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--profile", action="store_true", help="print where the time goes instead")
    how.add_argument("--workers", type=int, default=0, help="measure a pool of processes instead")


def _speed(engine: Engine, options: argparse.Namespace) -> int:
    """Documents per second and core, by type."""
    if options.workers:
        speed.pooled(engine, options.types, options.n, options.seed, options.workers)
    elif options.profile:
        speed.profiled(engine, options.types, options.n, options.seed)
    else:
        speed.by_type(engine, options.types, options.n, options.seed)
    return 0


def amount(text: str) -> tuple[str, int]:
    """`receipts=100` as a type and how many."""
    kind, _, number = text.partition("=")
    return kind, count(number)


if __name__ == "__main__":
    sys.exit(main())
