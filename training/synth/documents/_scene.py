"""Text on pictures: colours that stand out, panels that may be turned, text stacked to fill them, shadows."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from training.synth.annotation import Bounds, Line
from training.synth.documents._backgrounds import colour
from training.synth.faces import Face
from training.synth.fonts import load
from training.synth.sheet import BLACK, WHITE, Colour, Overflow, Sheet, Style

LEAST = 11
"""Pixels per em of the smallest text in a scene."""

_TRIAL = 24  # sizes are tried by scaling the panel to text of this size: text once measured need not be again


def x_height(style: Style) -> float:
    """The height of small letters in pixels; of some hands it is a quarter of an em."""
    return -load(style.face.files[0], 100).getbbox("x", anchor="ls")[1] * style.size / 100


def contrast(one: Colour, other: Colour) -> float:
    """From 1 (the same) to 21 (black and white), as WCAG 2.1 defines it."""
    dark, light = sorted(map(_brightness, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def _brightness(shade: Colour) -> float:
    red, green, blue = (part / 3294.6 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in shade)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def plain(face: Face, text: str) -> str:
    """What the face can draw of a text; two dollar signs, which would enclose a formula, are taken out."""
    return face.clean(text.replace("$", "") if text.count("$") > 1 else text)


def luminance(shade: Colour) -> float:
    """0 (black) to 255 (white)."""
    return 0.3 * shade[0] + 0.59 * shade[1] + 0.11 * shade[2]


def ink_on(rng: random.Random, ground: Colour) -> Colour:
    """A colour that can be read on another: often black or white, else any hue that is dark or light enough."""
    for _ in range(20):
        found = rng.choice([BLACK, WHITE, WHITE, colour(rng, (0.2, 1), (0, 0.4)), colour(rng, (0, 0.6), (0.8, 1))])
        if abs(luminance(found) - luminance(ground)) > 95:
            return found
    return BLACK if luminance(ground) > 127 else WHITE


def beneath(sheet: Sheet, box: Bounds) -> Colour:
    """The mean colour of the picture within a box."""
    x1, y1, x2, y2 = (round(side) for side in box)
    part = sheet.graphics.crop((x1, y1, x2, y2)).resize((1, 1), Image.Resampling.BOX)
    red, green, blue = part.getpixel((0, 0))  # type: ignore[misc]
    return int(red), int(green), int(blue)


def cast_shadow(sheet: Sheet, line: Line, shift: tuple[float, float], blur: float, shade: Colour = BLACK) -> None:
    """Draws a written line's ink on the picture once more, shifted, blurred and in another colour."""
    x1, y1, x2, y2 = line.box
    reach = 3 * blur + 2
    box = (round(x1 - reach), round(y1 - reach), round(x2 + reach), round(y2 + reach))
    mask = sheet.ink.crop(box)
    if blur:
        mask = mask.filter(ImageFilter.GaussianBlur(blur))
    sheet.graphics.paste(shade, (box[0] + round(shift[0]), box[1] + round(shift[1])), mask)


