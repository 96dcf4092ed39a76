import asyncio
import base64
import io
import json
import struct
import threading
import time
import zlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from hyocr.errors import EngineError, InputError
from hyocr.model.chat import messages as hunyuan_messages
from hyocr.serve import images
from hyocr.serve.body import checked
from hyocr.serve.limits import Limits, Settings
from hyocr.serve.refusals import Message, Receive, Scope, Send

CHAT = "/v1/chat/completions"


class Inner:
    """An app in vLLM's place: keeps what it got and answers 200."""

    def __init__(self) -> None:
        self.scopes: list[Scope] = []
        self.body = b""
        self.after: list[Message] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scopes.append(scope)
        if scope["type"] != "http":
            return
        if scope["method"] == "POST":
            self.body = (await receive())["body"]
            self.after.append(await receive())
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})


class Answer:
    """What the middleware around an `Inner` did with one request."""

    def __init__(self, inner: Inner, sent: list[Message]) -> None:
        self.inner, self.sent = inner, sent
        self.status = sent[0].get("status") if sent else None
        self.reached = bool(inner.scopes)

    @property
    def message(self) -> str:
        error = json.loads(self.sent[1]["body"])["error"]
        assert error.keys() == {"message", "type", "param", "code"}
        assert (error["type"], error["param"], error["code"]) == ("invalid_request_error", None, self.status)
        assert dict(self.sent[0]["headers"])[b"content-type"] == b"application/json"
        assert not self.reached
        return str(error["message"])


