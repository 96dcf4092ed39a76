import base64
import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from hyocr.corpus import pool
from hyocr.corpus.child import Child
from hyocr.corpus.driver import Driver
from hyocr.corpus.run import batch, retry
from hyocr.corpus.work import Piece, Reading, failed
from hyocr.document import PageResult
from hyocr.errors import EngineError, HyocrError
from tests import fakes
from tests.fake_server import SECONDS, FakeServer, Reply, free_port, running, vllm

COLOURS = {"a.pdf": range(1, 21), "sub/b.pdf": range(21, 31), "sub/c.png": range(31, 32)}
"""How red each page is, in steps of 8: the server knows pages by it, and that is the text it reads."""

PAGES = Counter(red for reds in COLOURS.values() for red in reds)

DRIVER = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # jobs in the background are started without
from pathlib import Path
from hyocr.corpus.run import batch
from hyocr.corpus.work import Reading
try:
    sys.exit(not batch(sys.argv[1], Path(sys.argv[2]), Reading(engine=sys.argv[3], strategy="page"), workers=2))
except KeyboardInterrupt:
    sys.exit(130)
"""


class Asked(FakeServer):
    """Reads pages, counts how often each was asked for, and first does what `on` says for a page."""

    def __init__(self) -> None:
        super().__init__()
        self.pages: Counter[int] = Counter()
        self.on: Callable[[int], Reply | None] = lambda red: None
        self.reply = self._read

    def _read(self, body: dict[str, Any]) -> Reply:
        [url] = [part["image_url"]["url"] for part in body["messages"][1]["content"] if part["type"] == "image_url"]
        with Image.open(io.BytesIO(base64.b64decode(url.split(",")[1]))) as image:
            red = round(image.convert("RGB").getpixel((5, 5))[0] / 8)
        self.pages[red] += 1
        return self.on(red) or Reply(vllm("page ", str(red)))


@pytest.fixture
def server() -> Iterator[Asked]:
    with running(Asked()) as server:
        yield server


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus") / "in"
    for name, reds in COLOURS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        colours = [f"rgb({8 * red}, 0, 0)" for red in reds]
        if name.endswith(".pdf"):
            fakes.many_pages(folder / name, colours, size=(40, 20))
        else:
            Image.new("RGB", (40, 20), colours[0]).save(folder / name)
    return folder


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Child]]:
    """The workers that the pool of this process starts. None of them is left at the end."""
    started: list[Child] = []

    class Recorded(Child):
        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            started.append(self)

    monkeypatch.setattr(pool, "Child", Recorded)
    yield started
    assert all(child.dead() for child in started)


def reading(server: FakeServer, **settings: Any) -> Reading:
    return Reading(engine=server.url, strategy="page", **settings)


def journaled(folder: Path) -> list[dict[str, Any]]:
    """The whole lines of a journal, perhaps that of a run at work."""
    lines = (folder / "run.jsonl").read_bytes().splitlines(keepends=True)[1:]
    return [json.loads(line) for line in lines if line.endswith(b"\n")]


def finished(folder: Path) -> list[int]:
    return [int(row["text"].removeprefix("page ")) for row in journaled(folder) if row["status"] == "ok"]


def outputs(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.json")}


def untimed(folder: Path) -> list[dict[str, Any]]:
    return [{key: value for key, value in row.items() if key != "seconds"} for row in journaled(folder)]


def wait_for(what: Callable[[], bool]) -> bool:
    end = time.monotonic() + 3 * SECONDS
    while not what() and time.monotonic() < end:
        time.sleep(0.05)
    return what()


def test_worker_killed_midway(server: Asked, corpus: Path, tmp_path: Path, children: list[Child]) -> None:
    before: list[int] = []

    def kill_one(red: int) -> Reply | None:
        if red == 11 and not before:
            wait_for(lambda: len(finished(tmp_path)) >= 3)
            before.extend(finished(tmp_path))
            os.kill(children[0].pid, signal.SIGKILL)
        return None

    server.on = kill_one
    assert batch(str(corpus), tmp_path, reading(server), workers=2)
    assert len(children) == 3
    assert Counter(finished(tmp_path)) == PAGES, "nothing lost, nothing twice"
    assert len(before) >= 3
    assert {server.pages[red] for red in before} == {1}, "what was delivered is not asked again"
    assert set(outputs(tmp_path)) == {"a.json", "sub/b.json", "sub/c.json"}
    assert [row["text"] for row in json.loads((tmp_path / "a.json").read_text())["pages"]] == [
        f"page {red}" for red in COLOURS["a.pdf"]
    ]


def test_page_that_kills_and_page_that_hangs(
    server: Asked, corpus: Path, tmp_path: Path, children: list[Child], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "GRACE_SECONDS", 3.5 - 60)
    poison = {24: signal.SIGKILL, 27: signal.SIGSTOP}

    def attack(red: int) -> Reply | None:
        if red in poison:
            os.kill(children[-1].pid, poison[red])
        return None

    server.on = attack
    assert not batch(str(corpus / "sub"), tmp_path, reading(server, page_seconds=60), workers=1)
    failed = {row["number"]: row["error"]["type"] for row in journaled(tmp_path) if row["status"] == "failed"}
    assert failed == {4: "WorkerDied", 7: "PageTimeout"}
    assert Counter(finished(tmp_path)) == Counter([*COLOURS["sub/b.pdf"], 31]) - Counter(poison.keys())
    assert len(children) <= 5


def test_hung_page_is_not_hidden_by_others(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(pool, "time", SimpleNamespace(monotonic=lambda: now))
    worker = pool._Worker(SimpleNamespace(send=lambda piece: None))  # type: ignore[arg-type]
    for name in "abc":
        worker.take(Piece(name, name, 2, (1, 2)), alone=False)
    now = 50
    assert worker.silent() == 0, "it loads the model"
    worker.ready(2)
    now = 60
    worker.delivered("b", 1)
    assert worker.silent() == 10, "a was begun at 50"
    now = 70
    worker.delivered("a", 1)
    worker.delivered("b", 2)
    now = 75
    assert worker.silent() == 5, "c was begun at 70"
    worker.delivered("a", 2)
    worker.delivered("c", 1)
    worker.delivered("c", 2)
    assert worker.silent() == 0


@pytest.mark.parametrize("places", [0, 2])
def test_only_what_was_begun_is_doubtful(places: int) -> None:
    told: list[Any] = [("ready", places), ("page", ("a", PageResult(1, 9, 9)))] if places else []

    def receive() -> Any:
        if told:
            return told.pop(0)
        raise EOFError

    connection = SimpleNamespace(poll=lambda: True, recv=receive)
    child = SimpleNamespace(connection=connection, send=lambda piece: None, kill=lambda: "signal SIGKILL")
    crew = pool._Pool(Reading(), iter(()), 1)
    crew._workers.append(pool._Worker(child))  # type: ignore[arg-type]
    handed = [Piece("a", "a", 3, (1, 2, 3)), Piece("b", "b", 1, (1,)), Piece("c", "c", 1, (1,))]
    for piece in handed:
        crew._workers[0].take(piece, alone=False)
    assert len(list(crew._listen(crew._workers[0]))) == (1 if places else 0)
    doubtful = [(piece.document, piece.numbers) for piece in crew._doubtful]
    returned = [(piece.document, piece.numbers) for piece in crew._returned]
    assert doubtful == ([("a", (2,)), ("b", (1,))] if places else [])
    assert returned == ([("a", (3,)), ("c", (1,))] if places else [(piece.document, piece.numbers) for piece in handed])
    assert crew._workers == []


def test_driver_killed_and_resumed(server: Asked, corpus: Path, tmp_path: Path) -> None:
    assert batch(str(corpus), tmp_path / "whole", reading(server), workers=1)
    out, stop = tmp_path / "out", threading.Event()

    def hold(red: int) -> Reply | None:
        return Reply(vllm("late"), before=stop.wait) if red in (16, 29) else None

    server.on, server.pages = hold, Counter()
    command = [sys.executable, "-c", DRIVER, str(corpus), str(out), server.url]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as driver:
        assert wait_for(lambda: (out / "run.jsonl").exists() and len(finished(out)) >= 6 and server.pages[16] == 1)
        with pytest.raises(HyocrError, match="Another run is at work"):
            batch(str(corpus), out, reading(server))
        workers = Path(f"/proc/{driver.pid}/task/{driver.pid}/children").read_text().split()
        driver.kill()
    assert len(workers) >= 2
    assert wait_for(lambda: not any(_alive(pid) for pid in workers)), "workers end with their driver"
    stop.set()
    with (out / "run.jsonl").open("ab") as journal:
        journal.write(b'{"document":"a","source')

    kept, server.on, server.pages = finished(out), lambda red: None, Counter()
    assert batch(str(corpus), out, reading(server), workers=2)
    assert server.pages == PAGES - Counter(kept), "finished pages are not asked again"
    assert outputs(out) == outputs(tmp_path / "whole")
    assert untimed(out) == untimed(tmp_path / "whole")


def _alive(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_by_a_signal(number: int, server: Asked, corpus: Path, tmp_path: Path) -> None:
    stop = threading.Event()
    server.on = lambda red: Reply(vllm("late"), before=stop.wait) if red in (6, 26) else None
    command = [sys.executable, "-c", DRIVER, str(corpus), str(tmp_path), server.url]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as driver:
        assert wait_for(lambda: server.pages[6] == 1 and len(finished(tmp_path)) >= 5)
        workers = Path(f"/proc/{driver.pid}/task/{driver.pid}/children").read_text().split()
        driver.send_signal(number)
        assert driver.wait(SECONDS) == 130
        assert not any(_alive(pid) for pid in workers)
        assert driver.stderr
        assert "Traceback" not in driver.stderr.read()
    stop.set()
    assert len(finished(tmp_path)) >= 5


def test_resume_and_retry(
    server: Asked, corpus: Path, tmp_path: Path, children: list[Child], capsys: pytest.CaptureFixture[str]
) -> None:
    assert batch(str(corpus), tmp_path / "whole", reading(server), workers=2)
    out = tmp_path / "out"
    server.on = lambda red: Reply(status=400, message="Not this one.") if red in (3, 31) else None
    assert not batch(str(corpus), out, reading(server), workers=2)
    assert f'hyocr retry "{out}"' in capsys.readouterr().err
    assert [row["status"] for row in journaled(out)].count("failed") == 2
    assert json.loads((out / "a.json").read_text())["status"] == "partial"
    assert json.loads((out / "sub" / "c.json").read_text())["status"] == "failed"

    (out / "sub" / "b.json").unlink()
    server.on, server.pages, started = lambda red: None, Counter(), len(children)
    assert not batch(str(corpus), out, reading(server), workers=2), "resuming leaves what failed"
    assert (server.pages, len(children)) == (Counter(), started)
    for change in [{"format": "text"}, {"reading": reading(server, language="zh")}, {"given": str(corpus / "sub")}]:
        with pytest.raises(HyocrError, match=r"other settings \((format json|language en|input .*in)\)"):
            batch(**{"given": str(corpus), "folder": out, "reading": reading(server)} | change)

    assert retry(out / "run.jsonl", workers=2)
    assert server.pages == Counter([3, 31])
    assert outputs(out) == outputs(tmp_path / "whole")
    assert untimed(out) == untimed(tmp_path / "whole")
    assert retry(out)


def read_in_no_time(piece: Piece, number: int) -> PageResult:
    return PageResult(number, 9, 9, text=f"{piece.document} {number}")


def fake_pool(
    asked: list[Piece],
    before: Callable[[Piece], object] = lambda piece: None,
    read: Callable[[Piece, int], PageResult] = read_in_no_time,
) -> Any:
    """Reads without workers, and remembers what it was given."""

    def pool(reading: Reading, pieces: Iterator[Piece], workers: int) -> Any:
        for piece in pieces:
            asked.append(piece)
            before(piece)
            for number in piece.numbers:
                yield piece, read(piece, number)

    return pool


def bad(piece: Piece, number: int) -> PageResult:
    return failed(number, "EngineError", "No.\x1b[31m")


def test_changed_files(corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, out = fakes.many_pages(tmp_path / "in.pdf", ["red"] * 20), tmp_path / "out"

    def touch(piece: Piece) -> None:
        if piece.numbers[0] == 17:
            fakes.many_pages(file, ["blue"] * 21)

    asked: list[Piece] = []
    assert not batch(str(file), out, Reading(), pool=fake_pool(asked, touch))
    assert [len(piece.numbers) for piece in asked] == [8, 8, 4]
    assert [row["status"] for row in journaled(out)] == ["ok"] * 16 + ["failed"] * 4, "no page of the new file"

    asked.clear()
    assert not retry(out, pool=fake_pool(asked))
    assert asked == [], "the new file's pages do not go with the old one's"
    assert "changed since it was read" in capsys.readouterr().err
    assert batch(str(file), out, Reading(), pool=fake_pool(asked))
    assert sum(len(piece.numbers) for piece in asked) == 21
    assert [row["total"] for row in journaled(out)] == [21] * 21


def test_texts_of_documents_good_and_bad(corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"path": "none.png", "id": "x/gone"}, {"path": str(corpus / "a.pdf"), "id": "x/y/a"}]
    (tmp_path / "list.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    out = tmp_path / "out"
    assert not batch(str(tmp_path / "list.jsonl"), out, Reading(), "text", pool=fake_pool([]))
    assert [str(path.relative_to(out)) for path in out.rglob("*.txt")] == ["x/y/a.txt"], "no empty text for x/gone"
    assert (out / "x/y/a.txt").read_text().startswith("x/y/a 1\n\nx/y/a 2\n\n")
    error = f"error: {tmp_path}/none.png: The file does not exist; check the path."
    assert error in capsys.readouterr().err.splitlines()
    Image.new("RGB", (40, 20)).save(tmp_path / "none.png")
    assert retry(out, pool=fake_pool([]))
    assert (out / "x/gone.txt").read_text() == "x/gone 1\n"


def test_no_model(tmp_path: Path, corpus: Path, monkeypatch: pytest.MonkeyPatch, children: list[Child]) -> None:
    with pytest.raises(HyocrError, match="No checkpoint folder"):
        batch(str(corpus), tmp_path / "out", Reading(model="missing"))
    assert not (tmp_path / "out").exists()
    monkeypatch.setattr("hyocr.corpus.run.identify", lambda reading: ("missing", "page"))
    nobody = f"http://127.0.0.1:{free_port()}/v1"
    with pytest.raises(EngineError, match="No model to ask"):  # as the worker says it
        batch(str(corpus), tmp_path / "out", Reading(engine=nobody))
    assert batch(str(corpus), tmp_path / "out", Reading(), pool=fake_pool([])), "it holds no run to be the same as"
    with pytest.raises(HyocrError, match="There is no run"):
        retry(tmp_path)


def test_files_that_cannot_be_opened_are_told_at_once(tmp_path: Path) -> None:
    """Not when the pool has something to say: a folder may hold nothing else."""
    for name in "ab":
        (tmp_path / f"{name}.png").touch()
    seen: list[int] = []

    def idle(reading: Reading, pieces: Iterator[Piece], workers: int) -> Any:
        assert next(pieces, None) is None
        seen.append(len(journaled(tmp_path / "out")))
        yield from ()

    assert not batch(str(tmp_path), tmp_path / "out", Reading(), pool=idle)
    assert seen == [2]
    assert set(outputs(tmp_path / "out")) == {"a.json", "b.json"}


def test_what_is_not_of_this_run_is_not_written_over(corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("the true text")
    with pytest.raises(HyocrError, match=r'a\.txt" is no result of this run; move it'):
        batch(str(corpus / "a.pdf"), tmp_path, Reading(), "text", pool=fake_pool([]))
    assert (tmp_path / "a.txt").read_text() == "the true text"


def test_messages(corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A document of bad pages does not hide the others, and no name commands the terminal."""
    file = fakes.many_pages(tmp_path / "two\nlines\x1b[31m.pdf", ["red"] * 12)
    assert not batch(str(file), tmp_path / "out", Reading(), pool=fake_pool([], read=bad))
    error, *_, more, document, total, _ = capsys.readouterr().err.splitlines()
    assert error == f"error: {tmp_path}/two\\nlines\\x1b[31m.pdf: page 1: No.\\x1b[31m"
    assert "7 more pages" in more
    assert document.startswith("[1/1] two\\nlines")
    assert "12 failed" in total


def test_retry_says_that_a_run_was_not_finished(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(piece: Piece) -> None:
        if piece.numbers[0] > 8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        batch(str(corpus / "a.pdf"), tmp_path, Reading(), pool=fake_pool([], stop))
    assert retry(tmp_path, pool=fake_pool([]))
    assert "stopped before its end" in capsys.readouterr().err


def test_plan_stays_lazy(tmp_path: Path, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents are opened when the pool asks for them, not before."""
    given = tmp_path / "list.jsonl"
    given.write_text("\n".join(json.dumps({"path": str(corpus / "sub" / "c.png")}) for _ in range(30)))
    opened: list[int] = []
    monkeypatch.setattr("hyocr.corpus.driver.PageCounter.count", lambda self, path: opened.append(1) or 1)
    ahead: list[int] = []
    take = Driver._take

    def measured(self: Driver, *taken: Any) -> None:
        take(self, *taken)
        ahead.append(len(opened) - len(ahead))

    monkeypatch.setattr(Driver, "_take", measured)
    assert batch(str(given), tmp_path / "out", Reading(), pool=fake_pool([]))
    assert (len(ahead), max(ahead)) == (30, 1)
