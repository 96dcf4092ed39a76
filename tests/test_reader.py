import math
import time
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from hyocr.document import Box, FinishReason, PageResult
from hyocr.engines.base import Generation, Request
from hyocr.errors import EngineError, HyocrError, InputError
from hyocr.lines import LineCrop
from hyocr.reader import Reader
from hyocr.sources import Page, Pages, open_source
from hyocr.tasks import TASKS
from tests import fakes
from tests.fakes import FakeEngine, answer, in_order

RED = Image.new("RGB", (300, 200), "red")


@pytest.fixture
def three_pages(tmp_path: Path) -> Path:
    return fakes.many_pages(tmp_path / "a.tiff", ["red", "lime", "blue"])


def crop(x: float, width: int = 40, colour: str = "white") -> LineCrop:
    """A line 20 pixels high."""
    return LineCrop(Box(x, 0, x + width, 20), None, Image.new("RGB", (width, 20), colour))


def by_lines(
    monkeypatch: pytest.MonkeyPatch, layout: list[list[LineCrop]], *answers: Generation, task: str = "read"
) -> tuple[PageResult, FakeEngine]:
    """The page that the lines strategy makes of these rows of crops and the answers to them, one each."""
    monkeypatch.setattr("hyocr.reader.propose", lambda image: [crop for row in layout for crop in row])
    monkeypatch.setattr(
        "hyocr.reader.rows", lambda crops: [kept for row in layout if (kept := [c for c in row if c in crops])]
    )
    engine = FakeEngine(in_order(*answers), default_strategy="lines")
    [page] = Reader(engine, retry=False).read(RED, task).pages
    return page, engine


# Strategy "page"


def test_page_is_one_request_with_the_tasks_prompt() -> None:
    engine = FakeEngine()
    document = Reader(engine).read(RED)
    [[request]] = engine.calls
    assert request.image.size == (300, 200)
    assert request.prompt == TASKS["read"].prompt()
    assert request.max_tokens == TASKS["read"].MAX_TOKENS
    assert document.text == "300x200 255 0 0"
    assert (document.source, document.task, document.model, document.strategy) == ("<image>", "read", "fake", "page")
    [page] = document.pages
    assert (page.number, page.width, page.height, page.status, page.raw) == (1, 300, 200, "ok", "300x200 255 0 0")
    assert page.confidence == page.min_confidence == pytest.approx(math.exp(-0.1))


def test_prompt_language() -> None:
    engine = FakeEngine()
    Reader(engine, language="zh").read(RED)
    assert engine.calls[0][0].prompt == TASKS["read"].prompt("zh")


def test_spotting_gives_lines_in_pixels() -> None:
    engine = FakeEngine(in_order(answer("<ref>Total</ref><quad>(100,500),(500,750)</quad>")))
    [page] = Reader(engine).read(RED, "spotting").pages
    assert [(line.text, line.box) for line in page.lines] == [("Total", Box(30, 100, 150, 150))]
    assert page.text == "Total"
    assert page.status == "ok"


def test_output_that_no_rule_understands_makes_a_page_partial() -> None:
    engine = FakeEngine(in_order(answer("<ref>Total</ref><quad>(100,500),(500,750)</quad> and so on")))
    [page] = Reader(engine).read(RED, "spotting").pages
    assert page.status == "partial"
    assert [page.raw[u.start : u.start + len(u.text)] for u in page.unparsed] == [u.text for u in page.unparsed]
    assert "and so on" in page.unparsed[0].text


@pytest.mark.parametrize("reason", ["length", "repetition", "timeout", "cancelled"])
def test_unfinished_answer_makes_a_page_partial(reason: FinishReason) -> None:
    [page] = Reader(FakeEngine(in_order(answer("half a", reason))), retry=False).read(RED).pages
    assert (page.status, page.finish_reason, page.text) == ("partial", reason, "half a")


def test_engine_that_knows_no_probabilities() -> None:
    [page] = Reader(FakeEngine(in_order(Generation("text", "stop")))).read(RED).pages
    assert (page.text, page.confidence, page.min_confidence) == ("text", None, None)


def test_blank_page_is_ok() -> None:
    [page] = Reader(FakeEngine(in_order(answer("")))).read(RED).pages
    assert (page.status, page.text, page.lines, page.error) == ("ok", "", [], None)


