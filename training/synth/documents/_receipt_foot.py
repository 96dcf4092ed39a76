"""The end of a receipt: thanks, conditions, codes, and what people leave on it by hand."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from training.synth.documents import _receipt_marks as marks
from training.synth.documents._receipt_head import Visit
from training.synth.documents._receipt_roll import Cell, Roll
from training.synth.documents._receipt_words import WORDS
from training.synth.faces import Faces
from training.synth.sheet import Style
from training.synth.words import invent
from training.synth.words.values import fill

_INCLUSIVE = re.compile("inclu|inkl|comprensiv|zawier|含税", re.IGNORECASE)
_RETURNS = re.compile("return|refund|exchange|échang", re.IGNORECASE)


def footer(roll: Roll, visit: Visit, added: bool) -> None:
    """Thanks and conditions in some order, barcodes, when it was printed. `added`: tax is added to the prices."""
    rng, look, language = roll.rng, roll.look, roll.look.rules.language
    align = 0.5 if rng.random() < 0.85 else 0.0
    roll.gap(rng.choice([0.3, 0.8, 1.5]))
    if rng.random() < 0.4:
        roll.separate()
    parts = ["thanks"] if rng.random() < 0.85 else []
    parts += ["policy"] * rng.choice([0, 0, 1, 1, 2, 3])
    rng.shuffle(parts)
    policies = _agreeing(rng, WORDS[language]["policy"], added)
    for part, wordings in (("thanks", WORDS[language]["thanks"]), ("policy", policies)):
        texts = rng.sample(wordings, min(len(wordings), parts.count(part)))
        parts = [texts.pop() if known == part and texts else known for known in parts]
    parts = [part for part in parts if part not in ("thanks", "policy")]
    for text in parts:
        text = roll.clean(text.format(tax=look.tax))
        lines = roll.line(text, align)
        roll.close("paragraph", ("" if language == "zh" else " ").join(line.text for line in lines))
    for chance, text in (
        (0.12, rng.choice([invent.url, invent.email])(rng, language)),
        (0.15, f"{roll.label('printed')}{look.colon}{visit.date} {visit.time}"),
        (0.1, roll.label("copy")),
    ):
        if rng.random() < chance and roll.width(roll.clean(text)) < look.width:
            roll.line(roll.clean(text), align)
            roll.close()
    codes(roll)


def _agreeing(rng: random.Random, policies: Sequence[str], added: bool) -> list[str]:
    """Conditions that do not contradict each other or the sums: prices that include a tax, and one rule on returns."""
    possible = [text for text in policies if not (added and _INCLUSIVE.search(text))]
    returns = [text for text in possible if _RETURNS.search(text)]
    kept = rng.choice(returns) if returns else ""
    return [text for text in possible if text not in returns or text == kept]


def codes(roll: Roll) -> None:
    """A barcode or QR code with or without its number, now and then."""
    rng, look, middle = roll.rng, roll.look, (roll.look.left + roll.look.right) / 2
    draw = rng.random()
    roll.gap(0.6)
    if draw < 0.12:
        height = look.body.size * rng.uniform(1.5, 3)
        marks.barcode(rng, roll.sheet, middle, roll.y, look.width * rng.uniform(0.5, 0.85), height)
        roll.y += height
        if rng.random() < 0.7:
            roll.line(fill(rng, rng.choice(["9999999999999", "999999999999999999", "*AA9999999*"])), 0.5)
            roll.close()
    elif draw < 0.2:
        roll.y = marks.qr_code(
            rng, roll.sheet, middle, roll.y, max(2, round(look.width * rng.uniform(0.25, 0.45) / 29))
        )


def by_hand(roll: Roll, top: float) -> None:
    """Ticks, rings, signatures and punched holes, over what is printed."""
    rng, sheet, look = roll.rng, roll.sheet, roll.look
    if rng.random() < 0.06:
        marks.scribble(
            rng, sheet, look.left + look.width * rng.uniform(0, 0.5), top * rng.uniform(0.5, 0.9), look.body.size * 2
        )
    if rng.random() < 0.06:
        marks.scribble(
            rng, sheet, look.left + look.width * rng.uniform(0, 0.5), roll.y + 2 * look.body.size, look.body.size * 2
        )
    held = [line for name in ("total", "cash", "tax") for line in sheet.evidence.get(name, ())]
    for line in held:
        if rng.random() < 0.04:
            marks.ring(rng, sheet, line.box)
        if rng.random() < 0.05 and line.box[2] + look.body.size < sheet.width:
            marks.tick(rng, sheet, line.box[2] + 0.5 * look.body.size, line.box[3], look.body.size)
    if rng.random() < 0.03:
        marks.holes(rng, sheet, roll.y)


def note(roll: Roll, faces: Faces) -> None:
    """A number or two written at the top in someone's hand, as a line of its own."""
    rng, look = roll.rng, roll.look
    style = Style(faces.pick(rng, "en", "hand"), round(look.body.size * rng.uniform(1.2, 1.8)))
    text = style.face.clean(fill(rng, rng.choice(["A99999", "9999999", "acc999", "9/99", "A99 9999"])))
    part = rng.choice([0.0, 0.5, 1.0])
    if text:
        roll.row([Cell(text, look.left + part * look.width, part)], style)
        roll.close()
