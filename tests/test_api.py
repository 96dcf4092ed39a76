"""The document API's routes: what they answer, and that it is what their models say."""

from __future__ import annotations

import base64
import io
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from PIL import Image
from starlette.testclient import TestClient

import hyocr
from hyocr.api import events as stream
from hyocr.api import ocr
from hyocr.api.store import Store
from hyocr.api.wire import FileAnswer, JobAnswer, JobList, OcrAnswer
from hyocr.document import Box, Line, PageResult
from hyocr.errors import EngineError, HyocrError
from tests import bombs
from tests.api_client import ANNA, BERT, KEYS, SECONDS, Held, ended, events, inline, pdf, sentence, served
from tests.fakes import FakeEngine, answer, in_order, page_image

SCHEMA = json.loads((Path(hyocr.__file__).parent / "document.schema.json").read_text())
THREE = inline(pdf("red", "green", "blue"))


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    with served(tmp_path) as client:
        yield client


def upload(client: TestClient, data: bytes, headers: dict[str, str] | None = None) -> str:
    response = client.post("/v1/files", files={"file": ("scan.pdf", data)}, headers=headers)
    assert response.status_code == 200, response.text
    return FileAnswer.model_validate(response.json()).id


def picture_pdf() -> bytes:
    """A page of 200 x 200 points with a picture 100 wide and 50 high, its lower left corner at (20, 100)."""
    entries = "/Type /XObject /Subtype /Image /Width 2 /Height 1 /ColorSpace /DeviceRGB /BitsPerComponent 8"
    picture = bombs.stream(b"\xff\0\0\0\0\xff", entries)
    return bombs.one_page_pdf(bombs.stream(b"100 0 0 50 20 100 cm /I Do"), picture, resources="/XObject << /I 5 0 R >>")


# Reading while the client waits


def test_ocr_has_mistrals_shape_and_ours(client: TestClient) -> None:
    data = pdf("red", "green", "blue")
    asked = {"model": "mistral-ocr-latest", "document": inline(data), "pages": "2,0-0"}
    response = client.post("/v1/ocr", json=asked)
    assert response.status_code == 200
    found = OcrAnswer.model_validate(response.json())
    assert [page.index for page in found.pages] == [0, 2]
    assert found.model == "fake"
    assert found.usage_info.model_dump() == {"pages_processed": 2, "doc_size_bytes": len(data)}
    first = response.json()["pages"][0]
    assert first["dimensions"] == {"dpi": 200, "height": 278, "width": 556}
    assert first["markdown"] == first["text"] == "556x278 254 0 0"
    assert (first["status"], first["finish_reason"], first["error"]) == ("ok", "stop", None)
    assert first["lines"][0]["text"] == first["text"]
    assert 0 < first["confidence_scores"]["minimum_page_confidence_score"] == first["min_confidence"] < 1
    assert client.get("/v1/jobs").json()["data"] == []