def ask(
    *chunks: bytes | float,
    path: str = CHAT,
    method: str = "POST",
    kind: str = "http",
    headers: Any = (),
    leave: int = 99,
) -> Answer:
    """Sends the chunks (a number is a pause in seconds) and disconnects before chunk number `leave`."""
    inner, sent = Inner(), []

    async def incoming() -> AsyncIterator[Message]:
        for number, chunk in enumerate(chunks):
            if number == leave:
                break
            if isinstance(chunk, bytes):
                yield {"type": "http.request", "body": chunk, "more_body": number + 1 < len(chunks)}
            else:
                await asyncio.sleep(chunk)
        while True:
            yield {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": kind, "method": method, "path": path, "headers": list(headers)}
    asyncio.run(Limits(inner)(scope, incoming().__anext__, send))
    return Answer(inner, sent)


def encoded(image: Image.Image, format: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def data_url(data: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(data).decode()


def user(*parts: Any) -> list[Any]:
    return [{"role": "user", "content": list(parts)}]


def chat(*parts: Any, **fields: Any) -> bytes:
    return json.dumps({"messages": user(*parts), **fields}).encode()


def picture(data: bytes) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": data_url(data)}}


TEXT = {"type": "text", "text": "Read."}
OBSERVATION = "TOTAL   9.54\n" * 800 + "\n\nWhat is the total?"
SMALL = encoded(Image.new("RGB", (40, 30), "white"))


def refusal(*parts: Any, **fields: Any) -> str:
    answer = ask(chat(*parts, **fields))
    assert answer.status == 400
    return answer.message


@pytest.mark.parametrize("content", [OBSERVATION, [{"type": "text", "text": OBSERVATION}]])
def test_questions_about_text_alone_reach_the_model(content: Any) -> None:
    answer = ask(json.dumps({"messages": [{"role": "user", "content": content}], "max_tokens": 90}).encode())
    assert answer.status == 200
    [system, user] = json.loads(answer.inner.body)["messages"]
    assert (system, user["content"]) == ({"role": "system", "content": ""}, content)


# Routes


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", ["/health", "/metrics", "/v1/models", "/version", "/ping"])
def test_routes_that_stay(path: str, method: str) -> None:
    answer = ask(path=path, method=method)
    assert answer.status == 200
    assert answer.inner.scopes[0]["method"] == "GET"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", CHAT),
        ("POST", "/health"),
        ("POST", "/ping"),
        ("POST", CHAT + "/"),
        ("POST", "/v1/completions"),
        ("POST", "/v1/embeddings"),
        ("POST", "/v1/load_lora_adapter"),
        ("POST", "/tokenize"),
        ("GET", "/docs"),
        ("DELETE", "/v1/models"),
        ("OPTIONS", CHAT),
    ],
)
def test_every_other_route_is_gone(method: str, path: str) -> None:
    answer = ask(chat(TEXT), path=path, method=method)
    assert answer.status == 404
    assert CHAT in answer.message


def test_lifespan_passes_and_websockets_do_not() -> None:
    assert ask(kind="lifespan").reached
    answer = ask(kind="websocket", path=CHAT)
    assert not answer.reached
    assert [m["type"] for m in answer.sent] == ["websocket.close"]


# The body as bytes


def test_chat_reaches_the_app_with_what_hunyuanocr_needs() -> None:
    asked = chat(picture(SMALL), TEXT, model="hyocr", temperature=0)
    sent = (b"content-length", str(len(asked)).encode())
    answer = ask(asked[:10], asked[10:], headers=[(b"host", b"x"), sent, (b"authorization", b"Bearer key")])
    assert answer.status == 200
    got = json.loads(answer.inner.body)
    assert got["messages"] == [hunyuan_messages("")[0], *user(picture(SMALL), TEXT)]
    assert got["skip_special_tokens"] is False
    assert (got["model"], got["temperature"]) == ("hyocr", 0)
    length = str(len(answer.inner.body)).encode()
    headers = [(b"host", b"x"), (b"authorization", b"Bearer key"), (b"content-length", length)]
    assert answer.inner.scopes[0]["headers"] == headers
    assert answer.inner.after == [{"type": "http.disconnect"}]  # vLLM stops generating when the client leaves


def test_body_that_says_all_itself_is_passed_on_byte_by_byte() -> None:
    body = b'{ "skip_special_tokens":true, "messages":[{"role":"system","content":"Be brief."}]}'
    assert ask(body).inner.body == body


def test_chunked_body_gets_a_length() -> None:
    answer = ask(chat(TEXT), headers=[(b"transfer-encoding", b"chunked")])
    assert answer.inner.scopes[0]["headers"] == [(b"content-length", str(len(answer.inner.body)).encode())]


def test_length_is_checked_before_anything_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HYOCR_MAX_BODY_MB", "1")
    answer = ask(headers=[(b"content-length", b"1000001")])  # would disconnect if it was read from
    assert answer.status == 413
    assert answer.message.startswith("The body is larger than 1 MB;")


@pytest.mark.parametrize("length", [b"-1", b"many", b"", b"1e9", b"\xb2", b"9" * 5000])
def test_length_that_is_no_number(length: bytes) -> None:
    assert ask(chat(TEXT), headers=[(b"content-length", length)]).status == 400


def test_body_is_counted_when_its_length_is_a_lie(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HYOCR_MAX_BODY_MB", "1")
    fits = chat({"type": "text", "text": "a" * 999_000})
    assert ask(fits[:500_000], fits[500_000:], headers=[(b"content-length", b"10")]).status == 200
    answer = ask(fits, b" " * 2000, headers=[(b"content-length", b"10")])
    assert answer.status == 413
    assert "1 MB" in answer.message


def test_slow_client_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HYOCR_BODY_SECONDS", "1")
    start = time.monotonic()
    answer = ask(b"{", 0.6, b" ", 0.6, b" ", 9.0, b"}")  # each pause is short, all together are not
    assert time.monotonic() - start < 5
    assert (answer.status, dict(answer.sent[0]["headers"])[b"connection"]) == (408, b"close")
    assert "1 seconds" in answer.message


def test_client_that_leaves_while_sending_is_forgotten() -> None:
    answer = ask(b"{", chat(TEXT), leave=1)
    assert (answer.sent, answer.reached) == ([], False)


def test_settings_come_from_the_environment() -> None:
    assert Settings.from_env({}) == Settings(32, 30, 100_000_000)
    assert Settings.from_env({"HYOCR_MAX_PIXELS": "5", "HYOCR_BODY_SECONDS": "7"}) == Settings(32, 7, 5)
    for wrong in ("", "0", "-1", "many", "1.5", "²"):
        with pytest.raises(EngineError, match="HYOCR_MAX_BODY_MB"):
            Settings.from_env({"HYOCR_MAX_BODY_MB": wrong})


# The body as JSON


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"[]",
        b"7",
        b"null",
        b'"text"',
        b"{}",
        b'{"messages": null}',
        b'{"messages": []}',
        b'{"messages": {}}',
        b'{"messages": ["text"]}',
        b'{"messages": [{"content": 5}]}',
        b'{"messages": [{"content": ["text"]}]}',
        b'{"messages": [{"content": [null]}]}',
        b"[" * 1_000_000,
        b"[" * 90_000,
        b'{"messages":' + b"[" * 90_000 + b"]" * 90_000 + b"}",
        b'{"messages": [{"content": "a"}], "response_format": ' + b'{"a":' * 64 + b"0" + b"}" * 65,
        b'{"messages": [{"content": "a"}], "seed": 1' + b"0" * 5000 + b"}",
        b'{"messages": [{"content": "a"}], "top_k": 9223372036854775808}',
        b'{"messages": [{"content": "a"}], "temperature": NaN}',
        b'{"messages": [{"content": "a"}], "temperature": -Infinity}',
    ],
    ids=lambda body: body[:45].decode(errors="replace"),
)
def test_bad_json_is_the_clients_fault(body: bytes) -> None:
    answer = ask(body)
    assert answer.status == 400
    assert answer.message.endswith(".")


