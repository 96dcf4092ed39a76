"""The Ray pool on a local cluster: what happens to pages whose worker dies, and what is left when it ends."""

from __future__ import annotations

import base64
import io
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from hyocr.corpus.ray import _connected, run_on_ray
from hyocr.corpus.work import Piece, Reading
from hyocr.document import PageResult
from hyocr.errors import EngineError
from tests.fake_server import SECONDS, FakeServer, Reply, running, vllm
from tests.fakes import many_pages

pytestmark = pytest.mark.skipif(find_spec("ray") is None, reason="ray is not installed")

PAGES = 4
"""Per piece; each is a document of its own."""


@pytest.fixture(scope="module")
def cluster() -> Iterator[None]:
    """One for the module: starting it takes longer than a test. Nothing of it may be left in the end."""
    with _connected("local", 2):
        yield
    assert wait_until(lambda: not processes("raylet") and not processes("ray::")), "processes of the cluster are left"


@pytest.fixture
def server() -> Iterator[FakeServer]:
    """Takes its time for every page, so that pages are in work when a worker dies."""
    server = FakeServer()
    server.replies = [Reply(vllm("ok"), before=lambda: time.sleep(0.05))]
    with running(server):
        yield server


def reading(url: str) -> Reading:
    return Reading(engine=url, strategy="page")


def pieces(path: Path, number: int) -> Iterator[Piece]:
    return (Piece(f"{i}", str(path), PAGES, tuple(range(1, PAGES + 1))) for i in range(number))


def tally(results: Iterator[tuple[Piece, PageResult]]) -> Counter[tuple[str, int, str]]:
    return Counter(
        (piece.document, page.number, page.error.type if page.error else page.text) for piece, page in results
    )


@pytest.mark.usefixtures("cluster")
def test_nothing_is_lost_and_nothing_twice_when_a_worker_is_killed(tmp_path: Path, server: FakeServer) -> None:
    path = many_pages(tmp_path / "a.pdf", ["white"] * PAGES)
    number = 40

    def killing() -> Iterator[tuple[Piece, PageResult]]:
        for i, result in enumerate(run_on_ray(reading(server.url), pieces(path, number), 2, "local")):
            yield result
            if i == number * PAGES // 4:
                workers = processes("ray::MapWorker")
                assert len(workers) == 2
                os.kill(workers[0], signal.SIGKILL)

    assert tally(killing()) == Counter((f"{i}", page, "ok") for i in range(number) for page in range(1, PAGES + 1))


@pytest.mark.usefixtures("cluster")
def test_a_page_that_kills_its_worker_is_a_failed_page_and_its_neighbours_are_read(
    tmp_path: Path, server: FakeServer
) -> None:
    path = many_pages(tmp_path / "a.pdf", ["white"] * PAGES)
    poison = many_pages(tmp_path / "b.pdf", ["white", "red", "white", "white"])

    def reply(body: dict[str, Any]) -> Reply:
        if is_red(body):
            for worker in processes("ray::MapWorker"):
                os.kill(worker, signal.SIGKILL)
        return Reply(vllm("ok"))

    server.reply = reply
    given = [Piece("poison", str(poison), PAGES, (1, 2, 3, 4)), *pieces(path, 10), Piece("gone", "gone.pdf", 2, (1, 2))]
    expected = Counter((piece.document, number, "ok") for piece in given[:-1] for number in piece.numbers)
    del expected["poison", 2, "ok"]
    expected.update([("poison", 2, "WorkerDied"), ("gone", 1, "InputError"), ("gone", 2, "InputError")])
    assert tally(run_on_ray(reading(server.url), iter(given), 1, "local")) == expected


@pytest.mark.usefixtures("cluster")
def test_a_model_that_cannot_be_loaded_ends_the_run_with_its_sentence(tmp_path: Path) -> None:
    path = many_pages(tmp_path / "a.pdf", ["white"] * PAGES)
    with pytest.raises(EngineError, match=r"^No model to ask: the server at http://127.0.0.1:9/v1 does not answer"):
        next(run_on_ray(reading("http://127.0.0.1:9/v1"), pieces(path, 1), 1, "local"))


@pytest.mark.usefixtures("cluster")
def test_closing_stops_the_workers_and_takes_no_more_pieces(tmp_path: Path, server: FakeServer) -> None:
    path = many_pages(tmp_path / "a.pdf", ["white"] * PAGES)
    given = pieces(path, 1_000_000)
    results = run_on_ray(reading(server.url), given, 1, "local")
    next(results)
    assert processes("ray::MapWorker")
    results.close()
    assert wait_until(lambda: not processes("ray::MapWorker")), "workers are left"
    assert int(next(given).document) < 100


def is_red(body: dict[str, Any]) -> bool:
    parts = body["messages"][-1]["content"]
    [url] = [part["image_url"]["url"] for part in parts if part["type"] == "image_url"]
    image = Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))).convert("RGB")
    red, green, _ = image.resize((1, 1)).getpixel((0, 0))
    return red > 200 > green


def processes(name: str) -> list[int]:
    """Descendants of this process whose command line contains `name`."""
    parents, named = {}, []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit():
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                if name in (entry / "cmdline").read_text():
                    named.append(int(entry.name))
        except OSError:  # it has just ended
            continue
    return [process for process in named if is_ours(process, parents)]


def is_ours(process: int, parents: dict[int, int]) -> bool:
    while process in parents and process != os.getpid():
        process = parents[process]
    return process == os.getpid()


def wait_until(condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + SECONDS
    while not condition() and time.monotonic() < end:
        time.sleep(0.1)
    return condition()
