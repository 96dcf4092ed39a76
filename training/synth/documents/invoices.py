"""Invoices, quotations, purchase orders and credit notes on A4 or letter paper."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from training.synth.annotation import Line
from training.synth.documents._business import Entry, ask, loose
from training.synth.documents._business_marks import logo, scribble
from training.synth.documents._business_words import spoken, word
from training.synth.documents._invoice_goods import Party, Trade, item_columns, item_grid, sums, trade
from training.synth.documents._invoice_page import Page, details, known, meta_strip, pairs, table_look
from training.synth.documents._page import choose_language, darker, drawable, require_legible
from training.synth.engine import World
from training.synth.sheet import WHITE, Overflow, Sheet, Style
from training.synth.table.ink import Place, draw

NAME = "invoices"
_ENGLISH = {
    "company": ("issuing company", "开具单位"),
    "customer": ("customer", "客户名称"),
    "invoice_no": ("invoice number", "发票号码"),
    "quote_no": ("quotation number", "报价单号"),
    "order_no": ("order number", "订单号"),
    "credit_no": ("credit note number", "红字发票号"),
    "total": ("total amount", "总金额"),
    "tax": ("amount of tax", "税额"),
    "iban": ("account number", "银行账号"),
    "bic": ("BIC", "银行代码"),
    "phone": ("telephone number", "电话"),
    "email": ("e-mail address", "邮箱"),
    "tax_id": ("tax number", "税号"),
    "customer_no": ("customer number", "客户编号"),
    "order_ref": ("order reference", "订单参考号"),
    "contact": ("contact person", "联系人"),
    "terms": ("payment condition", "付款条件"),
    "shipping": ("shipping charge", "运费"),
    "bank": ("name of the bank", "开户行"),
}
_PLAIN = (*("date", "due_date", "valid_until", "delivery_date", "subtotal", "discount"),)
_NAMES = {key: (key.replace("_", " "), spoken(key)) for key in _PLAIN} | _ENGLISH


def compose(rng: random.Random, world: World) -> Sheet:
    """An invoice or its like; sums add up; fields company, customer, invoice_no, date, total, items and more."""
    language = choose_language(rng)
    width = rng.randint(680, 1060)
    sheet = Sheet(
        width, int(width * rng.choice([1.414, 1.294])), language, {"scan": 4.0, "photo": 3.0, "clean": 3.0, "fax": 1.0}
    )
    size = max(14 if language == "zh" else 12, round(width / rng.uniform(50, 66)))
    grey = rng.randint(0, 60)
    face = world.faces.pick(rng, language, rng.choice(["sans", "sans", "sans", "serif", "any", "mono"]))
    require_legible(face, size)
    body = Style(face, size, (grey, grey, grey), leading=rng.uniform(1.2, 1.45))
    margin = width * rng.uniform(0.05, 0.1)
    colon = rng.choice(["", ":", ":"]) if language != "zh" else rng.choice(["：", "：", ":", ""])
    accent = darker(rng) if rng.random() < 0.7 else body.colour
    page = Page(rng, sheet, body, accent, margin, colon, margin * rng.uniform(0.6, 1.0))
    deal = trade(rng, world, language, face)
    contacts_below = _top(page, deal)
    _parties(page, deal)
    _items(page, deal)
    _payment(page, deal)
    _foot(page, deal, contacts_below)
    ask(rng, sheet, _NAMES)
    return sheet


def _top(page: Page, deal: Trade) -> bool:
    """Seller with logo, and the document's title; whether the seller's contacts are left for the foot."""
    rng, sheet, body, top = page.rng, page.sheet, page.body, page.y
    seller_right = rng.random() < 0.3
    together = rng.random() < 0.25  # the title above or below the seller, not beside
    name = replace(body.sized(rng.uniform(1.2, 1.9)).bold(), colour=page.accent)
    title = replace(body.sized(rng.uniform(1.6, 2.8)), colour=page.accent if rng.random() < 0.6 else body.colour)
    title = title.bold() if rng.random() < 0.7 else title
    contacts_below = rng.random() < 0.4
    room = page.width if together else 0.55 * page.width
    align = rng.choice([0.0, 0.5]) if together else 1.0 if seller_right else 0.0
    x = page.margin if together or not seller_right else page.right - room
    if rng.random() < 0.6:
        side = rng.uniform(2.6, 5.0) * body.size
        logo(rng, sheet, x + align * (room - side), page.y, side, (page.accent, darker(rng)))
        if align == 0.0 and rng.random() < 0.6:
            x, room = x + side + body.size, room - side - body.size
        else:
            page.y += side + 0.2 * body.size
    rows = [(deal.seller.name, name), *((text, body) for text in deal.seller.address)]
    if not contacts_below:
        rows += [(f"{entry.label}{page.end} {entry.value}", body) for entry in deal.contacts]
    lines, bottom = page.stack(x, page.y, rows, align, room)
    known(sheet, "company", deal.seller.name, lines[:1])
    for entry, line in zip(
        deal.contacts if not contacts_below else (), lines[len(lines) - len(deal.contacts) :], strict=False
    ):
        known(sheet, entry.key, entry.value, [line])
    text = body.face.clean(word(rng, deal.kind, sheet.language))
    wide = page.width if together else 0.4 * page.width
    at = page.margin if seller_right or together else page.right - wide
    under = bottom + body.size if together else top
    side_of = align if together else 0.0 if seller_right else 1.0
    heading, title_bottom = page.stack(at, under, [(text, title)], side_of, wide)

    def seller() -> None:
        loose(sheet, "text", lines)

    def headline() -> None:
        sheet.block("title", heading, f"# {text}")
        known(sheet, "document_type", text, heading)

    for add in (headline, seller) if seller_right and not together else (seller, headline):
        add()
    page.y = max(bottom, title_bottom) + rng.uniform(0.5, 1.6) * body.size
    if rng.random() < 0.35:
        sheet.rule(page.margin, page.y, page.right, page.y, page.accent, rng.choice([1, 2, 3]))
    page.y += rng.uniform(0.5, 1.5) * body.size
    return contacts_below


def _parties(page: Page, deal: Trade) -> None:
    """To whom it goes and is sent, beside number and date; or these across the page below."""
    rng, body, top = page.rng, page.body, page.y
    strip, gap = rng.random() < 0.2, 1.5 * page.body.size
    shipped = deal.consignee is not None
    meta_left = not strip and not shipped and rng.random() < 0.2
    wide = (rng.uniform(0.42, 0.5) if not shipped or strip else 0.31) * page.width
    meta_wide = page.width - (2 if shipped else 1) * (wide + gap)
    bottom = top
    if meta_left:
        bottom = pairs(page, deal.meta, page.margin, top, meta_wide)
    x = page.margin + (meta_wide + gap if meta_left else 0.0)
    for key, party in (("to", deal.buyer), ("ship_to", deal.consignee)):
        if party is not None:
            bottom = max(bottom, _address(page, key, party, (x, top), wide, shipped or rng.random() < 0.7))
            x += wide + gap
    if not strip and not meta_left:
        bottom = max(bottom, pairs(page, deal.meta, x, top, meta_wide))
    page.y = bottom
    if strip:
        page.y += body.size
        meta_strip(page, deal.meta)
    page.y += rng.uniform(1.0, 2.5) * body.size


def _address(page: Page, key: str, party: Party, at: tuple[float, float], width: float, headed: bool) -> float:
    """Somebody's name and address, with a heading or bare; where it ends."""
    rng, sheet, body = page.rng, page.sheet, page.body
    label = replace(body.bold() if rng.random() < 0.5 else body.sized(0.85), colour=page.accent)
    rows = [(party.name, body.bold() if rng.random() < 0.4 else body), *((text, body) for text in party.address)]
    if headed:
        rows.insert(0, (body.face.clean(word(rng, key, sheet.language) + page.end), label))
    lines, bottom = page.stack(*at, rows, 0.0, width)
    loose(sheet, "text", lines)
    if key == "to":
        known(sheet, "customer", party.name, [lines[1 if headed else 0]])
    return bottom