def test_many_small_values_are_not_parsed() -> None:
    start = time.process_time()
    assert "commas" in ask(b'{"messages":[' + b"[]," * 10_000_000 + b"[]]}").message
    assert time.process_time() - start < 3  # parsed, it takes some ten seconds


def test_ordinary_nesting_and_numbers_pass() -> None:
    schema = json.loads('{"a":' * 40 + "0" + "}" * 40)
    assert ask(chat(TEXT, response_format=schema, seed=2**63 - 1)).status == 200


def test_assistant_without_content_passes() -> None:
    assert ask(b'{"messages": [{"role": "assistant", "content": null}, {"role": "user", "content": "Go on."}]}').reached


@pytest.mark.parametrize(
    "kind",
    ["video_url", "input_audio", "audio_url", "image_embeds", "prompt_embeds", "file", "input_image", "image_pil"],
)
def test_other_content_is_refused_by_name(kind: str) -> None:
    assert f'"{kind}"' in refusal(TEXT, {"type": kind, kind: "x"})


@pytest.mark.parametrize("kind", [None, 5, ["text"], {}, "", "TEXT", "\ud800"])
def test_type_that_is_none(kind: Any) -> None:
    assert "content part" in refusal({"type": kind, "text": "a"})


@pytest.mark.parametrize(
    "part",
    [
        {"image_url": "http://10.0.0.1/"},
        {"type": "text", "text": "", "uuid": "1", "image_url": "http://10.0.0.1/"},  # an image for vLLM
        {"type": "image_url", "uuid": "1", "image_url": None},
        {"type": "image_url"},
        {"type": "image_url", "image_url": "http://10.0.0.1/"},
        {"type": "image_url", "image_url": {}},
        {"type": "image_url", "image_url": {"url": 5}},
        {"type": "text"},
        {"type": "text", "text": {"image_url": "http://10.0.0.1/"}},
    ],
)
def test_parts_hold_nothing_but_their_own(part: dict[str, Any]) -> None:
    refusal(part)


def test_parts_are_checked_in_every_message() -> None:
    body = {"messages": [*user(TEXT), {"role": "assistant", "content": [{"type": "video_url"}]}, *user(TEXT)]}
    assert "video_url" in ask(json.dumps(body).encode()).message


@pytest.mark.parametrize("name", ["mm_processor_kwargs", "media_io_kwargs", "truncate_prompt_tokens"])
def test_options_that_undo_the_limits_are_refused(name: str) -> None:
    assert name in refusal(TEXT, **{name: {"min_pixels": 10**12}})


# Images


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://169.254.169.254/latest/meta-data",
        "https://example.com/a.png",
        "file:///etc/passwd",
        "ftp://example.com/a.png",
        "a.png",
        "data:,hello",
        "data:text/plain;base64,aGVsbG8=",
        "data:application/pdf;base64,aGVsbG8=",
        "data:image/png,%89PNG",
        "DATA:http://10.0.0.1/",
        " " + data_url(SMALL),
    ],
)
def test_nothing_is_fetched(url: str) -> None:
    message = refusal(TEXT, {"type": "image_url", "image_url": {"url": url}})
    assert message.startswith("Image 1: Images are sent inline as data: URLs")
    assert message.endswith("this server fetches nothing.")


def test_detail_is_allowed() -> None:
    part = {"type": "image_url", "image_url": {"url": data_url(SMALL), "detail": "high"}}
    assert ask(chat(part)).reached


