"""One run of fine-tuning from the first look at the data to the report."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import random
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import torch
from tqdm import tqdm

from eval.compare import table
from eval.predictions import Prediction
from hyocr import output
from hyocr.batch import silence
from hyocr.engines.transformers import TransformersEngine
from hyocr.errors import HyocrError
from hyocr.model.checkpoint import Prepared, prepare
from hyocr.model.smollm2 import value_scale
from training import lora
from training.checkpoint import Weights, load_weights, save_weights
from training.config import check_same
from training.finetune.check import check, describe
from training.finetune.dataset import Numbers, Packs, Rows, Tokeniser
from training.finetune.images import sight
from training.finetune.lengths import writes_characters
from training.finetune.observed import for_text
from training.finetune.prepare import for_lines
from training.finetune.report import write_report
from training.finetune.rows import Row
from training.finetune.score import answers, scored
from training.finetune.settings import Plan, Settings, planned, stage
from training.finetune.train import Tuner
from training.packing import Pack
from training.pretrain import adapted as adapted_to_text

MOST_LOOKED_AT = 400
"""Held-out rows whose loss is watched."""
ADAPTER, CHECKPOINT = "adapter", "checkpoint"
"""Where in the output folder the result lies."""


def finetune(settings: Settings) -> int:
    """Checks, trains, saves and reports; the exit code. Raises HyocrError, OSError and ValueError with a sentence."""
    silence()
    torch.manual_seed(settings.seed)
    if settings.threads:
        torch.set_num_threads(settings.threads)
    prepared = prepare(settings.model)
    if prepared.observes and settings.part != "language":
        raise HyocrError(f"{prepared.name} learns from text, so only its language model can; leave --part out.")
    output.prepare(settings.output)
    _begin(settings)
    characters = writes_characters(prepared)
    report = check(settings.data, prepared, characters, settings.output / "rows.index")
    print(describe(report), flush=True)
    if report.problems.count:
        return 1
    given = Rows(settings.data, settings.output / "rows.index")
    held_out = given.held_out(settings.held_out, settings.seed)
    weights = load_weights(settings.model, settings.seed)
    if settings.full and value_scale(weights.model) != 1:
        raise HyocrError(
            f"The weights of {prepared.name} are scaled so that they would not learn themselves; leave --full out."
        )
    asked = _sample(given, given.split(held_out)[1], settings.scored)
    before = _answered(settings.output / "before.jsonl", settings.model, None, asked)
    if prepared.observes:
        rows, labels = for_text(given, settings.output, prepared, characters)
        print(_read(*labels), flush=True)
    else:
        rows = for_lines(given, settings.output, prepared, weights, characters)
    train, looked_at = rows.split(held_out)
    if not len(train):
        raise HyocrError(f"{settings.data} has nothing left to train on; give more groups or a smaller --held-out.")
    tokens = rows.tokens(train)
    hidden = weights.model.config.text_config.hidden_size
    longest = int(rows.index["tokens"].max())
    plan = planned(settings, len(train), int(tokens.sum()), longest, hidden)
    print(_told(settings, plan, len(train), len(looked_at)), flush=True)
    result = settings.output / (CHECKPOINT if settings.full else ADAPTER)
    if not result.exists():
        tokeniser = Tokeniser(weights.tokenizer, sight(prepared), characters)
        packs = Packs(rows, train, tokeniser, plan.tokens, plan.length, settings.seed)
        some = _sample(rows, looked_at, MOST_LOOKED_AT)
        _train(settings, plan, weights, packs, _packed(tokeniser, some, plan), prepared)
    model, adapter = (str(result), None) if settings.full else (settings.model, result)
    after = _answered(settings.output / "after.jsonl", model, adapter, asked)
    _report(settings, asked, before, after, bool(prepared.observes))
    return 0


def _begin(settings: Settings) -> None:
    """What decides the run's outcome; a folder begun with something else is refused."""
    about = {name: str(value) for name, value in dataclasses.asdict(settings).items()}
    for name in ("output", "scored", "threads"):
        del about[name]
    try:
        with settings.data.open("rb") as file:
            about["the data's content"] = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise HyocrError(f"{settings.data} cannot be read ({error.strerror}); name a .jsonl file.") from error
    path = settings.output / "settings.json"
    if path.exists():
        check_same(path, json.loads(path.read_text(encoding="utf-8")), about)
    output.write(path, json.dumps(about, indent=1).encode())


