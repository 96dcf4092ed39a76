"""What becomes of an exception: a status and a sentence, never a stack trace."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from hyocr.errors import EngineError, HyocrError, InputError
from hyocr.serve.refusals import Refused, error

SENTENCES = {
    HTTPStatus.NOT_FOUND: "There is nothing here; see /docs for what there is.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This cannot be asked with that method; see /docs for what can.",
    HTTPStatus.BAD_REQUEST: "The body cannot be read; send it as /docs says.",
}
"""In place of what the framework says with these statuses."""

NO_ROOM = "The file cannot be stored; free some space on the server, also in its folder for temporary files."


def install(app: FastAPI) -> None:
    """Has the app answer all exceptions."""

    @app.exception_handler(Refused)
    async def refused(_: Request, known: Refused) -> JSONResponse:
        return _answer(known.status_code, known.detail, known.param, known.headers)

    @app.exception_handler(HTTPException)
    async def http(_: Request, known: HTTPException) -> JSONResponse:
        if isinstance(known.__cause__, Refused):  # a form that grew too large while it was parsed
            return await refused(_, known.__cause__)
        if isinstance(known.__cause__, OSError):  # there is no room for its file
            return _answer(HTTPStatus.INSUFFICIENT_STORAGE, NO_ROOM)
        sentence = SENTENCES.get(HTTPStatus(known.status_code), f"{known.detail}.")
        return _answer(known.status_code, sentence, headers=known.headers)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, known: RequestValidationError) -> JSONResponse:
        return _answer(HTTPStatus.UNPROCESSABLE_ENTITY, *_explained(known.errors()))

    @app.exception_handler(InputError)
    async def unreadable(_: Request, known: InputError) -> JSONResponse:
        return _answer(HTTPStatus.UNPROCESSABLE_ENTITY, str(known), "document")

    @app.exception_handler(EngineError)
    async def engine(_: Request, known: EngineError) -> JSONResponse:
        return _answer(HTTPStatus.SERVICE_UNAVAILABLE, str(known))

    @app.exception_handler(HyocrError)
    async def storage(_: Request, known: HyocrError) -> JSONResponse:
        return _answer(HTTPStatus.INSUFFICIENT_STORAGE, str(known))

    @app.exception_handler(Exception)  # which is logged, too, by the server
    async def bug(_: Request, known: Exception) -> JSONResponse:
        return _answer(HTTPStatus.INTERNAL_SERVER_ERROR, "The service met an error of its own; see its log.")


def _answer(
    status: int, sentence: str, param: str | None = None, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    return JSONResponse(error(status, sentence, param), status, headers)


def _explained(errors: Any) -> tuple[str, str | None]:
    """A sentence for the first thing that is wrong, and the field's path, such as "document.file_id"."""
    first = errors[0]
    place, *path = [str(part) for part in first["loc"]]
    if not path and first["type"] in ("model_attributes_type", "dict_type"):
        return "The body is no JSON object; send one, with the Content-Type application/json.", None
    if first["type"] == "json_invalid":
        return f"The body is not JSON ({first['ctx']['error']} at character {path[0]}); correct it.", None
    # The path goes through the kinds of document and of its URL, and the types that a field may have.
    path = [path[0], *path[2:3]] if path[:1] == ["document"] else path
    fields = [part for part in path if part.isidentifier() or part.isdigit()]
    said = first["msg"].rstrip(".")
    field = ".".join(fields)
    return f"{place.capitalize()}{f', {chr(34)}{field}{chr(34)}' if field else ''}: {said}.", field or None