class Turn(NamedTuple):
    """A rotation by degrees, clockwise, about a point."""

    centre: tuple[float, float]
    angle: float

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the upright layout goes."""
        turn = np.deg2rad(self.angle)
        dx, dy = x - self.centre[0], y - self.centre[1]
        return (
            float(self.centre[0] + dx * np.cos(turn) - dy * np.sin(turn)),
            float(self.centre[1] + dx * np.sin(turn) + dy * np.cos(turn)),
        )


def panel(sheet: Sheet, turn: Turn, draw: Callable[[ImageDraw.ImageDraw], None], shadow: float = 0.0) -> None:
    """A panel over the sheet: `draw` draws it upright, in sheet pixels, on a transparent layer; then it is turned.

    `shadow` is how far it throws one, in pixels.
    """
    layer = Image.new("RGBA", (sheet.width, sheet.height), (0, 0, 0, 0))
    draw(ImageDraw.Draw(layer))
    if turn.angle:
        matrix = cv2.getRotationMatrix2D(turn.centre, -turn.angle, 1.0)
        size = (sheet.width, sheet.height)
        layer = Image.fromarray(cv2.warpAffine(np.asarray(layer), matrix, size, flags=cv2.INTER_LINEAR))
    mask = layer.getchannel("A")
    if shadow:
        small = mask.resize((max(1, sheet.width // 4), max(1, sheet.height // 4)))
        soft = small.filter(ImageFilter.GaussianBlur(max(0.5, shadow / 8))).point(lambda level: level // 2)
        sheet.graphics.paste(BLACK, (round(shadow * 0.7), round(shadow)), soft.resize(mask.size))
    sheet.graphics.paste(layer.convert("RGB"), (0, 0), mask)


@dataclass(frozen=True)
class Entry:
    """A text of a panel: `scale` is its size against the others', `right` stands at the end of its row.

    Neighbours with one `group` (not "") are one block. `translation` is the text in the sheet's target language.
    """

    text: str
    scale: float = 1.0
    right: str = ""
    bold: bool = False
    kind: str = "text"
    group: str = ""
    translation: str = ""
    colour: Colour | None = None
    face: Face | None = None

    def style(self, base: Style) -> Style:
        """How it is set, given how text of scale 1 is."""
        face = self.face or base.face
        found = replace(base.sized(self.scale), face=face.bold if self.bold else face)
        return found if self.colour is None else replace(found, colour=self.colour)


class _Row(NamedTuple):
    """A row of an entry, wrapped."""

    entry: Entry
    text: str
    right: str
    style: Style


def stack(
    sheet: Sheet,
    box: Bounds,
    entries: Sequence[Entry],
    base: Style,
    align: str = "centre",
    turn: Turn | None = None,
    largest: float = 0.45,
) -> list[list[Line]]:
    """Entries under one another in a box, as large as fits; the lines of each, and a block for each group.

    `base` gives face and colour, its size is chosen. `largest` is the tallest that a row may be, in heights of the
    box. Raises Overflow if the smallest size does not fit.
    """
    entries = [entry for entry in (_cleaned(entry, base) for entry in entries) if entry.text]
    if not entries:
        raise Overflow("there is nothing to write")
    wide, tall = box[2] - box[0], box[3] - box[1]
    size = largest * tall / max(entry.scale for entry in entries)
    while not _fits(sheet, wide * _TRIAL / size, tall * _TRIAL / size, entries, replace(base, size=_TRIAL)):
        size *= 0.94
        if size < 2:
            raise Overflow("the texts do not fit into their panel")
    while True:  # sizes are whole pixels: what fits on trial may not fit by a little
        style = replace(base, size=max(1, round(size)))
        if any(set_in.size < LEAST or x_height(set_in) < 5 for set_in in (entry.style(style) for entry in entries)):
            raise Overflow("the texts do not fit into their panel")
        rows = _rows(sheet, wide, entries, style)
        if rows is not None and sum(row.style.pitch for row in rows) <= tall:
            return _set(sheet, box, rows, align, turn or Turn((0, 0), 0))
        size *= 0.95


def _fits(sheet: Sheet, width: float, height: float, entries: Sequence[Entry], style: Style) -> bool:
    rows = _rows(sheet, width, entries, style)
    return rows is not None and sum(row.style.pitch for row in rows) <= height


def _cleaned(entry: Entry, base: Style) -> Entry:
    face = entry.face or base.face
    return replace(entry, text=plain(face, entry.text), right=plain(face, entry.right))


def _rows(sheet: Sheet, width: float, entries: Sequence[Entry], base: Style) -> list[_Row] | None:
    """The rows at a size; None if a word or a row that must not be broken is too wide."""
    rows = []
    for entry in entries:
        style = entry.style(base)
        room = width - (sheet.measure(entry.right, style) + 1.2 * style.size if entry.right else 0)
        if (
            room < 2 * style.size
            or (entry.scale > 1.2 and len(entry.text) < 14) * sheet.measure(entry.text, style) > room
        ):
            return None
        try:
            texts = sheet.wrap(entry.text, style, room)
        except Overflow:
            return None
        rows += [_Row(entry, text, entry.right if i == 0 else "", style) for i, text in enumerate(texts)]
    return rows


def _set(sheet: Sheet, box: Bounds, rows: Sequence[_Row], align: str, turn: Turn) -> list[list[Line]]:
    left = box[3] - box[1] - sum(row.style.pitch for row in rows)
    free = min(left / (len(rows) + 1), 0.35 * rows[0].style.pitch)
    y = box[1] + (left - free * (len(rows) - 1)) / 2
    part = {"left": 0.0, "centre": 0.5, "right": 1.0}[align]
    found: list[tuple[Entry, list[Line]]] = []
    for row in rows:
        y += row.style.pitch
        base = y - row.style.pitch / 2 + 0.36 * row.style.size
        number = sheet.next_row() if row.right else -1
        side = 0.0 if row.entry.right else part
        lines = [_put(sheet, turn, box[0] + side * (box[2] - box[0]), base, row.text, row.style, side, number)]
        if row.right:
            lines.append(_put(sheet, turn, box[2], base, row.right, row.style, 1.0, number))
        if found and found[-1][0] is row.entry:
            found[-1][1].extend(lines)
        else:
            found.append((row.entry, lines))
        y += free
    _blocks(sheet, found)
    return [lines for _, lines in found]


def _put(sheet: Sheet, turn: Turn, x: float, y: float, text: str, style: Style, align: float, row: int) -> Line:
    return sheet.write(*turn.point(x, y), text, style, align, row, turn.angle)


def _blocks(sheet: Sheet, found: Sequence[tuple[Entry, list[Line]]]) -> None:
    """A block for each entry, one for neighbours of a group."""
    together: list[tuple[Entry, list[Line], list[str], list[str]]] = []
    for entry, lines in found:
        text = f"{entry.text} {entry.right}".rstrip()
        if together and entry.group and together[-1][0].group == entry.group:
            together[-1][1].extend(lines)
            together[-1][2].append(text)
            together[-1][3].append(entry.translation)
        else:
            together.append((entry, list(lines), [text], [entry.translation]))
    for entry, lines, texts, translations in together:
        mark = {"title": "# ", "section_title": "## "}.get(entry.kind, "")
        known = "\n".join(translations) if all(translations) else ""
        sheet.block(entry.kind, lines, mark + "\n".join(texts), translation=mark + known if known else "")
