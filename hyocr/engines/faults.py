"""What goes wrong between us and a server: which errors may pass, how long to wait, how to say it."""

from __future__ import annotations

import random
import re

import openai

BACKOFF = 0.5
"""Seconds before the second try, on average three quarters of it; doubles with each further one."""

LONGEST_BACKOFF = 30.0
LONGEST_RETRY_AFTER = 120.0
"""Seconds: what a server may ask for."""

_PASSING = (408, 409, 429)


class BrokenStream(Exception):
    """An answer stopped arriving before the server said that it was finished."""


def may_pass(error: openai.APIError | BrokenStream) -> bool:
    """Whether the same request may succeed later: the server is away, busy or broken."""
    status = _status(error)
    return status is None or status in _PASSING or status >= 500


def pause(error: openai.APIError | BrokenStream, attempt: int) -> float:
    """Seconds to wait after try number `attempt`, from 0: what the server asks for, else doubling with jitter."""
    if isinstance(error, openai.APIStatusError):
        asked = error.response.headers.get("retry-after", "").strip()
        if re.fullmatch(r"\d+(\.\d+)?", asked):
            return min(float(asked), LONGEST_RETRY_AFTER)
    return min(BACKOFF * 2.0 ** min(attempt, 20), LONGEST_BACKOFF) * random.uniform(0.5, 1)


def explain(error: openai.APIError | BrokenStream, server: str) -> str:
    """The error as a sentence that says what to do; it begins with `server`, such as "the server at ..."."""
    said, status = sentence(error), _status(error)
    if isinstance(error, BrokenStream):
        return f"{server} breaks its answers off ({said}); look at its log and try again."
    if status is None:
        return f"{server} does not answer ({said}); check that it runs there and look at its log."
    if status in (401, 403):
        return f"{server} refuses the API key ({said}); set HYOCR_API_KEY or pass api_key."
    if status == 404:
        return f"{server} does not know what it is asked for ({said}); check the URL, which usually ends in /v1."
    if may_pass(error):
        return f"{server} fails with HTTP {status} ({said}); try again later or look at its log."
    return f"{server} refuses the request with HTTP {status}: {said}."


def sentence(error: openai.APIError | BrokenStream) -> str:
    """What the server says, or what broke the connection to it; one line without a full stop at its end."""
    said: object = error.__cause__ or error
    if isinstance(error, openai.APIError) and isinstance(error.body, dict):
        # OpenAI and vLLM name it "message", FastAPI "detail".
        said = error.body.get("message") or error.body.get("detail") or said
    elif isinstance(error, openai.APITimeoutError):
        said = "it was silent for too long"
    return " ".join(str(said).split())[:300].rstrip(".") or type(said).__name__


def _status(error: openai.APIError | BrokenStream) -> int | None:
    if isinstance(error, openai.APIStatusError):
        return error.status_code
    # An error sent inside a stream, when the status of the response was already out: vLLM gives it as the code.
    code = error.code if isinstance(error, openai.APIError) else None
    return int(code) if code is not None and re.fullmatch(r"[45]\d\d", code) else None
