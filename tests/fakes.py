"""An engine that reads pictures without a model, and files to feed it with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from hyocr.document import FinishReason
from hyocr.engines.base import Generation, Request


def answer(text: str, finish_reason: FinishReason = "stop", logprob: float = -0.1) -> Generation:
    """A generation of one token per character, all of one log-probability."""
    return Generation(text, finish_reason, (logprob,) * len(text), tuple(range(1, len(text) + 1)))


def describe(request: Request) -> Generation:
    """What a test can tell the image by: its size and its mean colour, such as "64x32 255 0 0"."""
    red, green, blue = request.image.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    return answer(f"{request.image.width}x{request.image.height} {red} {green} {blue}")


class FakeEngine:
    """Answers each request with `reply(request)`, which may raise, and remembers the requests of each call."""

    name = "fake"
    concurrency = 1

    def __init__(self, reply: Callable[[Request], Generation] = describe, default_strategy: str = "page") -> None:
        self.reply = reply
        self.default_strategy = default_strategy
        self.calls: list[list[Request]] = []
        self.closed = False

    def generate(self, requests: Sequence[Request]) -> list[Generation]:
        self.calls.append(list(requests))
        return [self.reply(request) for request in requests]

    def stream(self, request: Request) -> Iterator[str]:
        yield from self.reply(request).text

    def close(self) -> None:
        self.closed = True


def in_order(*generations: Generation | Exception) -> Callable[[Request], Generation]:
    """A reply that gives (or raises) these one after the other."""
    left = iter(generations)

    def reply(request: Request) -> Generation:
        result = next(left)
        if isinstance(result, Exception):
            raise result
        return result

    return reply


def page_image(lines: Sequence[str], width: int = 400) -> Image.Image:
    """Black text on white, one line every 60 pixels."""
    image = Image.new("RGB", (width, 60 * len(lines) + 40), "white")
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(28)
    for i, line in enumerate(lines):
        pen.text((30, 30 + 60 * i), line, "black", font)
    return image


def many_pages(path: Path, colours: Sequence[str], size: tuple[int, int] = (200, 100)) -> Path:
    """A PDF or TIFF with one plain page per colour; in the PDF a pixel is a point (1/72 inch)."""
    first, *rest = [Image.new("RGB", size, colour) for colour in colours]
    first.save(path, save_all=True, append_images=rest)
    return path


def pdf_bytes(*objects: str, trailer: str = "") -> bytes:
    """A PDF of these numbered objects, object 1 being the catalogue, with a correct cross-reference table."""
    body, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n".encode()
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\n"
    return body + end.encode() + f"startxref\n{len(body)}\n%%EOF\n".encode()


CATALOGUE = "<< /Type /Catalog /Pages 2 0 R >>"
ENCRYPTED_PDF = pdf_bytes(
    CATALOGUE,
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] >>",
    f"<< /Filter /Standard /V 1 /R 2 /O <{'41' * 32}> /U <{'42' * 32}> /P -4 >>",
    trailer=f"/Encrypt 4 0 R /ID [<{'43' * 16}> <{'43' * 16}>]",
)
"""No password fits this one, the empty one included."""
SECOND_PAGE_DAMAGED_PDF = pdf_bytes(
    CATALOGUE,
    "<< /Type /Pages /Kids [3 0 R 9 0 R 4 0 R] /Count 3 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] >>",
)
