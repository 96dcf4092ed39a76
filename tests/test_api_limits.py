"""What the document API refuses: strangers, too much at once, documents that attack it. Always a 4xx and a sentence."""

from __future__ import annotations

import asyncio
import json
import socket
import tempfile
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.testclient import TestClient

from hyocr.api import app as api
from hyocr.api.keys import Keys, load_keys
from hyocr.api.settings import Settings
from hyocr.api.store import Store
from hyocr.errors import EngineError
from hyocr.serve.bodies import SMALL, Room
from hyocr.serve.refusals import Receive, Refused, Scope, Send
from tests.api_client import ANNA, BERT, KEYS, SECONDS, Held, ended, inline, pdf, sentence, served
from tests.bombs import BOMBS
from tests.fakes import FakeEngine

ONE = inline(pdf("red"))


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with served(tmp_path_factory.mktemp("data"), decode_seconds=2) as client:
        yield client


# Who may ask


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        "Basic " + "a" * 16,
        "a" * 16,
        "Bearer " + "a" * 17,
        b"Bearer \xff",
    ],
)
@pytest.mark.parametrize("place", ["/v1/jobs", "/v1/models", "/v1/nothing"])
def test_nobody_without_a_key(tmp_path: Path, place: str, authorization: Any) -> None:
    with served(tmp_path, keys=KEYS) as client:
        response = client.get(place, headers=None if authorization is None else {"Authorization": authorization})
        assert "API key" in sentence(response, 401)
        assert response.headers["www-authenticate"] == "Bearer"


def test_a_key_is_asked_for_before_the_body_is_read(tmp_path: Path) -> None:
    with served(tmp_path, keys=KEYS) as client:
        sentence(client.post("/v1/ocr", content=b"{" * 40_000_000), 401)
        assert client.get("/health").status_code == client.get("/openapi.json").status_code == 200
        assert client.get("/v1/models", headers={"authorization": "bearer " + "b" * 16}).status_code == 200


@pytest.mark.parametrize(
    "host", ["example.com", "192.168.0.1", "localhost.example.com", "127.0.0.1@a.b", "[::1", "", "a:b"]
)
def test_without_keys_only_this_machine_is_named_as_host(client: TestClient, host: str) -> None:
    assert "its own machine" in sentence(client.get("/v1/models", headers={"Host": host}), 403)


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:1", "[::1]:8000"])
def test_names_of_this_machine(client: TestClient, host: str) -> None:
    assert client.get("/v1/models", headers={"Host": host, "Origin": f"http://{host}"}).status_code == 200


