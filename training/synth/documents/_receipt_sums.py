"""Below the items: the sums, what was paid and given back, and the table of taxes."""

from __future__ import annotations

import html
from dataclasses import dataclass

from training.synth.annotation import Line
from training.synth.documents._receipt_goods import Bill
from training.synth.documents._receipt_roll import PLAIN, Cell, Roll, Stretch, percent
from training.synth.documents._receipt_words import WORDS
from training.synth.sheet import Style
from training.synth.words.invent import Money
from training.synth.words.values import fill


@dataclass(frozen=True)
class _Row:
    field: str
    label: str
    value: str


class _Sums:
    """Rows of label and amount, set alike all over one receipt."""

    def __init__(self, roll: Roll, edge: float) -> None:
        rng, look = roll.rng, roll.look
        self.roll = roll
        self.layout = rng.choice(["edges", "edges", "edges", "right", "right", "indent", "colon", "close"])
        self.edge = rng.choice([look.right, edge, edge])
        self.money: Money = look.money if rng.random() < 0.3 else look.plain
        self.indent = look.left + look.width * (rng.uniform(0.15, 0.4) if self.layout == "indent" else 0.0)

    def amount(self, cents: int, total: bool = False) -> str:
        """An amount as printed here."""
        money = self.roll.look.money if total and self.roll.rng.random() < 0.4 else self.money
        return self.roll.clean(money.format(cents))

    def draw(self, rows: list[_Row], style: Style | None = None, stretch: Stretch = PLAIN) -> None:
        """Draws rows and names their values."""
        roll, look = self.roll, self.roll.look
        colon = "" if self.layout == "indent" else look.colon.rstrip()
        widest = max(roll.width(row.label + colon, style) for row in rows)
        for row in rows:
            label = roll.clean(f"{row.label}{colon}")
            if self.layout == "right":
                x = self.edge - max(5.5 * look.body.size, roll.width(row.value, style) + look.body.size) * stretch[0]
                line = roll.pair(label, row.value, x, self.edge, 1.0, style, stretch)[0]
            elif (
                self.layout == "close"
                and roll.width(text := f"{row.label}: {row.value}", style) * stretch[0] < look.width
            ):
                line = roll.line(text, 0.0, style, stretch)[0]
            elif self.layout == "colon" and stretch == PLAIN and look.left + widest + 8 * look.body.size < self.edge:
                x = look.left + widest + look.body.size
                line = roll.row([Cell(row.label, look.left), Cell(":", x), Cell(row.value, self.edge, 1.0)], style)[-1]
            else:
                line = roll.pair(label, row.value, self.indent, self.edge, 0.0, style, stretch)[0]
            if row.field:
                _name(roll, row, line)


def _name(roll: Roll, row: _Row, line: Line) -> None:
    """The value without a currency that stands apart from it."""
    parts = [part for part in row.value.split() if any(character.isdigit() for character in part)]
    value = row.value if len(parts) != 1 or row.value.count("-") > parts[0].count("-") else parts[0]
    if value in line.text and row.field not in roll.sheet.fields:
        roll.sheet.field(row.field, value, [line])


def sums(roll: Roll, bill: Bill, edge: float) -> None:
    """Subtotal to change, and the summary of taxes."""
    rng, look = roll.rng, roll.look
    table = _Sums(roll, edge)
    first_summary = rng.random() < 0.15
    above = _above_total(table, bill)
    if above:
        table.draw(above)
        roll.close()
    if rng.random() < 0.3:
        roll.separate()
    style = look.body.bold() if look.emphasis_bold else look.body
    total = _Row("total", _total_label(roll, bill), table.amount(bill.total, total=True))
    table.draw([total], style, look.emphasis)
    roll.close()
    if rng.random() < 0.3:
        roll.separate("=" if look.separator == "-" and rng.random() < 0.5 else "")
    if first_summary:
        _summary(roll, bill)
    if rng.random() < 0.88:
        _payment(table, bill)
    counts = _counts(roll, bill)
    if counts:
        roll.gap(rng.choice([0, 0.4]))
        for text in counts:
            roll.line(text, rng.choice([0.0, 0.0, 0.5]))
        roll.close()
    if not first_summary and rng.random() < (0.6 if look.country == "my" else 0.3):
        _summary(roll, bill)


def _total_label(roll: Roll, bill: Bill) -> str:
    label = roll.label("total")
    symbol = roll.look.money.symbol.strip()
    return f"{label} ({symbol})" if symbol and roll.rng.random() < 0.15 and "(" not in label else label


