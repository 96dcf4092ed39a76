"""Our own figures: pages one by one and by phase, answers about pages, the language path on line crops, pages together.

Readings are timed with `time.perf_counter` after one that is not: that one wakes the libraries' thread pools and
caches.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any

import cv2
import torch

from eval.speed.phases import Clock, Sample, by_phase, clocked, rate
from eval.speed.summary import summary
from hyocr.document import PageResult
from hyocr.engines.base import Generation, Request
from hyocr.engines.transformers import TransformersEngine
from hyocr.errors import InputError
from hyocr.reader import Reader
from hyocr.sources import open_source

CROPS = 8
"""Line crops that the language path is timed on."""

MOST_PAGES = 64
"""A batch is read again only while this many pages are not exceeded: 32 pages twice are enough to tell."""


ANSWERS = {"extract": ("fields", "company,date,address,total"), "ask": ("ask", "What is the total?")}
"""What pages are asked, as task and question, by the verb of the command line that asks it."""


class Recorder:
    """An engine that answers nothing and keeps what it was asked: what the reader sends for a page."""

    name = "recorder"
    concurrency = 1

    def __init__(self, strategy: str) -> None:
        self.default_strategy = strategy
        self.requests: list[Request] = []

    def generate(self, requests: Sequence[Request]) -> list[Generation]:
        """See `Engine`."""
        self.requests += requests
        return [Generation("", "stop")] * len(requests)

    def stream(self, request: Request) -> Generator[str, None, Generation]:
        """See `Engine`."""
        self.requests.append(request)
        yield from ()
        return Generation("", "stop")

    def close(self) -> None:
        """See `Engine`."""


def read(paths: list[str], model: str, strategy: str | None, threads: int, repeat: int) -> dict[str, Any]:
    """Seconds per page by phase, from the file to the page's text, pages one by one as `hyocr read` reads them."""
    engine, start = _load(model, threads)
    reader = Reader(engine, strategy, retry=False)  # each page once, whatever comes of it
    asked = _requests(paths, reader.strategy, 1)
    _warm_up(engine, asked)
    samples: list[Sample] = []
    characters = 0
    with clocked() as clock:
        for sample, page in _sampled(clock, reader, paths * repeat):
            samples.append(sample)
            characters += len(page.raw.replace("\n", ""))
        by_head = reader.strategy == "lines" and engine.line_reader == "ctc"
        first = None if by_head else _first_token(clock, engine, asked[:1], repeat)
    return start | {
        "strategy": reader.strategy,
        "line_reader": engine.line_reader,
        "observes": bool(engine.observes),
        **by_phase(samples),
        # The head names all characters of a batch at once: what they cost is the tower's pass.
        "characters_per_second": rate(characters, samples, ["vision", "read head"]) if by_head else None,
        "tokens_per_second": rate(sum(sample.tokens for sample in samples), samples, ["decode"]),
        "first_token": first,
    }


def answers(paths: list[str], model: str, threads: int, repeat: int, what: str) -> dict[str, Any]:
    """Seconds per page from the file to the answer of a verb of ANSWERS, reading the lines and answering apart.

    Raises InputError for a checkpoint that does not answer from what it read.
    """
    engine, start = _load(model, threads)
    task, question = ANSWERS[what]
    reader = Reader(engine, retry=False)
    if reader.strategy_for(task) != "observe":
        raise InputError(f"{engine.name} does not answer from what it read, so there is nothing to time; try small.")
    reader.read(paths[0], task, question)  # wakes libraries and caches
    with clocked() as clock:
        samples = [sample for sample, _ in _sampled(clock, reader, paths * repeat, task, question)]
    return start | {
        **by_phase(samples),
        "reading": summary([sample.total - sample.answering for sample in samples]),
        "answering": summary([sample.answering for sample in samples]),
        "tokens": sum(sample.tokens for sample in samples) / len(samples),
        "tokens_per_second": rate(sum(sample.tokens for sample in samples), samples, ["decode"]),
    }


