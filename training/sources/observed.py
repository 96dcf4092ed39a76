"""Questions about read text, without a picture: what a language model learns that answers from what nano read.

The text is a page's lines laid out as in use (`hyocr.observation`), drawn documents' after a noisy channel
(`training.synth.noise`), real receipts' as nano read them. No pixel of a drawn document is worn, warped or looked at.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from hyocr import wording
from hyocr.document import Box, Line
from hyocr.engines.verbatim import NOT_THERE
from hyocr.observation import observe, observed_prompt
from hyocr.tasks import fields
from training.example import Example, SampleError
from training.noise import reading
from training.sources.as_read import as_read
from training.sources.names import name_of, question_for
from training.sources.receipts import LabelledReceipt
from training.synth.engine import Engine
from training.synth.noise import channel
from training.synth.sheet import Overflow, Sheet

KINDS = {
    "receipts": 5,
    "invoices": 3,
    "forms": 2,
    "cards": 1,
    "letters": 1.5,
    "tables": 1,
    "screenshots": 0.3,
    "slides": 0.3,
}
"""Document types that have fields or questions, and their shares."""
LANGUAGES = frozenset({"en", "de", "fr", "es", "it", "pt", "nl", "pl"})
"""Those that nano reads."""
SHARES = {"fields": 0.4, "key": 0.15, "ask": 0.3, "evidence": 0.15}
"""How often each task is asked."""
QUESTIONS = (3, 6)
"""Of a page, at least and at most."""
EXTRA_NOISE = 0.5
"""Factor of the channel's rates."""
MOST_LINES = 90
MOST_ITEMS = 6
"""Longer lists of items are not asked for: their answers would be most of what is learned."""


FOUR = ("company", "date", "address", "total")
"""The fields of the real receipts (SROIE)."""
OPTIONAL = {
    "receipts": ("discount", "service_charge", "rounding", "cash", "change", "tax", "subtotal"),
    "invoices": ("discount", "due_date", "shipping", "order_ref", "customer_no"),
}
"""Fields that a document of this kind has where they are printed."""
FOREIGN = {
    False: ("passport_no", "blood_group", "flight", "date_of_birth", "nationality", "sex", "place_of_birth", "surname"),
    True: ("cash", "change", "rounding", "service_charge", "subtotal", "invoice_no", "recipient", "job"),
}
"""Fields that only forms have, and fields that forms do not have."""


@dataclass(frozen=True)
class Page:
    """A page as it was read, and what is known of it.

    `values` are its fields as strings, or lists of objects of strings, as they were read; fields that were not read are
    not among them. `held` has the rows that a field stands in. `questions` are (question, answer, rows that hold it).
    `absent` are names of fields that the page surely does not have. `real` pages are photographed ones.
    """

    text: str
    values: dict[str, Any]
    held: dict[str, str]
    absent: list[str]
    real: bool = False
    questions: list[tuple[str, str, str]] = field(default_factory=list)


class Observed:
    """Several questions about a read page, of the tasks in `SHARES`; `pages` draws the page."""

    def __init__(self, name: str, pages: Callable[[random.Random], Page], testing: bool) -> None:
        self.name, self.pages, self.testing = name, pages, testing

    def draw(self, rng: random.Random, width: int) -> Example:
        """A page and questions about it. Raises SampleError for a page that has nothing to ask about."""
        page = self.pages(rng)
        drawn = [_asked_of(rng, page, self.testing) for _ in range(rng.randint(*QUESTIONS))]
        asked = dict(pair for pair in drawn if pair)  # none twice
        if not asked:
            raise SampleError(self.name, "the page has nothing to ask about")
        (prompt, answer), *more = asked.items()
        return Example(self.name, prompt, answer, None, more=tuple(more))


def _asked_of(rng: random.Random, page: Page, testing: bool) -> tuple[str, str] | None:
    """The prompt and the answer of one question; None where the page has nothing for the task."""
    task = rng.choices(list(SHARES), list(SHARES.values()))[0]
    try:
        values, answer = TASKS[task](rng, page, testing)
    except SampleError:
        return None
    return observed_prompt(page.text, wording.prompt(task, "en", **values)), answer


def drawn_page(rng: random.Random, engine: Engine, split: str) -> Page:
    """A drawn document as nano might have read it."""
    for _ in range(20):
        kind = rng.choices(list(KINDS), list(KINDS.values()))[0]
        try:
            sheet = engine.sheet(f"{kind}/{split}/{rng.randrange(10**6)}/{rng.randrange(10**6)}")
        except Overflow:
            continue
        count = sum(len(block.lines) for block in sheet.blocks)
        if sheet.language in LANGUAGES and 0 < count <= MOST_LINES and (sheet.fields or sheet.questions):
            return _of_sheet(rng, sheet, kind)
    raise SampleError("observed", "twenty documents in a row have nothing to ask about")


def _of_sheet(rng: random.Random, sheet: Sheet, kind: str) -> Page:
    every = [line for block in sheet.blocks for line in block.lines]
    clean = [Line(line.text, Box(*line.box)) for line in every]
    text = observe(channel().page(rng, clean)).text
    held = {name: "\n".join(_rows(text, [line.text for line in lines])) for name, lines in sheet.evidence.items()}
    values = {name: found for name, value in sheet.fields.items() if (found := _read_value(value, text)) is not None}
    absent = [name for name in (*OPTIONAL.get(kind, ()), *FOREIGN[kind == "forms"]) if name not in sheet.fields]
    questions = []
    for question, lines in sheet.questions:
        rows = _rows(text, [line.text for line in lines])
        if rows:
            questions.append(
                (question.en, as_read(question.answer, "\n".join(rows)) or question.answer, "\n".join(rows))
            )
    return Page(text, values, held, absent, questions=questions)


