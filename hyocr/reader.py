"""Pages x task -> Document: how a page becomes requests to an engine, and the answers a page result."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, get_args

from PIL import Image

from hyocr import extraction, observing, pieces
from hyocr.canvas import canvas
from hyocr.document import Document, Line, PageResult, Strategy
from hyocr.engines.base import Budget, Engine, Generation, Request, geometric_mean
from hyocr.errors import HyocrError
from hyocr.events import PageEvent, Reading, failed, one_by_one, together
from hyocr.ladder import PENALTY, Retry, ask_again, climb, worst
from hyocr.lines import LineCrop, propose, rows
from hyocr.model.choice import OBSERVED
from hyocr.sources import Page, Pages, Source, open_source
from hyocr.tasks import TASKS, fields, read

STRATEGIES: tuple[Strategy, ...] = get_args(Strategy)
LINE_TASKS = ("read", "spotting", "fields")
"""Tasks that the `lines` strategy can do."""


class Reader:
    """Reads sources with one engine.

    `strategy` is "page" (one request for the whole page), "lines" (find the lines without a model, then one request for
    each), "observe" (read the lines, then one request about their text) or None (what the checkpoint was trained for).
    `language`, "en" or "zh", is that of the prompts, not of the documents. Where the model gets stuck, more is tried
    (`hyocr.ladder`) unless `retry` is False. `page_seconds` bounds the time for each page; what was written by then is
    kept, its finish reason "timeout". `at_once` pages of a source are in work at once, as many as the engine's
    `concurrency` if None. With `verbatim` the values of strategy "observe" are made of the page's own characters.
    Raises HyocrError for an unknown strategy.
    """

    def __init__(
        self,
        engine: Engine,
        strategy: str | None = None,
        language: str = "en",
        retry: bool = True,
        page_seconds: float | None = None,
        at_once: int | None = None,
        verbatim: bool = False,
    ) -> None:
        self.engine = engine
        self.wanted = _strategy(strategy) if strategy else None
        self.strategy = self.wanted or _strategy(engine.default_strategy)
        self.language = language
        self.retry = retry
        self.page_seconds = page_seconds
        self.at_once = at_once or engine.concurrency
        self.verbatim = verbatim

    def read(
        self,
        source: Source | Pages,
        task: str = "read",
        question: str | None = None,
        on_event: Callable[[PageEvent], None] | None = None,
    ) -> Document:
        """All pages of a source; `on_event` is called as things happen. Raises what `events` raises."""
        with closing(source if isinstance(source, Pages) else open_source(source)) as pages:
            document = Document(pages.origin, task, self.engine.name, self.strategy_for(task))
            with closing(self.events(pages, task, question)) as events:
                for event in events:
                    if event.result:
                        document.pages.append(event.result)
                    if on_event:
                        on_event(event)
        return document

    def ask(self, source: Source | Pages, question: str, evidence: bool = False) -> Document:
        """The answer to a question about each page, as its `text`; with `evidence`, the lines of the page that it rests
        on as its `observation` (`hyocr.highlight` finds where they stand). Raises what `events` raises."""
        return self.read(source, "evidence" if evidence else "ask", question)

    def translate(self, source: Source | Pages, to: Literal["en", "zh"] = "en") -> Document:
        """Each page's translation into English or Chinese, as its `text`, and the lines that were translated as its
        `observation`. Raises what `events` raises."""
        return self.read(source, f"translate_{to}")

    def pages(
        self, source: Source | Pages, task: str = "read", question: str | None = None, budget: Budget | None = None
    ) -> Iterator[PageResult]:
        """The results of `events` alone, page by page in order."""
        return _results(self.events(source, task, question, budget))

    def events(
        self, source: Source | Pages, task: str = "read", question: str | None = None, budget: Budget | None = None
    ) -> Generator[PageEvent, None, None]:
        """What happens to each page, as it happens: started, tried again, finished. Pages finish in order.

        `source` may be open, with some of its pages selected. When `budget` is over, the pages in work end where they
        stand and no more are started. Breaking off cancels the pages in work.

        A page that cannot be decoded or read is a result with status "failed" and its error. Raises InputError for a
        source that cannot be opened or whose only page cannot be decoded, HyocrError for an unknown task or language,
        for `verbatim` where it cannot be and for a question that is missing (tasks ask, evidence, key and fields) or
        not asked for.
        """
        asked = _Asked(task, prompt_for(task, self.language, question), self.strategy_for(task), question or "")
        if self.verbatim and (asked.strategy != "observe" or task not in observing.VERBATIM):
            raise HyocrError(
                f"Only answers to {', '.join(observing.VERBATIM)} by the strategy observe can be verbatim; "
                f"this is {task} by the strategy {asked.strategy}."
            )
        opened = source if isinstance(source, Pages) else open_source(source)
        return self._events(opened, asked, budget or Budget())

    def strategy_for(self, task: str) -> Strategy:
        """The strategy that `task` is done with."""
        return strategy_for(task, self.wanted, self.engine.default_strategy, getattr(self.engine, "observes", ()))

    def _events(self, pages: Pages, asked: _Asked, budget: Budget) -> Generator[PageEvent, None, None]:
        reading = Reading(pages, partial(self._read, asked), asked.strategy, self.page_seconds, budget)
        with closing(pages):
            if self.at_once > 1 and len(pages.left) > 1:
                yield from together(reading, min(self.at_once, len(pages.left)))
            else:
                yield from one_by_one(reading)

    def _read(self, asked: _Asked, page: Page, budget: Budget) -> Generator[Retry, None, PageResult]:
        """The page's result, whatever happens to it, after all attempts that are worth making."""
        result = PageResult(page.number, *page.image.size, strategy=asked.strategy, dpi=page.dpi)
        result.figures = list(page.figures)
        rungs: list[tuple[Strategy, float]] = []
        if self.retry and asked.strategy == "page":
            rungs = [("page", PENALTY), ("lines", 1.0)] if asked.task in LINE_TASKS else [("page", PENALTY)]

        def attempt(result: PageResult, strategy: Strategy, penalty: float) -> Iterator[Retry]:
            if strategy == "observe":
                yield from self._read_lines(page, result, budget)
                question = observing.Question(asked.task, asked.prompt, asked.question, self.verbatim)
                yield from observing.conclude(self.engine, result, question, self.retry, budget)
            elif strategy == "lines" and asked.task == fields.NAME:
                yield from self._extract(page, result, asked, budget)
            elif strategy == "lines":
                yield from self._read_lines(page, result, budget)
            else:
                self._read_page(page, result, asked, penalty, budget)

        try:
            return (yield from climb(attempt, result, rungs, budget))
        except Exception as error:  # also a mistake of ours: it costs this page, not the document
            return failed(result, error)

    def _read_page(self, page: Page, result: PageResult, asked: _Asked, penalty: float, budget: Budget) -> None:
        module = TASKS[asked.task]
        request = Request(page.image, asked.prompt, module.MAX_TOKENS, repetition_penalty=penalty, budget=budget)
        [generation] = self.engine.generate([request])
        result.raw = generation.text
        parsed = module.parse(generation, *page.image.size)
        result.text, result.lines, result.unparsed = parsed.text, list(parsed.lines), list(parsed.unparsed)
        result.observation = list(parsed.observation)
        _conclude(result, [generation])

    def _read_lines(self, page: Page, result: PageResult, budget: Budget) -> Iterator[Retry]:
        grouped = rows([crop for crop in propose(page.image) if crop.image.width and crop.image.height])
        prompt = read.prompt(self.language)
        cuts = [pieces.cut(crop.image) for row in grouped for crop in row]
        requests = [line_request(canvas(piece), prompt, budget) for cut in cuts for piece in cut]
        generations = self.engine.generate(requests) if requests else []
        if self.retry:
            yield from ask_again(self.engine, requests, generations, result, budget)
        _merge(result, grouped, pieces.join(generations, [len(cut) for cut in cuts]))
        _conclude(result, generations)

    def _extract(self, page: Page, result: PageResult, asked: _Asked, budget: Budget) -> Iterator[Retry]:
        """Every row is asked for all fields, and what the rows say put together (`hyocr.extraction`)."""
        page_rows = extraction.page_rows(page.image)
        requests = extraction.requests(page_rows, asked.prompt, budget)
        generations = self.engine.generate(requests) if requests else []
        if self.retry:
            yield from ask_again(self.engine, requests, generations, result, budget)
        values, result.lines = extraction.together(page_rows, generations, fields.names(asked.question))
        result.text = fields.written(values)
        result.raw = "\n".join(generation.text for generation in generations)
        _conclude(result, generations)


