"""Questions about a receipt, each with the one answer that is printed."""

from __future__ import annotations

import random
from collections import Counter

from training.synth.annotation import Line
from training.synth.documents._receipt_goods import Bill
from training.synth.sheet import Sheet

_WORDINGS: dict[str, tuple[tuple[str, str], ...]] = {
    "total": (
        ("What is the total amount?", "总金额是多少？"),
        ("How much had to be paid in total?", "一共应付多少钱？"),
        ("What does the receipt come to?", "这张小票合计多少？"),
    ),
    "date": (
        ("What is the date on the receipt?", "小票上的日期是什么？"),
        ("When was this bought?", "这是哪一天买的？"),
        ("On which date was the receipt issued?", "小票是哪天开的？"),
    ),
    "company": (
        ("Which company issued this receipt?", "这张小票是哪家公司开的？"),
        ("What is the name of the shop?", "商家名称是什么？"),
    ),
    "invoice_no": (
        ("What is the receipt or invoice number?", "单号是多少？"),
        ("Which number does the receipt have?", "小票的编号是什么？"),
    ),
    "tax": (("How much tax is included or added?", "税额是多少？"), ("What is the tax amount?", "税是多少钱？")),
    "subtotal": (("What is the subtotal?", "小计是多少？"),),
    "cash": (("How much was handed over?", "顾客付了多少钱？"), ("What amount was tendered?", "实收多少？")),
    "change": (("How much change was given?", "找零多少？"), ("What is the change?", "找了多少钱？")),
    "time": (("At what time was this bought?", "是几点买的？"), ("What time is printed?", "小票上的时间是几点？")),
    "rounding": (("How large is the rounding adjustment?", "舍入金额是多少？"),),
    "service_charge": (("How much is the service charge?", "服务费是多少？"),),
}


def ask(rng: random.Random, sheet: Sheet, bill: Bill) -> None:
    """Adds two to six questions, the total mostly among them."""
    known = [name for name in _WORDINGS if name in sheet.fields and name != "total"]
    chosen = rng.sample(known, min(len(known), rng.randint(1, 4)))
    for name in (["total"] if rng.random() < 0.8 else []) + chosen:
        en, zh = rng.choice(_WORDINGS[name])
        sheet.question(en, zh, sheet.fields[name], sheet.evidence[name])
    _ask_of_items(rng, sheet, bill)


def _ask_of_items(rng: random.Random, sheet: Sheet, bill: Bill) -> None:
    """The price or quantity of an item whose name occurs once; what was bought where it was one thing."""
    items = sheet.fields["items"]
    lines = sheet.evidence["items"]
    if len(items) == 1:
        en, zh = rng.choice([("What was bought?", "买了什么？"), ("Which item is listed?", "小票上列了哪件商品？")])
        sheet.question(en, zh, items[0]["name"], lines)
        return
    names = Counter(item["name"] for item in items)
    known = [item for item in items if names[item["name"]] == 1 and len(item["name"]) > 2]
    known = [item for item in known if sum(item["name"] in other["name"] for other in items) == 1]
    for item in rng.sample(known, min(len(known), rng.randint(0, 2))):
        name, held = item["name"], _lines_of(item, lines)
        if "qty" in item and rng.random() < 0.35:
            sheet.question(f"How many of “{name}” were bought?", f"“{name}”买了多少？", item["qty"], held)
        else:
            sheet.question(f"What is the price of “{name}”?", f"“{name}”的金额是多少？", item["price"], held)


def _lines_of(item: dict[str, str], lines: tuple[Line, ...]) -> list[Line]:
    """The lines of one item, or all where it stands in several."""
    at = [i for i, line in enumerate(lines) if item["name"] in line.text]
    if len(at) != 1:
        return list(lines)
    near = [line for line in lines[max(0, at[0] - 6) : at[0] + 7] if line.row == lines[at[0]].row]
    near = near if lines[at[0]].row >= 0 else []
    return near if any(item["price"] in line.text for line in near) else list(lines)