def test_ocr_cuts_out_the_pictures_of_a_page(client: TestClient) -> None:
    asked = {"document": inline(picture_pdf()), "include_image_base64": True}
    [page] = client.post("/v1/ocr", json=asked).json()["pages"]
    [image] = page["images"]
    assert image["id"] == "img-0.jpeg"
    assert page["markdown"].endswith("![img-0.jpeg](img-0.jpeg)")
    corners = [image[name] for name in ("top_left_x", "top_left_y", "bottom_right_x", "bottom_right_y")]
    assert corners == pytest.approx([x * 200 / 72 for x in (20, 50, 120, 100)], abs=2)
    kind, _, data = image["image_base64"].partition(",")
    assert kind == "data:image/jpeg;base64"
    cut = Image.open(io.BytesIO(base64.b64decode(data)))
    assert cut.size == (corners[2] - corners[0], corners[3] - corners[1])
    left, right = (cut.getpixel((x, cut.height // 2)) for x in (10, cut.width - 10))
    assert left[0] > 200 > right[0]
    for none in ({"image_limit": 0}, {"image_min_size": 1000}):
        [page] = client.post("/v1/ocr", json=asked | none).json()["pages"]
        assert page["images"] == []
        assert "img" not in page["markdown"]


def test_a_picture_stands_after_the_last_line_above_it_in_its_column() -> None:
    left = [Line("one", Box(0, 0, 90, 10)), Line("two", Box(0, 80, 90, 90))]
    right = [Line("three", Box(100, 0, 190, 10)), Line("four", Box(100, 20, 190, 30))]
    result = PageResult(1, 200, 100, text="one\ntwo\nthree four", lines=[*left, *right])
    figures = [Box(0, 20, 90, 70), Box(100, 40, 190, 90), Box(0, -5, 90, -1)]
    assert ocr.markdown(result, figures, ["a", "b", "c"]) == "![c](c)\n\none\n\n![a](a)\n\ntwo  \nthree four\n\n![b](b)"


def test_evidence_and_translations_are_apart_from_the_text(tmp_path: Path) -> None:
    seen = answer("<observation>TOTAL 9.00</observation><answer>9.00</answer>")
    with served(tmp_path, FakeEngine(in_order(seen, answer("Ausgang\n\nExit")))) as client:
        asked = {"document": inline(pdf("red"))}
        answers = [
            client.post("/v1/tasks/evidence", json={**asked, "question": "What is the total?"}).json(),
            client.post("/v1/tasks/translate_en", json=asked).json(),
        ]
    for document, text, observed in zip(answers, ("9.00", "Exit"), ("TOTAL 9.00", "Ausgang"), strict=True):
        jsonschema.validate(document, SCHEMA)
        [page] = document["pages"]
        assert (page["text"], page["status"], page["lines"]) == (text, "ok", [])
        assert [line["text"] for line in page["observation"]] == [observed]


def test_fields_tell_where_they_stand(tmp_path: Path) -> None:
    left = iter(["TOTAL 9.00", '{"total": 9.00}'] * 2)
    engine = FakeEngine(lambda request: answer(next(left)))
    engine.observes = ("fields",)  # type: ignore[attr-defined]
    written = io.BytesIO()
    page_image(["TOTAL 9.00"]).save(written, "PDF")
    with served(tmp_path, engine) as client:
        asked = {"document": inline(written.getvalue()), "question": "total"}
        document = client.post("/v1/tasks/fields", json=asked).json()
    jsonschema.validate(document, SCHEMA)
    [field] = document["pages"][0]["fields"]
    assert (field["value"], field["found"], len(field["boxes"])) == ("9.00", True, 1)


@pytest.mark.parametrize(
    ("task", "question"),
    [
        ("read", None),
        ("spotting", None),
        ("ask", "Why?"),
        ("evidence", "Why?"),
        ("fields", "date, total"),
        ("key", "total"),
        ("translate_document", None),
    ],
)
def test_tasks_give_the_document_schema(client: TestClient, task: str, question: str | None) -> None:
    asked = {"document": {**THREE, "document_name": "three.pdf"}, "question": question, "pages": [3, 1]}
    response = client.post(f"/v1/tasks/{task}", json=asked)
    assert response.status_code == 200
    document = response.json()
    jsonschema.validate(document, SCHEMA)
    assert [page["number"] for page in document["pages"]] == [1, 3]
    assert (document["source"], document["task"], document["model"]) == ("three.pdf", task, "fake")


def test_an_image_by_its_url_in_both_forms(client: TestClient) -> None:
    written = io.BytesIO()
    Image.new("RGB", (60, 40), "blue").save(written, "PNG")
    url = "data:image/png;base64," + base64.b64encode(written.getvalue()).decode()
    for given in (url, {"url": url}):
        [page] = client.post("/v1/ocr", json={"document": {"type": "image_url", "image_url": given}}).json()["pages"]
        assert page["markdown"] == "60x40 0 0 255"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("table_format", "html"),
        ("document_annotation_format", {"type": "json_schema"}),
        ("bbox_annotation_format", {"type": "text"}),
        ("extract_header", True),
        ("include_blocks", True),
        ("confidence_scores_granularity", "word"),
        ("surprise", 1),
        ("pages", [-1]),
        ("pages", "1-"),
        ("pages", "3-1"),
        ("pages", "7"),
        ("pages", []),
        ("image_limit", -1),
        ("document", {"type": "document_url"}),
        ("document.image_url", {"type": "image_url", "image_url": {"url": 1}}),
        ("document.file_id", {"type": "file"}),
        ("document", {"type": "file", "file_id": "nobody's"}),
    ],
)
def test_what_cannot_be_done_is_refused_by_its_name(client: TestClient, field: str, value: Any) -> None:
    response = client.post("/v1/ocr", json={"document": THREE, field.partition(".")[0]: value})
    sentence(response, 404 if "nobody" in str(value) else 422)
    assert response.json()["error"]["param"].startswith(field)


@pytest.mark.parametrize(
    ("task", "question"),
    [
        ("ask", None),
        ("ask", " "),
        ("evidence", None),
        ("key", " "),
        ("fields", " ,"),
        ("read", "Why?"),
        ("translate_zh", "Why?"),
    ],
)
def test_a_question_goes_with_ask_and_evidence_alone(client: TestClient, task: str, question: str | None) -> None:
    asked = {"document": THREE, "question": question}
    assert "question" in sentence(client.post(f"/v1/tasks/{task}", json=asked), 422)
    assert "question" in sentence(client.post("/v1/jobs", json={**asked, "task": task}), 422)


def test_when_the_model_cannot_run_it_is_not_the_clients_fault(tmp_path: Path) -> None:
    def reply(_: Any) -> Any:
        raise EngineError("The server is away; start it again.")

    with served(tmp_path, FakeEngine(reply)) as client:
        assert sentence(client.post("/v1/ocr", json={"document": THREE}), 503).startswith("The server is away")


def test_a_page_that_fails_among_others_is_told_in_its_place(tmp_path: Path) -> None:
    def reply(_: Any) -> Any:
        if len(engine.calls) == 2:
            raise EngineError("Out of memory; use a smaller image.")
        return answer("text")

    engine = FakeEngine(reply)
    with served(tmp_path, engine) as client:
        pages = client.post("/v1/ocr", json={"document": THREE}).json()["pages"]
    assert [page["status"] for page in pages] == ["ok", "failed", "ok"]
    assert pages[1]["error"]["message"].startswith("Out of memory")


# Files


def test_files_live_until_they_are_deleted(client: TestClient) -> None:
    data = pdf("red")
    id = upload(client, data)
    found = client.get(f"/v1/files/{id}").json()
    assert (found["bytes"], found["filename"], found["purpose"]) == (len(data), "scan.pdf", "ocr")
    document = {"type": "file", "file_id": id}
    for _ in range(2):
        assert client.post("/v1/ocr", json={"document": document}).status_code == 200
    assert client.delete(f"/v1/files/{id}").json() == {"id": id, "object": "file", "deleted": True}
    assert client.delete(f"/v1/files/{id}").status_code == 404
    assert "upload it" in sentence(client.post("/v1/ocr", json={"document": document}), 404)


# Jobs


def test_a_job_from_its_start_to_its_end(tmp_path: Path) -> None:
    held = Held(free=1)
    with served(tmp_path, FakeEngine(held)) as client:
        response = client.post("/v1/jobs", json={"task": "read", "document": THREE})
        assert response.status_code == 202
        place, job = response.headers["location"], JobAnswer.model_validate(response.json())
        assert (job.status, job.progress.total, job.ended_at) == ("queued", 3, None)
        assert held.reached.wait(60)
        running = JobAnswer.model_validate(client.get(place).json())
        assert (running.status, running.progress.done) == ("running", 1)
        assert running.progress.eta_seconds
        assert running.progress.eta_seconds > 0
        assert "ask again" in sentence(client.get(f"{place}/result"), 409)
        held.go.set()
        assert ended(client, place)["progress"] | {"pages_per_second": 0} == {
            "total": 3, "done": 3, "failed": 0, "pages_per_second": 0, "eta_seconds": 0.0,
        }  # fmt: skip
        results = {
            name: client.get(f"{place}/result", params={"format": name}) for name in ("json", "markdown", "text")
        }
        jsonschema.validate(results["json"].json(), SCHEMA)
        assert results["text"].text == "read\n\nread\n\nread\n"
        assert "<!-- page 3 -->\n\nread" in results["markdown"].text
        assert results["markdown"].headers["content-type"] == "text/markdown; charset=utf-8"
        OcrAnswer.model_validate(client.get(f"{place}/result?format=ocr").json())
        assert client.delete(place).json()["deleted"]
        assert client.get(place).status_code == client.get(f"{place}/result").status_code == 404


def test_jobs_are_listed_newest_first(client: TestClient) -> None:
    document = inline(pdf("red"))
    ids = [client.post("/v1/jobs", json={"task": "read", "document": document}).json()["id"] for _ in range(3)]
    first = JobList.model_validate(client.get("/v1/jobs?limit=2").json())
    assert ([job.id for job in first.data], first.has_more) == (ids[:0:-1], True)
    rest = JobList.model_validate(client.get(f"/v1/jobs?before={ids[1]}").json())
    assert ([job.id for job in rest.data], rest.has_more) == (ids[:1], False)


def test_requests_that_wait_are_no_jobs(tmp_path: Path) -> None:
    held = Held()
    with served(tmp_path, FakeEngine(held)) as client, ThreadPoolExecutor() as pool:
        place = client.post("/v1/jobs", json={"task": "read", "document": inline(pdf("red"))}).headers["location"]
        waiting = [pool.submit(client.post, "/v1/ocr", json={"document": inline(pdf("red"))}) for _ in range(2)]
        try:
            until = time.monotonic() + SECONDS
            while client.get("/health").json()["jobs"] < 3 and time.monotonic() < until:
                time.sleep(0.02)
            found = JobList.model_validate(client.get("/v1/jobs?limit=1").json())
            assert ([job.id for job in found.data], found.has_more) == ([place[-22:]], False)
        finally:
            held.go.set()
        assert [answered.result(SECONDS).status_code for answered in waiting] == [200, 200]


def test_a_job_deleted_while_its_result_is_sent_does_not_look_complete(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = client.post("/v1/jobs", json={"task": "read", "document": THREE}).headers["location"]
    ended(client, place)
    store, pages = client.app.state.service.store, Store.pages

    def first_page(*asked: Any) -> Iterator[PageResult]:
        yield from islice(pages(store, *asked), 1)
        store.delete(place[-22:], "default")

    monkeypatch.setattr(store, "pages", first_page)
    with pytest.raises(RuntimeError) as broken_off:
        client.get(f"{place}/result?format=text")
    assert isinstance(broken_off.value.__cause__, HyocrError)


def test_deleting_a_job_ends_its_running_page(tmp_path: Path) -> None:
    held = Held()
    with served(tmp_path, FakeEngine(held)) as client:
        place = client.post("/v1/jobs", json={"task": "read", "document": THREE}).headers["location"]
        assert held.reached.wait(60)
        assert client.delete(place).status_code == 200
        held.reached.clear()
        held.free = 1
        assert client.post("/v1/ocr", json={"document": inline(pdf("red"))}).status_code == 200
    assert held.ended == "cancelled"


def test_pages_come_as_events(client: TestClient) -> None:
    place = client.post("/v1/jobs", json={"task": "read", "document": THREE}).headers["location"]
    response = client.get(f"{place}/events")
    assert response.headers["content-type"].startswith("text/event-stream")
    found = events(response.text)
    assert [(kind, id) for kind, id, _ in found] == [("page", "1"), ("page", "2"), ("page", "3"), ("done", None)]
    assert found[0][2] == client.get(f"{place}/result").json()["pages"][0]
    assert JobAnswer.model_validate(found[-1][2]).status == "done"
    later = events(client.get(f"{place}/events", headers={"Last-Event-ID": "2"}).text)
    assert [id for _, id, _ in later] == ["3", None]


def test_events_of_a_job_that_is_deleted_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "KEEP_ALIVE_SECONDS", 0)
    held = Held(free=1)
    with served(tmp_path, FakeEngine(held)) as client:
        place = client.post("/v1/jobs", json={"task": "read", "document": THREE}).headers["location"]
        assert held.reached.wait(60)
        lines = []
        with client.stream("GET", f"{place}/events") as response:
            for line in response.iter_lines():
                lines.append(line)
                if line == ": still reading":
                    client.delete(place)
        [*_, (kind, _, job)] = events("\n".join(lines))
    assert (kind, job["status"]) == ("done", "cancelled")
    assert ": still reading" in lines


def test_a_restart_goes_on_with_the_pages_that_are_left(tmp_path: Path) -> None:
    held = Held(free=2)
    with served(tmp_path, FakeEngine(held)) as client:
        place = client.post("/v1/jobs", json={"task": "read", "document": THREE}).headers["location"]
        assert held.reached.wait(60)
    engine = FakeEngine()
    engine.name = "better"
    with served(tmp_path, engine) as client:
        assert ended(client, place)["status"] == "done"
        document = client.get(f"{place}/result").json()
    with served(tmp_path) as client:
        assert client.get(f"{place}/result?format=ocr").json()["model"] == document["model"] == "better, fake"
    assert len(engine.calls) == 1
    assert [page["text"] for page in document["pages"]] == ["read", "read", "556x278 0 0 254"]


# Tenants


def test_what_is_anothers_is_not_there(tmp_path: Path) -> None:
    with served(tmp_path, keys=KEYS) as client:
        file = upload(client, pdf("red"), ANNA)
        asked = {"task": "read", "document": {"type": "file", "file_id": file}}
        place = client.post("/v1/jobs", json=asked, headers=ANNA).headers["location"]
        ended(client, place, ANNA)
        for path in (place, f"{place}/result", f"{place}/events", f"/v1/files/{file}"):
            assert client.get(path, headers=ANNA).status_code == 200
            sentence(client.get(path, headers=BERT), 404)
        for path in (place, f"/v1/files/{file}"):
            sentence(client.delete(path, headers=BERT), 404)
        sentence(client.post("/v1/jobs", json=asked, headers=BERT), 404)
        assert client.get("/v1/jobs", headers=BERT).json()["data"] == []
        assert client.get("/v1/jobs", params={"before": place[-22:]}, headers=BERT).json()["data"] == []
        assert len(client.get("/v1/jobs", headers=ANNA).json()["data"]) == 1


# The service itself


def test_health_tells_whether_jobs_are_read(tmp_path: Path) -> None:
    with served(tmp_path, keys=KEYS) as client:
        assert client.get("/health").json() == {"status": "ok", "model": "fake", "jobs": 0}
        client.app.state.service.runner.halt()
        sentence(client.get("/health"), 503)
        assert "stops" in sentence(client.post("/v1/ocr", json={"document": THREE}, headers=ANNA), 503)


def test_models(client: TestClient) -> None:
    assert [model["id"] for model in client.get("/v1/models").json()["data"]] == ["fake"]


def test_documentation_asks_no_other_host(client: TestClient) -> None:
    page = client.get("/docs")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "http" not in page.text
    for part in ("start.js", "swagger-ui.css", "swagger-ui-bundle.js"):
        assert f"/docs/{part}" in page.text
        assert client.get(f"/docs/{part}").status_code == 200
    assert client.get("/redoc").status_code == client.get("/docs/..%2f..").status_code == 404


def test_a_bug_is_a_sentence_without_its_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(tmp_path) as client:
        quiet = TestClient(client.app, "http://127.0.0.1", raise_server_exceptions=False)
        monkeypatch.setattr(client.app.state.service.store, "jobs", lambda *_: 1 / 0)
        assert "log" in sentence(quiet.get("/v1/jobs"), 500)