def _above_total(table: _Sums, bill: Bill) -> list[_Row]:
    roll, rng = table.roll, table.roll.rng
    rows = []
    rated = [tax for tax in bill.taxes if tax.rate]
    rate = rated[0].rate if rated else 0
    if bill.discount or bill.service or not bill.inclusive or rng.random() < 0.6:
        rows.append(_Row("subtotal", roll.label("subtotal"), table.amount(bill.subtotal)))
    if bill.discount:
        rows.append(_Row("discount", roll.label("discount"), table.amount(-bill.discount)))
    elif rng.random() < 0.1:
        rows.append(_Row("", roll.label("discount"), table.amount(0)))
    if bill.service:
        rows.append(_Row("service_charge", roll.label("service", bill.service_rate), table.amount(bill.service)))
    if not bill.inclusive and bill.taxes:
        rows.append(_Row("tax", roll.label("tax", rate, len(rated) < 2), table.amount(bill.tax)))
    elif bill.taxes and rng.random() < 0.35:
        rows.append(_Row("", roll.label("net"), table.amount(bill.net)))
        rows.append(_Row("tax", roll.label("included", rate, len(rated) < 2), table.amount(bill.tax)))
    if bill.rounding or (roll.look.rules.step > 1 and rng.random() < 0.35):
        rows.append(_Row("rounding", roll.label("rounding"), table.amount(bill.rounding)))
    return rows


def _payment(table: _Sums, bill: Bill) -> None:
    roll, rng = table.roll, table.roll.rng
    rows = [
        _Row("cash", roll.label("cash"), table.amount(bill.paid)),
        _Row("change", roll.label("change"), table.amount(bill.change)),
    ]
    if bill.by_card:
        rows = [_Row("", roll.label("card"), table.amount(bill.paid))]
        masked = rng.choice(
            ["XXXXXXXXXXXX9999", "**** **** **** 9999", "99 XXXXXXXX 9999", "9999-99XX-XXXX-9999", "************9999"]
        )
        if rng.random() < 0.6:
            rows.append(_Row("", roll.label("card_number"), roll.clean(fill(rng, masked))))
        if rng.random() < 0.5:
            rows.append(
                _Row(
                    "",
                    roll.label("approval"),
                    roll.clean(fill(rng, rng.choice(["999999", "A9999999999999", "99A99A"]))),
                )
            )
    elif not bill.change and rng.random() < 0.4:
        rows = rows[:1]
    rows = [row for row in rows if row.value]
    big = rng.random() < 0.15 and roll.look.emphasis == PLAIN
    table.draw(rows, roll.look.body.bold() if big else None)
    roll.close()


def _counts(roll: Roll, bill: Bill) -> list[str]:
    """How many items and pieces."""
    rng, texts = roll.rng, []
    if rng.random() < 0.3:
        texts.append(f"{roll.label('items')}: {len(bill.items)}")
    if rng.random() < 0.3:
        texts.append(f"{roll.label('pieces')}{roll.look.colon}{bill.pieces}")
    return [roll.clean(text) for text in texts]


def _summary(roll: Roll, bill: Bill) -> None:
    """The table of taxes: code, net amount and tax for each rate."""
    rng, look = roll.rng, roll.look
    if not bill.taxes:
        return
    roll.gap(rng.choice([0.2, 0.6, 1.0]))
    if rng.random() < 0.4:
        roll.separate()
    codes = [rng.choice(["{c} = {r}%", "{c} @ {r}%", "{c} {r}%", "{c} @{r}%"]), "{c}", "{r}%"][
        rng.choice([0, 0, 0, 1, 2])
    ]
    heads = [roll.label(rng.choice(["summary_code", "summary"])), roll.label("summary_net"), roll.label("summary_tax")]
    rows = [
        [codes.format(c=tax.code, r=percent(tax.rate)), look.plain.format(tax.net), look.plain.format(tax.tax)]
        for tax in bill.taxes
    ]
    if len(rows) > 1 and rng.random() < 0.3:
        rows.append([WORDS[look.rules.language]["total"][0], look.plain.format(bill.net), look.plain.format(bill.tax)])
    if rng.random() < 0.3:
        roll.line(roll.label("summary"), rng.choice([0.0, 0.0, 0.5]))
        roll.close()
    edges = (look.left, look.left + look.width * rng.uniform(0.62, 0.72), look.right)
    drawn = []
    for row in [heads, *rows]:
        texts = [roll.clean(text) for text in row]
        if roll.width(texts[0]) + roll.width(texts[1]) + look.body.size > edges[1] - edges[0]:
            texts = [texts[0].split()[0], *texts[1:]]
        if roll.width(texts[2]) + look.body.size > edges[2] - edges[1]:
            texts = [*texts[:2], roll.clean(look.tax.split()[-1])]
        roll.row([Cell(text, x, align) for text, x, align in zip(texts, edges, (0.0, 1.0, 1.0), strict=True)])
        drawn.append("".join(f"<td>{html.escape(text, quote=False)}</td>" for text in texts))
    roll.close("table", "<table>" + "".join(f"<tr>{row}</tr>" for row in drawn) + "</table>")
