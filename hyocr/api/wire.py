"""What the document API answers, as models: for its OpenAPI document and for the small answers themselves.

Pages and documents are streamed as they were stored; their models here only describe them.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field

from hyocr.api.asked import Language, Task
from hyocr.api.store import Job, JobStatus, StoredFile
from hyocr.document import Field as Value
from hyocr.document import FinishReason, Line, PageError, PageResult, Status, Strategy


class ErrorDetails(BaseModel):
    message: Annotated[str, Field(description="One sentence that says what to do.")]
    type: Literal["invalid_request_error", "rate_limit_error", "server_error"]
    param: Annotated[str | None, Field(description="The field it is about.")]
    code: Annotated[int, Field(description="The HTTP status.")]


class ErrorAnswer(BaseModel):
    error: ErrorDetails


class OcrImage(BaseModel):
    """A picture on the page, in pixels of the page image."""

    id: str
    top_left_x: int
    top_left_y: int
    bottom_right_x: int
    bottom_right_y: int
    image_base64: Annotated[str | None, Field(description="A data: URL of a JPEG, if asked for.")] = None


class OcrDimensions(BaseModel):
    """Of the page image in pixels, 0 if it could not be decoded. `dpi` is 200 where the file does not tell it."""

    dpi: int
    height: int
    width: int


class OcrConfidence(BaseModel):
    """Of the tokens' probabilities: the geometric mean and the least, from 0 to 1."""

    average_page_confidence_score: float
    minimum_page_confidence_score: float


class OcrPage(BaseModel):
    """Mistral's fields, and from `status` on those of the document schema's page."""

    index: Annotated[int, Field(ge=0)]
    markdown: str
    images: list[OcrImage]
    dimensions: OcrDimensions
    confidence_scores: OcrConfidence | None = None
    status: Status
    finish_reason: FinishReason
    text: str
    lines: list[Line]
    confidence: float | None
    min_confidence: float | None
    error: PageError | None
    strategy: Strategy
    attempts: int
    seconds: float
    fields: list[Value]
    contradictions: list[str]


class OcrUsage(BaseModel):
    pages_processed: int
    doc_size_bytes: int | None


class OcrAnswer(BaseModel):
    """Mistral's OCR response."""

    pages: list[OcrPage]
    model: str
    document_annotation: None
    usage_info: OcrUsage


class DocumentAnswer(BaseModel):
    """The document schema (docs/document-schema.md)."""

    schema_version: str
    status: Status
    source: str
    task: Task
    model: str
    strategy: str
    pages: list[PageResult]


class Progress(BaseModel):
    """`total` pages are to be read; `done` are, and `failed` of these could not be."""

    total: int
    done: int
    failed: int
    pages_per_second: float | None
    eta_seconds: float | None


class JobAnswer(BaseModel):
    id: str
    object: Literal["job"] = "job"
    task: Task
    status: JobStatus
    source: str
    language: Language
    question: str | None
    progress: Progress
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    error: PageError | None

    @classmethod
    def of(cls, job: Job, now: float) -> Self:
        """`now` in seconds since 1970."""
        return cls(
            id=job.id,
            task=job.asked.task,  # type: ignore[arg-type]
            status=job.status,
            source=job.asked.name,
            language=job.asked.language,  # type: ignore[arg-type]
            question=job.asked.question,
            progress=progress(job, now),
            created_at=_time(job.created),
            started_at=_time(job.started) if job.started else None,
            ended_at=_time(job.ended) if job.ended else None,
            error=job.error,
        )


class JobList(BaseModel):
    object: Literal["list"] = "list"
    data: list[JobAnswer]
    has_more: bool


class FileAnswer(BaseModel):
    """Mistral's file."""

    id: str
    object: Literal["file"] = "file"
    bytes: int
    size_bytes: int
    created_at: int
    filename: str
    purpose: Literal["ocr"] = "ocr"
    sample_type: Literal["ocr_input"] = "ocr_input"
    source: Literal["upload"] = "upload"

    @classmethod
    def of(cls, file: StoredFile) -> Self:
        size = file.size
        return cls(id=file.id, bytes=size, size_bytes=size, created_at=int(file.created), filename=file.name)


class Deleted(BaseModel):
    id: str
    object: Literal["file", "job"]
    deleted: Literal[True] = True


class Model(BaseModel):
    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: str = "hyocr"


class ModelList(BaseModel):
    object: Literal["list"] = "list"
    data: list[Model]


class Health(BaseModel):
    status: Literal["ok"] = "ok"
    model: str
    jobs: Annotated[int, Field(description="That wait or run.")]


def progress(job: Job, now: float) -> Progress:
    """Speed since the job was first started, a stop of the service included, and what that means for the pages left."""
    speed = eta = None
    if job.started and job.done:
        speed = job.done / max((job.ended or now) - job.started, 1e-3)
        eta = 0.0 if job.ended else (job.total - job.done) / speed
    return Progress(total=job.total, done=job.done, failed=job.failed, pages_per_second=speed, eta_seconds=eta)


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
