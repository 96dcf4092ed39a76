"""The HTML report of a fine-tuning run: scores before and after, then the worst answers with their pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from eval.diff import diff
from eval.report import page_environment, page_style, picture, shown, worst_first
from hyocr import output
from hyocr.policy import source_hash
from training.finetune.score import Scored

PAGE = "report.html"
WORST = 24
"""Answers of each kind that are shown."""

_TEMPLATES = Path(__file__).parent / "templates"


def write_report(folder: Path, name: str, about: str, kinds: Sequence[Scored]) -> Path:
    """Writes `report.html` and `images/`, which work from disk and need nothing else; whatever comes from the data or
    the model is text. Raises HyocrError where the folder cannot be written to."""
    images = folder / "images"
    output.prepare(images)
    style = page_style(_TEMPLATES / "finetune.css")
    html = (
        page_environment(_TEMPLATES)
        .get_template("finetune.html.jinja")
        .render(
            name=name,
            about=about,
            kinds=[_kind(images, kind) for kind in kinds],
            policy=f"default-src 'none'; img-src 'self' file:; style-src {source_hash(style)}; base-uri 'none'; "
            "form-action 'none'",
            style=Markup(style),
        )
    )
    path = folder / PAGE
    # JSON may hold half a surrogate pair, which UTF-8 cannot.
    output.write(path, html.encode("utf-8", "backslashreplace"))
    return path


def _kind(images: Path, kind: Scored) -> dict[str, Any]:
    return {
        "name": kind.benchmark.NAME,
        "count": len(kind.after),
        "errors": kind.benchmark.ERRORS,
        "differences": kind.differences,
        "worst": list(_worst(images, kind)),
    }


def _worst(images: Path, kind: Scored) -> Iterator[dict[str, Any]]:
    before = {page.item.id: page for page in kind.before}
    for number, page in enumerate(worst_first(kind.benchmark, kind.after)[:WORST]):
        answers = [one.prediction.output if one.prediction else "" for one in (before[page.item.id], page)]
        truth, was, now = (shown(text).head for text in (page.item.text, *answers))
        yield {
            "line": page.item.id.partition("/")[0],
            "picture": picture(page.item, images, number),
            "score": f"{kind.benchmark.MAIN} {page.scores[kind.benchmark.MAIN]:.2f}",
            "truth": truth,
            "before": was,
            "changes": diff(truth, now),
        }