def _items(page: Page, deal: Trade) -> None:
    """The table of items and the sums, within or below it."""
    rng, sheet, body = page.rng, page.sheet, page.body
    columns = item_columns(rng, deal.bill)
    entries = sums(rng, sheet.language, body.face, deal)
    within = rng.random() < 0.2
    grid = item_grid(rng, sheet.language, deal, columns, entries if within else ())
    look = replace(table_look(rng, page), stretch=True, align="numbers" if rng.random() < 0.85 else "left")
    drawn = draw(sheet, page.margin, page.y, page.width, grid, body, look)
    sheet.block("table", drawn.lines, drawn.html, drawn.region)
    page.y = drawn.bottom + 0.5 * body.size
    keys = {"name": "name", "quantity": "quantity", "price": "unit_price", "amount": "amount"}
    items: list[dict[str, str]] = [{} for _ in deal.bill.items]
    for place in drawn.places:
        if 1 <= place.row <= len(items) and columns[place.column] in keys and place.cell.text:
            items[place.row - 1][keys[columns[place.column]]] = place.cell.text
    sheet.field(
        "items", items, [line for place in drawn.places if 1 <= place.row <= len(items) for line in place.lines]
    )
    if within:
        _sums_within(sheet, entries, [place for place in drawn.places if place.row > len(items)])
    else:
        _sums_below(page, entries)
    _ask_items(page, columns, drawn.places, items)


def _sums_within(sheet: Sheet, entries: Sequence[Entry], places: Sequence[Place]) -> None:
    for i, entry in enumerate(entries):
        label, value = places[2 * i], places[2 * i + 1]
        known(sheet, entry.key, value.cell.text, [*label.lines, *value.lines])


