"""What is sent: a fixed mix of good and bad chat requests, the same for the same seed."""

from __future__ import annotations

import base64
import io
import json
import random
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from eval.load.client import Manner
from hyocr.canvas import canvas, stretched
from hyocr.lines import propose
from hyocr.tasks import read

LIMITS = {"HYOCR_MAX_BODY_MB": "4", "HYOCR_BODY_SECONDS": "5"}
"""Environment of a server that refuses the large and the slow soon; with others it takes longer."""

RECEIPT = Path(__file__).parents[2] / "examples/receipt.jpg"
PAGE_TOKENS = 32
LINE_TOKENS = 64

GOOD = ("line", "line streamed", "page", "page streamed")
ODD: dict[str, Manner] = {
    "declared too large": "declared",
    "sent too large": "endless",
    "slow client": "trickled",
    "leaves while sending": "leaves sending",
    "leaves while reading": "leaves reading",
}
STATUS = {"declared too large": 413, "sent too large": 413, "slow client": 408}
"""Of refusals; those not named are answered 400, a good request 200, and a client that leaves gets nothing."""

URLS = (
    "http://127.0.0.1/receipt.png",
    "http://[::1]:8000/health",
    "http://10.0.0.1/receipt.png",
    "http://169.254.169.254/latest/meta-data/",
    "https://192.168.0.1/receipt.png",
    "file:///etc/passwd",
)
BROKEN_JSON = (
    b"",
    b"{",
    b"no JSON",
    b"[]",
    b"null",
    b'{"messages": "read"}',
    b'{"messages": []}',
    b'{"messages": [1]}',
)

PATTERN = (
    *("line", "line streamed", "JPEG cut off", "line", "0 bytes", "page", "no image", "line streamed", "line"),
    *("1x1", "line", "201:1", "line streamed", "60,000x60,000", "line", "broken JSON", "page streamed", "URL"),
    *("line", "declared too large", "line streamed", "slow client", "line", "sent too large", "line"),
    *("leaves while sending", "line streamed", "leaves while reading", "line", "page", "line streamed", "URL"),
    *("line", "JPEG cut off", "page streamed", "leaves while reading", "line", "broken JSON", "line streamed"),
    "leaves while sending",
)
"""Every kind within 40 requests, half of them good."""


@dataclass(frozen=True)
class Ask:
    """One request; `status` is what should come, None for a client that leaves. `alone` is the same request in its
    plainest form, for a good one: it must get the same text."""

    kind: str
    body: bytes
    status: int | None
    manner: Manner = "whole"
    alone: bytes | None = None


class Mix:
    """Makes requests to the model that is served as `model`; `line_stretch` is that of its checkpoint."""

    def __init__(self, model: str, line_stretch: float) -> None:
        self._model = model
        self._file = RECEIPT.read_bytes()
        with Image.open(RECEIPT) as page:
            crops = [crop.image for crop in propose(page) if crop.image.width and crop.image.height]
        self._lines = [_png(stretched(canvas(image), line_stretch)) for image in crops]
        self._bad: dict[str, Callable[[random.Random], bytes]] = {
            "JPEG cut off": lambda rng: self._file[: rng.randrange(2000, len(self._file) - 2000)],
            "0 bytes": lambda rng: b"",
            "no image": lambda rng: rng.randbytes(2000),
            "1x1": lambda rng: _png(Image.new("RGB", (1, 1))),
            "201:1": lambda rng: _png(Image.new("RGB", (201 * 32, 32))),
            "60,000x60,000": lambda rng: _header(60_000),
        }

    def round(self, count: int, seed: int) -> list[Ask]:
        """The requests of one round, in the order they are sent."""
        rng = random.Random(seed)
        asks = [self._ask(PATTERN[i % len(PATTERN)], rng) for i in range(count)]
        rng.shuffle(asks)
        return asks

    def _ask(self, kind: str, rng: random.Random) -> Ask:
        if kind in GOOD:
            return self._good(kind, rng)
        if kind in ODD:
            body = _body(self._chat(self._file, PAGE_TOKENS), stream=True)
            return Ask(kind, body, STATUS.get(kind), ODD[kind])
        if kind == "broken JSON":
            return Ask(kind, rng.choice(BROKEN_JSON), 400)
        if kind == "URL":
            return Ask(kind, _body(self._chat(rng.choice(URLS), LINE_TOKENS)), 400)
        return Ask(kind, _body(self._chat(self._bad[kind](rng), LINE_TOKENS)), 400)

    def _good(self, kind: str, rng: random.Random) -> Ask:
        chat = (
            self._chat(rng.choice(self._lines), LINE_TOKENS)
            if kind.startswith("line")
            else self._chat(self._file, PAGE_TOKENS)
        )
        alone = _body(chat)
        return Ask(kind, _body(chat, stream=True) if kind.endswith("streamed") else alone, 200, alone=alone)

    def _chat(self, image: bytes | str, max_tokens: int) -> dict[str, Any]:
        """As OpenAI's clients send it, who know no system message. `image`: a file's bytes, or a URL."""
        url = image if isinstance(image, str) else "data:image/png;base64," + base64.b64encode(image).decode()
        content = [{"type": "image_url", "image_url": {"url": url}}, {"type": "text", "text": read.prompt()}]
        return {
            "model": self._model,
            "max_tokens": max_tokens,
            "temperature": 0,
            "messages": [{"role": "user", "content": content}],
        }


def _body(chat: dict[str, Any], **more: Any) -> bytes:
    return json.dumps(chat | more).encode()


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def _header(side: int) -> bytes:
    """A PNG that says it has `side` x `side` pixels, and holds none (https://www.w3.org/TR/png-3/)."""
    chunks = ((b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)), (b"IDAT", b""), (b"IEND", b""))
    packed = (struct.pack(">I", len(d)) + name + d + struct.pack(">I", zlib.crc32(name + d)) for name, d in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)
