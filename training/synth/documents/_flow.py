"""Blocks of text that flow down columns: wrapped, justified, cut at a column's end, headings kept with what follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from training.synth.annotation import Line, bounds
from training.synth.sheet import Sheet, Style


class Full(Exception):
    """No column has room for what comes next."""


@dataclass(frozen=True)
class Column:
    """Where text flows, in pixels."""

    x: float
    top: float
    width: float
    bottom: float

    @property
    def right(self) -> float:
        """The right edge."""
        return self.x + self.width


def columns(x: float, top: float, width: float, bottom: float, count: int, gutter: float) -> list[Column]:
    """Columns of equal width side by side."""
    each = (width - (count - 1) * gutter) / count
    return [Column(x + i * (each + gutter), top, each, bottom) for i in range(count)]


def baseline(y: float, style: Style) -> float:
    """The baseline of a line whose frame, `style.pitch` high, begins at `y`."""
    return y + style.pitch / 2 + 0.34 * style.size


def joined(parts: Sequence[Line]) -> Line:
    """One line out of pieces that stand beside each other, as a number and its item."""
    words = tuple(word for part in parts for word in part.words)
    x1, y1, x2, y2 = bounds(word.characters.reshape(-1, 2) for word in words)
    quad = parts[0].quad.copy()
    quad[:] = [[x1, y1], [x2, y1], [x2, y2], [x1, y2]]
    return Line(words, quad, parts[0].row)


class Flow:
    """Writes blocks from above downwards, column after column. `y` is where the last one ended."""

    def __init__(self, sheet: Sheet, parts: Sequence[Column]) -> None:
        self.sheet, self.column, self._later = sheet, parts[0], list(parts[1:])
        self.y = self.column.top

    @property
    def fresh(self) -> bool:
        """Whether nothing stands in the column yet."""
        return self.y == self.column.top

    def room(self, gap: float = 0.0) -> float:
        """Pixels left in this column, below a gap unless it is fresh."""
        return self.column.bottom - self.y - (0 if self.fresh else gap)

    def turn(self) -> None:
        """Goes to the top of the next column. Raises Full if there is none."""
        if not self._later:
            raise Full
        self.column = self._later.pop(0)
        self.y = self.column.top

    def claim(self, height: float, gap: float = 0.0, follow: float = 0.0) -> float:
        """The y of `height` free pixels with `follow` more below, in the next column where this one is too short.

        They count as used then. Raises Full.
        """
        while self.room(gap) < height + follow:
            self.turn()
        top = self.y + (0 if self.fresh else gap)
        self.y = top + height
        return top

    def text(
        self,
        kind: str,
        text: str,
        style: Style,
        prefix: str = "",
        align: str = "left",
        indent: float = 0.0,
        gap: float = 0.0,
        follow: float = 0.0,
        cut: bool = False,
        translation: str = "",
    ) -> list[Line]:
        """A block of wrapped text, `prefix` and the text its markup; returns its lines. An empty text is no block.

        With `cut` it may go on in the next column, as another block (whose lines are not returned), and end with the
        last column. `follow` is as for `claim`.
        """
        texts = self.sheet.wrap(text, style, self.column.width, indent)
        if not texts:
            return []
        if cut and self.room(gap) < len(texts) * style.pitch:
            return self._cut(kind, text, texts, style, align, indent, gap)
        y = self.claim(len(texts) * style.pitch, gap, follow)
        lines = self.lines(texts, y, style, align, indent)
        self.sheet.block(kind, lines, prefix + text, translation=translation)
        return lines

    def _cut(
        self, kind: str, text: str, texts: list[str], style: Style, align: str, indent: float, gap: float
    ) -> list[Line]:
        count = int(self.room(gap) / style.pitch)
        if self._later and len(texts) - count == 1:
            count -= 1
        if count < 2 or len(texts) < 4:
            self.turn()
            return self.text(kind, text, style, "", align, indent, cut=len(texts) >= 4)
        end = 0
        for content in texts[:count]:
            end = text.index(content, end) + len(content)
        head = self.lines(texts[:count], self.claim(count * style.pitch, gap), style, align, indent, goes_on=True)
        self.sheet.block(kind, head, text[:end])
        self.turn()
        self.text(kind, text[end:].strip(), style, "", align, cut=True)
        return head

    def lines(
        self, texts: Sequence[str], y: float, style: Style, align: str, indent: float = 0.0, goes_on: bool = False
    ) -> list[Line]:
        """Lines of a paragraph whose frame begins at `y`; with `goes_on` the last one is justified as well."""
        found = []
        for i, text in enumerate(texts):
            start = self.column.x + (0 if i else indent)
            space = None
            if align == "justify" and " " in text and (goes_on or i + 1 < len(texts)):
                space = self.sheet.space(style)
                space += (self.column.right - start - self.sheet.measure(text, style)) / text.count(" ")
                space = space if space < 1.2 * style.size else None
            part = {"centre": 0.5, "right": 1.0}.get(align, 0.0)
            at = self.column.x + part * self.column.width if part else start
            found.append(self.sheet.write(at, baseline(y + i * style.pitch, style), text, style, part, space=space))
        return found

    def stack(self, kind: str, texts: Sequence[str], style: Style, align: str = "left", gap: float = 0.0) -> list[Line]:
        """A block of short lines under one another, as an address; one that is too wide is broken."""
        rows = [row for text in texts for row in self.sheet.wrap(text, style, self.column.width)]
        lines = self.lines(rows, self.claim(len(rows) * style.pitch, gap), style, align)
        if lines:
            self.sheet.block(kind, lines, "\n".join(rows))
        return lines

    def items(
        self,
        kind: str,
        entries: Sequence[tuple[str, str]],
        style: Style,
        hang: float,
        gap: float = 0.0,
        between: float = 0.0,
        translations: Sequence[str] = (),
    ) -> list[Line]:
        """A list of (marker, text): one block in each column. The marker "-" is a drawn dot, any other is text.

        `hang` is how far the text stands to the right of the markers. Translations have the same markers.
        """
        done: list[tuple[list[Line], int]] = []
        column = self.column
        for i, (marker, text) in enumerate(entries):
            texts = self.sheet.wrap(text, style, self.column.width - hang)
            try:
                y = self.claim(len(texts) * style.pitch, between if i else gap)
            except Full:
                self._list(kind, entries, done, translations)
                raise
            if self.column is not column:
                self._list(kind, entries, done, translations)
                column, done = self.column, []
            done.append((self._item(marker, texts, y, style, hang), i))
        self._list(kind, entries, done, translations)
        return [line for lines, _ in done for line in lines]

    def _item(self, marker: str, texts: list[str], y: float, style: Style, hang: float) -> list[Line]:
        x = self.column.x
        found = [
            self.sheet.write(x + hang, baseline(y + i * style.pitch, style), text, style)
            for i, text in enumerate(texts)
        ]
        first = baseline(y, style)
        if marker == "-":
            dot, radius = (x + hang - 0.6 * style.size, first - 0.3 * style.size), 0.14 * style.size
            self.sheet.pen.ellipse((dot[0] - radius, dot[1] - radius, dot[0] + radius, dot[1] + radius), style.colour)
            return found
        return [joined([self.sheet.write(x, first, marker, style), found[0]]), *found[1:]]

    def _list(
        self,
        kind: str,
        entries: Sequence[tuple[str, str]],
        done: list[tuple[list[Line], int]],
        translations: Sequence[str],
    ) -> None:
        if done:
            markup = "\n".join(f"{entries[i][0]} {entries[i][1]}" for _, i in done)
            translated = "\n".join(f"{entries[i][0]} {translations[i]}" for _, i in done) if translations else ""
            self.sheet.block(kind, [line for lines, _ in done for line in lines], markup, translation=translated)
