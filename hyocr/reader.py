"""Pages x task -> Document: how a page becomes requests to an engine, and the answers a page result."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace

from PIL import Image

from hyocr.canvas import canvas
from hyocr.document import Document, FinishReason, Line, PageError, PageResult
from hyocr.engines.base import Engine, Generation, Request
from hyocr.errors import HyocrError, InputError
from hyocr.lines import LineCrop, propose, rows
from hyocr.sources import Page, Pages, Source, open_source
from hyocr.tasks import TASKS, read

STRATEGIES = ("page", "lines")
LINE_TASKS = ("read", "spotting")
"""Tasks that the `lines` strategy can do; all others look at the whole page whatever the strategy."""

WORST_FIRST: tuple[FinishReason, ...] = ("cancelled", "repetition", "length", "stop")


class Reader:
    """Reads sources with one engine.

    `strategy` is "page" (one request for the whole page), "lines" (find the lines without a model, then one request for
    each) or None (what the checkpoint was trained for). `language`, "en" or "zh", is that of the prompts, not of the
    documents. Raises HyocrError for an unknown strategy.
    """

    def __init__(self, engine: Engine, strategy: str | None = None, language: str = "en") -> None:
        self.engine = engine
        self.strategy = strategy or engine.default_strategy
        self.language = language
        if self.strategy not in STRATEGIES:
            raise HyocrError(f'There is no strategy "{self.strategy}"; choose one of {", ".join(STRATEGIES)}.')

    def read(
        self,
        source: Source | Pages,
        task: str = "read",
        question: str | None = None,
        on_page: Callable[[PageResult], None] | None = None,
    ) -> Document:
        """All pages of a source; `on_page` is called with each as soon as it is done. Raises what `pages` raises."""
        with closing(source if isinstance(source, Pages) else open_source(source)) as pages:
            document = Document(pages.origin, task, self.engine.name, self.strategy_for(task))
            for result in self.pages(pages, task, question):
                document.pages.append(result)
                if on_page:
                    on_page(result)
        return document

    def pages(self, source: Source | Pages, task: str = "read", question: str | None = None) -> Iterator[PageResult]:
        """Results page by page, with one page image in memory at a time.

        A page that cannot be decoded or read is a result with status "failed" and its error. Raises InputError for a
        source that cannot be opened or whose only page cannot be decoded, HyocrError for an unknown task or language
        and for a question that is missing (task ask) or not asked for.
        """
        prompt = self._prompt(task, question)
        opened = source if isinstance(source, Pages) else open_source(source)
        return self._results(opened, task, prompt)

    def strategy_for(self, task: str) -> str:
        """The strategy `task` is done with: this reader's where the task can be done line by line, else "page"."""
        return self.strategy if task in LINE_TASKS else "page"

    def _prompt(self, task: str, question: str | None) -> str:
        if task not in TASKS:
            raise HyocrError(f'There is no task "{task}"; choose one of {", ".join(TASKS)}.')
        values = {} if question is None else {"question": question}
        return TASKS[task].prompt(self.language, **values)

    def _results(self, pages: Pages, task: str, prompt: str) -> Iterator[PageResult]:
        with closing(pages):
            for _ in range(pages.total):
                yield self._next(pages, task, prompt)

    def _next(self, pages: Pages, task: str, prompt: str) -> PageResult:
        """Decodes and reads one page. As a method of its own it forgets the image before the next one is decoded."""
        started = time.perf_counter()
        try:
            page = next(pages)
        except InputError as error:
            if pages.total == 1:
                raise
            result = _failed(PageResult(pages.number, 0, 0), error)
        else:
            result = PageResult(page.number, *page.image.size)
            try:
                if self.strategy_for(task) == "lines":
                    self._read_lines(page, result)
                else:
                    self._read_page(page, result, task, prompt)
            except HyocrError as error:
                result = _failed(result, error)
        result.seconds = time.perf_counter() - started
        return result

    def _read_page(self, page: Page, result: PageResult, task: str, prompt: str) -> None:
        module = TASKS[task]
        [generation] = self.engine.generate([Request(page.image, prompt, module.MAX_TOKENS)])
        result.raw = generation.text
        parsed = module.parse(generation, *page.image.size)
        result.text, result.lines, result.unparsed = parsed.text, list(parsed.lines), list(parsed.unparsed)
        _conclude(result, [generation])

    def _read_lines(self, page: Page, result: PageResult) -> None:
        grouped = rows([crop for crop in propose(page.image) if crop.image.width and crop.image.height])
        prompt = read.prompt(self.language)
        requests = [line_request(canvas(crop.image), prompt) for row in grouped for crop in row]
        generations = self.engine.generate(requests) if requests else []
        _merge(result, grouped, generations)
        _conclude(result, generations)


def line_request(image: Image.Image, prompt: str) -> Request:
    """Asks for the text of one line canvas (`hyocr.canvas`)."""
    # A character takes four pixels or more at the canvas height of 32: the limit cuts nothing and stops runaway lines.
    return Request(image, prompt, max_tokens=16 + image.width // 4, single_line=True)


def _merge(result: PageResult, grouped: Sequence[Sequence[LineCrop]], generations: Sequence[Generation]) -> None:
    """Puts the answers to all crops, in order, into the page: a row's segments joined by a space, rows by a newline."""
    result.raw = "\n".join(generation.text for generation in generations)
    answers, start, texts = iter(generations), 0, []
    for row in grouped:
        segments = []
        for crop in row:
            generation = next(answers)
            parsed = read.parse(generation, crop.image.width, crop.image.height)
            result.unparsed += [replace(stretch, start=start + stretch.start) for stretch in parsed.unparsed]
            start += len(generation.text) + 1
            text = " ".join(parsed.text.split())
            if text:
                result.lines.append(Line(text, crop.box, crop.polygon, *generation.confidence()))
                segments.append(text)
        if segments:
            texts.append(" ".join(segments))
    result.text = "\n".join(texts)


def _conclude(result: PageResult, generations: Sequence[Generation]) -> None:
    """Sets the page's finish reason (the worst of its requests), status and confidence."""
    reasons = {generation.finish_reason for generation in generations}
    result.finish_reason = next((reason for reason in WORST_FIRST if reason in reasons), "stop")
    result.status = "partial" if result.finish_reason != "stop" or result.unparsed else "ok"
    known = [line for line in result.lines if line.confidence is not None]
    if known:
        result.confidence = _mean([(line.confidence or 0.0, len(line.text)) for line in known])
        result.min_confidence = min(line.min_confidence or 0.0 for line in known)
    elif len(generations) == 1:
        result.confidence, result.min_confidence = generations[0].confidence()


def _mean(weighted: Sequence[tuple[float, int]]) -> float:
    """Geometric mean of (probability, weight) pairs: exp(sum(w ln p) / sum(w)); 0 if any p is."""
    total = sum(weight for _, weight in weighted)
    logs = sum(weight * math.log(max(p, 1e-300)) for p, weight in weighted)
    return min(1.0, math.exp(logs / max(1, total)))


def _failed(result: PageResult, error: HyocrError) -> PageResult:
    return replace(result, status="failed", error=PageError(type(error).__name__, str(error)))
