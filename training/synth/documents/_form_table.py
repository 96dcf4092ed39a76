"""A table within a form, some of its rows filled in."""

from __future__ import annotations

from training.synth.documents._business import fitted
from training.synth.documents._form_fields import Form
from training.synth.documents._form_values import Dates, value
from training.synth.documents._form_words import LABELS
from training.synth.engine import World
from training.synth.table.grid import Cell, Grid

_COLUMNS = (
    "name",
    "amount",
    "start_date",
    "end_date",
    "occupation",
    "city",
    "phone",
    "date_of_birth",
    "model",
    "serial_no",
)


def _columns(form: Form) -> list[str]:
    """What a table can ask for without asking a second time."""
    return [key for key in _COLUMNS if key not in form.used]


def has_room(form: Form, above: float) -> bool:
    """Whether a table fits below a heading `above` pixels high, and there is something left to ask for."""
    return form.y + above + 6 * _pitch(form) <= form.bottom and len(_columns(form)) >= 3


def _pitch(form: Form) -> float:
    return max(1.55 * form.hand.size, form.above + form.below + 0.3 * form.print.size)


def fill_table(form: Form, world: World, when: Dates) -> None:
    """A table with printed heads, some of its rows filled in."""
    rng, sheet = form.rng, form.sheet
    known = _columns(form)
    keys = rng.sample(known, min(len(known), rng.randint(3, 4)))
    form.used |= set(keys)
    count, filled, pitch = rng.randint(3, 5), rng.randint(1, 3), _pitch(form)
    form.need((count + 1) * pitch)
    top, share = form.y, form.width / len(keys)
    lines, rows, items = [], [], []
    for y in range(count + 1):
        row, cells = sheet.next_row(), []
        item: dict[str, str] = {}
        when.renew(rng)
        for x, key in enumerate(keys):
            style = form.print if y == 0 else form.hand
            label = form.print.face.clean(rng.choice(LABELS[key][sheet.language]))
            text = label if y == 0 else ""
            if 0 < y <= filled and (x == 0 or rng.random() < 0.85):
                text = style.face.clean(value(rng, world, sheet.language, key, when))
                text = text if sheet.measure(text, style.sized(0.8)) < share - 0.7 * form.print.size else ""
                item |= {key: text} if text else {}
            if text:
                at = (
                    form.x + x * share + 0.35 * form.print.size,
                    top + (y + 1) * pitch - form.below - 0.15 * form.print.size,
                )
                lines.append(sheet.write(*at, text, fitted(sheet, text, style, share - 0.7 * form.print.size), row=row))
            cells.append(Cell(text))
        rows.append(tuple(cells))
        items += [item] if item else []
    for y in range(count + 2):
        sheet.rule(form.x, top + y * pitch, form.right, top + y * pitch, form.colour)
    for x in range(len(keys) + 1):
        sheet.rule(form.x + x * share, top, form.x + x * share, top + (count + 1) * pitch, form.colour)
    form.y = top + (count + 1) * pitch
    sheet.block("table", lines, Grid(tuple(rows)).html(), (form.x, top, form.right, form.y))
    sheet.field("entries", items, lines)
