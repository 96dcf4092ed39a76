"""The HTML report of a run: pooled scores, then every page, worst first, with its image and differences.

`report.html` and `images/` need nothing else and work from disk. Whatever comes from a benchmark or a system is text:
Jinja escapes it, and the Content-Security-Policy allows our own style and script (by their SHA-256) and images only.
The same run gives the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from PIL import Image

from eval.benchmarks.base import Benchmark, Item
from eval.diff import Change, diff
from eval.runner import opened
from eval.scoring import PageScore
from hyocr import output
from hyocr.document import Line
from hyocr.policy import source_hash

SIDE, QUALITY = 1000, 70
"""Longest side of the report's copies of the images in pixels, and their JPEG quality."""
CHARACTERS, BOXES = 20_000, 2_000
"""At most so much of one text, and of one page's boxes, is shown."""
OPEN = 3
"""How many pages are unfolded at first."""

_TEMPLATES = Path(__file__).parent / "templates"


class Text(NamedTuple):
    """The head of a text, and how many characters of it are left out."""

    head: str
    hidden: int


class Picture(NamedTuple):
    """A copy's address and (width, height) in pixels, and those of the image it was made from."""

    address: str
    size: tuple[int, int]
    original: tuple[int, int]


@dataclass(frozen=True)
class Section:
    """One page as the template shows it. `picture` is a sentence where the image cannot be opened."""

    page: PageScore
    picture: Picture | str
    truth: Text
    answer: Text
    changes: Sequence[Change]
    boxes: Sequence[tuple[str, str]]


def page_environment(templates: Path) -> Environment:
    """What renders our pages: everything in them is escaped, and a name that is not known is an error."""
    return Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def page_style(own: Path) -> str:
    """The style that our pages share, and what one adds to it."""
    return "".join(path.read_text(encoding="utf-8") for path in (_TEMPLATES / "page.css", own))


def write_report(folder: Path, benchmark: Benchmark, pages: Sequence[PageScore], summary: Mapping[str, Any]) -> Path:
    """Writes `report.html`, all of it or nothing, and `images/`, where copies that are there already are kept.

    `summary` is what scores.json holds. Raises HyocrError where `folder` cannot be written to.
    """
    images = folder / "images"
    output.prepare(images)
    style, script = page_style(_TEMPLATES / "report.css"), (_TEMPLATES / "report.js").read_text(encoding="utf-8")
    template = page_environment(_TEMPLATES).get_template("report.html.jinja")
    parts = template.generate(
        benchmark=benchmark,
        summary=summary,
        count=len(pages),
        sections=_sections(images, benchmark, pages),
        opened=OPEN,
        policy=f"default-src 'none'; img-src 'self' file:; style-src {source_hash(style)}; "
        f"script-src {source_hash(script)}; base-uri 'none'; form-action 'none'",
        style=Markup(style),
        script=Markup(script),
        characters=CHARACTERS,
        text=shown,
        share=share,
        bar_length=bar_length,
    )
    path = folder / "report.html"
    # JSON may hold half a surrogate pair, which UTF-8 cannot.
    output.write(path, "".join(parts).encode("utf-8", "backslashreplace"))
    return path


def worst_first(benchmark: Benchmark, pages: Sequence[PageScore]) -> list[PageScore]:
    """By the benchmark's main score, ties by id; pages that hold nothing to score come last."""
    sign = -1 if benchmark.MAIN in benchmark.ERRORS else 1

    def rank(page: PageScore) -> tuple[bool, float, str]:
        score = page.scores[benchmark.MAIN]
        return math.isnan(score), 0.0 if math.isnan(score) else sign * score, page.item.id

    return sorted(pages, key=rank)


def shown(text: str) -> Text:
    """At most CHARACTERS of it."""
    return Text(text[:CHARACTERS], max(len(text) - CHARACTERS, 0))


def share(value: float | None) -> str:
    """A share in per cent; a dash where there was nothing to score."""
    return "–" if value is None or math.isnan(value) else f"{100 * value:.2f} %"


def bar_length(value: float | None) -> str:
    """A share as a length of 0 to 100."""
    return "0" if value is None or math.isnan(value) else f"{min(max(100 * value, 0), 100):.2f}"


def _sections(images: Path, benchmark: Benchmark, pages: Sequence[PageScore]) -> Iterator[Section]:
    """One at a time, so that one image and one comparison are in memory."""
    numbers = {page.item.id: number for number, page in enumerate(pages, start=1)}
    for page in worst_first(benchmark, pages):
        truth = shown(page.item.text)
        answer = shown(page.prediction.output if page.prediction else "")
        yield Section(
            page,
            picture(page.item, images, numbers[page.item.id]),
            truth,
            answer,
            diff(truth.head, answer.head),
            boxes(page.prediction.lines[:BOXES]) if page.prediction else (),
        )


def picture(item: Item, images: Path, number: int) -> Picture | str:
    """Makes the copy unless it is there. Its name holds the page's number and a hash of its id, so that another
    selection of pages written to the same folder takes no wrong image; its comment holds the image's size."""
    path = images / f"{number:05d}-{hashlib.sha256(item.id.encode('utf-8', 'replace')).hexdigest()[:12]}.jpg"
    found = _copy(path)
    if found is None:
        image = opened(item)
        if isinstance(image, str):
            return image
        _save_copy(image, path)
        found = _copy(path)
    return found or "The image cannot be shown."


def _save_copy(image: Image.Image, path: Path) -> None:
    scale = min(SIDE / max(image.size), 1)
    size = max(round(scale * image.width), 1), max(round(scale * image.height), 1)
    copy = image.convert("RGB").resize(size, Image.Resampling.LANCZOS, reducing_gap=2)
    jpeg = io.BytesIO()
    copy.save(jpeg, "JPEG", quality=QUALITY, comment=f"{image.width}x{image.height}".encode())
    output.write(path, jpeg.getvalue())


def _copy(path: Path) -> Picture | None:
    """The copy at `path`, None where there is none made by us."""
    try:
        with Image.open(path) as copy:
            width, height = copy.info["comment"].split(b"x")
            return Picture(f"{path.parent.name}/{path.name}", copy.size, (int(width), int(height)))
    except (OSError, KeyError, ValueError):
        return None


def boxes(lines: Iterable[Line]) -> list[tuple[str, str]]:
    """SVG points, in pixels of the image, and title of every line that has a box or polygon of finite numbers."""
    found = []
    for line in lines:
        corners = line.polygon or ()
        if line.box and not corners:
            x1, y1, x2, y2 = line.box.x1, line.box.y1, line.box.x2, line.box.y2
            corners = ((x1, y1), (x2, y1), (x2, y2), (x1, y2))
        if corners and all(math.isfinite(value) for corner in corners for value in corner):
            confidence = "" if line.confidence is None else f"  ({line.confidence:.2f})"
            found.append((" ".join(f"{x:.2f},{y:.2f}" for x, y in corners), shown(line.text).head + confidence))
    return found
