"""How business cards are laid out and painted."""

from __future__ import annotations

import random
from dataclasses import dataclass

from training.synth.documents._business_marks import smooth
from training.synth.documents._page import darker
from training.synth.sheet import WHITE, Colour, Sheet


@dataclass(frozen=True)
class Area:
    """Where a group of lines goes; `align` and `anchor` are the shares of the free room to the left and above."""

    x: float
    y: float
    width: float
    height: float
    align: float
    anchor: float
    ink: Colour
    accent: Colour


@dataclass(frozen=True)
class Design:
    """A painted card: where company, person and contacts go, in the order in which they are read."""

    areas: dict[str, Area]
    logo: str  # the group above which the logo stands, "" for none


def choose_design(rng: random.Random, sheet: Sheet, upright: bool) -> Design:
    """Paints the card's colours and shares out its room."""
    dark = sum(sheet.background) < 380
    ink = (rng.randint(225, 255),) * 3 if dark else (rng.randint(0, 70),) * 3
    accent = darker(rng)
    plain = (ink, ink if dark or rng.random() < 0.3 else accent)
    layout = rng.choice([_rows, _rows, _panel, _halves]) if not upright else _rows
    areas = layout(rng, sheet, plain, accent)
    return Design(areas, rng.choice(["company", "company", ""]) if "company" in areas else "")


_Inks = tuple[Colour, Colour]


def _rows(rng: random.Random, sheet: Sheet, plain: _Inks, accent: Colour) -> dict[str, Area]:
    """Company, person and contacts one below the other, sometimes a coloured band behind one of them."""
    width, height, margin = sheet.width, sheet.height, sheet.width * rng.uniform(0.05, 0.09)
    align = rng.choice([0.0, 0.0, 0.5, 0.5, 1.0])
    first = rng.choice([("company", "person", "contacts"), ("person", "company", "contacts")])
    cuts = (0.0, rng.uniform(0.28, 0.36), rng.uniform(0.55, 0.6), 1.0)
    band = rng.choice([None, None, None, 0, 2])
    areas = {}
    for i, group in enumerate(first):
        top, bottom = cuts[i] * height, cuts[i + 1] * height
        inks = plain
        if band == i:
            sheet.fill(0, top, width, bottom, accent)
            inks = (WHITE, (rng.randint(225, 255), rng.randint(225, 255), rng.randint(150, 255)))
        pad = margin * (0.75 if i in (0, 2) else 0.1)
        upper = 0.3 * pad if i or band == 0 else pad
        lower = pad if i == 2 else 0.3 * pad
        where = align if group == "contacts" or rng.random() < 0.8 else rng.choice([0.0, 0.5, 1.0])
        anchor = (0.2, 0.5, 0.9)[i] if band != i else 0.5
        areas[group] = Area(margin, top + upper, width - 2 * margin, bottom - top - upper - lower, where, anchor, *inks)
    if band is None and rng.random() < 0.4:
        y = cuts[2] * height
        sheet.rule(
            margin, y, width - margin, y, accent if sum(sheet.background) > 380 else WHITE, rng.choice([1, 1, 2, 3])
        )
    elif band is None and rng.random() < 0.4:
        _corner(rng, sheet, accent)
    return areas


def _corner(rng: random.Random, sheet: Sheet, colour: Colour) -> None:
    """A strip of colour along an edge, where no text comes."""
    thick, width, height = sheet.width * rng.uniform(0.012, 0.025), sheet.width, sheet.height
    edges = [
        (0, 0, width, thick),
        (0, height - thick, width, height),
        (0, 0, thick, height),
        (width - thick, 0, width, height),
    ]
    for edge in rng.sample(edges, rng.randint(1, 2)):
        sheet.fill(*edge, colour if sum(sheet.background) > 380 else WHITE)


def _panel(rng: random.Random, sheet: Sheet, plain: _Inks, accent: Colour) -> dict[str, Area]:
    """The company on a coloured panel at one side, the rest beside it."""
    width, height = sheet.width, sheet.height
    share, margin = rng.uniform(0.32, 0.42), 0.05 * sheet.width
    left = rng.random() < 0.7
    edge = share * width if left else (1 - share) * width
    slope = rng.choice([0.0, 0.0, 0.05, -0.05]) * width
    outer = 0.0 if left else float(width)
    points = [(outer, 0), (edge + slope, 0), (edge - slope, height), (outer, height)]
    painted = rng.random() < 0.8
    if painted:
        smooth(sheet, 0, 0, (width, height), lambda pen: pen.polygon([(4 * x, 4 * y) for x, y in points], fill=accent))
    inks = (WHITE, WHITE) if painted else plain
    inner = (share * width - abs(slope)) - 1.2 * margin
    x = 0.6 * margin if left else edge + abs(slope) + 0.6 * margin
    company = Area(x, margin, inner, height - 2 * margin, 0.5, 0.5, *inks)
    x = edge + abs(slope) + margin if left else margin
    room = (1 - share) * width - abs(slope) - 1.8 * margin
    cut = rng.uniform(0.3, 0.38) * height
    align = 0.0 if rng.random() < 0.85 else 1.0
    person = Area(x, 0.9 * margin, room, cut - 0.9 * margin, align, 0.5, *plain)
    contacts = Area(x, cut + 0.3 * margin, room, height - cut - 1.3 * margin, align, rng.choice([0.3, 0.9]), *plain)
    if left:
        return {"company": company, "person": person, "contacts": contacts}
    return {"person": person, "contacts": contacts, "company": company}


def _halves(rng: random.Random, sheet: Sheet, plain: _Inks, accent: Colour) -> dict[str, Area]:
    """The company across the top, person and contacts side by side below it."""
    width, height, margin = sheet.width, sheet.height, sheet.width * rng.uniform(0.04, 0.07)
    cut, middle = rng.uniform(0.28, 0.36) * height, rng.uniform(0.4, 0.46) * width
    inks = plain
    if rng.random() < 0.4:
        sheet.fill(0, 0, width, cut, accent)
        inks = (WHITE, WHITE)
    elif rng.random() < 0.5:
        sheet.rule(
            middle + 0.3 * margin, cut + margin, middle + 0.3 * margin, height - margin, plain[1], rng.choice([1, 2])
        )
    top, room = cut + 0.4 * margin, height - cut - 1.2 * margin
    anchor = rng.choice([0.0, 0.5])
    return {
        "company": Area(
            margin, 0.4 * margin, width - 2 * margin, cut - 0.8 * margin, rng.choice([0.0, 0.5]), 0.5, *inks
        ),
        "person": Area(margin, top, middle - margin, room, 0.0, anchor, *plain),
        "contacts": Area(middle + margin, top, width - middle - 2 * margin, room, 0.0, anchor, *plain),
    }
