"""The measurement of long documents: what it makes, what it notices, and once the whole way."""

import re
from pathlib import Path

import pytest

from eval import long
from hyocr.sources import open_source


def page(number: int, text: str = "") -> dict:
    return {"number": number, "text": text or f"PAGE {number} LINE 1 OF FIVE"}


def test_pages_of_the_pdf_are_scans(tmp_path: Path) -> None:
    long.make_pdf(tmp_path / "a.pdf", 3)
    pages = list(open_source(tmp_path / "a.pdf"))
    assert [page.image.size for page in pages] == [(1700, 2200)] * 3
    assert len({page.image.tobytes() for page in pages}) == 3


def test_missing_double_and_misread_pages_are_noticed() -> None:
    assert long._check([page(1), page(2), page(3)], 3) == (0, [])
    assert long._check([page(1), page(3), page(3)], 3)[0] == 2
    missing, misread = long._check([page(7, "PAGE 9 LINE 1"), page(8)], 0)
    assert missing == 0
    assert misread == ["page 7 read as ['PAGE 9 LINE 1']"]


def test_two_lengths_through_both(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long, "FLAT", 2.0)  # the second page of all still makes a difference
    assert long.main(["--pages", "2", "1"]) == 0
    shown = capsys.readouterr().out
    for name in ("hyocr batch", "hyocr api"):
        for pages in (1, 2):
            assert re.search(rf"{name}, {pages} pages: .* peak memory [1-9]\d+ MiB, 0 pages missing or twice", shown)
        assert re.search(rf"{name}: the peak with 2 pages is \d\.\d\d of that with 1", shown)
