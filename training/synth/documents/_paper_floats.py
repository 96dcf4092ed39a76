"""What stands between a paper's paragraphs: displayed formulas, figures and tables with captions, all numbered."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from training.synth.annotation import Line
from training.synth.documents import _page
from training.synth.documents._flow import Flow
from training.synth.documents._page import Design, drawable
from training.synth.documents._paper_words import CAPTIONS
from training.synth.documents._pictures import drawing, picture
from training.synth.engine import World
from training.synth.sheet import Overflow, Sheet, Style, formula_size
from training.synth.table import ink as table_ink


class Floats:
    """Draws them into a flow, each kind in one way throughout the paper."""

    def __init__(self, rng: random.Random, world: World, sheet: Sheet, design: Design) -> None:
        self.rng, self.world, self.corpus, self.sheet, self.design = rng, world, world.corpus, sheet, design
        self.language = sheet.language
        self.numbers = {kind: rng.randint(1, 8) for kind in ("figure", "table")} | {"formula": rng.randint(1, 40)}
        self.figure_word, self.table_word = rng.choice(CAPTIONS[self.language])
        self.caption_align = rng.choice(["left", "centre", "justify"])
        self.look = table_ink.choose_look(rng)

    def any(self, flow: Flow) -> None:
        """One of them, formulas most often; nothing where what was drawn by lot is too wide for the column."""
        self.rng.choices([self._formula, self._figure, self._table], [5, 3, 2.5])[0](flow)

    def _formula(self, flow: Flow) -> None:
        rng, style = self.rng, self.design.body
        number = f"({self.numbers['formula']})" if rng.random() < 0.5 else ""
        aside = self.sheet.measure(number, style) + style.size if number else 0.0
        for _ in range(4):
            latex = self.corpus.formula(rng, display=True)
            size = _size(latex, style)
            if size and size[0] + 2 * aside <= flow.column.width:
                break
        else:
            return
        height = size[1]
        gap = rng.uniform(0.4, 0.9) * style.size
        y = flow.claim(height, gap)
        row = self.sheet.next_row()
        middle = flow.column.x + flow.column.width / 2
        lines = [replace(self.sheet.formula(middle, y, latex, style), row=row)]
        if number:
            self.numbers["formula"] += 1
            at = y + height / 2 + 0.3 * style.size
            lines.append(self.sheet.write(flow.column.right, at, number, style, 1.0, row))
        tag = rf" \tag{{{number[1:-1]}}}" if number else ""
        self.sheet.block("formula", lines, f"$${latex}{tag}$$")
        flow.y += gap

    def _caption(self, kind: str, word: str) -> tuple[str, Style]:
        number = self.numbers[kind]
        self.numbers[kind] += 1
        style = self.design.small
        mark = self.rng.choice([".", ":", ":"]) if self.language != "zh" else self.rng.choice(["", "："])
        return drawable(
            f"{word} {number}{mark} {self.corpus.paragraph(self.rng, self.language, self.rng.randint(15, 140))}", style
        ), style

    def _figure(self, flow: Flow) -> None:
        rng, size = self.rng, self.design.body.size
        width = int(flow.column.width * rng.uniform(0.6, 1.0))
        height = int(width * rng.uniform(0.35, 0.8))
        text, style = self._caption("figure", self.figure_word)
        below = len(self.sheet.wrap(text, style, flow.column.width)) * style.pitch + 0.5 * size
        if flow.room(0.8 * size) < height + below:
            return
        y = flow.claim(height, 0.8 * size)
        x = flow.column.x + (flow.column.width - width) / 2
        self.sheet.picture(x, y, rng.choice([picture, drawing])(rng, width, height))
        self.sheet.block("figure", region=(round(x), round(y), round(x) + width, round(y) + height))
        lines = flow.text("caption", text, style, align=self.caption_align, gap=0.4 * size)
        self._ask_caption(f"{self.figure_word} {self.numbers['figure'] - 1}", text, lines)
        flow.y += 0.6 * size

    def _ask_caption(self, label: str, text: str, lines: Sequence[Line]) -> None:
        said = text[len(label) :].strip(" .:：")
        if len(lines) == 1 and said and lines[0].text.endswith(said) and _page.once(self.sheet, label):
            self.sheet.question(
                self.rng.choice(
                    [f"What is the caption of {label}?", f"What does {label} show, according to its caption?"]
                ),
                f"{label} 的说明文字是什么？",
                said,
                lines,
            )

    def _table(self, flow: Flow) -> None:
        """A table with its caption, measured on a sheet of its own first."""
        rng, size = self.rng, self.design.body.size
        style = replace(self.design.small, leading=1.25)
        columns = rng.randint(2, 4 if flow.column.width < 24 * size else 6)
        grid = table_ink.invent(rng, self.world, self.language, columns, rng.randint(2, 7))
        text, small = self._caption("table", self.table_word)
        try:
            height = table_ink.lay_out(self.sheet, flow.column.width, grid, style, self.look).height
        except Overflow:
            return
        below = len(self.sheet.wrap(text, small, flow.column.width)) * small.pitch
        if flow.room() < height + below + 2 * size:
            return
        above = rng.random() < 0.7
        if above:
            flow.text("caption", text, small, align=self.caption_align, gap=0.8 * size)
        y = flow.claim(height, 0.4 * size)
        drawn = table_ink.draw(self.sheet, flow.column.x, y, flow.column.width, grid, style, self.look)
        self.sheet.block("table", drawn.lines, drawn.html, drawn.region)
        if not above:
            flow.text("caption", text, small, align=self.caption_align, gap=0.4 * size)
        flow.y += 0.6 * size


def _size(latex: str, style: Style) -> tuple[int, int] | None:
    """Width and height of a displayed formula, None if it cannot be drawn or has a number of its own."""
    try:
        return None if "$" in latex or r"\tag" in latex else formula_size(latex, style, displayed=True)
    except ValueError:
        return None
