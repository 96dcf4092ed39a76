"""Questions about a table's cells, where heads and labels name a cell without doubt, and about its size."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable

from training.synth.annotation import Line
from training.synth.sheet import Sheet
from training.synth.table.columns import TOTALS
from training.synth.table.ink import Drawn, Place

_VALUE = (
    ("What is the {column} of {row}?", "{row}的{column}是{what}？"),
    ('What is the "{column}" of "{row}"?', "“{row}”的“{column}”是什么？"),
    ('In the row "{row}", what stands under "{column}"?', "在“{row}”一行中，“{column}”一列写的是什么？"),
    ("Which value does the table give under {column} for {row}?", "表中{row}对应的{column}是什么？"),
)
_NUMBER = re.compile(r"[-+]?[¥￥$€£]?\d{1,3}([., ]?\d{3})*([.,]\d+)? ?[%€元]?")
_LABEL = (
    ('Which "{label}" has {value} under "{column}"?', "“{column}”为{value}的“{label}”是什么？"),
    ("For which {label} is the {column} {value}?", "哪一个{label}的{column}是{value}？"),
)
_ROWS = (
    ("How many rows does the table have, not counting the heading?", "不算表头，这个表格有多少行？"),
    ("How many rows of data are in the table?", "表格中有多少行数据？"),
)
_COLUMNS = (
    ("How many columns does the table have?", "这个表格有多少列？"),
    ("Into how many columns is the table divided?", "表格一共分为几列？"),
)


def ask(rng: random.Random, sheet: Sheet, drawn: Drawn) -> None:
    """Adds up to six questions to the sheet."""
    heads, labels = _heads(drawn), _labels(drawn)
    column = next(iter(labels.values())).column if labels else -1
    values = [
        place
        for place in drawn.places
        if place.row in labels and place.column in heads and place.column != column and _plain(place)
    ]
    for place in rng.sample(values, min(len(values), rng.randint(2, 4))):
        _ask_value(rng, sheet, place, heads[place.column], labels[place.row])
    once = Counter((place.column, place.cell.text) for place in drawn.places)
    unique = [place for place in values if once[place.column, place.cell.text] == 1 and _named(place)]
    if unique and column in heads and rng.random() < 0.6:
        place = rng.choice(unique)
        _ask_label(rng, sheet, place, heads[place.column], labels[place.row], heads[column])
    _ask_size(rng, sheet, drawn)


def _ask_value(rng: random.Random, sheet: Sheet, place: Place, head: Place, label: Place) -> None:
    en, zh = rng.choice(_VALUE)
    what = "多少" if _NUMBER.fullmatch(place.cell.text) else "什么"
    words = {"column": _name(head), "row": _name(label), "what": what}
    sheet.question(en.format(**words), zh.format(**words), place.cell.text, place.lines)


def _ask_label(rng: random.Random, sheet: Sheet, place: Place, head: Place, label: Place, labels: Place) -> None:
    en, zh = rng.choice(_LABEL)
    words = {"column": _name(head), "value": place.cell.text, "label": _name(labels)}
    sheet.question(en.format(**words), zh.format(**words), label.cell.text, label.lines)


def _ask_size(rng: random.Random, sheet: Sheet, drawn: Drawn) -> None:
    """Only of tables without merged cells; rows only where none could be taken for a total."""
    if any(place.cell.rows > 1 or place.cell.columns > 1 for place in drawn.places):
        return
    first = [place for place in drawn.places if place.column == 0]
    rows = [place for place in first if not place.cell.head]
    totals = {word for words in TOTALS.values() for word in words.split("|")}
    if len(first) - len(rows) == 1 and not any(p.cell.text in totals for p in drawn.places) and rng.random() < 0.4:
        en, zh = rng.choice(_ROWS)
        sheet.question(en, zh, str(len(rows)), _lines(rows))
    if rng.random() < 0.3:
        en, zh = rng.choice(_COLUMNS)
        top = [place for place in drawn.places if place.row == 0]
        sheet.question(en, zh, str(len(top)), _lines(top))


def _heads(drawn: Drawn) -> dict[int, Place]:
    """The lowest heading of each column, where no other head says the same."""
    heads = [place for place in drawn.places if place.row < drawn.head_rows]
    count = Counter(place.cell.text.casefold() for place in heads)
    return {
        place.column: place
        for place in heads
        if place.row + place.cell.rows == drawn.head_rows
        and place.cell.columns == 1
        and _named(place)
        and count[place.cell.text.casefold()] == 1
    }


def _labels(drawn: Drawn) -> dict[int, Place]:
    """What each body row is about, if no other row says the same: the first column whose cells span no rows."""
    body = [place for place in drawn.places if not place.cell.head and place.cell.columns == 1]
    spanned = {place.column for place in body if place.cell.rows > 1}
    column = min((place.column for place in body if place.column not in spanned), default=-1)
    if column > 1:
        return {}
    cells = [place for place in body if place.column == column]
    count = Counter(place.cell.text.casefold() for place in cells)
    return {place.row: place for place in cells if _named(place) and count[place.cell.text.casefold()] == 1}


def _name(place: Place) -> str:
    """What a question calls a heading or label: "Name:" is asked for as Name."""
    return place.cell.text.rstrip(":：")


def _named(place: Place) -> bool:
    """Whether its text can name something within a question."""
    return _plain(place) and "$" not in place.cell.text and any(map(str.isalnum, place.cell.text))


def _plain(place: Place) -> bool:
    """A cell of a single line that spans nothing."""
    return len(place.lines) == 1 and place.cell.columns == 1 and (place.cell.head or place.cell.rows == 1)


def _lines(places: Iterable[Place]) -> list[Line]:
    return [line for place in places for line in place.lines]