def _sums_below(page: Page, entries: Sequence[Entry]) -> None:
    """Sums at the right, the total set off by a rule or a band."""
    rng, sheet, body = page.rng, page.sheet, page.body
    total = body.sized(rng.uniform(1.0, 1.4)).bold()
    band = rng.random() < 0.3
    label_width = max(sheet.measure(entry.label, total if entry.key == "total" else body) for entry in entries)
    value_width = max(sheet.measure(entry.value, total if entry.key == "total" else body) for entry in entries)
    gap, pad = rng.uniform(1.2, 4.0) * body.size, rng.uniform(0.2, 0.6) * body.size
    left = page.right - pad - value_width - gap - label_width
    if left < page.margin:
        raise Overflow("the sums are too wide")
    labels_right = rng.random() < 0.3
    lines: list[Line] = []
    y = page.y
    for entry in entries:
        style, high = (total, 1.5 * total.pitch) if entry.key == "total" else (body, body.pitch * 1.1)
        if entry.key == "total" and band:
            sheet.fill(left - pad, y, page.right, y + high, page.accent)
            style = replace(style, colour=WHITE)
        elif entry.key == "total" and len(entries) > 1:
            sheet.rule(left - pad, y + 0.12 * high, page.right, y + 0.12 * high, body.colour, rng.choice([1, 2]))
        base, row = y + high / 2 + 0.35 * style.size, sheet.next_row()
        at, align = (left + label_width, 1.0) if labels_right else (left, 0.0)
        pair = [
            sheet.write(at, base, entry.label, style, align, row),
            sheet.write(page.right - pad, base, entry.value, style, 1.0, row),
        ]
        lines += pair
        known(sheet, entry.key, entry.value, pair)
        y += high
    loose(sheet, "field", lines)
    page.y = y + rng.uniform(0.5, 1.5) * body.size


def _ask_items(page: Page, columns: Sequence[str], places: Sequence[Place], items: Sequence[dict[str, str]]) -> None:
    """The price of an item whose name and place are its own."""
    names = [item.get("name", "") for item in items]
    row = page.rng.randrange(len(items))
    name, price = names[row], items[row].get("amount", "")
    if not name or not price or sum(name in other for other in names) != 1:
        return
    lines = [line for place in places if place.row == row + 1 for line in place.lines]
    key = page.rng.choice(["amount", "quantity", "unit_price"])
    english = {"amount": "the amount for", "quantity": "the quantity of", "unit_price": "the unit price of"}[key]
    chinese = {"amount": "金额", "quantity": "数量", "unit_price": "单价"}[key]
    page.sheet.question(f"What is {english} {name}?", f"“{name}”的{chinese}是多少？", items[row][key], lines)
    named = [place.lines[0] for place in places if 1 <= place.row <= len(items) and columns[place.column] == "name"]
    page.sheet.question("How many items are listed?", "一共列出了多少个项目？", str(len(items)), named)


def _payment(page: Page, deal: Trade) -> None:
    """How to pay, and remarks."""
    rng, sheet, body = page.rng, page.sheet, page.body
    floor = sheet.height - page.margin - 3 * body.pitch
    if page.y + (len(deal.payment) + 2) * body.pitch < floor and rng.random() < 0.75:
        if rng.random() < 0.6:
            style = replace(body.bold(), colour=page.accent)
            text = body.face.clean(word(rng, "payment", sheet.language) + page.end)
            lines, page.y = page.stack(page.margin, page.y, [(text, style)], 0.0, page.width)
            sheet.block("section_title" if not page.end else "text", lines, f"## {text}" if not page.end else text)
        page.y = pairs(page, deal.payment, page.margin, page.y, 0.7 * page.width) + body.size
    remarks = {word(rng, "thanks", sheet.language): None for _ in range(rng.randint(0, 2))}
    for remark in remarks:
        if page.y + 2.5 * body.pitch < floor:
            small = body.sized(rng.uniform(0.85, 1.0))
            text = drawable(remark, small)
            lines, page.y = sheet.paragraph(page.margin, page.y, page.width, text, small)
            sheet.block("paragraph", lines, text)
            page.y += 0.4 * body.size
    if rng.random() < 0.15 and page.y + 6 * body.size < floor:
        wide = 0.3 * page.width
        x = page.right - wide if rng.random() < 0.6 else page.margin
        scribble(rng, sheet, (x, page.y, x + wide, page.y + 4 * body.size), (25, 30, 110))
        page.y += 4.5 * body.size


def _foot(page: Page, deal: Trade, contacts: bool) -> None:
    """The seller's details in small type at the bottom, where they were not given above, or a page number."""
    rng, sheet = page.rng, page.sheet
    small = replace(page.body.sized(0.82), size=max(11, page.body.sized(0.82).size))
    base = sheet.height - 0.55 * page.margin
    if page.y > base - 3.5 * small.pitch:
        raise Overflow("the invoice is longer than its page")
    if contacts and deal.contacts:
        top = base - 3.1 * small.pitch
        sheet.rule(page.margin, top, page.right, top, page.accent)
        details(page, deal.contacts, top + 0.9 * small.pitch, small)
    if rng.random() < 0.4:
        line = sheet.write(page.right, base, page.body.face.clean(word(rng, "page", sheet.language)), small, 1.0)
        sheet.block("footer", [line])
