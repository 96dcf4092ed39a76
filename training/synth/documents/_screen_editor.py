"""Code editors and terminals."""

from __future__ import annotations

import random
from dataclasses import replace

from PIL import ImageDraw

from training.synth.annotation import Bounds, Line
from training.synth.documents import _screen_code
from training.synth.documents._scene import luminance
from training.synth.documents._screen import Screen, menu_bar, window
from training.synth.documents._screen_templates import SUFFIXES
from training.synth.sheet import Colour, Overflow, Sheet, Style
from training.synth.words import invent

_DARK = {
    "comment": ((106, 153, 85), (98, 114, 164), (128, 128, 128)),
    "string": ((206, 145, 120), (241, 250, 140), (165, 194, 97)),
    "number": ((181, 206, 168), (189, 147, 249), (104, 151, 187)),
    "keyword": ((86, 156, 214), (255, 121, 198), (204, 120, 50)),
    "call": ((220, 220, 170), (80, 250, 123), (255, 198, 109)),
}
_LIGHT = {
    "comment": ((0, 128, 0), (106, 115, 125), (140, 140, 140)),
    "string": ((163, 21, 21), (3, 47, 98), (6, 125, 23)),
    "number": ((9, 134, 88), (0, 92, 197), (23, 80, 235)),
    "keyword": ((0, 0, 255), (215, 58, 73), (0, 51, 179)),
    "call": ((121, 94, 38), (111, 66, 193), (0, 98, 122)),
}


def editor(screen: Screen) -> None:
    """Code in colours, with or without line numbers, files at the left, a status line."""
    rng, sheet, theme = screen.rng, screen.sheet, screen.theme
    kind = rng.choice(list(SUFFIXES))
    names = [f"{invent.word(rng)}.{SUFFIXES[kind]}" for _ in range(rng.randint(1, 6))]
    x1, y1, x2, y2 = window(screen, rng.choice([names[0], f"{names[0]} - {invent.word(rng).title()}"]))
    if rng.random() < 0.4:
        y1 = menu_bar(screen, (x1, y1, x2, y2))
    pitch = screen.style.pitch
    if rng.random() < 0.5:
        sheet.fill(x1, y2 - pitch, x2, y2, theme.accent)
        on_bar = replace(screen.style.sized(0.85), colour=theme.on_accent)
        status = f"Ln {rng.randint(1, 999)}, Col {rng.randint(1, 120)}"
        foot = screen.put(x1 + 10, y2 - pitch / 2, status, on_bar)
        foot += screen.put(x2 - 10, y2 - pitch / 2, f"UTF-8 {kind.title()}", on_bar, align=1.0)
        y2 -= pitch
    else:
        foot = []
    if rng.random() < 0.4:
        wide = (x2 - x1) * rng.uniform(0.16, 0.24)
        sheet.fill(x1, y1, x1 + wide, y2, theme.bar)
        files = [screen.put(x1 + 14, y1 + (i + 0.8) * pitch, name, None, wide - 20) for i, name in enumerate(names)]
        screen.note([line for lines in files for line in lines])
        x1 += wide
    _code(screen, (x1 + 8, y1 + 6, x2 - 8, y2 - 6), kind)
    screen.note(foot, "footer")


def _code(screen: Screen, box: Bounds, kind: str) -> None:
    rng, sheet = screen.rng, screen.sheet
    face = screen.world.faces.pick(rng, "en", "mono")
    style = replace(screen.style, face=face, leading=rng.uniform(1.25, 1.5))
    lines = _screen_code.code(rng, screen.world, kind, int((box[3] - box[1]) / style.pitch))
    palette = _palette(rng, luminance(screen.theme.ground) < 127)
    gutter, first = 0.0, rng.choice([1, 1, rng.randint(2, 400)])
    if rng.random() < 0.7:
        gutter = sheet.measure(str(first + len(lines)), style) + style.size
    letter, found, kept, y = sheet.measure("0", style), [], [], box[1]
    for number, text in enumerate(lines, first):
        y += style.pitch
        indent = len(text) - len(text.lstrip())
        x, row = box[0] + gutter + indent * letter, sheet.next_row()
        if gutter:
            found += screen.put(
                box[0] + gutter - 0.6 * style.size,
                y - 0.4 * style.size,
                str(number),
                replace(style, colour=screen.theme.muted),
                align=1.0,
                row=row,
            )
        if text and face.can_draw(text):
            if x + sheet.measure(text, style) > box[2]:
                raise Overflow("a line of code is wider than its window")
            line = sheet.write(x, y - 0.04 * style.size, text.strip(), style, row=row)
            _colour(sheet, line, text.strip(), palette)
            found.append(line)
        kept.append(text)
    sheet.block("code", found, f"```{kind}\n" + "\n".join(kept) + "\n```")


def _palette(rng: random.Random, dark: bool) -> dict[str, Colour]:
    turn, shades = rng.randrange(3), _DARK if dark else _LIGHT
    return {kind: choices[turn] for kind, choices in shades.items()}


def _colour(sheet: Sheet, line: Line, text: str, palette: dict[str, Colour]) -> None:
    """Gives the tokens of a line, written in one colour, their own."""
    boxes, at = {}, 0
    for word in line.words:
        at = text.index(word.text, at)
        boxes.update({at + i: quad for i, quad in enumerate(word.characters)})
        at += len(word.text)
    pen = ImageDraw.Draw(sheet.colour)
    for start, end, kind in _screen_code.kinds_of(text):
        quads = [boxes[i] for i in range(start, end) if i in boxes]
        x1, x2 = min(quad[0, 0] for quad in quads), max(quad[1, 0] for quad in quads)
        pen.rectangle((x1, line.box[1] - 2, x2, line.box[3] + 2), fill=palette[kind])


def terminal(screen: Screen) -> None:
    """Commands and what they print."""
    rng, sheet = screen.rng, screen.sheet
    x1, y1, x2, y2 = window(screen, rng.choice(["Terminal", "bash", "zsh", "cmd", "~", "ssh"]))
    if rng.random() < 0.6:
        shade = rng.choice([(0, 0, 0), (48, 10, 36), (30, 30, 30), (1, 36, 86)])
        sheet.fill(x1 + 1, y1, x2 - 1, y2 - 1, shade)
        ink: Colour = rng.choice([(230, 230, 230), (0, 230, 80), (255, 255, 255)])
    else:
        ink = screen.theme.ink
    style = Style(screen.world.faces.pick(rng, "en", "mono"), screen.style.size, ink, leading=rng.uniform(1.2, 1.45))
    tint = rng.choice([ink, (120, 200, 80) if sum(ink) > 300 else (0, 110, 40)])
    found, kept, y = [], [], y1 + 4
    for prompt, text in _screen_code.session(rng, screen.world, int((y2 - y1 - 12) / style.pitch)):
        y += style.pitch
        whole = screen.cut(f"{prompt} {text}" if prompt else text, style, x2 - x1 - 16)
        if whole:
            line = sheet.write(x1 + 8, y, whole, style)
            if prompt and tint != ink and whole.startswith(prompt):
                quad = line.words[len(prompt.split()) - 1].box
                ImageDraw.Draw(sheet.colour).rectangle(
                    (line.box[0], line.box[1] - 2, quad[2], line.box[3] + 2), fill=tint
                )
            found.append(line)
            kept.append(whole)
    sheet.block("code", found, "```\n" + "\n".join(kept) + "\n```")