@pytest.mark.parametrize("spoil", ["*", "=", "A", " ", "\n", "é", "\ud800"])
def test_base64_is_strict(spoil: str) -> None:
    url = data_url(encoded(Image.new("RGB", (40, 30))) + b"0")
    part = {"type": "image_url", "image_url": {"url": url[:40] + spoil + url[40:]}}
    assert "base64" in refusal(part)


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP", "PPM", "JPEG2000"])
def test_formats_that_are_read(format: str) -> None:
    assert ask(chat(picture(encoded(Image.new("RGB", (40, 30), "white"), format)))).status == 200


def noise(side: int) -> Image.Image:
    return Image.effect_noise((side, side), 90).convert("RGB")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "0 bytes"),
        (b"hello", "no image"),
        (b"%PDF-1.7\n", "no image"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 40 30\n", "no image"),  # would run Ghostscript
        (encoded(Image.new("RGB", (40, 30)), "TGA"), "no image"),
        (SMALL[:20], "no image"),
        (SMALL[:50], "damaged"),
        (encoded(noise(64))[:-2000], "damaged"),
        (encoded(noise(64), "JPEG")[:-1000], "damaged"),
        (encoded(noise(64), "WEBP")[:-500], "image"),
        (encoded(noise(64), "TIFF")[:-5000], "image"),
        (encoded(Image.new("RGB", (3, 3))), "too small"),
        (encoded(Image.new("L", (4, 801))), "4x801 pixels, more than 200 times"),
        (encoded(Image.new("L", (801, 4))), "801x4 pixels, more than 200 times"),
    ],
)
def test_image_the_model_cannot_take(data: bytes, says: str) -> None:
    message = refusal(picture(SMALL), picture(data))
    assert says in message
    assert message.startswith("Image 2: ")


def test_longest_shape_the_model_takes() -> None:
    assert ask(chat(picture(encoded(Image.new("L", (4, 800)))))).reached


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds no pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("side", [10_001, 20_000, 2**31 - 1])
def test_bomb_is_seen_in_the_header(monkeypatch: pytest.MonkeyPatch, side: int) -> None:
    monkeypatch.setattr(images, "open_source", lambda _: pytest.fail("pixels were decoded"))
    message = refusal(picture(png_header(side, side)))
    assert "pixels" in message or "too large" in message


def test_pixels_are_counted_over_all_images(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HYOCR_MAX_PIXELS", "2500")
    assert ask(chat(picture(SMALL), picture(SMALL))).status == 200
    assert "Image 3: With this image of 40x30 the request has more than 2500" in refusal(*[picture(SMALL)] * 3)


def test_number_of_images_is_limited() -> None:
    assert ask(chat(*[picture(SMALL)] * 64)).reached
    assert "65 images" in refusal(*[picture(SMALL)] * 65)


def test_images_are_checked_off_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[threading.Thread] = []
    monkeypatch.setattr(
        images, "open_source", lambda image: threads.append(threading.current_thread()) or iter([image])
    )
    assert ask(chat(picture(SMALL))).reached
    assert threads != [threading.main_thread()]


# Anything at all

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
url = st.sampled_from(["", "http://a/", "data:image/png;base64,", data_url(SMALL), data_url(SMALL[:50])])
url |= st.binary(max_size=60).map(data_url) | st.binary(max_size=60).map(lambda end: data_url(SMALL[:45] + end))
part = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["text", "image_url", "video_url"]) | anything,
        "text": st.text(max_size=8) | anything,
        "image_url": url.map(lambda u: {"url": u}) | anything,
        "uuid": anything,
    },
)
message = st.fixed_dictionaries(
    {"content": st.lists(part | anything, max_size=3) | anything}, optional={"role": st.just("system") | anything}
)
body = st.fixed_dictionaries(
    {"messages": st.lists(message | anything, max_size=3) | anything}, optional={"skip_special_tokens": anything}
)


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(body.map(json.dumps).map(str.encode), anything.map(json.dumps).map(str.encode), st.binary(max_size=60))
)
def test_any_body_is_refused_or_reaches_the_app(asked: bytes) -> None:
    answer = ask(asked)
    if answer.reached:
        got = json.loads(answer.inner.body)
        assert answer.status == 200
        assert any(m.get("role") == "system" for m in got["messages"])
        assert "skip_special_tokens" in got
        assert not any(k in answer.inner.body for k in (b'"video_url"', b"http://a/", b'"uuid"'))
    else:
        assert answer.status == 400
        assert answer.message.endswith(".")


def test_checked_twice_is_checked_once() -> None:
    once = checked(chat(picture(SMALL), TEXT), 10_000)
    assert checked(once, 10_000) is once
    with pytest.raises(InputError):
        checked(once, 1_000)
