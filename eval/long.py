"""A long PDF through `hyocr batch` and `hyocr api`: does memory stay flat, does every page arrive, is there progress?

    python -m eval.long                          # 30 and 300 pages through both; needs the extra serve
    python -m eval.long --pages 10 --through api

Each page of the PDF, which is made here, names its number in five lines. For every run it prints the pages' rate, how
soon the first one was there, and the peak of the resident memory of all processes (/proc, 10 looks a second; Linux).
The exit code is 1 if a page is missing or there twice, or if the memory of the longest document is more than a tenth
above that of the shortest. A page on which no line has the page's number was misread (or is another's): listed.
"""

from __future__ import annotations

import argparse
import base64
import http.client
import io
import json
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pypdfium2
from PIL import Image, ImageDraw, ImageFont

from eval.arguments import positive
from eval.serving import HOST, Started, leave_blocks_on_sigterm, served, started
from hyocr.errors import EngineError, HyocrError

FLAT = 1.1
"""The peak with the most pages over that with the fewest."""

SIZE = (850, 1100)
"""Of a page in pixels: letter paper at 100 dpi."""


@dataclass(frozen=True)
class Run:
    """One document's way: seconds from the start, that of the engine included, and the peak memory in MiB."""

    through: str
    pages: int
    first: float
    seconds: float
    peak: float
    wrong: int
    misread: list[str]


def make_pdf(path: Path, pages: int) -> None:
    """A PDF of scanned pages: five lines each, with the page's number in all of them."""
    font = ImageFont.load_default(36)
    pdf = pypdfium2.PdfDocument.new()
    for number in range(1, pages + 1):
        scan = Image.new("L", SIZE, 255)
        pen = ImageDraw.Draw(scan)
        for line in range(1, 6):
            pen.text((90, 120 * line), f"PAGE {number} LINE {line} OF FIVE", 0, font)
        jpeg = io.BytesIO()
        scan.save(jpeg, "JPEG")
        picture = pypdfium2.PdfImage.new(pdf)
        picture.load_jpeg(jpeg, inline=True)
        picture.set_matrix(pypdfium2.PdfMatrix().scale(612, 792))
        page = pdf.new_page(612, 792)
        page.insert_obj(picture)
        page.gen_content()
        page.close()
    with path.open("wb") as file:
        pdf.save(file)
    pdf.close()


def through_cli(pdf: Path, pages: int, folder: Path) -> Run:
    """`hyocr batch`, watched through its journal as a user would with `tail`."""
    output = folder / "out"
    begun = time.monotonic()
    with started(["batch", str(pdf), str(output), "--format", "json"]) as command, _peak(command) as peak:
        journal, first, seen = output / "run.jsonl", 0.0, 0
        while command.process.poll() is None:
            time.sleep(0.2)
            done = journal.read_bytes().count(b"\n") - 1 if journal.exists() else 0
            if done > seen:
                first = first or time.monotonic() - begun
                seen = _progress("batch", seen, done, pages)
        if command.process.returncode not in (0, 1):
            raise EngineError(f"hyocr batch ended with {command.process.returncode}:\n{command.log.read_text()}")
    read = json.loads((output / f"{pdf.stem}.json").read_text())["pages"]
    return Run("hyocr batch", pages, first, time.monotonic() - begun, peak[0], *_check(read, pages))


