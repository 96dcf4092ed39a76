"""What was bought, on one or more rows an item, with or without columns and their heads."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace

from training.synth.annotation import Line
from training.synth.documents._receipt_goods import Bill, Item
from training.synth.documents._receipt_roll import Cell, Roll
from training.synth.sheet import WHITE, Overflow

_HEADS = {"qty": "qty", "price": "price", "discount": "discount_column", "amount": "amount", "code": "code"}


@dataclass(frozen=True)
class _Plan:
    """How this receipt sets its items. `columns` are right-aligned, their edges at `edges`; names end at `room`."""

    columns: tuple[str, ...]
    edges: tuple[float, ...]
    room: float
    together: bool  # name and numbers on one row
    quantity_first: bool
    multiplied: str  # "2 x 1.50" before the amount, with this sign
    name_first: bool
    code: str  # "", "name" (before the name), "numbers" (at the numbers' left) or "row"
    wrapped: bool
    quantity: str
    names_x: float
    four_decimals: bool


def items(roll: Roll, bill: Bill) -> float:
    """Draws all items and the field `items`; returns the right edge of the amounts."""
    plan = _plan(roll, bill)
    sheet, grid = roll.sheet, roll.rng.random() < 0.85
    heads = _heads(roll, plan) if grid else []
    top = roll.y
    rows: list[list[tuple[str, int]]] = []
    found: list[dict[str, str]] = []
    held: list[Line] = []
    for item in bill.items:
        values, lines = _item(roll, plan, item, rows)
        found.append(values)
        held += lines
        if roll.rng.random() < 0.02:
            roll.gap(0.5)
    sheet.field("items", found, held)
    region = _boxes(roll, plan, top)
    if heads:
        roll.close("table", _table([[(text, 1) for text in heads], *rows]), region)
    else:
        roll.close()
    return plan.edges[plan.columns.index("amount")]


def _plan(roll: Roll, bill: Bill) -> _Plan:
    rng, look = roll.rng, roll.look
    english, coded = look.rules.language == "en", bool(bill.items[0].code)
    together = rng.random() < 0.5
    draw = rng.random()
    multiplied = rng.choice([" x ", " X ", "x ", " @ ", " * ", "X"]) if not together and draw < 0.5 else ""
    quantity_first = together and draw < 0.5
    columns = ["amount"]
    if not multiplied and rng.random() < (0.5 if together else 0.9):
        columns.insert(0, "price")
    if any(item.discount for item in bill.items) and rng.random() < 0.5:
        columns.insert(-1, "discount")
    if (
        not multiplied
        and not quantity_first
        and (rng.random() < 0.85 or any(item.quantity != "1" for item in bill.items))
    ):
        columns.insert(0, "qty")
    if english and rng.random() < 0.45:
        columns.append("code")
    code = rng.choice(["name", "row"] if together else ["name", "numbers", "numbers", "row"]) if coded else ""
    plan = _Plan(
        columns=tuple(columns),
        edges=(),
        room=0.0,
        together=together,
        quantity_first=quantity_first,
        multiplied=multiplied,
        name_first=code != "numbers" or rng.random() < 0.7,  # else one could not tell which numbers are its own
        code=code,
        wrapped=rng.random() < 0.4,
        quantity=rng.choice(["{q}", "{q}", "{q}", "{q}.00", "{q} {u}", "x{q}", "{q}.0"]),
        names_x=look.left,
        four_decimals=english and rng.random() < 0.05,
    )
    return _measured(roll, plan, bill)


def _measured(roll: Roll, plan: _Plan, bill: Bill) -> _Plan:
    """The plan with its columns as wide as what stands in them."""
    look, space = roll.look, roll.look.body.size * roll.rng.uniform(0.95, 1.6)
    edge, edges = look.right, []
    for name in reversed(plan.columns):
        edges.append(edge)
        widest = max([roll.width(_cell(plan, item, name, roll)) for item in bill.items] + [2.2 * look.body.size])
        edge -= widest + space
    names_x = look.left
    if plan.quantity_first:
        names_x += max(roll.width(_quantity(plan, item)) for item in bill.items) + space
    spare = [name for name in ("price", "discount", "code") if name in plan.columns]
    if edge - names_x < 6 * look.body.size and spare:
        return _measured(roll, replace(plan, columns=tuple(name for name in plan.columns if name != spare[0])), bill)
    return replace(plan, edges=tuple(reversed(edges)), room=edge, names_x=names_x)


def _quantity(plan: _Plan, item: Item) -> str:
    if not item.quantity.isdigit():
        return f"{item.quantity} {item.unit}"
    return plan.quantity.format(q=item.quantity, u=item.unit).strip()


def _cell(plan: _Plan, item: Item, column: str, roll: Roll) -> str:
    """What stands in a column."""
    if column == "qty":
        return roll.clean(_quantity(plan, item))
    if column == "code":
        return item.tax_code
    cut = item.discount if "discount" in plan.columns else 0
    cents = {"price": item.price, "discount": item.discount, "amount": item.amount - cut}[column]
    text = roll.clean(roll.look.plain.format(cents))
    return text + "00" if column == "price" and plan.four_decimals else text


def _heads(roll: Roll, plan: _Plan) -> list[str]:
    """The columns' heads, where they fit; plain, bold, between rules or in a black bar."""
    rng, look = roll.rng, roll.look
    first = [(roll.label("qty"), look.left)] if plan.quantity_first else []
    name = (roll.label("item"), plan.names_x)
    cells = [Cell(text, x) for text, x in [*first, name]]
    cells += [
        Cell(roll.label(_HEADS[column]), edge, 1.0) for column, edge in zip(plan.columns, plan.edges, strict=True)
    ]
    at = look.left - 1.0
    for cell in cells:
        start = cell.x - cell.align * roll.width(cell.text)
        if start < at:
            return []
        at = start + roll.width(cell.text) + 0.35 * look.body.size
    draw = rng.random()
    style = look.body.bold() if draw < 0.25 else look.body
    if draw > 0.96:
        base = roll.y + style.pitch
        roll.sheet.fill(look.left - 2, base - 1.1 * style.size, look.right + 2, base + 0.4 * style.size, (20, 20, 20))
        style = replace(style, colour=WHITE)
    try:
        roll.row(cells, style)
    except Overflow:
        return []
    if draw > 0.96:
        roll.gap(0.25)
    if draw < 0.2 or draw > 0.9:
        return [cell.text for cell in cells]
    if rng.random() < 0.6:
        roll.rule(dashed=rng.random() < 0.6)
        return [cell.text for cell in cells]
    roll.close()
    roll.separate()
    return []


