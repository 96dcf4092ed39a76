"""Where the text folder's JSON lists keep which kind of entry (see `words.files.TextFiles.entries`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

KINDS = ("first", "last", "city", "street", "company", "product", "job")

_LOCALES = {
    "en": ("en_US", "en_GB"),
    "de": ("de_DE",),
    "fr": ("fr_FR",),
    "es": ("es_ES",),
    "it": ("it_IT",),
    "pt": ("pt_PT", "pt_BR"),
    "nl": ("nl_NL",),
    "pl": ("pl_PL",),
    "zh": ("zh_CN",),
}
_FAKER = {  # kind: keys in lists_faker/{locale}.json, whichever of them a locale has
    "first": (("person", "first_names"),),
    "last": (("person", "last_names"), ("person", "unisex_last_names")),
    "city": (("address", "cities"), ("address", "concelhos"), ("address", "states"), ("address", "regions")),
    "street": (("address", "streets"), ("address", "places"), ("address", "bairros")),
    "company": (("company", "large_companies"),),
    "product": (),
    "job": (("job", "jobs"),),
}
FILES = {  # file (without .json), then keys
    ("city", "en"): (
        ("lists_corpora/geography_us_cities", "cities", "city"),
        ("lists_corpora/geography_english_towns_cities", "towns"),
        ("lists_corpora/geography_canadian_municipalities", "municipalities", "name"),
    ),
    ("company", "en"): (
        ("lists_corpora/corporations_fortune500", "companies"),
        ("lists_corpora/corporations_nasdaq", "corporations", "name"),
        ("lists_corpora/corporations_charities", "charities"),
        ("lists_corpora/corporations_newspapers", "newspapers"),
    ),
    ("product", "en"): (
        ("lists_corpora/foods_menuItems", "menuItems"),
        ("lists_corpora/foods_sandwiches", "sandwiches", "name"),
        ("lists_corpora/foods_curds", "curds"),
        ("lists_corpora/foods_fruits", "fruits"),
        ("lists_corpora/foods_vegetables", "vegetables"),
        ("lists_corpora/foods_tea", "teas"),
        ("lists_corpora/foods_beer_styles", "beer_styles"),
        ("lists_corpora/foods_iba_cocktails", "cocktails"),
        ("lists_corpora/foods_condiments", "condiments"),
        ("lists_corpora/foods_breads_and_pastries", "breads"),
        ("lists_corpora/foods_breads_and_pastries", "pastries"),
        ("lists_corpora/objects_objects", "objects"),
        ("lists_corpora/objects_clothing", "clothes"),
        ("lists_corpora/technology_appliances", "appliances"),
        ("lists_corpora/medicine_drugs", "drugs"),
    ),
    ("job", "en"): (("lists_corpora/humans_occupations", "occupations"),),
    ("company", "zh"): (("lists_faker/zh_CN", "company", "company_prefixes"),),
}
LINES = {("product", "zh"): ("zh_howtocook/dish_names.txt", "zh_howtocook/ingredients.txt")}
"""Plain files with an entry per line."""


def faker(kind: str, language: str) -> list[tuple[str, ...]]:
    """(file, keys...) of every list of this kind and language in `lists_faker`."""
    return [(f"lists_faker/{locale}.json", *keys) for locale in _LOCALES[language] for keys in _FAKER[kind]]


def strings(node: Any, keys: Sequence[str]) -> list[str]:
    """The strings under the keys: a list is entered item by item, and what has no such key is passed over."""
    if isinstance(node, list):
        return [text for child in node for text in strings(child, keys)]
    if not keys:
        return [node] if isinstance(node, str) else []
    return strings(node[keys[0]], keys[1:]) if isinstance(node, dict) and keys[0] in node else []