def through_api(pdf: Path, pages: int, folder: Path) -> Run:
    """A job of `hyocr api`, watched through its events."""
    document = {"type": "document_url", "document_url": _data_url(pdf)}
    with served(verb="api", extra=["--data", str(folder / "data")]) as server, _peak(server) as peak:
        begun, first, seen = time.monotonic(), 0.0, 0
        with closing(http.client.HTTPConnection(HOST, server.port)) as connection:
            connection.request(
                "POST",
                "/v1/jobs",
                json.dumps({"task": "read", "document": document}),
                {"Content-Type": "application/json"},
            )
            job = _answer(connection)["id"]
            connection.request("GET", f"/v1/jobs/{job}/events")
            response = connection.getresponse()
            while (line := response.readline().decode()) and not line.startswith("event: done"):
                if line.startswith("event: page"):
                    first = first or time.monotonic() - begun
                    seen = _progress("api", seen, seen + 1, pages)
            seconds = time.monotonic() - begun
        with closing(http.client.HTTPConnection(HOST, server.port)) as connection:
            connection.request("GET", f"/v1/jobs/{job}/result?format=json")
            read = _answer(connection)["pages"]
    return Run("hyocr api", pages, first, seconds, peak[0], *_check(read, pages))


THROUGH = {"batch": through_cli, "api": through_api}


def _answer(connection: http.client.HTTPConnection) -> Any:
    response = connection.getresponse()
    body = response.read()
    if response.status >= 400:
        raise EngineError(f"hyocr api answered {response.status}: {body.decode(errors='replace')[:300]}")
    return json.loads(body)


def _data_url(pdf: Path) -> str:
    return f"data:application/pdf;base64,{base64.b64encode(pdf.read_bytes()).decode()}"


def _check(read: Sequence[dict[str, Any]], pages: int) -> tuple[int, list[str]]:
    """How many pages are missing or there twice, and what was read on those without their own number."""
    numbers = [page["number"] for page in read]
    strange = [page for page in read if not re.search(rf"\b{page['number']}\b", page["text"])]
    misread = [f"page {page['number']} read as {page['text'].splitlines()[:1]}" for page in strange]
    return sum(numbers.count(number) != 1 for number in range(1, pages + 1)), misread


def _progress(name: str, before: int, done: int, pages: int) -> int:
    if done // 30 > before // 30 or done == pages:
        print(f"  {name}: {done}/{pages} pages", file=sys.stderr, flush=True)
    return done


@contextmanager
def _peak(command: Started) -> Iterator[list[float]]:
    """The highest resident memory in MiB so far, as the only item of a list, while the block runs."""
    highest, stop = [0.0], Event()

    def watch() -> None:
        while not stop.wait(0.1):
            highest[0] = max(highest[0], command.rss_mib())

    thread = Thread(target=watch)
    thread.start()
    try:
        yield highest
    finally:
        stop.set()
        thread.join()


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line: see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=positive, nargs="+", default=[30, 300], help="lengths of the documents")
    parser.add_argument("--through", choices=THROUGH, nargs="+", default=list(THROUGH))
    options = parser.parse_args(arguments)
    leave_blocks_on_sigterm()
    good = True
    for name in options.through:
        runs = []
        for pages in sorted(options.pages):
            with tempfile.TemporaryDirectory(prefix="hyocr-long-") as folder:
                pdf = Path(folder) / "long.pdf"
                make_pdf(pdf, pages)
                try:
                    runs.append(THROUGH[name](pdf, pages, Path(folder)))
                except HyocrError as error:
                    print(f"eval.long: {error}", file=sys.stderr)
                    return 1
            print(_row(runs[-1]), flush=True)
        ratio = runs[-1].peak / runs[0].peak
        good = good and ratio <= FLAT and not any(run.wrong for run in runs)
        print(f"{runs[0].through}: the peak with {runs[-1].pages} pages is {ratio:.2f} of that with {runs[0].pages}")
    return 0 if good else 1


def _row(run: Run) -> str:
    return (
        f"{run.through}, {run.pages} pages: {run.seconds:.0f} s, {run.pages / run.seconds:.2f} pages/s, first page "
        f"after {run.first:.1f} s, peak memory {run.peak:.0f} MiB, {run.wrong} pages missing or twice, "
        f"{len(run.misread)} misread{': ' * bool(run.misread)}{'; '.join(run.misread)}"
    )


if __name__ == "__main__":
    sys.exit(main())
