import json
import os
import signal
from pathlib import Path

import pytest

from hyocr.corpus.names import check, distinct
from hyocr.corpus.plan import PageCounter, sources
from hyocr.document import PageError
from hyocr.errors import InputError
from tests import fakes


def touch(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def ids(given: object, suffix: str = ".json") -> dict[str, str]:
    return {source.id: os.path.basename(source.path) for source in sources(str(given), suffix)}


def test_folder_is_taken_whole_without_what_is_hidden_or_no_document(tmp_path: Path) -> None:
    touch(tmp_path, "b.png", "x/y/a.pdf", "x/b.tif", "notes.txt", ".hidden.png", ".git/a.png", "b.JPG")
    assert ids(tmp_path) == {"b.JPG": "b.JPG", "b.png": "b.png", "x/b": "b.tif", "x/y/a": "a.pdf"}


def test_glob_and_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch(tmp_path, "in/1/a.png", "in/2/b.png", "in/2/c.pdf", "odd.ending")
    monkeypatch.chdir(tmp_path)
    assert ids("in/**/*.png") == {"1/a": "a.png", "2/b": "b.png"}
    [odd] = sources("odd.ending", ".txt")
    assert (odd.id, odd.path) == ("odd", str(tmp_path / "odd.ending"))


@pytest.mark.parametrize("given", ["none", "none/*.png", "."])
def test_nothing_to_read(given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=r"name (a folder|another)"):
        sources(given, ".json")


def test_list(tmp_path: Path) -> None:
    rows = [
        {"path": "a.png"},
        {"path": "sub/a.png", "id": "first/a"},
        {"path": "../out.pdf", "year": 1912},
        {"path": "A.pdf"},
    ]
    file = tmp_path / "list.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows) + "\n\n")
    assert ids(file) == {"a.png": "a.png", "first/a": "a.png", "out": "out.pdf", "A.pdf": "A.pdf"}
    assert [source.path for source in sources(str(file), ".txt")][1:3] == [
        str(tmp_path / "sub" / "a.png"),
        str(tmp_path.parent / "out.pdf"),
    ]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("{", "not JSON"),
        ("[1]", 'no "path"'),
        ('{"id": "a"}', 'no "path"'),
        ('{"path": ""}', 'no "path"'),
        ('{"path": "x/.."}', 'no "path"'),
        ('{"path": "\\ud800.png"}', "not JSON"),
        ('{"path": "a.png", "id": "\\ud800"}', "not JSON"),
        ('{"path": "a.png", "id": "x/../../a"}', "no path inside"),
        ('{"path": "a.png", "id": "/etc/a"}', "no path inside"),
        ('{"path": "a.png", "id": 7}', "no path inside"),
        ('{"path": "a.png", "id": "' + "é" * 200 + '"}', "too long"),
        ('{"path": "a.png", "id": "GOOD"}', "of line 1"),
        ('{"path": "a.png", "id": "go\\u006fd"}', "of line 1"),
    ],
)
def test_list_with_a_bad_line(row: str, words: str, tmp_path: Path) -> None:
    file = tmp_path / "list.jsonl"
    file.write_text('{"path": "a.png", "id": "good"}\n\n' + row + "\n")
    with pytest.raises(InputError, match="line 3: ") as caught:
        sources(str(file), ".json")
    assert words in str(caught.value)


def test_all_bad_lines_are_counted(tmp_path: Path) -> None:
    file = tmp_path / "list.jsonl"
    file.write_text("x\n" * 8)
    with pytest.raises(InputError, match=r"line 1: .*line 5: .*and 3 more lines"):
        sources(str(file), ".json")


def test_result_that_would_be_a_folder(tmp_path: Path) -> None:
    touch(tmp_path, "a.pdf", "A.json/b/c.pdf")
    assert len(ids(tmp_path, ".txt")) == 2
    with pytest.raises(InputError, match=r'"a.json" would be both a file and a folder'):
        ids(tmp_path, ".json")
    touch(tmp_path, "Run.jsonl/c.pdf")
    with pytest.raises(InputError, match=r'"run.jsonl" would be both'):
        ids(tmp_path, ".txt")


def test_names_are_different_on_every_file_system() -> None:
    accents = ["caf\u00e9.png", "cafe\u0301.png"]
    names = distinct(["a/x.png", "A/x.pdf", "a/X.png-2", *accents, "y" * 251 + ".pdf", "..png"], taken=["A/X.PNG"])
    assert names[:2] == ["a/x.png-2", "A/x.pdf"]
    assert len({name.casefold() for name in names}) == 7
    assert names[3] != names[4].replace("e\u0301", "\u00e9")
    assert [check(name) for name in names] == names


def test_page_counter_survives_what_it_opens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pdf, bad = fakes.many_pages(tmp_path / "a.pdf", ["red"] * 3), touch(tmp_path, "bad.png") / "bad.png"
    counter = PageCounter()
    try:
        assert counter.count(str(pdf)) == 3
        assert counter.count(str(bad)) == PageError(
            "InputError", "The file is empty (0 bytes); copy or export it again."
        )
        assert counter._child
        os.kill(counter._child.pid, signal.SIGKILL)
        error = counter.count(str(pdf))
        assert isinstance(error, PageError)
        assert (error.type, "SIGKILL" in error.message) == ("WorkerDied", True)
        assert counter.count(str(pdf)) == 3
        monkeypatch.setattr("hyocr.corpus.plan.OPEN_SECONDS", 0.5)
        os.kill(counter._child.pid, signal.SIGSTOP)
        error = counter.count(str(pdf))
        assert isinstance(error, PageError)
        assert error.type == "PageTimeout"
    finally:
        counter.close()
