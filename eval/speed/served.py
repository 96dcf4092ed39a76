"""Many requests through one engine: rates, latencies and CPU time of transformers, vLLM in process, vLLM's server.

All are sent the same requests, greedily, at several concurrencies. An engine in this process is given them in groups
of that many, and each request of a group waits for the whole group: so long its caller waits. A server is asked by
that many clients in threads, each sending its next request when its last is answered; what they need to send, PNG and
base64, counts. Requests are made before the clock starts. Linux only: CPU time is read from /proc (proc(5)).
"""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import torch
from PIL import Image

from eval.serving import leave_blocks_on_sigterm, served
from eval.speed.summary import summary
from hyocr.canvas import canvas
from hyocr.engines.base import Engine, Generation, Request
from hyocr.engines.server import ServerEngine
from hyocr.engines.transformers import TransformersEngine
from hyocr.engines.vllm import VllmEngine
from hyocr.engines.vllm_settings import build
from hyocr.errors import InputError
from hyocr.lines import propose
from hyocr.pieces import cut
from hyocr.reader import line_request
from hyocr.serve.launch import flags
from hyocr.sources import open_source
from hyocr.tasks import read

LINES = {1: 32, 8: 64, 32: 128}
PAGES = {1: 2, 8: 8, 32: 32}
ASKED = (1, 8)
"""Lines and pages by concurrency; concurrencies of the questions. Fewer would be noise, more the same again."""

PAGE_TOKENS = 256
QUESTION_TOKENS = 16
"""An answer's length at most: engines that write the same text do the same work. A question's work is its prompt."""

WARM_REQUESTS, WARM_TOKENS = 8, 4
"""At most so many, with answers so short."""

QUESTIONS = (
    "What is the total?",
    "Who issued this document?",
    "What is the date?",
    "How much is the tax?",
    "What is the address?",
    "Which currency is used?",
    "What is the first line?",
    "How was it paid?",
)


class Work(NamedTuple):
    """Requests to be sent `concurrency` at a time, and ones like the first few of them to warm up with.

    `pages`: how much of a page each is; None where that is no measure.
    """

    name: str
    concurrency: int
    requests: list[Request]
    warm: list[Request]
    pages: float | None


def figures(
    paths: list[str], model: str, threads: int, engine: str, vllm: Mapping[str, Any], most: int | None
) -> dict[str, Any]:
    """All of one engine's figures ("transformers", "vllm" or "server"), a row for each work and concurrency.

    `vllm` are settings over those of `hyocr.engines.vllm_settings`, `most` the requests of a row at most. Raises
    HyocrError.
    """
    torch.set_num_threads(threads)
    cv2.setNumThreads(threads)
    if engine != "transformers":
        build()
        # Else vLLM takes another number of threads than we do (on two hyperthreads one) and ties them to cores.
        os.environ.setdefault("VLLM_CPU_OMP_THREADS_BIND", "nobind")
        os.environ.setdefault("VLLM_LOGGING_LEVEL", "ERROR")
    images = list(_images(paths))
    started = time.perf_counter()
    with running(engine, model, vllm) as runs:
        load = time.perf_counter() - started
        rows = [measure(runs, work, clients=engine == "server") for work in works(images, most)]
    return {"load": load, "torch": torch.__version__, "rows": rows}


@contextmanager
def running(name: str, model: str, vllm: Mapping[str, Any]) -> Iterator[Engine]:
    """The engine; lines are read by the language model, as a server can do nothing else."""
    if name == "server":
        leave_blocks_on_sigterm()
        with (
            served(model, extra=flags(vllm)) as server,
            ServerEngine(server.url, model, concurrency=max(LINES)) as asked,
        ):
            yield asked
        return
    engine: VllmEngine | TransformersEngine
    if name == "vllm":
        engine = VllmEngine(model, line_reader="language", options=vllm)
    else:
        engine = TransformersEngine(model, line_reader="language")
    with closing(engine):
        yield engine


