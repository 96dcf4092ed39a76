import json
import tracemalloc
from contextlib import closing
from pathlib import Path

import pytest

from hyocr.corpus.driver import Driver
from hyocr.corpus.journal import Entry, Journal, Stamp, read_header
from hyocr.corpus.names import NAME
from hyocr.corpus.work import Reading, failed
from hyocr.document import Box, Document, Line, PageResult
from hyocr.errors import HyocrError
from hyocr.exports import export

HEADER = {
    "run": {**Reading().to_dict(), "format": "json"},
    "checkpoint": "nano",
    "strategy": "page",
    "input": "in",
}


def page(number: int, text: str = "text") -> PageResult:
    box = Box(1.5, 2, 3, 4)
    line = Line(text, box, ((1.0, 2.0), (3.0, 2.5), (3.0, 4.0), (1.0, 3.5)), 0.9, 0.5)
    return PageResult(number, 100, 50, text=text, lines=[line], figures=[box], seconds=0.1)


def written(folder: Path) -> list[tuple[str, int, str]]:
    lines = (folder / NAME).read_text().splitlines()[1:]
    return [(row["document"], row["number"], row["status"]) for row in map(json.loads, lines)]


def test_journal_is_read_back_and_the_last_result_wins(tmp_path: Path) -> None:
    journal = Journal(tmp_path / NAME, HEADER)
    b, a = Entry("/b.pdf", 3, Stamp(1, 2)), Entry("/a\udce9.png", 0, Stamp(0, 0))
    for result in [page(2, "zwei\n茶"), failed(3, "EngineError", "No."), page(1)]:
        journal.add("b", b, result)
    journal.add("a", a, failed(1, "InputError", "Gone."))
    journal.add("b", b, page(3, "again"))
    journal.close()

    again = Journal(tmp_path / NAME, {"run": "not written: there is a header"})
    assert list(again.results("b")) == [page(1), page(2, "zwei\n茶"), page(3, "again")]
    assert again.entries["a"].source == "/a\udce9.png"
    assert [(e.complete, e.status, e.numbers("failed")) for e in again.entries.values()] == [
        (True, "ok", []),
        (True, "failed", [1]),
    ]
    again.header = HEADER
    again.compact(["a", "unread", "b"])
    again.close()
    assert written(tmp_path) == [("a", 1, "failed"), ("b", 1, "ok"), ("b", 2, "ok"), ("b", 3, "ok")]
    assert read_header(tmp_path / NAME) == HEADER
    inode = (tmp_path / NAME).stat().st_ino
    with closing(Journal(tmp_path / NAME, HEADER)) as compact:
        compact.compact(["a", "b"])
        assert (tmp_path / NAME).stat().st_ino == inode, "what is compact is not written again"
        compact.header["input"] = "moved"
        compact.compact(["a", "b"])
    assert read_header(tmp_path / NAME) == {**HEADER, "input": "moved"}


@pytest.mark.parametrize("keep", [1, 60, -1])
def test_cut_last_line_is_cut_off(keep: int, tmp_path: Path) -> None:
    journal, entry = Journal(tmp_path / NAME, HEADER), Entry("/a.pdf", 2, Stamp(1, 2))
    journal.add("a", entry, page(1))
    end = (tmp_path / NAME).stat().st_size
    journal.add("a", entry, page(2))
    journal.close()
    whole = (tmp_path / NAME).read_bytes()
    (tmp_path / NAME).write_bytes(whole[: end + keep] if keep > 0 else whole[:keep])

    again = Journal(tmp_path / NAME, HEADER)
    assert again.entries["a"].numbers(None) == [2]
    again.add("a", again.entries["a"], page(2))
    again.close()
    assert (tmp_path / NAME).read_bytes() == whole


def test_cut_header_is_written_again(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text('{"run": {"ta')
    assert read_header(tmp_path / NAME) is None
    with closing(Journal(tmp_path / NAME, HEADER)) as journal:
        assert (tmp_path / NAME).read_bytes() == b"", "a run that reads nothing leaves no settings behind"
        journal.add("a", Entry("/a.pdf", 1, Stamp(1, 2)), page(1))
    assert read_header(tmp_path / NAME) == HEADER


@pytest.mark.parametrize(
    "change",
    [{"number": 3}, {"number": 0}, {"status": "fine"}, {"document": "../a"}, {"document": "/a"}, {"total": "many"}],
)
def test_damaged_line_is_named(change: dict[str, object], tmp_path: Path) -> None:
    journal = Journal(tmp_path / NAME, HEADER)
    journal.add("a", Entry("/a.pdf", 2, Stamp(1, 2)), page(1))
    journal.close()
    head, line = (tmp_path / NAME).read_text().splitlines()
    (tmp_path / NAME).write_text("\n".join([head, line, json.dumps(json.loads(line) | change), ""]))
    with pytest.raises(HyocrError, match="line 3 is damaged"):
        Journal(tmp_path / NAME, HEADER)


def test_changed_file_begins_anew(tmp_path: Path) -> None:
    journal = Journal(tmp_path / NAME, HEADER)
    for stamp, number in [(Stamp(1, 2), 1), (Stamp(1, 2), 2), (Stamp(1, 3), 2)]:
        known = journal.entries.get("a")
        entry = known if known and known.stamp == stamp else Entry("/a.pdf", 2, stamp)
        journal.add("a", entry, page(number, f"{stamp.modified}"))
    journal.close()
    again = Journal(tmp_path / NAME, HEADER)
    assert [result.text for result in again.results("a")] == ["3"]
    again.compact([])
    again.close()
    assert written(tmp_path) == [("a", 2, "ok")]


def test_thousands_of_pages_are_put_together_in_flat_memory(tmp_path: Path) -> None:
    total = 3_000
    journal, entry = Journal(tmp_path / NAME, HEADER), Entry("/a.pdf", total, Stamp(1, 2))
    for number in range(total, 0, -1):
        journal.add("a", entry, PageResult(number, 9, 9, text=f"page {number} " + "x" * 1500))
    driver = Driver(tmp_path, journal, Reading())
    tracemalloc.start()
    try:
        driver.write("a")
        journal.compact(["a"])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    journal.close()
    size = (tmp_path / "a.json").stat().st_size
    print(f"{size / 1e6:.1f} MB written with {peak / 1e6:.1f} MB of memory")
    assert peak < 1_000_000 < size / 5
    assert written(tmp_path)[:2] == [("a", 1, "ok"), ("a", 2, "ok")]
    pages = json.loads((tmp_path / "a.json").read_text())["pages"]
    assert [row["number"] for row in pages] == list(range(1, total + 1))


@pytest.mark.parametrize("format", ["text", "markdown"])
def test_result_is_the_export_of_the_document(format: str, tmp_path: Path) -> None:
    journal, entry = Journal(tmp_path / NAME, HEADER), Entry("/a.pdf", 3, Stamp(1, 2))
    journal.header["run"] = {**HEADER["run"], "format": format}
    pages = [page(1, "* one"), failed(2, "EngineError", "No."), page(3)]
    for result in reversed(pages):
        journal.add("sub/a", entry, result)
    driver = Driver(tmp_path, journal, Reading())
    driver.write("sub/a")
    journal.close()
    assert driver.output("sub/a").read_text() == export(Document("/a.pdf", "read", "nano", "page", pages), format)
