"""Makes text look as if nano had read it: confusions of characters, lost and added spaces, lost lines, lines of junk.

The rates are counted by `training.noise` from what nano made of pages whose truth is known, and lie in a file beside
this module. Source: the noisy channel of Shannon 1948, each character on its own, with a rate that differs from page to
page as it does in the readings.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from hyocr.document import Box, Line
from hyocr.observation import beside

FILE = Path(__file__).with_name("noise.json")
INVENTED_JUNK = 0.3
"""Share of junk lines that are made up of random signs instead of taken from the readings."""
_SIGNS = "|Il1!.,:;-_~'\"()/\\*=+oOiJrTnE"


@dataclass(frozen=True)
class Channel:
    """Rates per character, space, line and page.

    `confused[c]` says how often c is read as other texts ("" is lost), `added[c]` how often something is read before c
    that is not there. `pages` are factors of all these rates, one for each page they were counted on. `lines_lost` is
    the share of lines that are not read at all, `junk` what is read where nothing is written, `junk_rate` how many such
    lines a page has on average.
    """

    confused: dict[str, dict[str, float]]
    added: dict[str, float]
    spaces_lost: float
    spaces_added: float
    lines_lost: float
    junk: tuple[str, ...]
    junk_rate: float
    pages: tuple[float, ...]

    def text(self, rng: random.Random, text: str, factor: float) -> str:
        """One line as it may be read on a page whose rates are `factor` times the mean."""
        read = []
        for i, character in enumerate(text):
            if character == " ":
                read.append("" if rng.random() < factor * self.spaces_lost else " ")
                continue
            if i and text[i - 1] != " " and rng.random() < factor * self.spaces_added:
                read.append(" ")
            read.append(self._confused(rng, character, factor))
            if rng.random() < factor * sum(self.added.values()):
                read.append(rng.choices(list(self.added), list(self.added.values()))[0])
        return " ".join("".join(read).split())

    def _confused(self, rng: random.Random, character: str, factor: float) -> str:
        draw = rng.random()
        for other, rate in self.confused.get(character, {}).items():
            draw -= factor * rate
            if draw < 0:
                return other
        return character

    def page(self, rng: random.Random, lines: list[Line]) -> list[Line]:
        """A page's lines in reading order as they may be read: boxes a little off, some lost, junk among them."""
        factor = rng.choice(self.pages) if rng.random() < 0.8 else 0.0
        found = []
        for line in lines:
            if rng.random() < factor * self.lines_lost or line.box is None:
                continue
            if text := self.text(rng, line.text, factor):
                found.append(replace(line, text=text, box=_jittered(rng, line.box)))
        for _ in range(_poisson(rng, self.junk_rate)):
            gaps = [i for i in range(len(found) + 1) if i in (0, len(found)) or not beside(found[i - 1], found[i])]
            at = rng.choice(gaps)
            found.insert(at, Line(self._junk(rng), _between(rng, found, at)))
        return found

    def _junk(self, rng: random.Random) -> str:
        if not self.junk or rng.random() < INVENTED_JUNK:
            return "".join(rng.choice(_SIGNS) for _ in range(rng.randint(1, 4)))
        return rng.choice(self.junk)


@cache
def channel() -> Channel:
    """The channel whose rates were counted last."""
    values = json.loads(FILE.read_text(encoding="utf-8"))
    return Channel(**{**values, "junk": tuple(values["junk"]), "pages": tuple(values["pages"])})


def _jittered(rng: random.Random, box: Box) -> Box:
    reach = 0.12 * box.height
    x1, y1, x2, y2 = (value + rng.uniform(-reach, reach) for value in (box.x1, box.y1, box.x2, box.y2))
    return Box(x1, y1, max(x1 + 1, x2), max(y1 + 1, y2))


def _between(rng: random.Random, lines: list[Line], at: int) -> Box:
    """A small box below the line before `at`."""
    last = lines[at - 1].box if at else None
    if last is None:
        return Box(0, 0, 20, 20)
    left = last.x1 + rng.random() * last.width
    return Box(left, last.y2, left + 2 * last.height, last.y2 + last.height)


def _poisson(rng: random.Random, mean: float) -> int:
    """Knuth's algorithm, for small means."""
    count, product = 0, rng.random()
    limit = 2.718281828**-mean
    while product > limit:
        count, product = count + 1, product * rng.random()
    return count