def _item(roll: Roll, plan: _Plan, item: Item, rows: list[list[tuple[str, int]]]) -> tuple[dict[str, str], list[Line]]:
    """Draws one item; returns its field and lines, and adds its table rows to `rows`."""
    name = roll.clean(item.name)
    lead = f"{item.code} " if plan.code == "name" and item.code else ""
    if 2 * roll.width(lead) > (plan.room if plan.together else roll.look.right) - plan.names_x:
        lead = ""
    span = len(plan.columns) + 1 + plan.quantity_first
    held: list[Line] = []
    if plan.code == "row" and item.code:
        held += roll.row([Cell(item.code, plan.names_x)])
        rows.append([(item.code, span)])
    parts = _name_rows(roll, plan, lead + name)
    name = " ".join(parts)[len(lead) :]
    numbers = [
        Cell(_cell(plan, item, column, roll), edge, 1.0) for column, edge in zip(plan.columns, plan.edges, strict=True)
    ]
    quantity = roll.clean(_quantity(plan, item))
    left = [Cell(quantity, roll.look.left)] if plan.quantity_first else []
    if plan.together:
        for part in parts[:-1]:
            held += roll.row([Cell(part, plan.names_x)])
        held += roll.row([*left, Cell(parts[-1], plan.names_x), *numbers])
        rows.append([*((cell.text, 1) for cell in left), (" ".join(parts), 1), *((cell.text, 1) for cell in numbers)])
    else:
        left = _left_of_numbers(roll, plan, item, quantity)
        above = [line for part in parts for line in roll.row([Cell(part, plan.names_x)])] if plan.name_first else []
        held += [*above, *roll.row([*left, *numbers])]
        below = [] if plan.name_first else [line for part in parts for line in roll.row([Cell(part, plan.names_x)])]
        held += below
        both = [
            [(" ".join(parts), span)],
            [(" ".join(cell.text for cell in left), 1), *((cell.text, 1) for cell in numbers)],
        ]
        rows += both if plan.name_first else both[::-1]
    held += _discount(roll, plan, item, rows, span)
    values = {"name": name}
    if plan.quantity_first or plan.multiplied or "qty" in plan.columns:
        values["qty"] = quantity.split()[0]
    values["price"] = numbers[plan.columns.index("amount")].text
    return values, list(dict.fromkeys(held))


