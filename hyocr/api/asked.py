"""What clients send to the document API, as models that say no in a sentence."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

Task = Literal[
    "read", "spotting", "ask", "evidence", "fields", "key", "translate_en", "translate_zh", "translate_document"
]  # fmt: skip
Language = Literal["en", "zh"]

MAX_NAME = 255
MAX_QUESTION = 4000
QUESTION_TASKS = ("ask", "evidence", "fields", "key")

RANGES = r"^[0-9]{1,6}(-[0-9]{1,6})?(,[0-9]{1,6}(-[0-9]{1,6})?)*$"
PageNumber = Annotated[int, Field(ge=0, le=999_999)]
Ranges = Annotated[str, StringConstraints(pattern=RANGES, max_length=1000)]
PagesAsked = Annotated[list[PageNumber], Field(min_length=1, max_length=10_000)] | Ranges | None


def _refuse(value: Any) -> Any:
    if value:
        raise PydanticCustomError("not_done", "this service cannot do that; leave it out")
    return value


NotDone = Annotated[None, BeforeValidator(_refuse)]
NotDoneFlag = Annotated[Literal[False] | None, BeforeValidator(_refuse)]


class Strict(BaseModel):
    """A field that is not known is refused: ignoring what was asked for would be a wrong answer."""

    model_config = ConfigDict(extra="forbid")


class ImageUrl(Strict):
    url: str
    detail: Literal["low", "auto", "high"] | None = None


class DocumentUrl(Strict):
    """A PDF or image at an http(s) URL that anyone can reach, or inline as `data:application/pdf;base64,...`."""

    type: Literal["document_url"]
    document_url: str
    document_name: Annotated[str, Field(max_length=MAX_NAME)] | None = None


class ImageDocument(Strict):
    """An image at an http(s) URL that anyone can reach, or inline as `data:image/png;base64,...`."""

    type: Literal["image_url"]
    image_url: str | ImageUrl


class FileDocument(Strict):
    """What was uploaded to `/v1/files`."""

    type: Literal["file"]
    file_id: str


DocumentAsked = Annotated[DocumentUrl | ImageDocument | FileDocument, Field(discriminator="type")]


class OcrAsked(Strict):
    """Mistral's OCR request. What this service cannot do is refused with a 422, not ignored."""

    model: Annotated[str | None, Field(description="Any name: there is one model, named in the answer.")] = None
    id: str | None = None
    document: DocumentAsked
    pages: Annotated[
        PagesAsked, Field(description='Indices from 0: a list, or ranges such as "0-3,7"; null for all.')
    ] = None
    include_image_base64: bool | None = None
    image_limit: Annotated[int, Field(ge=0)] | None = None
    image_min_size: Annotated[int, Field(ge=0, description="Least width and height in pixels.")] | None = None
    confidence_scores_granularity: Literal["page"] | None = None
    bbox_annotation_format: NotDone = None
    document_annotation_format: NotDone = None
    document_annotation_prompt: NotDone = None
    table_format: NotDone = None
    extract_header: NotDoneFlag = None
    extract_footer: NotDoneFlag = None
    include_blocks: NotDoneFlag = None


class TaskAsked(Strict):
    document: DocumentAsked
    pages: Annotated[
        PagesAsked, Field(description='Page numbers from 1: a list, or ranges such as "1-4,8"; null for all.')
    ] = None
    question: Annotated[
        str | None,
        Field(
            max_length=MAX_QUESTION,
            description="For `ask` and `evidence`; for `key` a field's name, for `fields` names with commas.",
        ),
    ] = None
    language: Annotated[Language, Field(description="That of the prompt, not of the document.")] = "en"


class JobAsked(TaskAsked):
    task: Task

    @model_validator(mode="after")
    def _question_for_ask(self) -> Self:
        if reason := question_refused(self.task, self.question):
            raise PydanticCustomError("question", reason)
        return self


def question_refused(task: str, question: str | None) -> str | None:
    """Why a question does not go with a task, if so."""
    if task in QUESTION_TASKS and not (question or "").strip():
        return f'the task "{task}" needs a question'
    if task == "fields" and not any(name.strip() for name in (question or "").split(",")):
        return 'the task "fields" needs names of fields, such as company,date,total, as its question'
    if task not in QUESTION_TASKS and question is not None:
        return f'the task "{task}" takes no question; leave it out'
    return None


def numbers(pages: list[int] | str | None, first: int, most: int) -> tuple[int, ...] | None:
    """The pages asked for as numbers from 1, sorted, each once; None for all. `first` is what the client calls page 1.

    Raises ValueError with a sentence for a page before the first, one above `most` and a range that runs backwards.
    """
    if pages is None:
        return None
    found: set[int] = set()
    for part in pages.split(",") if isinstance(pages, str) else map(str, pages):
        start, _, end = part.partition("-")
        low, high = int(start), int(end or start)
        if low < first or high - first >= most:
            raise ValueError(f"Pages are counted from {first} and there can be {most}; ask for others than {part}.")
        if high < low:
            raise ValueError(f'The range "{part}" runs backwards; write "{high}-{low}".')
        found.update(range(low - first + 1, high - first + 2))
    return tuple(sorted(found))