def _sample(rows: Rows, numbers: Numbers, most: int) -> list[Row]:
    """At most so many of these rows, the same ones every time, in their order."""
    chosen = sorted(random.Random(0).sample(range(len(numbers)), min(most, len(numbers))))
    return [rows[int(numbers[i])] for i in chosen]


def _answered(path: Path, model: str, adapter: Path | None, rows: Sequence[Row]) -> dict[str, Prediction]:
    """What the model answers to the rows; kept in `path`, so that it is asked once."""
    if not path.exists() and rows:
        with closing(TransformersEngine(model, adapter=adapter)) as engine:
            shown = tqdm(answers(engine, rows), path.stem, len(rows), leave=False, unit=" rows", disable=None)
            lines = [json.dumps(dataclasses.asdict(answer), ensure_ascii=False) + "\n" for answer in shown]
        output.write(path, "".join(lines).encode("utf-8", "backslashreplace"))
    if not rows:
        return {}
    found = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return {answer["id"]: Prediction(**answer) for answer in found}


def _told(settings: Settings, plan: Plan, train: int, held_out: int) -> str:
    kind = "full fine-tuning" if settings.full else f"LoRA of rank {settings.rank}"
    return (
        f"{kind}, {settings.part}: {train:,} rows to train on, {held_out:,} held out; {plan.steps:,} steps of "
        f"{plan.tokens:,} tokens, {plan.epochs:g} times through the data, learning rate {plan.lr:.1e}"
    )


def _read(labels: int, found: int) -> str:
    """What is said of the values that were and were not read."""
    lost = f"; not found and left out: {labels - found:,}" if found < labels else ""
    return f"{found:,} of {labels:,} values of fields stand in what was read{lost}"


def _packed(tokeniser: Tokeniser, rows: Sequence[Row], plan: Plan) -> list[Pack]:
    return [tokeniser.pack(rows[i : i + 32], plan.length) for i in range(0, len(rows), 32)]


def _train(
    settings: Settings,
    plan: Plan,
    weights: Weights,
    packs: Packs,
    held_out: Sequence[Pack],
    prepared: Prepared,
) -> None:
    """Trains and writes the adapter, or the checkpoint."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    weights.model.to(device)
    reads = prepared.line_reader == "ctc" and settings.part in ("language", "vision", "all") and not prepared.observes
    how = stage(settings, plan, reads)
    adapted = None
    if settings.full:
        lora.thaw(weights.model, settings.part)
    elif prepared.observes:
        adapted = adapted_to_text(weights, how, device)
    else:
        adapted = lora.attach(weights.model, settings.part, settings.rank, settings.model)
    weights.head.requires_grad_(reads)
    Tuner(weights, how, plan, settings.patience).run(packs, held_out)
    name = {"name": f"{prepared.name}-{settings.output.name}"}
    if adapted is None:
        save_weights(weights, settings.output / CHECKPOINT)
    else:
        lora.save_adapter(adapted, weights, name, settings.output / ADAPTER)


def _report(
    settings: Settings,
    rows: list[Row],
    before: dict[str, Prediction],
    after: dict[str, Prediction],
    observes: bool,
) -> None:
    kinds = list(scored(rows, before, after))
    for kind in kinds:
        print(f"\n{len(kind.after)} held-out answers in {kind.benchmark.NAME}; A: before, B: after")
        print(table(kind.differences, kind.benchmark.ERRORS))
    about = f"{settings.model}, trained on {settings.data}"
    page = write_report(settings.output, settings.output.name, about, kinds)
    print(f"\n{page}\nUse it: hyocr {_use(settings, observes)}", file=sys.stdout, flush=True)


def _use(settings: Settings, observes: bool) -> str:
    verb = 'ask FILE "QUESTION"' if observes else "read FILE"
    if settings.full:
        return f"{verb} --model {settings.output / CHECKPOINT}"
    model = "" if settings.model == "nano" else f" --model {settings.model}"
    return f"{verb}{model} --adapter {settings.output / ADAPTER}"
