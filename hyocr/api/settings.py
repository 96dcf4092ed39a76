"""Limits of the document API, each the environment variable HYOCR_<NAME>."""

from __future__ import annotations

from dataclasses import dataclass

from hyocr.serve.settings import FromEnv
from hyocr.sources import MAX_PIXELS


@dataclass(frozen=True)
class Settings(FromEnv):
    """`max_jobs` and `max_files` are a tenant's, of jobs that wait or run and of stored files.

    A body of JSON is text and base64, so that 32 MB hold a document of 24 MB; uploads are the document itself, and what
    is fetched may be as large. `max_bodies_mb` bounds all bodies together; they take two to three times that in memory.
    `decode_seconds` and `page_seconds` are for decoding a page and for reading it. `sync_pages` are read while the
    client waits; longer documents are jobs.
    """

    max_body_mb: int = 32
    max_upload_mb: int = 50
    max_bodies_mb: int = 512
    body_seconds: int = 120
    fetch_seconds: int = 30
    decode_seconds: int = 30
    max_pages: int = 1000
    max_pixels: int = MAX_PIXELS
    page_seconds: int = 120
    sync_pages: int = 50
    max_jobs: int = 16
    max_jobs_total: int = 64
    max_files: int = 100
    keep_hours: int = 24
