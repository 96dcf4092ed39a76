from pathlib import Path

import pytest

from hyocr.corpus.run import batch
from hyocr.corpus.work import Piece, Reading, identify, read_piece
from hyocr.errors import EngineError, HyocrError
from hyocr.reader import Reader
from tests import fakes
from tests.fakes import FakeEngine, answer, in_order


def pdf(folder: Path, pages: int = 4) -> str:
    return str(fakes.many_pages(folder / "a.pdf", ["red"] * pages))


def statuses(reader: Reader, piece: Piece) -> list[tuple[int, str, str | None]]:
    results = read_piece(reader, Reading(), piece)
    return [(result.number, result.status, result.error and result.error.type) for result in results]


def test_one_result_for_each_number_whatever_happens(tmp_path: Path) -> None:
    reader = Reader(FakeEngine(in_order(answer("a"), EngineError("No."), answer("b"))))
    expected = [(1, "ok", None), (3, "failed", "EngineError"), (4, "ok", None)]
    assert statuses(reader, Piece("a", pdf(tmp_path), 4, (1, 3, 4))) == expected


def test_fault_in_the_program_costs_a_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader, before = Reader(FakeEngine()), Reader.pages

    def pages(self: Reader, source, *given):
        for result in before(self, source, *given):
            if result.number == 2:
                raise ZeroDivisionError("division by zero\nmore")
            yield result

    monkeypatch.setattr(Reader, "pages", pages)
    expected = [(1, "ok", None), (2, "failed", "ZeroDivisionError"), (3, "ok", None), (4, "ok", None)]
    assert statuses(reader, Piece("a", pdf(tmp_path), 4, (1, 2, 3, 4))) == expected


@pytest.mark.parametrize("change", ["fewer", "gone"])
def test_file_that_changed(change: str, tmp_path: Path) -> None:
    piece = Piece("a", pdf(tmp_path), 4, (2, 3))
    pdf(tmp_path, 3) if change == "fewer" else Path(piece.path).unlink()
    assert statuses(Reader(FakeEngine()), piece) == [(2, "failed", "InputError"), (3, "failed", "InputError")]


def test_reading_that_can_read_nothing_is_no_failed_page(tmp_path: Path) -> None:
    with pytest.raises(HyocrError, match="question"):
        identify(Reading("ask"))
    with pytest.raises(HyocrError, match="no task"):
        identify(Reading("sing"))
    with pytest.raises(HyocrError, match="question"):
        list(read_piece(Reader(FakeEngine()), Reading("ask"), Piece("a", pdf(tmp_path), 4, (1,))))


def test_reading_survives_json() -> None:
    reading = Reading("ask", question="Total?", page_seconds=5.0)
    assert Reading.from_dict(reading.to_dict()) == reading
    assert identify(reading) == ("nano", "page")
    assert identify(Reading()) == ("nano", "lines")
    assert identify(Reading("key", question="total", strategy="observe")) == ("nano", "observe")


def test_nano_reads_the_same_in_one_worker_and_in_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # sums of floats depend on how they are shared out
    (tmp_path / "in").mkdir()
    fakes.page_image(["First line", "TOTAL 12.50"]).save(tmp_path / "in" / "a.png")
    fakes.page_image(["Second page"]).save(tmp_path / "in" / "b.pdf")
    for workers in (1, 2):
        assert batch(str(tmp_path / "in"), tmp_path / str(workers), Reading(), workers=workers)
    one, two = [(tmp_path / folder / "a.json").read_bytes() for folder in "12"]
    assert one == two
    assert b'"text": "First line\\nTOTAL 12.50"' in one
    assert (tmp_path / "1" / "b.json").read_bytes() == (tmp_path / "2" / "b.json").read_bytes()