def _name_rows(roll: Roll, plan: _Plan, text: str) -> list[str]:
    """The name in as many rows as it may have, cut where it is too long."""
    end = plan.room if plan.together else roll.look.right
    room = end - plan.names_x
    if room < 5 * roll.look.body.size:
        raise Overflow("no room for the names of the items")
    rows = roll.sheet.wrap(text, roll.look.body, room) if plan.wrapped and not plan.quantity_first else [text]
    if len(rows) == 1:
        while roll.width(rows[0]) > room:
            rows[0] = rows[0][:-1].strip()
    return rows


def _left_of_numbers(roll: Roll, plan: _Plan, item: Item, quantity: str) -> list[Cell]:
    texts = [item.code] if plan.code == "numbers" and item.code else []
    if plan.multiplied:
        texts.append(f"{quantity}{plan.multiplied}{roll.look.plain.format(item.price)}")
    text = roll.clean(" ".join(texts))
    if len(texts) > 1 and plan.names_x + roll.width(text) > plan.room:
        text = roll.clean(texts[1])
    indent = 0 if plan.code == "numbers" else roll.look.body.size * 1.1
    return [Cell(text, plan.names_x + indent)] if text else []


def _discount(roll: Roll, plan: _Plan, item: Item, rows: list[list[tuple[str, int]]], span: int) -> list[Line]:
    """A row of its own for an item's discount, unless there is a column for it."""
    if not item.discount or "discount" in plan.columns:
        return []
    label, value = roll.label("discount"), roll.clean(roll.look.plain.format(-item.discount))
    lines = roll.row(
        [Cell(label, plan.names_x + roll.look.body.size), Cell(value, plan.edges[plan.columns.index("amount")], 1.0)]
    )
    rows.append([(label, span - 1), (value, 1)])
    return lines


def _table(rows: list[list[tuple[str, int]]]) -> str:
    """Rows of (text, columns) as HTML on one line."""
    cells = [
        "".join(
            f'<td colspan="{span}">' * (span > 1) + "<td>" * (span < 2) + html.escape(text, quote=False) + "</td>"
            for text, span in row
        )
        for row in rows
    ]
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in cells) + "</table>"


def _boxes(roll: Roll, plan: _Plan, top: float) -> tuple[float, float, float, float] | None:
    """Now and then rules around the items, with or without some between the columns, as on forms; their outline."""
    rng, look = roll.rng, roll.look
    if not plan.together or rng.random() > 0.15:
        return None
    box = (look.left - 0.3 * look.body.size, top + 0.2 * look.body.size, look.right + 0.3 * look.body.size)
    bottom = roll.y + 0.45 * look.body.size
    between = [x + 0.4 * look.body.size for x in (plan.room, *plan.edges[:-1])] if rng.random() < 0.6 else []
    for x in (box[0], *between, box[2]):
        roll.sheet.rule(x, box[1], x, bottom, look.body.colour)
    for y in (box[1], bottom):
        roll.sheet.rule(box[0], y, box[2], y, look.body.colour)
    roll.gap(0.3)
    return *box, bottom


def mode(roll: Roll, trade: str) -> None:
    """DINE IN or the like above what is eaten, now and then."""
    if roll.rng.random() < 0.2 and trade in ("market", "restaurant"):
        roll.line(roll.label("mode"), roll.rng.choice([0.0, 0.5]))
        roll.close()
