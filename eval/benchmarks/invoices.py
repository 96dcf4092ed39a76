"""Invoices: the fields of real invoices as JSON.

Protocol: exact precision, recall and F1 over all fields (a key with the very string of the truth), and the same after
a light normalisation of both sides, because the truth writes 4904.94 and 2014-03-29 where the invoice has "€ 4.904,94"
and "29 maart 2014":

* where the truth is a number, the answer's first number with two decimals (the last sign of "." and ",", before one or
  two digits, is the decimal sign);
* where it is a date, the truth's own form if the answer can be read as that date: year first, day first or month first,
  or with the month's English, German, French or Dutch name;
* elsewhere Unicode form, case and white space do not count.

`similarity` is the mean over pages of the field similarity (`eval.metrics.fields`), `missing` the share of fields that
the answer leaves out or empty, `unparsed` that of answers without a JSON object.

Asked for, by their keys in the file, are the values (no lists) that stand on the first page: invoice2data's templates
add others, such as currencies. That is decided by the PDF's text; of an image, or a scan without text, every value
is asked for. Of a PDF only the first page is shown. Prompt: "fields".

Folder: a PDF, or else an image, beside each JSON file of the same stem (an object, or a list of which the first
counts).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pypdfium2
from PIL import Image

from eval.benchmarks import key_values
from eval.benchmarks.base import Item, Number, ratio
from eval.benchmarks.files import checked, json_file, unique
from eval.benchmarks.written import normalised, stands_in
from eval.predictions import Prediction
from hyocr.errors import InputError
from hyocr.sources import open_source

NAME = "invoices"
TASK = "fields"
FOLDER = "../shared/data/invoices/files"
LICENCE = "invoice2data tests, MIT"
MAIN = "normalised_f1"
ERRORS = frozenset({"missing", "unparsed"})

SUFFIXES = (".pdf", ".png", ".jpg", ".jpeg")


def load(folder: Path) -> list[Item]:
    """The invoices with a JSON file; the truth is their fields, numbers as numbers."""
    if not folder.is_dir():
        raise FileNotFoundError(f"There is no {folder}; name the folder of invoices and their JSON files.")
    items = []
    for path in sorted(folder.glob("*.json")):
        page = next((path.with_suffix(suffix) for suffix in SUFFIXES if path.with_suffix(suffix).is_file()), None)
        if page:
            items.append(_item(path, page))
    return unique(items, folder)


def _item(path: Path, page: Path) -> Item:
    value = json_file(path)
    fields = checked(value[0] if isinstance(value, list) and value else value, {}, str(path))
    text = _first_text(page) if page.suffix == ".pdf" else ""
    truth = {key: value for key, value in fields.items() if _scalar(value) and (not text or stands_in(text, value))}
    if not truth:
        raise ValueError(f"{path}: none of the values stands on the first page of {page.name}.")
    return key_values.item(path.stem, partial(first_page, page), truth, truth)


def _scalar(value: Any) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool) and bool(str(value).strip())


def _first_text(path: Path) -> str:
    """The text of a PDF's first page, "" for a scan."""
    try:
        with pypdfium2.PdfDocument(path) as pdf:
            return str(pdf[0].get_textpage().get_text_range()).strip()
    except (pypdfium2.PdfiumError, IndexError) as error:
        raise ValueError(f"{path}: this PDF cannot be read ({error}).") from error


def first_page(path: Path) -> Image.Image:
    """The image, or the first page of the PDF. Raises ValueError with a sentence."""
    try:
        pages = open_source(path)
        try:
            return next(pages).image
        finally:
            pages.close()
    except InputError as error:
        raise ValueError(f"{path}: {error}") from error


def measure(item: Item, prediction: Prediction) -> dict[str, float]:
    """Fields matched, as they are and normalised, predicted, there and missing; the page's similarity."""
    return key_values.measure(
        prediction.output, item.truth, "normalised", lambda fields: normalised(fields, item.truth)
    )


def scores(sums: Mapping[str, Number]) -> dict[str, Number]:
    """See the module."""
    return {**key_values.scores(sums, "normalised"), "missing": ratio(sums["missing"], sums["there"], math.nan)}