@dataclass(frozen=True)
class _Asked:
    """What is wanted of every page."""

    task: str
    prompt: str
    strategy: Strategy
    question: str


def _strategy(name: str) -> Strategy:
    for strategy in STRATEGIES:
        if strategy == name:
            return strategy
    raise HyocrError(f'There is no strategy "{name}"; choose one of {", ".join(STRATEGIES)}.')


def strategy_for(task: str, wanted: str | None, default: str, observes: Collection[str]) -> Strategy:
    """The strategy that a task is done with, of all those that can do it.

    That is the one that is `wanted`; without one the checkpoint's: "observe" for the tasks that it `observes`, else its
    `default`. Tasks that this one cannot do are done by the page, and line by line where it is "observe".
    """
    chosen = _strategy(wanted or ("observe" if task in observes else default))
    if chosen == "observe" and task not in OBSERVED:
        chosen = "lines"
    return "page" if chosen == "lines" and task not in LINE_TASKS else chosen


def _results(events: Generator[PageEvent, None, None]) -> Iterator[PageResult]:
    with closing(events):
        for event in events:
            if event.result:
                yield event.result


def prompt_for(task: str, language: str, question: str | None = None) -> str:
    """The task's prompt. Raises HyocrError for an unknown task or language, a question missing or not asked for."""
    if task not in TASKS:
        raise HyocrError(f'There is no task "{task}"; choose one of {", ".join(TASKS)}.')
    values = {} if question is None else {"question": question}
    return TASKS[task].prompt(language, **values)


def line_request(image: Image.Image, prompt: str, budget: Budget | None = None) -> Request:
    """Asks for the text of one line canvas (`hyocr.canvas`)."""
    # A character takes four pixels or more at the canvas height of 32: the limit cuts nothing and stops runaway lines.
    return Request(image, prompt, max_tokens=16 + image.width // 4, single_line=True, budget=budget or Budget())


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
    result.finish_reason = worst(generations)
    result.status = "partial" if result.finish_reason != "stop" or result.unparsed else "ok"
    known = [line for line in result.lines if line.confidence is not None]
    if known:
        result.confidence = geometric_mean([(line.confidence or 0.0, len(line.text)) for line in known])
        result.min_confidence = min(line.min_confidence or 0.0 for line in known)
    elif len(generations) == 1:
        result.confidence, result.min_confidence = generations[0].confidence()