def test_ask_sends_the_question_and_never_reads_by_lines() -> None:
    engine = FakeEngine(in_order(answer(" 9.00 ")), default_strategy="lines")
    document = Reader(engine).read(fakes.page_image(["TOTAL 9.00", "Thank you"]), "ask", "What is the total?")
    [[request]] = engine.calls
    assert request.prompt == "What is the total?"
    assert (document.text, document.strategy) == ("9.00", "page")


def test_ask_may_give_the_evidence_apart() -> None:
    seen = "<observation>TOTAL 9.00\n</observation><answer>9.00</answer> or so"
    engine = FakeEngine(in_order(answer(seen), answer("9.00")), default_strategy="lines")
    reader = Reader(engine)
    document = reader.ask(RED, "What is the total?", evidence=True)
    [page] = document.pages
    assert (document.task, page.text, page.lines, page.strategy) == ("evidence", "9.00", [], "page")
    [line] = page.observation
    assert (line.text, line.box, line.confidence) == ("TOTAL 9.00", None, pytest.approx(math.exp(-0.1)))
    assert (page.status, [rest.text for rest in page.unparsed]) == ("partial", ["or so"])
    assert engine.calls[0][0].prompt == TASKS["evidence"].prompt(question="What is the total?")
    assert reader.ask(RED, "What is the total?").task == "ask"
    assert engine.calls[1][0].prompt == "What is the total?"


def test_a_translation_and_its_source() -> None:
    engine = FakeEngine(in_order(answer("Ausgang\n\nExit"), answer("Ausgang\n\n出口"), answer("Exit")))
    documents = [Reader(engine).translate(RED), Reader(engine).translate(RED, to="zh"), Reader(engine).translate(RED)]
    assert [document.text for document in documents] == ["Exit", "出口", "Exit"]
    sources = [[line.text for line in document.pages[0].observation] for document in documents]
    assert sources == [["Ausgang"], ["Ausgang"], []]
    assert [document.status for document in documents] == ["ok", "ok", "partial"]
    assert [request.prompt for [request] in engine.calls[:2]] == [
        TASKS["translate_en"].prompt(),
        TASKS["translate_zh"].prompt(),
    ]
    with pytest.raises(HyocrError, match="translate_fr"):
        Reader(engine).translate(RED, to="fr")  # type: ignore[arg-type]


# Strategy "lines"


def test_segments_of_a_row_are_joined_by_a_space_and_rows_by_a_newline(monkeypatch: pytest.MonkeyPatch) -> None:
    layout = [[crop(0), crop(90)], [crop(200)]]
    page, engine = by_lines(monkeypatch, layout, answer("Tea"), answer(" 2.50 "), answer("Total"))
    assert page.text == "Tea 2.50\nTotal"
    assert [(line.text, line.box) for line in page.lines] == [
        ("Tea", Box(0, 0, 40, 20)),
        ("2.50", Box(90, 0, 130, 20)),
        ("Total", Box(200, 0, 240, 20)),
    ]
    assert len(engine.calls) == 1, "all lines in one batch"
    assert {request.image.height for request in engine.calls[0]} == {32}, "lines go through the canvas"
    assert {request.prompt for request in engine.calls[0]} == {TASKS["read"].prompt()}
    assert page.raw == "Tea\n 2.50 \nTotal"


def test_line_budget_grows_with_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    _, engine = by_lines(monkeypatch, [[crop(0, 40)], [crop(0, 400)]], answer("short"), answer("long"))
    short, long = [request.max_tokens for request in engine.calls[0]]
    assert 16 < short < long < TASKS["read"].MAX_TOKENS


def test_empty_crops_and_empty_answers_leave_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    layout = [[crop(0), crop(50, width=0)], [crop(90)]]
    page, engine = by_lines(monkeypatch, layout, answer(" "), answer("text"))
    assert len(engine.calls[0]) == 2
    assert (page.text, len(page.lines), page.status) == ("text", 1, "ok")


def test_line_breaks_inside_a_line_are_spaces(monkeypatch: pytest.MonkeyPatch) -> None:
    page, _ = by_lines(monkeypatch, [[crop(0)]], answer("one\ntwo"))
    assert page.text == page.lines[0].text == "one two"