def language(paths: list[str], model: str, threads: int, repeat: int) -> dict[str, Any]:
    """The language path on the first few line crops, one by one and together in one call of the engine."""
    engine, start = _load(model, threads, line_reader="language")
    crops = list(itertools.chain(*(_requests([path], "lines", 1) for path in paths)))[:CROPS]
    if not crops:
        return start | {"samples": 0}
    _warm_up(engine, crops)
    with clocked() as clock:
        samples = [clock.sample(engine.generate, [crop])[0] for crop in crops * repeat]
        together = [clock.sample(engine.generate, crops)[0] for _ in range(repeat)]
        first = _first_token(clock, engine, crops, repeat)
    return start | {
        **by_phase(samples),
        "tokens_per_second": rate(sum(sample.tokens for sample in samples), samples, ["decode"]),
        "first_token": first,
        "together": {
            "crops": len(crops),
            "seconds": summary([sample.total for sample in together]),
            "tokens_per_second": rate(sum(sample.tokens for sample in together), together, ["decode"]),
        },
    }


def batch(paths: list[str], model: str, strategy: str | None, threads: int, repeat: int, size: int) -> dict[str, Any]:
    """`size` pages (the images over and over) read together.

    The reader itself reads page by page. Here it prepares what it would send for each page, and all pages' requests go
    to the engine in one call, which forms its own batches within its memory budget. The pages' texts are not merged.
    """
    engine, start = _load(model, threads)
    reader = Reader(engine, strategy)
    _warm_up(engine, _requests(paths, reader.strategy, 1))
    prepare, generate = [], []
    requests: list[Request] = []
    for _ in range(min(repeat, max(1, MOST_PAGES // size))):
        started = time.perf_counter()
        requests = _requests(paths, reader.strategy, size)
        prepared = time.perf_counter()
        engine.generate(requests)
        prepare.append(prepared - started)
        generate.append(time.perf_counter() - prepared)
    seconds = summary([sum(parts) for parts in zip(prepare, generate, strict=True)])
    return start | {
        "samples": len(generate),
        "pages": size,
        "requests": len(requests),
        "seconds": seconds,
        "prepare": summary(prepare),
        "generate": summary(generate),
        "pages_per_second": size / seconds["median"],
    }


def _load(model: str, threads: int, line_reader: str | None = None) -> tuple[TransformersEngine, dict[str, Any]]:
    """The engine, and the seconds that loading the checkpoint took."""
    torch.set_num_threads(threads)
    cv2.setNumThreads(threads)
    started = time.perf_counter()
    engine = TransformersEngine(model, line_reader=line_reader)
    return engine, {"load": time.perf_counter() - started, "torch": torch.__version__}


def _warm_up(engine: TransformersEngine, requests: Sequence[Request]) -> None:
    """All shapes once, with short answers."""
    engine.generate([replace(request, max_tokens=2) for request in requests])


def _first_token(clock: Clock, engine: TransformersEngine, requests: Sequence[Request], repeat: int) -> Any:
    """Seconds from asking to the first token of a streamed answer: preprocessing, vision, prefill, one choice."""
    asked = [replace(request, max_tokens=1) for request in requests] * repeat
    samples = [clock.sample(list, engine.stream(one))[0] for one in asked]
    return summary([sample.total for sample in samples]) if samples else None


def _sampled(
    clock: Clock, reader: Reader, paths: Sequence[str], task: str = "read", question: str | None = None
) -> Iterator[tuple[Sample, PageResult]]:
    """Each page of the files, timed from decoding it."""
    for path in paths:
        with closing(open_source(path)) as pages:
            results = reader.pages(pages, task, question)
            for _ in range(pages.total):
                sample, page = clock.sample(next, results)
                yield sample, _checked(page)


def _requests(paths: Sequence[str], strategy: str, pages: int) -> list[Request]:
    """What the reader sends for so many pages, the files over and over."""
    recorder = Recorder(strategy)
    for _ in itertools.islice(_results(Reader(recorder), paths), pages):
        pass
    return recorder.requests


def _results(reader: Reader, paths: Sequence[str]) -> Iterator[PageResult]:
    for path in itertools.cycle(paths):
        yield from map(_checked, reader.pages(path))


def _checked(result: PageResult) -> PageResult:
    if result.error:
        raise InputError(f"Page {result.number} cannot be read, so there is nothing to time: {result.error.message}")
    return result