def works(pages: Sequence[Image.Image], most: int | None) -> Iterator[Work]:
    """What is sent, in order. No image is sent twice, whatever was sent before, save where that is the point.

    vLLM keeps what it computed of an image and of a prompt's beginning; that a page is read again and again is not
    what users do. Questions about one page are: what keeping gains them is told by the same about as many copies.
    """
    numbers = itertools.count()

    def unseen(request: Request, max_tokens: int | None = None) -> Request:
        image = fresh(request.image, next(numbers)) if request.image else None
        return replace(request, image=image, max_tokens=max_tokens or request.max_tokens)

    def work(name: str, concurrency: int, requests: list[Request], pages: float | None) -> Work:
        warm = [unseen(request, WARM_TOKENS) for request in requests[: min(concurrency, WARM_REQUESTS)]]
        return Work(name, concurrency, requests, warm, pages)

    prompt = read.prompt()
    crops = [crop.image for page in pages for crop in propose(page) if _area(crop.image)]
    lines = [line_request(canvas(piece), prompt) for crop in crops for piece in cut(crop)]
    whole = [Request(page, prompt, PAGE_TOKENS) for page in pages]
    for name, samples, counts, share in (
        ("lines", lines, LINES, len(pages) / max(1, len(lines))),
        ("pages", whole, PAGES, 1.0),
    ):
        for concurrency, count in counts.items() if samples else ():
            chosen = spread(samples, min(count, most or count))
            yield work(name, concurrency, [unseen(request) for request in chosen], share)
    for concurrency in ASKED:
        page = fresh(pages[0], next(numbers))
        questions = [Request(page, question, QUESTION_TOKENS) for question in QUESTIONS[:most]]
        yield work("questions, one page", concurrency, questions, None)
        yield work("questions, a page each", concurrency, [unseen(request) for request in questions], None)


def spread(samples: Sequence[Any], count: int) -> list[Any]:
    """So many of them from all over the sequence, in order; some of them several times where there are fewer."""
    return [samples[i * len(samples) // count] for i in range(count)]


def fresh(image: Image.Image, number: int) -> Image.Image:
    """The image with the number (below 32768) as the colour of its first pixel, in steps that survive a resize."""
    changed = image.copy()
    changed.putpixel((0, 0), tuple(255 - 8 * (number >> shift & 31) for shift in (0, 5, 10)))
    return changed


def measure(engine: Engine, work: Work, clients: bool) -> dict[str, Any]:
    """Warms up, then times the work: one row. Latencies and all else are in seconds.

    `clients` sends each request by itself from as many threads as the concurrency, else groups go one after another.
    `wall_seconds` and `cpu_seconds` are per request.
    """
    requests = work.requests
    exchange(engine, work.warm, work.concurrency, clients)
    cpu, started = cpu_seconds(), time.perf_counter()
    answers, latencies = exchange(engine, requests, work.concurrency, clients)
    seconds, cpu = time.perf_counter() - started, cpu_seconds() - cpu
    tokens = sum(len(answer.ends) for answer in answers)
    latency = summary(latencies)
    return {
        "work": work.name,
        "concurrency": work.concurrency,
        "requests": len(requests),
        "seconds": seconds,
        "tokens": tokens,
        "requests_per_second": len(requests) / seconds,
        "pages_per_second": None if work.pages is None else len(requests) * work.pages / seconds,
        "tokens_per_second": tokens / seconds,
        "latency_p50": latency["median"],
        "latency_p95": latency["p95"],
        "wall_seconds": seconds / len(requests),
        "cpu_seconds": cpu / len(requests),
    }


def exchange(
    engine: Engine, requests: Sequence[Request], concurrency: int, clients: bool
) -> tuple[list[Generation], list[float]]:
    """Answers in order, and each request's seconds from when it is sent until its answer is whole."""

    def send(group: Sequence[Request]) -> tuple[list[Generation], list[float]]:
        started = time.perf_counter()
        answers = engine.generate(group)
        return answers, [time.perf_counter() - started] * len(group)

    if clients:
        with ThreadPoolExecutor(concurrency) as pool:
            done = list(pool.map(send, [[request] for request in requests]))
    else:
        done = [send(requests[i : i + concurrency]) for i in range(0, len(requests), concurrency)]
    return [one for answers, _ in done for one in answers], [one for _, seconds in done for one in seconds]


def cpu_seconds() -> float:
    """User and system time of this process and all below it, those that ended and were waited for included."""
    parents, ticks = {}, {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended meanwhile
            # After the name, which is in brackets and may hold any: state, parent; 12th to 15th are times.
            fields = path.read_text(errors="replace").rpartition(")")[2].split()
            pid = int(path.parent.name)
            parents[pid], ticks[pid] = int(fields[1]), sum(map(int, fields[11:15]))
    family, grown = set[int](), {os.getpid()}
    while grown - family:
        family |= grown
        grown = {pid for pid, parent in parents.items() if parent in family}
    return sum(ticks.get(pid, 0) for pid in family) / os.sysconf("SC_CLK_TCK")


def _images(paths: Sequence[str]) -> Iterator[Image.Image]:
    """All pages of all files. Raises InputError for one that cannot be decoded."""
    for path in paths:
        with closing(open_source(path)) as pages:
            for _ in range(pages.total):
                image = next(pages).image
                if not _area(image):
                    raise InputError(f"{path} has a page without any pixels.")
                yield image


def _area(image: Image.Image) -> int:
    return image.width * image.height
