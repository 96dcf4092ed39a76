"""The routes for files: uploaded once, read as often as wanted."""

from __future__ import annotations

import shutil
import threading
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, File, Form, UploadFile

from hyocr.api.asked import MAX_NAME
from hyocr.api.folder import new_id
from hyocr.api.routes import Serving, Tenant, errors
from hyocr.api.wire import Deleted, FileAnswer
from hyocr.errors import HyocrError
from hyocr.serve.refusals import Refused

router = APIRouter(prefix="/v1/files", tags=["files"])

_COUNTED = threading.Lock()
"""Held while a file is counted and added, or many at once would be more than there may be."""

GONE = "There is no such file; files are deleted some time after they came."


@router.post("", responses=errors(429))
def add_file(
    file: Annotated[UploadFile, File(description="A PDF or image.")],
    service: Serving,
    tenant: Tenant,
    purpose: Annotated[Literal["ocr"], Form()] = "ocr",
) -> FileAnswer:
    """Upload a document, to be named as `{"type": "file", "file_id": ...}`."""
    store, most = service.store, service.settings.max_files
    path = store.incoming / new_id()
    try:
        with path.open("wb") as target:
            shutil.copyfileobj(file.file, target)
        with _COUNTED:
            if store.files(tenant) >= most:
                raise Refused(HTTPStatus.TOO_MANY_REQUESTS, f"You have {most} files here; delete one first.")
            return FileAnswer.of(store.add_file(tenant, (file.filename or "document")[:MAX_NAME], path))
    except OSError as error:
        raise HyocrError(f"The file cannot be stored ({error.strerror}); free some space on the server.") from error
    finally:
        path.unlink(missing_ok=True)


@router.get("/{id}", responses=errors(404))
def get_file(id: str, service: Serving, tenant: Tenant) -> FileAnswer:
    """What is known about a file."""
    file = service.store.file(id, tenant)
    if file is None:
        raise Refused(HTTPStatus.NOT_FOUND, GONE)
    return FileAnswer.of(file)


@router.delete("/{id}", responses=errors(404))
def delete_file(id: str, service: Serving, tenant: Tenant) -> Deleted:
    """Delete a file. Jobs that read it go on."""
    if not service.store.delete_file(id, tenant):
        raise Refused(HTTPStatus.NOT_FOUND, GONE)
    return Deleted(id=id, object="file")
