"""Receipts: thermal and dot-matrix rolls, printed cash bills and scans of them, put together from parts.

Fields have the names of SROIE (company, date, address, total); beside them invoice_no, time, subtotal, discount,
service_charge, tax, rounding, cash, change and items, whichever are printed. All sums are right (`_receipt_goods`).
"""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
from PIL import Image

from training.synth.documents import _receipt_foot, _receipt_head, _receipt_items, _receipt_sums
from training.synth.documents._receipt_goods import Bill, shop
from training.synth.documents._receipt_questions import ask
from training.synth.documents._receipt_regions import REGIONS, Region
from training.synth.documents._receipt_roll import PLAIN, Look, Roll, placed
from training.synth.documents._receipt_sellers import trade as any_trade
from training.synth.engine import World
from training.synth.sheet import Overflow, Sheet, Style
from training.synth.words.invent import Money, currency

NAME = "receipts"
MOST_PIXELS = 1_500_000
_INKS = ((0, 0, 0),) * 12 + ((45, 45, 50), (70, 70, 80), (60, 50, 120), (90, 110, 170), (40, 50, 110), (110, 80, 70))


def compose(rng: random.Random, world: World) -> Sheet:
    """A receipt of any kind. Raises Overflow where one does not fit."""
    country = rng.choices(list(REGIONS), [region.weight for region in REGIONS.values()])[0]
    kind = rng.choices(["roll", "form"], [88, 12])[0]
    trade = any_trade(rng)
    look, width = _look(rng, world, country, REGIONS[country], kind)
    most = rng.choice([6, 10, 16, 24])
    bill = shop(rng, world.corpus, look.rules, trade, most)
    top = look.body.size * rng.uniform(0.3, 2.5)
    sheet = Sheet(width, MOST_PIXELS // width, look.rules.language)
    roll = Roll(rng, sheet, look, top)
    _write(roll, world, bill, trade)
    ask(rng, sheet, bill)
    _receipt_foot.by_hand(roll, max(top, 20.0))
    height = min(sheet.height, int(roll.y + look.body.size * rng.uniform(0.8, 3.5)))
    if kind == "form":
        height = min(sheet.height, max(height, int(width * rng.uniform(0.6, 1.3))))
    _rough(rng, sheet, height)
    return _framed(rng, sheet, height, look.body.size)


def _write(roll: Roll, world: World, bill: Bill, trade: str) -> None:
    """All parts from top to bottom."""
    rng, look = roll.rng, roll.look
    visit = _receipt_head.visit(rng, rng.choice(look.rules.dates.split("|")))
    if rng.random() < 0.04:
        _receipt_foot.note(roll, world.faces)
    title_first = rng.random() < 0.06
    if title_first:
        _receipt_head.title(roll)
    _receipt_head.header(roll, world.corpus, trade)
    if not title_first and rng.random() < 0.85:
        _receipt_head.title(roll)
    told = _receipt_head.entries(roll, world.corpus, trade, visit)
    late = rng.random() < 0.12
    if not late:
        if rng.random() < 0.4:
            roll.separate()
        _receipt_head.meta(roll, told, visit)
    roll.separate()
    _receipt_items.mode(roll, trade)
    edge = _receipt_items.items(roll, bill)
    roll.separate()
    _receipt_sums.sums(roll, bill, edge)
    if late:
        roll.gap(0.5)
        _receipt_head.meta(roll, told, visit)
    _receipt_foot.footer(roll, visit, added=bool(bill.tax) and not bill.inclusive)


def _look(rng: random.Random, world: World, country: str, rules: Region, kind: str) -> tuple[Look, int]:
    """A look, and the width of the sheet it is for."""
    language = rules.language
    mono = kind == "roll" and rng.random() < 0.62
    face = world.faces.pick(rng, language, "mono" if mono else rng.choice(["sans", "sans", "sans", "serif"]))
    width = rng.randint(430, 820) if kind == "roll" else rng.randint(760, 1040)
    margin = width * (rng.uniform(0.03, 0.1) if kind == "roll" else rng.uniform(0.04, 0.09))
    size = round((width - 2 * margin) / rng.uniform(17, 27)) if kind == "roll" else round(width / rng.uniform(36, 50))
    if not 14 <= size <= 36:
        raise Overflow("the text would be too small or too large")
    ink = rng.choice(_INKS)
    tracking = rng.choice([0.0] * 8 + [0.03, -0.03]) if not mono else 0.0
    body = Style(face, size, ink, tracking, leading=rng.uniform(1.14, 1.5))
    if not mono and rng.random() < 0.08:
        body = body.bold()
    heading = body.bold() if rng.random() < 0.5 else body
    if rng.random() < 0.4:
        heading = heading.sized(rng.uniform(1.1, 1.6))
    return Look(
        country=country,
        rules=rules,
        tax=rng.choice(rules.taxes.split("|")),
        body=body,
        heading=heading,
        left=margin,
        right=width - margin,
        upper=rng.random() < (0.5 if mono else 0.3),
        header_align=0.5 if rng.random() < 0.78 else 0.0,
        separator=rng.choices(["-", "=", "*", ".", "_", "rule", "dashes", "none"], [40, 8, 3, 2, 2, 18, 15, 12])[0],
        colon=rng.choice([": ", ": ", ": ", " : ", ":", " "]),
        money=(money := _money(rng, rules)),
        plain=replace(money, symbol=""),
        emphasis=rng.choice([PLAIN, PLAIN, PLAIN, (1.5, 1.0), (1.0, 1.8), (1.6, 1.6), (1.25, 1.25)]),
        emphasis_bold=rng.random() < 0.45,
    ), width


def _money(rng: random.Random, rules: Region) -> Money:
    symbol = rng.choice(rules.symbols.split("|"))
    if rules.language == "en":
        return Money(symbol + rng.choice(["", "", " "]), True, ".", rng.choice([",", ",", ""]))
    return replace(currency(rng, rules.language), symbol=symbol, before=rules.language == "zh" and symbol != "元")


def _rough(rng: random.Random, sheet: Sheet, height: int) -> None:
    """The ink as a printer leaves it: smooth, in hard dots, or as rows of needles."""
    draw = rng.random()
    if draw > 0.3:
        return
    ink = np.asarray(sheet.ink)[:height]
    if draw < 0.2:
        sheet.ink.paste(Image.fromarray(np.where(ink > rng.randint(90, 150), np.uint8(255), np.uint8(0))))
        return
    period = rng.uniform(2.4, 3.4)
    waves = [0.5 + 0.5 * np.cos(np.arange(side, dtype=np.float32) * (2 * np.pi / period)) for side in ink.shape]
    dots = 1 - rng.uniform(0.35, 0.7) * (1 - np.sqrt(np.outer(*waves)))
    sheet.ink.paste(Image.fromarray((ink * dots).astype(np.uint8)))


def _framed(rng: random.Random, sheet: Sheet, height: int, size: int) -> Sheet:
    """The receipt cut off below, narrowed or not, alone or on a larger scanned page."""
    narrow = rng.uniform(0.74, 0.95) if rng.random() < 0.4 else 1.0
    sheet.profiles = {"scan": 4.0, "thermal": 3.0, "photo": 2.0, "clean": 0.7, "fax": 0.3}
    scale = rng.uniform(14.5, 19) / size
    if rng.random() < 0.2 and scale < 1 and height * scale < 1150 and sheet.width * scale * narrow < 900:
        across = rng.randint(max(700, int(sheet.width * scale * narrow) + 20), 1000)
        page = (across, int(across * 1.414))
        if height * scale + 20 < page[1]:
            free = (page[0] - sheet.width * scale * narrow, page[1] - height * scale)
            at = (int(free[0] * rng.uniform(0, 1)), int(free[1] * rng.uniform(0, 0.6)))
            sheet.profiles = {"scan": 4.0, "fax": 0.7, "clean": 0.3}
            return placed(sheet, height, page, (scale * narrow, scale), at)
    return placed(sheet, height, (round(sheet.width * narrow), height), (narrow, 1.0), (0, 0))
