"""Looks at every row before any training: what is wrong with which line, and how long and large rows are.

    python -m training.finetune.check my.jsonl --model nano

Reads the file once, in memory that does not grow with it, and decodes every image. Exits with 1 where there are
problems. Nothing is left out silently: training starts with all rows or not at all.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO

import numpy as np
from tqdm import tqdm

from hyocr import output
from hyocr.engines.prompting import Prompter
from hyocr.errors import HyocrError, InputError
from hyocr.model.checkpoint import Prepared, prepare
from hyocr.observation import observed_prompt
from hyocr.tasks import wire, wire_json, wire_markup
from training.finetune.images import Identity, asked_size, decoded, identity, seen_size, sight
from training.finetune.lengths import Lengths, writes_characters
from training.finetune.rows import Row, RowError, parse_rows
from training.finetune.tallies import Distinct, Notes, Spread
from training.packing import PATCH, visual_tokens

INDEX = np.dtype([("offset", "<i8"), ("line", "<i8"), ("group", "<u8"), ("turn", "<i4"), ("tokens", "<i4")])
"""A good row in the index: `parse_rows` of line number `line`, at byte `offset`, gives it as number `turn`.

`tokens` is the length of `training.packing.Tokens`, `group` the `group_hash`.
"""

LONGEST_LINE = 16 << 20
"""Bytes."""

BATCH = 128
BATCH_CHARACTERS = 1 << 20
"""So many rows, or rows of so many characters, are counted in tokens together."""

KNOWN_IMAGES = 1 << 16
"""Whose sizes or faults are remembered; others are decoded again when they come again."""

KNOWN_QUESTIONS = 1 << 18
"""The first ones, which are watched for other answers."""

CHARACTERS_PER_TOKEN = 32
"""No text has more: what is longer than the context at this is not counted in tokens."""

LONGEST_SIDE = 1 << 16
"""Percentiles of image sides are exact below this."""

WITH_BOXES = ("spotting", "spotting_json", "spotting_level", "characters")
"""Tasks whose answer may be JSON with boxes."""


@dataclass
class Report:
    """What `check` found. Of `problems` and `warnings` the first are kept, all are counted.

    `tokens` spreads prompt (its image or read text included) and answer together, as they are trained on; `widths` and
    `heights` are pixels of what is asked about: an image or the box of it. `unread` rows are about a text that is still
    to be read, which is not counted.
    """

    file: Path
    context: int
    lines: int = 0
    rows: int = 0
    unread: int = 0
    problems: Notes = field(default_factory=Notes)
    warnings: Notes = field(default_factory=lambda: Notes(10))
    tasks: Counter[str] = field(default_factory=Counter)
    groups: Distinct = field(default_factory=Distinct)
    images: Distinct = field(default_factory=Distinct)
    widths: Spread = field(default_factory=lambda: Spread(LONGEST_SIDE))
    heights: Spread = field(default_factory=lambda: Spread(LONGEST_SIDE))

    def __post_init__(self) -> None:
        self.prompt_tokens, self.answer_tokens, self.tokens = (Spread(self.context) for _ in range(3))


def group_hash(group: str) -> int:
    """64 bits, the same everywhere."""
    return int.from_bytes(blake2b(group.encode(), digest_size=8).digest(), "little")


def check(
    file: Path,
    checkpoint: Prepared,
    by_character: bool,
    index: Path | None = None,
    progress: Callable[[int], None] = lambda length: None,
) -> Report:
    """Reads all rows, for a checkpoint that is trained with each character of the answer a token or with merged ones.

    Writes the good rows to `index`, an array of `INDEX`. `progress` is told the bytes of each line. Raises HyocrError
    for a file that cannot be read or written at all.
    """
    checker = _Checker(file, checkpoint, by_character)
    report = checker.report
    try:
        with file.open("rb") as lines, _rows_file(index) as rows:
            for batch in _batches(checker.found(lines, progress)):
                rows(checker.counted(batch))
    except OSError as error:
        raise HyocrError(
            f"{error.filename or index or file} cannot be used ({error.strerror}); name another."
        ) from error
    if not report.lines:
        report.problems.add(f"{file} has no rows; write one JSON object on each line.")
    return report


@dataclass
class _Asked:
    """A row whose answer is still to be counted. `size` (width, height) is of what is asked about."""

    row: Row
    offset: int
    turn: int
    size: tuple[int, int]


_Found = _Asked | RowError


class _Checker:
    def __init__(self, file: Path, checkpoint: Prepared, by_character: bool) -> None:
        prompter = Prompter(checkpoint)
        self.report = Report(file, prompter.context)
        self._folder, self._seen, self._lengths = file.parent, sight(checkpoint), Lengths(checkpoint, by_character)
        self._name, self._observes = checkpoint.name, checkpoint.observes
        self._verdicts: OrderedDict[Identity, tuple[int, int] | str] = OrderedDict()
        self._answers: dict[int, int] = {}
        added = checkpoint.processor.tokenizer.added_tokens_decoder.items()
        control = [re.escape(token.content) for i, token in added if not prompter.pieces[i]]
        self._control = re.compile("|".join(control))

    def found(self, file: BinaryIO, progress: Callable[[int], None]) -> Iterator[_Found]:
        """The rows of the file and what is wrong with lines, in order."""
        for number, offset, text in _lines(file, progress):
            self.report.lines += 1
            if text is None:
                yield RowError(
                    number, f"this line is longer than {LONGEST_LINE >> 20} MiB; is each row on its own line?"
                )
                continue
            try:
                rows = parse_rows(text, number, self._folder)
                size = self._size(rows[0])
            except RowError as error:
                yield error
                continue
            for turn, row in enumerate(rows):
                fault = self._fault(row)
                asked = f"question {turn + 1}: " if len(rows) > 1 else ""
                yield RowError(number, asked + fault) if fault else _Asked(row, offset, turn, size)

    def counted(self, batch: list[_Found]) -> list[tuple[int, ...]]:
        """Counts rows in tokens and into the report; those that are fit to train on as tuples of `INDEX`."""
        answers = iter(self._lengths.answers([found.row.answer for found in batch if isinstance(found, _Asked)]))
        good: list[tuple[int, ...]] = []
        for found in batch:
            if isinstance(found, RowError):
                self.report.problems.add(str(found))
                continue
            row, answer = found.row, next(answers)
            prompt = self._prompt_tokens(found)
            if prompt + answer > self.report.context:
                what = "text and prompt" if self._asks_text(row) else "image and prompt"
                too_long = f"{what} take {prompt:,} tokens and the answer {answer:,}, together more than"
                cure = "use a smaller part of the image, or divide the answer"
                self.report.problems.add(
                    f"line {row.number}: {too_long} the context of {self.report.context:,}; {cure}."
                )
                continue
            self._enter(found, prompt, answer)
            good.append((found.offset, row.number, group_hash(row.group), found.turn, prompt + answer))
        return good

    def _asks_text(self, row: Row) -> bool:
        """Whether the row is about a page's text, read or still to be read, and not about its image."""
        return bool(row.observed) or row.is_observed_by(self._observes)

    def _prompt_tokens(self, found: _Asked) -> int:
        """Tokens before the answer, with those of the image or of what was read."""
        row = found.row
        if self._asks_text(row):
            return self._lengths.text(observed_prompt(row.observed, row.prompt))
        height, width = seen_size(found.size, row.line, self._seen)
        return self._lengths.prompt(row.prompt) + visual_tokens((height // PATCH, width // PATCH))

    def _enter(self, found: _Asked, prompt: int, answer: int) -> None:
        row, report = found.row, self.report
        report.rows += 1
        report.unread += self._asks_text(row) and not row.observed
        report.tasks[row.task] += 1
        report.groups.add(group_hash(row.group))
        report.images.add(_hash(str(row.image)))
        for spread, value in (
            (report.prompt_tokens, prompt),
            (report.answer_tokens, answer),
            (report.tokens, prompt + answer),
            (report.widths, found.size[0]),
            (report.heights, found.size[1]),
        ):
            spread.add(value)
        question = _hash((str(row.image), row.box, row.line, row.observed, row.prompt))
        written = self._answers.get(question)
        if written is None and len(self._answers) < KNOWN_QUESTIONS:
            self._answers[question] = row.number << 32 | _hash(row.answer) >> 32
        elif written is not None and written & 0xFFFFFFFF != _hash(row.answer) >> 32:
            other = f"line {written >> 32} asks the same of the same image and has another answer"
            report.warnings.add(f"line {row.number}: {other}.")

    def _size(self, row: Row) -> tuple[int, int]:
        """Width and height of what is asked about. Raises RowError. An image that did not change is decoded once."""
        try:
            verdict = self._verdict(row.image)
            if isinstance(verdict, tuple):
                return asked_size(row, verdict)
        except InputError as error:
            verdict = str(error)
        raise RowError(row.number, f"{row.image}: {verdict}")

    def _verdict(self, path: Path) -> tuple[int, int] | str:
        key = identity(path)
        if key and key in self._verdicts:
            self._verdicts.move_to_end(key)
            return self._verdicts[key]
        try:
            verdict: tuple[int, int] | str = decoded(path).size
        except InputError as error:
            verdict = str(error)
        if key:
            self._verdicts[key] = verdict
            if len(self._verdicts) > KNOWN_IMAGES:
                self._verdicts.popitem(last=False)
        return verdict

    def _fault(self, row: Row) -> str:
        """What is wrong with the row's texts, or ""."""
        if self._observes and not self._asks_text(row):
            task = "lines" if row.line else row.task or "free prompts"
            return (
                f"{self._name} answers {', '.join(self._observes)} from what it read, and learns nothing else; leave "
                f"{task} out, or train another model."
            )
        for what, text in (("prompt", row.prompt), ("answer", row.answer), ("read text", row.observed)):
            if control := self._control.search(text):
                return f"the {what} has the control token {control[0]} in it; take it out."
        characters = len(row.prompt) + len(row.answer) + len(row.observed)
        if characters > CHARACTERS_PER_TOKEN * self.report.context:
            return f"prompt and answer have {characters:,} characters, too many for {self.report.context:,} tokens."
        return _box_fault(row)


def _lines(file: BinaryIO, progress: Callable[[int], None]) -> Iterator[tuple[int, int, bytes | None]]:
    """Number, offset and bytes of every line that is not blank; None for one that is too long."""
    number = offset = 0
    while text := file.readline(LONGEST_LINE + 1):
        number, length = number + 1, len(text)
        if length > LONGEST_LINE:
            yield number, offset, None
            while not text.endswith(b"\n") and (text := file.readline(BATCH_CHARACTERS)):
                length += len(text)
        elif not text.isspace():
            yield number, offset, text
        offset += length
        progress(length)


def _batches(found: Iterator[_Found]) -> Iterator[list[_Found]]:
    batch: list[_Found] = []
    characters = 0
    for one in found:
        batch.append(one)
        characters += len(one.row.answer) if isinstance(one, _Asked) else 0
        if len(batch) == BATCH or characters > BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


@contextmanager
def _rows_file(index: Path | None) -> Iterator[Callable[[list[tuple[int, ...]]], object]]:
    """What appends rows to the index, which is there when all are written. Raises OSError."""
    if index is None:
        yield len
        return
    with output.replacing(index, index.with_name(f"{index.name}.part")) as file:
        yield lambda rows: file.write(np.array(rows, INDEX).tobytes())


def _box_fault(row: Row) -> str:
    """What is wrong with the boxes that the answer has in it, or ""."""
    boxes: list[wire.Points] = []
    if row.task in WITH_BOXES:
        boxes += [found.points for found in wire_json.scan(row.answer)]
    tags = list(wire_markup.tags(row.answer)) if "<" in row.answer else []
    for place, tag in enumerate(tags):
        if not tag.opens or tag.name not in wire_markup.BOX_TAGS:
            continue
        end = tags[place + 1] if place + 1 < len(tags) else tag
        if end.opens or end.name != tag.name:
            return f"the answer has a <{tag.name}> that is not closed."
        inside = row.answer[tag.end : end.start]
        points = wire.points(inside)
        if points is None:
            return f"the answer has <{tag.name}> around {inside[:40]!r}, where coordinates should be."
        boxes.append(points)
    for x, y in (point for box in boxes for point in box):
        if not all(0 <= side <= wire.SCALE and side == int(side) for side in (x, y)):
            scale = f"whole numbers from 0 to {wire.SCALE} over the image's width and height"
            return f"the answer has a box with the corner ({x:g},{y:g}); coordinates are {scale}."
    return ""


def _hash(value: object) -> int:
    """64 bits, of this process alone."""
    return hash(value) & 0xFFFFFFFFFFFFFFFF


def describe(report: Report) -> str:
    """The report for people."""
    tasks = ", ".join(f"{task or 'free prompts'} {count:,}" for task, count in report.tasks.most_common())
    lines = [*report.problems.lines("problem"), *report.warnings.lines("warning")]
    lines += [""] if lines else []
    lines += [
        f"rows    {report.rows:,} good ones on {report.lines:,} lines",
        f"groups  {report.groups}",
        f"images  {report.images}",
        f"tasks   {tasks or 'none'}",
        *(
            [f"        {report.unread:,} to be answered from what is read, which is not counted here"]
            * (report.unread > 0)
        ),
        "",
        f"{'':24}{'least':>9}{'median':>9}{'95 %':>9}{'most':>9}",
    ]
    for name, spread in (
        ("prompt and page, tokens", report.prompt_tokens),
        ("answer, tokens", report.answer_tokens),
        ("both, tokens", report.tokens),
        ("image width, pixels", report.widths),
        ("image height, pixels", report.heights),
    ):
        numbers = (max(0, spread.least), spread.at(0.5), spread.at(0.95), spread.most)
        lines.append(f"{name:24}" + "".join(f"{number:9,}" for number in numbers))
    return "\n".join(lines)


def main() -> int:
    """Command line: see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, help="rows, one JSON object per line")
    parser.add_argument("--model", default="nano", help='"nano", "small", a checkpoint folder or a hub id')
    parser.add_argument(
        "--by-character",
        action="store_true",
        help="count each character of an answer as a token, as nano is trained anyway",
    )
    options = parser.parse_args()
    try:
        if not options.file.is_file():
            raise InputError(f"There is no file {options.file}; name a file of rows.")
        size = options.file.stat().st_size
        with tqdm(total=size, unit="B", unit_scale=True, leave=False, disable=not sys.stderr.isatty()) as bar:
            prepared = prepare(options.model)
            characters = options.by_character or writes_characters(prepared)
            report = check(options.file, prepared, characters, progress=bar.update)
    except HyocrError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    print(describe(report))
    return 1 if report.problems.count else 0


if __name__ == "__main__":
    sys.exit(main())
