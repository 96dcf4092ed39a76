"""The data engine at the command line.

python -m training.synth preview --task receipts --n 16
python -m training.synth heldout
python -m training.synth export --output runs/synth --documents receipts=1000 --tasks read fields
python -m training.synth speed
"""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from PIL import Image

from hyocr.errors import HyocrError
from hyocr.output import write
from training.synth import held_out, speed
from training.synth.engine import SPLITS, Engine, document_type, kinds
from training.synth.export import export
from training.synth.held_out import count, workers
from training.synth.pool import check_fonts
from training.synth.preview import beside, preview
from training.synth.samples import encoded, sample_task, task_names
from training.synth.words.files import TextFiles


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; 1 where documents could not be made, 2 for what was asked wrongly, 130 when interrupted."""
    options = _parser().parse_args(arguments)
    try:
        done: int = options.run(_engine(options), options)
        return done
    except KeyboardInterrupt:
        print("Stopped." + (" The same command goes on from here." if options.run is _export else ""), file=sys.stderr)
        return 130
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    except (HyocrError, ValueError, OSError) as error:
        print(_sentence(error), file=sys.stderr)
        return 2


DEFAULT_TEXT = Path("../shared/text")


def _engine(options: argparse.Namespace) -> Engine:
    """A text folder that is named has to exist; the usual one need not."""
    text: Path | None = options.text
    if text is None and DEFAULT_TEXT.is_dir():
        text = DEFAULT_TEXT
    TextFiles(text, testing=False)
    return Engine(text, options.fonts)


def _sentence(error: Exception) -> str:
    """What Python calls "[Errno 13] Permission denied: 'file'" in words."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return str(error)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training.synth", description="Draws documents and asks about them."
    )
    commands = parser.add_subparsers(required=True)
    for name, run, add in (
        ("preview", _preview, _preview_options),
        ("export", _export, _export_options),
        ("heldout", held_out.run, held_out.add_options),
        ("speed", _speed, _speed_options),
    ):
        command = commands.add_parser(name, help=run.__doc__)
        command.add_argument("--text", type=Path, help=f"folder of text files; default: {DEFAULT_TEXT} where it exists")
        command.add_argument("--fonts", type=Path, help="folder of font files instead of the installed ones")
        command.add_argument("--seed", type=int, default=1)
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
    format = Image.registered_extensions().get(output.suffix.lower())
    if format is None:
        raise ValueError(f"{output} should end in the name of an image format, as in .webp or .png")
    check_fonts(engine, "train" if options.beside else options.split)
    if options.beside:
        sheet = beside(engine, options.beside, options.n, options.seed)
    else:
        sheet = preview(engine, options.task, options.n, options.seed, options.split)
    output.parent.mkdir(parents=True, exist_ok=True)
    write(output, encoded(sheet, format, **({"quality": 60, "method": 6} if format == "WEBP" else {})))
    print(output)
    return 0


def _export_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--documents", nargs="+", type=amount, required=True, metavar="TYPE=COUNT")
    parser.add_argument("--tasks", nargs="+", default=task_names(), metavar="TASK", help="default: all")
    parser.add_argument("--workers", type=workers, default=0, help="processes; default: this one alone")


def _export(engine: Engine, options: argparse.Namespace) -> int:
    """Samples as images and JSONL in HunyuanOCR's conversation format."""
    for name in options.tasks:
        sample_task(name)
    for kind, _ in options.documents:
        document_type(kind)
    check_fonts(engine, "train")
    ids = [f"{kind}/train/{options.seed}/{index}" for kind, number in options.documents for index in range(number)]
    engine.warm_up("train")
    failures = export(engine, ids, list(dict.fromkeys(options.tasks)), options.output, options.workers)
    for failure in failures:
        print(f"{failure.id}: {failure.reason}", file=sys.stderr)
    return 1 if failures else 0


def _speed_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--types", nargs="+", default=kinds(), metavar="TYPE", help="default: all")
    parser.add_argument("--n", type=count, default=20, help="documents per type")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--profile", action="store_true", help="print where the time goes instead")
    how.add_argument("--workers", type=workers, default=0, help="measure a pool of processes instead")


def _speed(engine: Engine, options: argparse.Namespace) -> int:
    """Documents per second and core, by type."""
    for kind in options.types:
        document_type(kind)
    check_fonts(engine, "train")
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
    try:
        return kind, count(number)
    except argparse.ArgumentTypeError as error:
        raise argparse.ArgumentTypeError(f"{text!r} should look like receipts=100") from error


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # workers are told to stop as well
    sys.exit(main())
