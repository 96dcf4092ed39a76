"""Where the document of a request comes from, as a file that is ours."""

from __future__ import annotations

import asyncio
import re
from http import HTTPStatus
from pathlib import Path
from urllib.parse import unquote, urlsplit

from hyocr.api.asked import MAX_NAME, DocumentUrl, FileDocument, ImageDocument
from hyocr.api.fetch import FetchLimits, fetch
from hyocr.api.folder import new_id
from hyocr.api.settings import Settings
from hyocr.api.store import Store
from hyocr.errors import HyocrError, InputError
from hyocr.serve.images import decoded
from hyocr.serve.refusals import Refused

DATA_URL = re.compile(
    r"data:(image/[\w.+-]+|application/pdf|application/octet-stream)?(;[\w.+-]+=[\w.+-]+)*;base64,", re.A
)

Given = DocumentUrl | ImageDocument | FileDocument


async def obtain(given: Given, owner: str, store: Store, settings: Settings) -> tuple[Path, str]:
    """The document in the store's folder for what comes in, and what to call it.

    Raises Refused for a file that is not the owner's, InputError for a URL that is not fetched or does not hold what it
    says, HyocrError when the disk is full.
    """
    if isinstance(given, FileDocument):
        file = await asyncio.to_thread(store.file, given.file_id, owner)
        copy = await asyncio.to_thread(store.copy_file, given.file_id, owner)
        if file is None or copy is None:
            raise Refused(HTTPStatus.NOT_FOUND, "There is no such file; upload it to /v1/files.", "document.file_id")
        return copy, file.name
    target = store.incoming / new_id()
    url = _url(given)
    if url[:5].lower() == "data:":
        await asyncio.to_thread(_decode, url, target)
    else:
        await fetch(url, target, FetchLimits(settings.max_upload_mb * 1_000_000, settings.fetch_seconds))
    return target, _name(given, url)


def _url(given: DocumentUrl | ImageDocument) -> str:
    if isinstance(given, DocumentUrl):
        return given.document_url
    return given.image_url if isinstance(given.image_url, str) else given.image_url.url


def _name(given: DocumentUrl | ImageDocument, url: str) -> str:
    """The name that was given, else the URL's last part: never the whole URL, in which there may be secrets."""
    if isinstance(given, DocumentUrl) and given.document_name:
        return given.document_name
    if url[:5].lower() == "data:":
        return "document"
    return unquote(urlsplit(url).path).rsplit("/", 1)[-1][:MAX_NAME] or "document"


def _decode(url: str, target: Path) -> None:
    start = DATA_URL.match(url)
    if not start:
        raise InputError(
            "The data: URL is not that of a PDF or an image in base64; write data:application/pdf;base64,..."
        )
    data = decoded(url[start.end() :])
    try:
        target.write_bytes(data)
    except OSError as error:
        target.unlink(missing_ok=True)
        raise HyocrError(f"The document cannot be stored ({error.strerror}); free some space on the server.") from error