def test_one_unfinished_line_makes_a_page_partial(monkeypatch: pytest.MonkeyPatch) -> None:
    layout = [[crop(0)], [crop(90)], [crop(180)]]
    answers = answer("good"), answer("goood", "length"), answer("gogogo", "repetition")
    page, _ = by_lines(monkeypatch, layout, *answers)
    assert (page.status, page.finish_reason) == ("partial", "repetition")
    assert page.text == "good\ngoood\ngogogo"


def test_page_confidence_weighs_lines_by_their_length(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = answer("x", logprob=math.log(0.5)), answer("abc", logprob=math.log(0.9))
    page, _ = by_lines(monkeypatch, [[crop(0)], [crop(90)]], *answers)
    assert [line.confidence for line in page.lines] == pytest.approx([0.5, 0.9])
    assert page.confidence == pytest.approx((0.5 * 0.9**3) ** (1 / 4))
    assert page.min_confidence == pytest.approx(0.5)


def test_impossible_token_gives_no_confidence_and_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    page, _ = by_lines(monkeypatch, [[crop(0)]], answer("x", logprob=-math.inf))
    assert page.confidence == pytest.approx(0)
    assert page.min_confidence == 0


def test_spotting_by_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    page, engine = by_lines(monkeypatch, [[crop(5)]], answer("Tea"), task="spotting")
    assert [(line.text, line.box) for line in page.lines] == [("Tea", Box(5, 0, 45, 20))]
    assert engine.calls[0][0].prompt == TASKS["read"].prompt()


def test_real_lines_of_a_drawn_page() -> None:
    engine = FakeEngine(default_strategy="lines")
    document = Reader(engine).read(fakes.page_image(["First line here", "Second one"]))
    assert document.strategy == "lines"
    first, second = document.pages[0].lines
    assert first.box is not None
    assert second.box is not None
    assert first.box.y2 < second.box.y1
    assert 20 < first.box.x1 < 40


def test_blank_page_by_lines_asks_nothing() -> None:
    engine = FakeEngine(default_strategy="lines")
    [page] = Reader(engine).read(Image.new("RGB", (300, 400), "white")).pages
    assert (page.status, page.text, page.confidence, engine.calls) == ("ok", "", None, [])


@pytest.mark.parametrize("strategy", ["page", "lines"])
def test_longest_strip_is_read(strategy: str) -> None:
    strip = Image.new("RGB", (20000, 100), "white")
    strip.paste(fakes.page_image(["Some text"]).crop((0, 0, 300, 100)), (9000, 0))
    [page] = Reader(FakeEngine(), strategy).read(strip).pages
    assert page.status == "ok"
    assert page.text


# Several pages


def test_pages_in_order(three_pages: Path) -> None:
    document = Reader(FakeEngine()).read(three_pages)
    assert [page.text for page in document.pages] == ["200x100 255 0 0", "200x100 0 255 0", "200x100 0 0 255"]
    assert [page.number for page in document.pages] == [1, 2, 3]
    assert document.status == "ok"


def test_failing_page_does_not_stop_the_others(three_pages: Path) -> None:
    engine = FakeEngine(in_order(answer("one"), EngineError("Out of memory."), answer("three")))
    document = Reader(engine).read(three_pages)
    assert [page.status for page in document.pages] == ["ok", "failed", "ok"]
    failed = document.pages[1]
    assert failed.error is not None
    assert (failed.error.type, failed.error.message) == ("EngineError", "Out of memory.")
    assert (failed.number, failed.width, failed.text) == (2, 200, "")
    assert document.status == "partial"
    assert document.text == "one\n\nthree"


def test_raw_output_of_a_page_that_fails_later_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def parse(*_: object) -> None:
        raise HyocrError("Not understood.")

    monkeypatch.setattr("hyocr.tasks.read.parse", parse)
    [page] = Reader(FakeEngine(in_order(answer("what was written")))).read(RED).pages
    assert (page.status, page.raw) == ("failed", "what was written")


def test_page_that_cannot_be_decoded_fails_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(fakes.SECOND_PAGE_DAMAGED_PDF)
    document = Reader(FakeEngine()).read(path)
    assert [page.status for page in document.pages] == ["ok", "failed", "ok"]
    assert document.pages[1].error is not None
    assert document.pages[1].error.type == "InputError"
    assert document.pages[1].number == 2


def test_only_page_that_cannot_be_decoded_raises(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.new("L", (1, 1)).save(path)
    with pytest.raises(InputError, match="1x1"):
        Reader(FakeEngine()).read(path)


@pytest.mark.parametrize("mistake", [ZeroDivisionError("by\nnought."), MemoryError(), RuntimeError("CUDA error")])
def test_mistakes_cost_one_page_and_are_named(three_pages: Path, mistake: Exception) -> None:
    document = Reader(FakeEngine(in_order(answer("one"), mistake, answer("three")))).read(three_pages)
    assert [page.status for page in document.pages] == ["ok", "failed", "ok"]
    error = document.pages[1].error
    assert error is not None
    assert error.type == type(mistake).__name__
    assert (" ".join(str(mistake).split()).rstrip(".") or "no more") in error.message
    assert "\n" not in error.message


def test_a_decoder_that_breaks_costs_one_page() -> None:
    def decode(number: int) -> Page:
        if number == 2:
            raise MemoryError
        return Page(RED, number, "a.pdf")

    document = Reader(FakeEngine()).read(Pages("a.pdf", 3, decode))
    assert [page.status for page in document.pages] == ["ok", "failed", "ok"]
    assert (document.pages[1].number, document.pages[1].strategy) == (2, "page")


@pytest.mark.parametrize("end", [KeyboardInterrupt, SystemExit])
def test_what_ends_a_program_passes(end: type[BaseException]) -> None:
    def reply(request: Request) -> Generation:
        raise end

    with pytest.raises(end):
        Reader(FakeEngine(reply)).read(RED)


def test_dpi_and_figures_are_those_of_the_page() -> None:
    figures = (Box(1, 2, 3, 4), Box(5, 6, 7, 8))
    pages = Pages("a.pdf", 1, lambda number: Page(RED, number, "a.pdf", 200.0, figures))
    [page] = Reader(FakeEngine()).read(pages).pages
    assert (page.dpi, page.figures) == (200.0, list(figures))


def test_only_the_pages_left_are_read(three_pages: Path) -> None:
    pages = open_source(three_pages)
    pages.select([3, 1])
    assert [page.number for page in Reader(FakeEngine()).pages(pages)] == [1, 3]


def test_pages_are_read_when_asked_for(three_pages: Path) -> None:
    engine = FakeEngine()
    results = Reader(engine).pages(three_pages)
    assert engine.calls == []
    next(results)
    assert len(engine.calls) == 1
    assert isinstance(results, Iterator)
    results.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("strategy", ["page", "lines"])
def test_one_page_in_memory_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, strategy: str) -> None:
    path = fakes.many_pages(tmp_path / "a.pdf", ["red", "lime", "blue"])
    alive: list[weakref.ref[Image.Image]] = []
    decode = Pages.__next__

    def watched(pages: Pages) -> Page:
        assert [ref for ref in alive if ref()] == [], "an earlier page is still held"
        page = decode(pages)
        alive.append(weakref.ref(page.image))
        return page

    monkeypatch.setattr(Pages, "__next__", watched)
    engine = FakeEngine()
    engine.generate = lambda requests: [fakes.describe(request) for request in requests]  # type: ignore[method-assign]
    pages = list(Reader(engine, strategy).pages(path))
    assert len(pages) == len(alive) == 3


def test_seconds_are_those_of_the_page(three_pages: Path) -> None:
    def slow(request: Request) -> Generation:
        time.sleep(0.05 if request.image.getpixel((0, 0)) == (0, 255, 0) else 0)
        return answer("text")

    first, second, third = Reader(FakeEngine(slow)).read(three_pages).pages
    assert 0 < first.seconds < 0.05 <= second.seconds
    assert 0 < third.seconds < 0.05


# Wrong use


def test_unknown_names_and_missing_questions() -> None:
    with pytest.raises(HyocrError, match="strategy"):
        Reader(FakeEngine(), "words")
    reader = Reader(FakeEngine())
    with pytest.raises(HyocrError, match="task"):
        reader.read(RED, "sing")
    with pytest.raises(HyocrError, match="question"):
        reader.read(RED, "ask")
    with pytest.raises(HyocrError, match="question"):
        reader.read(RED, "read", "What is the total?")
