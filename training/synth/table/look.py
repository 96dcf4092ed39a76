"""How tables look: rules, fills, spacing and alignment."""

from __future__ import annotations

import random
from dataclasses import dataclass

from training.synth.sheet import BLACK, WHITE, Colour

RULES = ("all", "horizontal", "booktabs", "none", "frame", "head", "vertical")


@dataclass(frozen=True)
class Look:
    """How a table looks; lengths in em of its text.

    `align` is "left", "centre" or "numbers" (numbers at the right, all else at the left); `head_align` may be "column",
    as what stands beneath. `stretch` fills the width given; a narrower table stands at `place` (0..1) of what is left.
    """

    rules: str = "all"
    rule_colour: Colour = BLACK
    rule_width: int = 1
    padding: tuple[float, float] = (0.5, 0.25)
    head_fill: Colour | None = None
    head_colour: Colour | None = None
    head_bold: bool = True
    head_align: str = "column"
    zebra: Colour | None = None
    align: str = "numbers"
    label_bold: bool = False
    middle: bool = True
    stretch: bool = True
    place: float = 0.0


def choose_look(rng: random.Random) -> Look:
    """Any look."""
    grey = rng.choice([0, 0, 0, 60, 130, 180])
    light = _tint(rng, 205, 245)
    head_fill, head_colour = rng.choice([(None, None)] * 4 + [(light, None)] * 2 + [(_tint(rng, 10, 110), WHITE)])
    return Look(
        rules=rng.choices(RULES, [8, 4, 5, 1.5, 1.5, 2, 1])[0],
        rule_colour=(grey, grey, grey) if rng.random() < 0.85 else _tint(rng, 20, 170),
        rule_width=rng.choice([1, 1, 1, 2]),
        padding=(rng.uniform(0.35, 1.1), rng.choice([0.12, 0.2, 0.3, 0.5, rng.uniform(0.1, 0.9)])),
        head_fill=head_fill,
        head_colour=head_colour,
        head_bold=rng.random() < 0.65,
        head_align=rng.choice(["column", "centre", "centre", "left"]),
        zebra=rng.choice([None, None, None, _tint(rng, 228, 248)]),
        align=rng.choice(["numbers", "numbers", "centre", "left"]),
        label_bold=rng.random() < 0.12,
        middle=rng.random() < 0.75,
        stretch=rng.random() < 0.6,
        place=rng.choice([0.0, 0.5, 0.5]),
    )


def _tint(rng: random.Random, low: int, high: int) -> Colour:
    if rng.random() < 0.5:
        level = rng.randint(low, high)
        return level, level, level
    return rng.randint(low, high), rng.randint(low, high), rng.randint(low, high)
