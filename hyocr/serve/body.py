"""The body of a chat request, checked before vLLM reads it, with what HunyuanOCR's prompt needs put in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from hyocr.errors import InputError
from hyocr.serve import images

MAX_DEPTH = 64
"""Of brackets in a body: deeper than any JSON schema, and shallower than any parser's stack behind this one."""

MAX_VALUES = 100_000
"""In a body, by its commas and brackets, those in texts too: 30 MB of "[]," would keep a parser busy for seconds."""

PART_KEYS = {"text": {"type", "text"}, "image_url": {"type", "image_url"}}
"""Content parts and all they may hold: for vLLM, a further "uuid" turns a text with an "image_url" into an image."""

REFUSED = ("media_io_kwargs", "mm_processor_kwargs", "truncate_prompt_tokens")
"""Options of vLLM that would set aside the limits on images, where "min_pixels" alone can ask for a terabyte, or cut
tokens off an image, to which vLLM answers with status 500."""


def checked(body: bytes, max_pixels: int) -> bytes:
    """The body for vLLM: the same, or with what HunyuanOCR needs and OpenAI's clients do not send.

    An empty system message is part of HunyuanOCR's prompt (`hyocr.model.chat`), and marks such as <quad> are special
    tokens, which vLLM would leave out of the answer. Raises InputError for anything vLLM should not see.
    """
    request = _parsed(body)
    for name in REFUSED:
        if name in request:
            raise InputError(f'This server decides how images are read; leave out "{name}".')
    messages = request.get("messages")
    if not isinstance(messages, list) or not messages or not all(isinstance(m, dict) for m in messages):
        raise InputError('"messages" must be a list of at least one message, each an object.')
    images.check(list(_image_urls(messages)), max_pixels)
    added: dict[str, Any] = {}
    if "skip_special_tokens" not in request:
        added["skip_special_tokens"] = False
    if not any(message.get("role") == "system" for message in messages):
        added["messages"] = [{"role": "system", "content": ""}, *messages]
    return json.dumps(request | added).encode() if added else body


def _parsed(body: bytes) -> dict[str, Any]:
    if sum(map(body.count, (b",", b"[", b"{"))) > MAX_VALUES:
        raise InputError(f"The body has more than {MAX_VALUES} commas and brackets; ask with a shorter text.")
    try:
        request = json.loads(body, parse_int=_int, parse_constant=_no_constant)
        level: list[Any] = [request]
        for _ in range(MAX_DEPTH):
            level = [child for node in level for child in _children(node)]
    except (ValueError, RecursionError) as error:
        raise InputError(f"The body is not JSON that can be read ({str(error)[:80]}); correct it.") from error
    if level:
        raise InputError(f"The body is nested deeper than {MAX_DEPTH} levels; flatten it.")
    if not isinstance(request, dict):
        raise InputError("The body is not a JSON object; send one as OpenAI's chat API describes it.")
    return request


def _int(digits: str) -> int:
    number = int(digits)
    if not -(2**63) <= number < 2**63:  # vLLM's processes cannot send each other more
        raise ValueError("a number has more than 64 bits")
    return number


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _children(node: Any) -> list[Any]:
    return list(node.values()) if isinstance(node, dict) else node if isinstance(node, list) else []


def _image_urls(messages: list[dict[str, Any]]) -> Iterator[str]:
    """The URLs of all images. Raises InputError for a content part that is neither text nor an image."""
    for message in messages:
        content = message.get("content")
        if content is None or isinstance(content, str):  # None: an assistant's message may go without
            continue
        if not isinstance(content, list) or not all(isinstance(part, dict) for part in content):
            raise InputError('The "content" of a message must be a string or a list of parts, each an object.')
        yield from (url for part in content if (url := _image_url(part)) is not None)


def _image_url(part: dict[str, Any]) -> str | None:
    """The part's URL if it is an image, None if it is a text."""
    kind = part.get("type")
    if not isinstance(kind, str) or kind not in PART_KEYS:
        raise InputError(f'A content part has the type "{kind!s:.40}"; send "text" and "image_url" only.')
    if part.keys() != PART_KEYS[kind]:
        raise InputError(f'A content part of type "{kind}" must have "type" and "{kind}" and nothing else.')
    if kind == "text":
        if not isinstance(part["text"], str):
            raise InputError('The "text" of a content part must be a string.')
        return None
    url = part["image_url"].get("url") if isinstance(part["image_url"], dict) else None
    if not isinstance(url, str):
        raise InputError('An image is sent as {"type": "image_url", "image_url": {"url": "data:..."}}.')
    return url
