"""The lower edge of cards: machine-readable lines, bar codes, remarks, signatures."""

from __future__ import annotations

import random
from dataclasses import replace

from training.synth.documents._business import fitted, loose
from training.synth.documents._business_marks import bars, scribble, squares
from training.synth.documents._card_words import WORDS
from training.synth.engine import World
from training.synth.sheet import BLACK, Sheet, Style
from training.synth.words.values import fill


def card_foot(rng: random.Random, world: World, sheet: Sheet, body: Style, top: float) -> None:
    """Machine-readable lines, a bar code with its number, a remark or a signature in what is left below `top`."""
    margin = 0.045 * sheet.width
    free = sheet.height - top - 0.5 * margin
    what = rng.choice(["lines", "code", "remark", "signature", "square"])
    y = sheet.height - free
    if what == "lines" and free > 3.6 * body.size:
        _machine_lines(rng, world, sheet, body, (margin, y), (sheet.width - 2 * margin, free))
    elif what == "code" and free > 2.8 * body.size:
        wide = sheet.width * rng.uniform(0.4, 0.7)
        left = (sheet.width - wide) / 2
        bottom = y + free - 1.8 * body.size
        bars(rng, sheet, (left, max(y + 0.3 * body.size, bottom - 4 * body.size), left + wide, bottom), BLACK)
        line = sheet.write(
            sheet.width / 2, sheet.height - 0.9 * body.size, fill(rng, "9999999999"), body.sized(0.85), 0.5
        )
        sheet.block("text", [line], line.text)
    elif what == "remark" and free > 1.9 * body.size:
        text = rng.choice(WORDS["found"][sheet.language]).replace("#", sheet.fields.get("issuer", ""))
        text = body.face.clean(text)
        style = fitted(
            sheet, text, replace(body.sized(0.8), size=max(10, body.sized(0.8).size)), sheet.width - 2 * margin
        )
        line = sheet.write(sheet.width / 2, sheet.height - 0.8 * body.size, text, style, 0.5)
        sheet.block("paragraph", [line], text)
    elif what == "signature" and free > 2 * body.size:
        left = rng.uniform(margin, 0.5 * sheet.width)
        scribble(rng, sheet, (left, y, left + 0.35 * sheet.width, y + min(free, 3.5 * body.size)), (25, 25, 70))
    elif what == "square" and free > 3 * body.size:
        side = min(free - 0.6 * margin, 0.3 * sheet.width)
        squares(rng, sheet, sheet.width - margin - side, y, side, BLACK)


def _machine_lines(
    rng: random.Random,
    world: World,
    sheet: Sheet,
    body: Style,
    at: tuple[float, float],
    room: tuple[float, float],
) -> None:
    """Two lines of capitals, digits and angle brackets that fill the width."""
    face = world.faces.pick(rng, "en", "mono")
    style = replace(body, face=face, size=body.size, colour=(20, 20, 20))
    count = int(room[0] / sheet.measure("<", style))
    letters = fill(rng, "A<AAA" + "A" * rng.randint(4, 8) + "<<" + "A" * rng.randint(3, 7))
    digits = fill(rng, "A99999999<9AAA9999999A9999999")
    if count < len(digits) or room[1] < 2.5 * style.pitch:
        return
    y = sheet.height - 0.9 * body.size - style.pitch
    lines = []
    for text in (letters, digits):
        content = (text + "<" * count)[: count - rng.choice([0, 0, 1])]
        lines.append(sheet.write(at[0], y, content, style))
        y += style.pitch
    loose(sheet, "text", lines)
