"""Fine-tunes a checkpoint on your own documents.

    python -m training.finetune --data labels/corrected.jsonl --output runs/mine
    hyocr read scan.jpg --adapter runs/mine/adapter

The data is checked first, and nothing is trained on a file with a mistake in it. Some of it is held out, by groups that
belong together; it is answered before and after, and the report shows what changed. Stopped at any time, the same
command goes on. The formats of the data are in `training/finetune/rows.py`, a walk through all of it in
docs/finetuning.md.
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from pathlib import Path
from typing import get_args

from hyocr.errors import HyocrError
from training.finetune.settings import Part, Settings


def main(arguments: list[str] | None = None) -> int:
    """Command line: see the module's docstring."""
    settings = _settings(arguments)
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # what the libraries tell programmers
    if settings.threads:  # before a library that reads it is imported
        os.environ["OMP_NUM_THREADS"] = str(settings.threads)
    try:
        from training.finetune.run import finetune

        return finetune(settings)
    except ModuleNotFoundError as error:
        return _complain(f"{error.name} is not installed: pip install 'hyocr[train]'.", 1)
    except KeyboardInterrupt:
        return _complain("stopped; the same command goes on from what was saved", 130)
    except (OSError, ValueError, RuntimeError, HyocrError) as error:
        return _complain(str(error).strip().splitlines()[-1], 1)  # a worker process brings its traceback along


def _complain(sentence: str, code: int) -> int:
    print(f"finetune: {sentence}", file=sys.stderr)
    return code


def _settings(arguments: list[str] | None) -> Settings:
    parser = argparse.ArgumentParser(
        prog="python -m training.finetune", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--data", type=Path, required=True, metavar="FILE.jsonl", help="rows to train on")
    add(
        "--output", type=Path, required=True, metavar="DIR", help="for the adapter, the report and what is gone on from"
    )
    add("--model", default="nano", help="nano, small, a checkpoint folder, or a hub id")
    add("--part", choices=get_args(Part), default="language", help="what is trained")
    add("--full", action="store_true", help="train the weights themselves instead of an adapter")
    add("--rank", type=_positive, default=32, help="of the adapter's matrices")
    add("--lr", type=float, default=0.0, help="highest learning rate; default by the model's width")
    add("--epochs", type=float, default=0.0, help="times through the data; default by its size")
    add("--tokens", type=int, default=0, help="of one step; default by the data's size")
    add("--held-out", type=_share, default=0.1, help="share of the groups that is not trained on")
    add("--patience", type=_positive, default=4, help="looks at what is held out without a gain before it stops")
    add("--scored", type=int, default=200, help="held-out rows that are answered before and after")
    add("--seed", type=int, default=0, help="of the split and the order")
    add("--threads", type=int, default=0, help="of the processor; default all")
    return Settings(**vars(parser.parse_args(arguments)))


def _positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text} is not a whole number from 1")
    return int(text)


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a share from 0 to below 1")
    return share


if __name__ == "__main__":
    sys.exit(main())