def receipt_page(rng: random.Random, pages: Sequence[LabelledReceipt], readings: Sequence[Path]) -> Page:
    """A real receipt in one of its readings, or its true lines after the noisy channel where there is none."""
    page = rng.choice(pages)
    read = reading(rng.choice(readings), page) if readings and rng.random() < 0.85 else None
    if read:
        lines = [replace(line, text=_read_worse(rng, line.text)) for line in read]
    else:
        lines = channel().page(rng, [Line(text, Box(*box)) for text, box in page.lines])
    text = observe(_some_lost(rng, lines)).text
    values = {name: found for name, value in page.fields.items() if (found := as_read(value, text)) is not None}
    held = {name: "\n".join(_rows_of(value, text)) for name, value in values.items()}
    return Page(text, values, held, list(FOREIGN[False]), real=True)


def _read_worse(rng: random.Random, text: str) -> str:
    """A line that was read, half of the time with a few more errors: there are few real receipts."""
    return channel().text(rng, text, EXTRA_NOISE) if rng.random() < 0.5 else text


def _some_lost(rng: random.Random, lines: list[Line]) -> list[Line]:
    """Now and then some lines of the lower two thirds are missing, so that no receipt is learned by heart."""
    if rng.random() < 0.5:
        return lines
    return [line for i, line in enumerate(lines) if 3 * i < len(lines) or rng.random() > 0.08]


def _read_value(value: Any, text: str) -> Any:
    if isinstance(value, str):
        return as_read(value, text)
    items = [{name: as_read(item[name], text) for name in item} for item in value]
    return items if all(all(item.values()) for item in items) else None


def _rows(text: str, lines: Sequence[str]) -> list[str]:
    """The rows of the text in which these lines stand, in order, with single spaces."""
    rows = text.split("\n")
    places: set[int] = set()
    for line in lines:
        places.update(i for i, row in enumerate(rows) if as_read(line, row) is not None)
    return [" ".join(rows[i].split()) for i in sorted(places)] if len(places) <= len(lines) else []


def _rows_of(value: str, text: str) -> list[str]:
    """The rows that a value stands in: the last one that holds all of it, or those that it goes over."""
    rows = text.split("\n")
    whole = [row for row in rows if as_read(value, row) is not None]
    if whole:
        return [" ".join(whole[-1].split())]
    return [" ".join(row.split()) for row in rows if len(row.split()) > 1 and as_read(" ".join(row.split()), value)]


Asked = tuple[dict[str, str], str]


def _fields(rng: random.Random, page: Page, testing: bool) -> Asked:
    """Some of the fields in any order, under names that people use, with some that the page does not have."""
    names = [name for name, value in page.values.items() if isinstance(value, str) or rng.random() < 0.3]
    names = [name for name in names if isinstance(page.values[name], str) or len(page.values[name]) <= MOST_ITEMS]
    if not names:
        raise SampleError("observed/fields", "nothing of the page's fields was read")
    asked = [name for name in FOUR if name in names]
    if page.real and rng.random() < 0.5:  # by these names, in this order
        return {"keys": wording.listed(FOUR)}, fields.written({name: page.values[name] for name in asked})
    asked = asked if len(asked) == 4 and rng.random() < 0.3 else rng.sample(names, rng.randint(1, min(6, len(names))))
    wanted = {name: name_of(rng, name, testing, own=0.0 if testing else 0.55) for name in asked}
    answer = {wanted[name]: page.values[name] for name in asked}
    order = list(wanted.values())
    if rng.random() < 0.3:
        order.insert(rng.randrange(len(order) + 1), name_of(rng, rng.choice(page.absent), testing))
    return {"keys": wording.listed(dict.fromkeys(order))}, fields.written(
        {name: answer[name] for name in order if name in answer}
    )


def _single(rng: random.Random, page: Page) -> tuple[str, str]:
    """The name of a field and its value, now and then one that the page does not have."""
    if rng.random() < 0.06:
        return rng.choice(page.absent), NOT_THERE
    names = [name for name, value in page.values.items() if isinstance(value, str)]
    if not names:
        raise SampleError("observed", "nothing of the page's fields was read")
    name = rng.choice(names)
    return name, page.values[name]


def _key(rng: random.Random, page: Page, testing: bool) -> Asked:
    name, value = _single(rng, page)
    return {"key": name_of(rng, name, testing, own=0.0 if testing else 0.5)}, value


def _question(rng: random.Random, page: Page, testing: bool) -> tuple[str, str, str]:
    """A question, its answer and the rows that hold it."""
    if page.questions and (rng.random() < 0.4 or not page.values):
        return rng.choice(page.questions)
    name, value = _single(rng, page)
    return question_for(rng, name, testing), value, page.held.get(name, "") if value != NOT_THERE else ""


def _ask(rng: random.Random, page: Page, testing: bool) -> Asked:
    question, answer, _ = _question(rng, page, testing)
    return {"question": question}, answer


def _evidence(rng: random.Random, page: Page, testing: bool) -> Asked:
    question, answer, rows = _question(rng, page, testing)
    if not rows and answer != NOT_THERE:
        raise SampleError("observed/evidence", "the rows that hold the answer were not read")
    return {"question": question}, f"<observation>{rows}</observation><answer>{answer}</answer>"


TASKS: dict[str, Callable[[random.Random, Page, bool], Asked]] = {
    "fields": _fields,
    "key": _key,
    "ask": _ask,
    "evidence": _evidence,
}
