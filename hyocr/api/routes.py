"""The routes of the document API: reading documents, at once or as jobs. Those for files are in `uploads`."""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from hyocr.api.answers import Format, answer
from hyocr.api.asked import JobAsked, OcrAsked, Task, TaskAsked, numbers, question_refused
from hyocr.api.events import events
from hyocr.api.ocr import Pictures
from hyocr.api.service import Ask, Service
from hyocr.api.store import Asked, Job
from hyocr.api.wire import Deleted, DocumentAnswer, ErrorAnswer, JobAnswer, JobList, OcrAnswer
from hyocr.serve.refusals import Refused

REASONS = {
    400: "The request cannot be read.",
    401: "The API key is missing or wrong.",
    403: "The request is not for this machine (only without keys).",
    404: "There is no such thing, or it is another tenant's.",
    408: "The body came too slowly.",
    409: "It is too early for that.",
    413: "The body, or the document, is too large.",
    422: "What is asked for cannot be done: a wrong field, or a document that cannot be read.",
    429: "Too many jobs wait or run; `Retry-After` tells when to ask again.",
    500: "The service met an error of its own.",
    503: "The model cannot run, the service stops, or it holds all the bodies it can; see `Retry-After`.",
    507: "The disk is full.",
}
ALWAYS = (400, 401, 403, 408, 413, 422, 500, 503, 507)
READING = (404, 429)


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """These and what any route may answer, for the OpenAPI document."""
    return {status: {"model": ErrorAnswer, "description": REASONS[status]} for status in sorted({*ALWAYS, *statuses})}


def of_service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


def of_tenant(request: Request) -> str:
    """Set by `hyocr.api.gate`, which has let the request in."""
    tenant: str = request.state.tenant
    return tenant


Serving = Annotated[Service, Depends(of_service)]
Tenant = Annotated[str, Depends(of_tenant)]

router = APIRouter(prefix="/v1")


@router.post("/ocr", tags=["reading"], response_model=OcrAnswer, responses=errors(*READING))
async def ocr(asked: OcrAsked, request: Request, service: Serving, tenant: Tenant) -> Response:
    """Read a document while you wait, in the shape of Mistral's OCR API."""
    ask = _ask("read", None, "en", kept=False)
    job, over = await service.accept(tenant, asked.document, _numbers(asked.pages, 0, service), 0, ask)
    ended = await service.wait(job, over, request)
    if ended is None:
        return Response(status_code=HTTPStatus.BAD_REQUEST)  # nobody is there to see it
    pictures = Pictures(bool(asked.include_image_base64), asked.image_limit, asked.image_min_size or 0)
    return answer(service, ended, "ocr", pictures, then=lambda: service.drop(ended))


@router.post("/tasks/{task}", tags=["reading"], response_model=DocumentAnswer, responses=errors(*READING))
async def do_task(task: Task, asked: TaskAsked, request: Request, service: Serving, tenant: Tenant) -> Response:
    """Do a task on a document while you wait."""
    if reason := question_refused(task, asked.question):
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, f'"question": {reason}.', "question")
    ask = _ask(task, asked.question, asked.language, kept=False)
    job, over = await service.accept(tenant, asked.document, _numbers(asked.pages, 1, service), 1, ask)
    ended = await service.wait(job, over, request)
    if ended is None:
        return Response(status_code=HTTPStatus.BAD_REQUEST)
    return answer(service, ended, "json", then=lambda: service.drop(ended))


@router.post("/jobs", tags=["jobs"], status_code=202, response_model=JobAnswer, responses=errors(*READING))
async def add_job(asked: JobAsked, response: Response, service: Serving, tenant: Tenant) -> JobAnswer:
    """Have a document read in the background. `Location` is the job's place."""
    ask = _ask(asked.task, asked.question, asked.language, kept=True)
    job, _ = await service.accept(tenant, asked.document, _numbers(asked.pages, 1, service), 1, ask)
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return JobAnswer.of(job, time.time())


@router.get("/jobs", tags=["jobs"], responses=errors())
def list_jobs(
    service: Serving,
    tenant: Tenant,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    before: Annotated[str | None, Query(description="A job's id: only older ones.")] = None,
) -> JobList:
    """Your jobs, the newest first."""
    now = time.time()
    found = service.store.jobs(tenant, limit + 1, before)
    return JobList(data=[JobAnswer.of(job, now) for job in found[:limit]], has_more=len(found) > limit)


@router.get("/jobs/{id}", tags=["jobs"], responses=errors(404))
def get_job(id: str, service: Serving, tenant: Tenant) -> JobAnswer:
    """A job and how far it is."""
    return JobAnswer.of(_job(service, id, tenant), time.time())


@router.delete("/jobs/{id}", tags=["jobs"], responses=errors(404))
async def delete_job(id: str, service: Serving, tenant: Tenant) -> Deleted:
    """End a job and delete it with its document and pages."""
    await service.drop(_job(service, id, tenant))
    return Deleted(id=id, object="job")


@router.get(
    "/jobs/{id}/result",
    tags=["jobs"],
    response_model=DocumentAnswer | OcrAnswer,
    responses=errors(404, 409)
    | {200: {"content": {"text/markdown": {}, "text/plain": {}}, "description": "The pages."}},
)
def get_result(
    id: str,
    service: Serving,
    tenant: Tenant,
    format: Format = "json",
    include_image_base64: Annotated[bool, Query(description="With the format `ocr`.")] = False,
) -> Response:
    """What was read, once the job has ended."""
    job = _job(service, id, tenant)
    if not job.ended:
        raise Refused(HTTPStatus.CONFLICT, f"The job is {job.status}; ask again when it is done.")
    return answer(service, job, format, Pictures(include_image_base64))


@router.get(
    "/jobs/{id}/events",
    tags=["jobs"],
    response_class=StreamingResponse,
    responses=errors(404) | {200: {"content": {"text/event-stream": {}}, "description": "`page` events, then `done`."}},
)
def get_events(
    id: str,
    service: Serving,
    tenant: Tenant,
    last_event_id: Annotated[int, Header(ge=0, le=999_999, description="Only pages after this one.")] = 0,
) -> Response:
    """The pages as they are read, as server-sent events: `page` with the page's number as its id, at the end `done`."""
    stream = events(service, _job(service, id, tenant), last_event_id)
    return StreamingResponse(stream, media_type="text/event-stream", headers={"cache-control": "no-store"})


def _job(service: Service, id: str, tenant: str) -> Job:
    """One of the tenant's, not one that belongs to a request that waits. Raises Refused."""
    job = service.store.job(id, tenant)
    if job is None or not job.asked.kept:
        raise Refused(HTTPStatus.NOT_FOUND, "There is no such job; jobs are deleted some time after their end.")
    return job


def _ask(task: str, question: str | None, language: str, kept: bool) -> Ask:
    return lambda wanted, name: Asked(task, question, language, wanted, kept, name)


def _numbers(pages: list[int] | str | None, first: int, service: Service) -> tuple[int, ...] | None:
    try:
        return numbers(pages, first, service.settings.max_pages)
    except ValueError as error:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, str(error), "pages") from None