@pytest.mark.parametrize("origin", ["https://example.com", "null", "http://127.0.0.1:1", "http://["])
def test_without_keys_no_page_of_another_site_can_ask(client: TestClient, origin: str) -> None:
    sentence(client.post("/v1/files", files={"file": b"x"}, headers={"Origin": origin}), 403)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "holds no key"),
        ("# anna " + "a" * 16, "holds no key"),
        ("anna", "Line 1"),
        ("anna a b", "Line 1"),
        ("\nanna short", "16 or more"),
        ("anna " + "ä" * 16, "16 or more"),
        (f"anna {'a' * 16}\nbert {'a' * 16}", "Line 2"),
    ],
)
def test_a_file_of_keys_that_is_none(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "keys"
    file.write_text(text)
    with pytest.raises(EngineError, match=says):
        load_keys(file, None)


def test_keys_from_a_file_or_one_or_none(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    with pytest.raises(EngineError, match="cannot be read"):
        load_keys(file, None)
    file.write_text(f"# tenants\nanna {'a' * 16}  # her first\nanna {'c' * 16}\nbert {'b' * 16}\n")
    with pytest.raises(EngineError, match="not both"):
        load_keys(file, "x" * 16)
    keys = load_keys(file, None)
    assert [keys.tenant(f"Bearer {letter * 16}".encode()) for letter in "abcd"] == ["anna", "bert", "anna", None]
    assert load_keys(None, "k" * 16).tenant(b"Bearer " + b"k" * 16) == "default"
    assert not load_keys(None, None)
    assert Keys({}).tenant(b"") == "default"


# How much


def test_settings_come_from_the_environment() -> None:
    assert Settings.from_env({"HYOCR_MAX_JOBS": "3", "HYOCR_OTHER": "x"}) == Settings(max_jobs=3)
    with pytest.raises(EngineError, match="HYOCR_SYNC_PAGES"):
        Settings.from_env({"HYOCR_SYNC_PAGES": "0"})


def test_long_documents_are_jobs(tmp_path: Path) -> None:
    with served(tmp_path, sync_pages=2, max_pages=3) as client:
        document = inline(pdf("red", "red", "red"))
        assert "/v1/jobs" in sentence(client.post("/v1/ocr", json={"document": document}), 413)
        assert "/v1/jobs" in sentence(client.post("/v1/tasks/read", json={"document": document}), 413)
        assert client.post("/v1/ocr", json={"document": document, "pages": [0, 2]}).status_code == 200
        assert client.post("/v1/jobs", json={"document": document, "task": "read"}).status_code == 202
        longer = inline(pdf(*["red"] * 4))
        assert "more than 3" in sentence(client.post("/v1/jobs", json={"document": longer, "task": "read"}), 422)


def test_jobs_at_once_are_limited_for_each_tenant(tmp_path: Path) -> None:
    held = Held()
    asked = {"task": "read", "document": ONE}
    with served(tmp_path, FakeEngine(held), KEYS, max_jobs=2, max_jobs_total=3) as client:
        places = [client.post("/v1/jobs", json=asked, headers=ANNA).headers["location"] for _ in range(2)]
        for path in ("/v1/jobs", "/v1/ocr", "/v1/tasks/read"):
            body = asked if path == "/v1/jobs" else {"document": ONE}
            refused = client.post(path, json=body, headers=ANNA)
            assert "2 jobs" in sentence(refused, 429)
            assert int(refused.headers["retry-after"]) > 0
        assert client.post("/v1/jobs", json=asked, headers=BERT).status_code == 202
        assert "busy" in sentence(client.post("/v1/jobs", json=asked, headers=BERT), 429)
        client.delete(places[1], headers=ANNA)  # one that waits
        places[1] = client.post("/v1/jobs", json=asked, headers=ANNA).headers["location"]
        held.go.set()
        for place in places:
            ended(client, place, ANNA)
        assert client.post("/v1/ocr", json={"document": ONE}, headers=ANNA).status_code == 200


def test_a_refused_document_takes_no_place(tmp_path: Path) -> None:
    with served(tmp_path, max_jobs=1) as client:
        for _ in range(3):
            sentence(client.post("/v1/ocr", json={"document": inline(b"no document")}), 422)
        assert client.post("/v1/ocr", json={"document": ONE}).status_code == 200
        folder = tmp_path / "incoming"
        assert list(folder.iterdir()) == []
        assert list((tmp_path / "documents").iterdir()) == []


def test_bodies_are_limited(tmp_path: Path) -> None:
    with served(tmp_path, max_body_mb=1, max_upload_mb=2) as client:
        large = json.dumps({"document": inline(bytes(900_000))})
        assert "/v1/files" in sentence(client.post("/v1/ocr", content=large), 413)
        assert "/v1/files" in sentence(client.post("/v1/ocr", content=(b" " * 100_000 for _ in range(20))), 413)
        assert "commas" in sentence(client.post("/v1/ocr", content=b"[" + b"[]," * 200_000), 413)
        assert client.post("/v1/files", files={"file": bytes(1_900_000)}).status_code == 200
        assert "smaller" in sentence(client.post("/v1/files", files={"file": bytes(2_100_000)}), 413)
        chunks = [b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n', *[bytes(100_000)] * 30]
        kind = {"Content-Type": "multipart/form-data; boundary=x"}
        assert "smaller" in sentence(client.post("/v1/files", content=iter(chunks), headers=kind), 413)


def test_bodies_of_all_requests_together_are_limited(tmp_path: Path) -> None:
    with served(tmp_path, max_bodies_mb=1) as client:
        large = json.dumps({"document": inline(bytes(900_000))})
        for _ in range(2):
            assert "in a moment" in sentence(refused := client.post("/v1/ocr", content=large), 503)
            assert int(refused.headers["retry-after"]) > 0
            sentence(client.post("/v1/files", files={"file": bytes(1_100_000)}), 503)
            assert client.post("/v1/files", files={"file": bytes(900_000)}).status_code == 200


def test_small_bodies_pass_large_ones() -> None:
    async def take(room: Room, size: int, then: Callable[[], Awaitable[None]]) -> None:
        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": bytes(size)}

        with room.held(receive) as held:
            await held()
            await then()

    async def nothing() -> None: ...

    room = Room(1)
    asyncio.run(take(room, 1_000_000, lambda: take(room, SMALL, nothing)))
    with pytest.raises(Refused):
        asyncio.run(take(room, 1_000_000, lambda: take(room, SMALL + 1, nothing)))
    asyncio.run(take(room, 1_000_000, nothing))


def test_connections_without_a_request_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "KEEP_ALIVE_SECONDS", 0.2)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(0.6)  # a request that takes longer stays
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})

    async def told(*sent: bytes) -> bytes:
        config = uvicorn.Config(app, lifespan="off")
        config.load()
        protocol = partial(api.Connection, config, uvicorn.server.ServerState(), {})
        server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        for part in sent:
            writer.write(part)
            await asyncio.sleep(1)
        try:
            return await asyncio.wait_for(reader.read(), SECONDS)
        finally:
            writer.close()
            server.close()

    head = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
    assert asyncio.run(told(b"")) == asyncio.run(told(head)) == b""
    assert asyncio.run(told(head + b"\r\n" + head)).endswith(b"ok")


