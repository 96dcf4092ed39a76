"""The result types every other room speaks: Document > PageResult > Line and Field, in pixels of the page image.

Serialised with `Document.to_dict`, whose layout is described in `docs/document-schema.md` and versioned by
`SCHEMA_VERSION`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

SCHEMA_VERSION = "1.3"

FinishReason = Literal["stop", "length", "repetition", "timeout", "cancelled"]
Status = Literal["ok", "partial", "failed"]
Strategy = Literal["page", "lines", "observe"]


@dataclass(frozen=True)
class Box:
    """An axis-aligned rectangle in pixels, x to the right and y down, with x1 <= x2 and y1 <= y2."""

    x1: float
    y1: float
    x2: float
    y2: float

    @property
    def width(self) -> float:
        return self.x2 - self.x1

    @property
    def height(self) -> float:
        return self.y2 - self.y1


@dataclass(frozen=True)
class Line:
    """One line of text. `polygon` holds the corners, clockwise from the top left, where they are not those of `box`.

    `confidence` is the geometric mean and `min_confidence` the minimum of the token probabilities (0..1), None if
    unknown.
    """

    text: str
    box: Box | None = None
    polygon: tuple[tuple[float, float], ...] | None = None
    confidence: float | None = None
    min_confidence: float | None = None


@dataclass(frozen=True)
class Field:
    """A named value of a page, or the answer to a question, whose `name` is the question.

    `value` has the characters that the model wrote, "" where it gave none; `normalised` is the same date (ISO 8601),
    time (HH:MM) or amount (9.00) in one form, None where it is none of these or could be several. `found` says whether
    it stands on the page: `reading` is what was read there and `boxes` where, one box for each line it takes.
    `confidence` and `min_confidence` are those of the model and of the lines together (`hyocr.observing`), None if
    unknown. Values inside others have dotted names, such as items.0.price.
    """

    name: str
    value: str
    found: bool = False
    boxes: list[Box] = field(default_factory=list)
    reading: str = ""
    confidence: float | None = None
    min_confidence: float | None = None
    normalised: str | None = None


@dataclass(frozen=True)
class Unparsed:
    """A stretch of model output that no parser rule understood: kept, never dropped. `start` is its offset in `raw`."""

    text: str
    start: int


@dataclass(frozen=True)
class PageError:
    """What went wrong with a page: the exception's class name and its sentence."""

    type: str
    message: str


@dataclass
class PageResult:
    """What was read on one page.

    `status` is "ok" (complete), "partial" (some text is known to be missing or doubtful: any finish reason but "stop",
    unparsed output, contradictions, a page without text to answer from) or "failed" (no text; see `error`). `text` is
    the plain text in reading order, `lines` the same with boxes where the task or strategy gives them, `raw` the
    model's untouched output. `width` and `height` are those of the page image in pixels, `dpi` its dots per inch where
    the file tells; `number` counts from 1. `strategy` is the one that gave this result, after `attempts` tries in all
    (see `hyocr.ladder`). `figures` are the pictures that a PDF places on the page. `observation` holds, for tasks that
    conclude `text` from what they read (an answer, a translation), the lines that the model says they read, with boxes
    where `hyocr.highlight` found some. With the strategy "observe" `text` is the answer and `lines` all that was read;
    `fields` are then the values that were asked for, in that order, or the answer to the question, and `contradictions`
    sentences on amounts that do not add up (`hyocr.sums`).
    """

    number: int
    width: int
    height: int
    status: Status = "ok"
    finish_reason: FinishReason = "stop"
    text: str = ""
    lines: list[Line] = field(default_factory=list)
    unparsed: list[Unparsed] = field(default_factory=list)
    raw: str = ""
    confidence: float | None = None
    min_confidence: float | None = None
    error: PageError | None = None
    seconds: float = 0.0
    strategy: Strategy = "page"
    attempts: int = 1
    dpi: float | None = None
    figures: list[Box] = field(default_factory=list)
    observation: list[Line] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)
    contradictions: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready dictionary."""
        return asdict(self)

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> PageResult:
        """The inverse of `to_dict`, also after a trip through JSON. Raises KeyError or TypeError for anything else."""
        lines = [_line(line) for line in given["lines"]]
        observation = [_line(line) for line in given.get("observation", [])]  # schema 1.1 had none
        unparsed = [Unparsed(**stretch) for stretch in given["unparsed"]]
        error = PageError(**given["error"]) if given["error"] else None
        figures = [Box(**box) for box in given["figures"]]
        fields = [_field(one) for one in given.get("fields", [])]  # nor schema 1.2 these
        made = {"lines": lines, "unparsed": unparsed, "error": error, "figures": figures, "observation": observation}
        return cls(**{**given, **made, "fields": fields})


@dataclass
class Document:
    """All pages of one source. `status` is "ok" only if every page is, "failed" only if every page is."""

    source: str
    task: str
    model: str
    strategy: str
    pages: list[PageResult] = field(default_factory=list)

    @property
    def status(self) -> Status:
        states = {page.status for page in self.pages}
        if states == {"ok"}:
            return "ok"
        return "failed" if states <= {"failed"} else "partial"

    @property
    def text(self) -> str:
        return "\n\n".join(page.text for page in self.pages if page.text)

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready dictionary, schema version first."""
        return {"schema_version": SCHEMA_VERSION, "status": self.status, **asdict(self)}


def _line(given: Mapping[str, Any]) -> Line:
    box, corners = given["box"], given["polygon"]
    polygon = None if corners is None else tuple((x, y) for x, y in corners)
    return Line(**{**given, "box": Box(**box) if box else None, "polygon": polygon})


def _field(given: Mapping[str, Any]) -> Field:
    return Field(**{**given, "boxes": [Box(**box) for box in given["boxes"]]})
