"""How receipts of different countries tax, pay and write dates."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Region:
    """How a country's receipts reckon: tax in hundredths of a percent, cash totals in steps of `step` cents."""

    language: str
    weight: float
    taxes: str
    rates: tuple[int, ...]
    symbols: str
    inclusive: float
    step: int = 1
    dates: str = "{d:02d}/{m:02d}/{y}"


_DOTTED = "{d:02d}.{m:02d}.{y}|{d:02d}.{m:02d}.{y}|{d:02d}.{m:02d}.{yy:02d}|{y}-{m:02d}-{d:02d}"
_SLASHED = "{d:02d}/{m:02d}/{y}|{d:02d}/{m:02d}/{y}|{d:02d}/{m:02d}/{yy:02d}|{d:02d}-{m:02d}-{y}|{y}-{m:02d}-{d:02d}"
_ENGLISH = "|{d:02d}-{month}-{y}|{d:02d} {month} {y}|{month} {d}, {y}|{d} {month} {yy:02d}|{y}/{m:02d}/{d:02d}"
REGIONS = {
    "my": Region(
        "en",
        40,
        "GST|GST|GST|SST|Service Tax",
        (600, 600, 600, 1000, 0),
        "RM|RM|RM|$",
        0.6,
        5,
        _SLASHED + "|{d:02d}-{m:02d}-{yy:02d}|{d}/{m}/{y}" + _ENGLISH,
    ),
    "uk": Region("en", 8, "VAT", (2000, 2000, 500), "£|£|GBP", 0.85, 1, _SLASHED + _ENGLISH),
    "us": Region(
        "en",
        10,
        "Tax|Sales Tax|TAX",
        (825, 700, 600, 888, 950),
        "$",
        0.0,
        1,
        "{m:02d}/{d:02d}/{y}|{m:02d}/{d:02d}/{yy:02d}|{m}/{d}/{y}|{m:02d}-{d:02d}-{y}" + _ENGLISH,
    ),
    "sg": Region("en", 6, "GST|Tax|VAT", (700, 900, 1000), "$|S$|A$|€", 0.5, 1, _SLASHED + _ENGLISH),
    "zh": Region(
        "zh",
        14,
        "增值税|税额|税金",
        (1300, 900, 600, 300),
        "¥|￥|元||",
        0.9,
        1,
        "{y}年{m:02d}月{d:02d}日|{y}年{m}月{d}日|{y}-{m:02d}-{d:02d}|{y}-{m:02d}-{d:02d}|{y}/{m:02d}/{d:02d}",
    ),
    "de": Region("de", 5, "MwSt|MwSt.|USt", (1900, 700), "€|EUR|EUR", 1.0, 1, _DOTTED),
    "fr": Region("fr", 4, "TVA", (2000, 1000, 550), "€|EUR", 1.0, 1, _SLASHED),
    "es": Region("es", 3, "IVA", (2100, 1000), "€|EUR|$", 0.9, 1, _SLASHED),
    "it": Region("it", 3, "IVA", (2200, 1000), "€|EUR|EURO", 1.0, 1, _SLASHED),
    "pt": Region("pt", 2, "IVA", (2300, 1300, 600), "€|EUR|R$", 1.0, 1, _SLASHED),
    "nl": Region("nl", 2, "BTW", (2100, 900), "€|EUR", 1.0, 1, _SLASHED.replace("/", "-")),
    "pl": Region("pl", 3, "PTU|VAT", (2300, 800), "PLN|zł", 1.0, 1, _DOTTED + "|{y}-{m:02d}-{d:02d}"),
}


def region(rng: random.Random) -> Region:
    """A country, as often as its weight says."""
    regions = list(REGIONS.values())
    return rng.choices(regions, [region.weight for region in regions])[0]