def test_threads_that_strangers_hold_leave_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stuck, go = threading.Semaphore(0), threading.Event()

    def wait(*_: Any, **__: Any) -> Any:
        stuck.release()
        go.wait(3 * SECONDS)  # longer than the test waits for it
        raise OSError

    with served(tmp_path, max_jobs=100, max_jobs_total=100) as client, ThreadPoolExecutor(100) as pool:
        place = client.post("/v1/jobs", json={"task": "read", "document": ONE}).headers["location"]
        ended(client, place)
        fetched = {"document": {"type": "document_url", "document_url": "https://example.com/a.pdf"}}
        monkeypatch.setattr(socket, "getaddrinfo", wait)
        monkeypatch.setattr(Store, "models", wait)
        try:
            for _ in range(45):
                pool.submit(client.post, "/v1/ocr", json=fetched)
                pool.submit(client.get, f"{place}/result")
            for _ in range(90):
                assert stuck.acquire(timeout=SECONDS)
            assert client.get("/health").status_code == 200
        finally:
            go.set()


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'"x"', b"[" * 5000, b'{"document": ' + b"9" * 5000 + b"}", b"\xff", b'{"a": NaN}'],
)
def test_bodies_that_are_none(client: TestClient, body: bytes) -> None:
    response = client.post("/v1/ocr", content=body, headers={"Content-Type": "application/json"})
    sentence(response, response.status_code)
    assert response.status_code in (400, 422)
    assert "Content-Type" in sentence(
        client.post("/v1/ocr", content=b"{}", headers={"Content-Type": "text/plain"}), 422
    )


def test_files_are_limited_for_each_tenant(tmp_path: Path) -> None:
    with served(tmp_path, keys=KEYS, max_files=1) as client:
        file = {"file": ("a", b"x")}
        id = client.post("/v1/files", files=file, headers=ANNA).json()["id"]
        assert "delete one" in sentence(client.post("/v1/files", files=file, headers=ANNA), 429)
        assert client.post("/v1/files", files=file, headers=BERT).status_code == 200
        client.delete(f"/v1/files/{id}", headers=ANNA)
        assert client.post("/v1/files", files=file, headers=ANNA).status_code == 200


def test_files_sent_at_once_are_counted(tmp_path: Path) -> None:
    with served(tmp_path, max_files=2) as client, ThreadPoolExecutor(16) as pool:
        sent = [pool.submit(client.post, "/v1/files", files={"file": b"x"}) for _ in range(16)]
        assert sorted(answered.result(SECONDS).status_code for answered in sent) == [200, 200, *[429] * 14]


def test_a_full_disk_is_a_507(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(tmp_path) as client:
        with monkeypatch.context() as full:
            full.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
            assert "space" in sentence(client.post("/v1/files", files={"file": bytes(1_100_000)}), 507)
        (tmp_path / "incoming").rmdir()
        assert "space" in sentence(client.post("/v1/files", files={"file": b"x"}), 507)
        assert "space" in sentence(client.post("/v1/ocr", json={"document": ONE}), 507)


# Attacks. Redirects and name servers that change their answers are `test_serve_fetch`'s.


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://169.254.169.254/latest/meta-data",
        "http://localhost:8000/v1/models",
        "file:///etc/passwd",
        "ftp://example.com/a.pdf",
        "/etc/passwd",
        "",
        "data:text/html;base64,AAAA",
        "data:application/pdf;base64,A",
        "data:application/pdf;base64,",
        "data:application/pdf,%25PDF",
    ],
)
def test_what_is_not_fetched(client: TestClient, url: str) -> None:
    for document in ({"type": "document_url", "document_url": url}, {"type": "image_url", "image_url": {"url": url}}):
        sentence(client.post("/v1/ocr", json={"document": document}), 422)


ATTACKS = (
    "huge_png", "text_chunk_png", "content_bomb_pdf", "form_nest_pdf", "claiming_pdf", "many_pages_pdf",
    "encrypted_pdf", "truncated_pdf", "truncated_jpeg", "frames_gif", "empty",
)  # fmt: skip


@pytest.mark.parametrize("name", ATTACKS)
def test_bombs(client: TestClient, name: str) -> None:
    file = client.post("/v1/files", files={"file": BOMBS[name]()}).json()["id"]
    sentence(client.post("/v1/ocr", json={"document": {"type": "file", "file_id": file}}), 422)


def test_after_all_that_it_still_reads(client: TestClient) -> None:
    assert client.post("/v1/ocr", json={"document": ONE}).status_code == 200
