"""Servers here are on the loopback address; a resolver and a connector made for the tests let them pass for public."""

import asyncio
import resource
import shutil
import ssl
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpcore2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyocr.api.fetch import FetchLimits, fetch
from hyocr.api.public import READ_BYTES, PublicNetwork, addresses_of, connect, is_public
from hyocr.errors import HyocrError, InputError

PUBLIC, SECOND = "93.184.216.34", "93.184.216.35"
NAMES = {"public.example": [PUBLIC], "other.example": [SECOND]}
OK = b"HTTP/1.1 200 OK\r\n"
DOCUMENT = OK + b"Content-Length: 8\r\n\r\ndocument"
LIMITS = FetchLimits(max_bytes=100_000, seconds=20)

Answer = bytes | Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Site:
    """A server: `answers` by path, the heads of the `requests` it got, where it was looked for and under what names."""

    def __init__(self, answers: dict[str, Answer], names: dict[str, list[str]]) -> None:
        self.answers, self.names = answers, names
        self.requests: list[str] = []
        self.connected: list[tuple[str, int]] = []
        self.resolved: list[str] = []
        self.closed = asyncio.Event()
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if silent := self.answers.get("*"):
                return await silent(reader, writer)
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.requests.append(head)
            answer = self.answers[head.split()[1]]
            if isinstance(answer, bytes):
                writer.write(answer)
            else:
                await answer(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass  # the client went away
        finally:
            self.closed.set()
            writer.close()

    async def resolve(self, host: str) -> list[str]:
        self.resolved.append(host)
        return self.names[host] if host in self.names else await addresses_of(host)

    async def connect(self, address: str, port: int) -> httpcore2.AsyncNetworkStream:
        """Whatever the address, so that one which should have been refused gives a document."""
        self.connected.append((address, port))
        return await connect("127.0.0.1", self.port)


@pytest.fixture
def target(tmp_path: Path) -> Iterator[Path]:
    """Where the document goes; beside it nothing may be left."""
    yield tmp_path / "document"
    assert [path.name for path in tmp_path.iterdir()] in ([], ["document"])


def get(
    url: str,
    target: Path,
    answers: dict[str, Answer] | Answer = DOCUMENT,
    limits: FetchLimits = LIMITS,
    names: dict[str, list[str]] = NAMES,
    tls: ssl.SSLContext | None = None,
    server_tls: ssl.SSLContext | None = None,
    after: Callable[[Site], Awaitable[None]] | None = None,
) -> Site:
    """Fetches it while a site with these answers (one answer: at /) runs; raises what fetch raises, with the site."""

    async def run() -> Site:
        site = Site(answers if isinstance(answers, dict) else {"/": answers}, names)
        server = await asyncio.start_server(site.serve, "127.0.0.1", 0, ssl=server_tls)
        site.port = server.sockets[0].getsockname()[1]
        try:
            await fetch(url, target, limits, PublicNetwork(site.resolve, site.connect), tls)
        except HyocrError as error:
            error.site = site  # type: ignore[attr-defined]
            raise
        finally:
            if after:
                await after(site)
            server.close()
        return site

    return asyncio.run(run())


def refused(match: str, url: str, target: Path, *answers: dict[str, Answer] | Answer, **options: object) -> Site:
    """It must be an InputError of one sentence that matches, and no file."""
    with pytest.raises(InputError, match=match) as info:
        get(url, target, *answers, **options)  # type: ignore[arg-type]
    sentence = str(info.value)
    assert sentence.endswith(".")
    assert sentence.isprintable()
    assert len(sentence) < 260
    assert "secret" not in sentence
    assert not target.exists()
    return info.value.site  # type: ignore[attr-defined, no-any-return]


def redirect(location: str, status: int = 302) -> bytes:
    return f"HTTP/1.1 {status} Found\r\nLocation: {location}\r\nContent-Length: 6\r\n\r\nsecret".encode()


# What is asked for


def test_a_document_is_written_whole(target: Path) -> None:
    site = get(
        "http://Public.Example./a b.pdf?é=%20[1]#part".replace(" ", "%20"),
        target,
        {"/a%20b.pdf?%C3%A9=%20[1]": DOCUMENT},
    )
    assert target.read_bytes() == b"document"
    assert site.resolved == ["public.example"]
    assert site.connected == [(PUBLIC, 80)]
    head = site.requests[0].lower().split("\r\n")
    assert "host: public.example" in head
    assert "accept-encoding: identity" in head
    assert not any(line.startswith(("cookie", "authorization", "proxy")) for line in head)


def test_ports_and_addresses_are_told_to_the_server_as_they_are_in_the_url(target: Path) -> None:
    site = get("http://[2606:4700::6810:84e5]:8080", target)
    assert site.connected == [("2606:4700::6810:84e5", 8080)]
    assert "Host: [2606:4700::6810:84e5]:8080\r\n" in site.requests[0]


@pytest.mark.parametrize(
    ("url", "match"),
    [
        ("file:///etc/passwd", "http:// or https://"),
        ("ftp://public.example/", "http:// or https://"),
        ("//public.example/", "http:// or https://"),
        ("", "http:// or https://"),
        ("http://user:secret@public.example/", "user name or password"),
        ("http://public.example@127.0.0.1/", "user name or password"),
        ("http://public.example\\@127.0.0.1/", "user name or password"),
        ("http://127.0.0.1\\.public.example/", "valid host"),
        ("http:///secret", "valid host"),
        ("http://[::1/", "valid host"),
        ("http://[fe80::1%25eth0]/", "valid host"),
        ("http://public..example/", "valid host"),
        ("http://public.example:0/", "valid host"),
        ("http://public.example:65536/", "valid host"),
        ("http://public.example:８０/", "valid host"),
        ("http://" + ".".join(["a" * 60] * 5), "valid host"),
        ("http://１２７.0.0.1/", "xn--"),
        ("http://127。0。0。1/", "xn--"),
        ("http://bücher.example/", "xn--"),
        ("http://public.example/ HTTP/1.1", "control character"),
        ("http://public.example/\r\nHost: secret", "control character"),
        ("http://public.example/\ud800", "control character"),
        ("ht\ntp://public.example/", "control character"),
        ("http://public.example/" + "secret" * 1000, "longer than 4096"),
    ],
)
def test_urls_that_are_not_asked(target: Path, url: str, match: str) -> None:
    site = refused(match, url, target)
    assert site.resolved == site.connected == []


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["", "http://", "https://", "http://a", "http://["]), st.text())
def test_any_text_is_refused_with_a_sentence(start: str, text: str) -> None:
    async def nobody(host: str) -> list[str]:
        return ["10.0.0.1"]

    with pytest.raises(InputError):
        asyncio.run(fetch(start + text, Path("/nowhere/document"), LIMITS, PublicNetwork(nobody)))


# Where it may go


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.0.0.1.", "2130706433", "0x7f000001", "0x7F.1", "017700000001", "0177.0.0.1", "127.1"),
        *("localhost", "localhost.", "LOCALHOST", "0", "0.0.0.0", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::7f00:1]"),
        *("[0:0:0:0:0:ffff:7f00:1]", "[64:ff9b::7f00:1]", "[fe80::1]", "10.1.2.3", "192.168.1.1", "169.254.169.254"),
        *("127.0.0.1.nip.example", "mixed.example", "sixth.example"),
    ],
)
def test_spellings_of_addresses_that_are_not_public(target: Path, host: str) -> None:
    names = {
        "127.0.0.1.nip.example": ["127.0.0.1"],
        "mixed.example": [PUBLIC, "10.0.0.1"],
        "sixth.example": ["2606:4700::6810:84e5", "fd00:ec2::254"],
    }
    for port in ("", ":8080"):
        site = refused("no host on the public internet", f"http://{host}{port}/", target, names=names)
        assert len(site.resolved) == 1
        assert site.connected == []


def test_a_name_that_is_not_there_reads_like_one_inside(target: Path) -> None:
    names = {"a.example": [], "b.example": ["10.0.0.1"]}
    for name in names:
        refused(
            f'^"{name}" is no host on the public internet; send the document itself.$',
            f"http://{name}",
            target,
            names=names,
        )


def test_with_nothing_given_this_machine_is_out_of_reach(target: Path) -> None:
    async def run() -> list[int]:
        asked: list[int] = []
        server = await asyncio.start_server(lambda *_: asked.append(1), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]"):
            with pytest.raises(InputError, match="public internet"):
                await fetch(f"http://{host}:{port}/", target, LIMITS)
        server.close()
        return asked

    assert asyncio.run(run()) == []


class Changing(dict[str, list[str]]):
    """Names that a server answers first with a public address and ever after with this machine's."""

    def __getitem__(self, host: str) -> list[str]:
        addresses = super().__getitem__(host)
        self[host] = ["127.0.0.1"]
        return addresses


def test_an_answer_that_changes_is_never_asked_for(target: Path) -> None:
    site = get("http://public.example/", target, names=Changing(NAMES))
    assert site.resolved == ["public.example"]
    assert site.connected == [(PUBLIC, 80)]


def test_an_answer_that_changed_by_the_next_request_is_refused(target: Path) -> None:
    answers: dict[str, Answer] = {"/": redirect("/next"), "/next": DOCUMENT}
    site = refused("public internet", "http://public.example/", target, answers, names=Changing(NAMES))
    assert site.connected == [(PUBLIC, 80)]


def test_the_next_address_is_tried(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reach = Site.connect

    async def lame(site: Site, address: str, port: int) -> httpcore2.AsyncNetworkStream:
        stream = await reach(site, address, port)
        if address == PUBLIC:
            await stream.aclose()
            raise httpcore2.ConnectError
        return stream

    monkeypatch.setattr(Site, "connect", lame)
    site = get("http://two.example/", target, names={"two.example": [PUBLIC, SECOND]})
    assert site.connected == [(PUBLIC, 80), (SECOND, 80)]
    refused("cannot be reached", "http://public.example/", target.with_name("other"))
    assert target.read_bytes() == b"document"


def test_proxies_of_the_environment_are_not_asked(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert get("http://public.example/", target).connected == [(PUBLIC, 80)]


@pytest.mark.parametrize(
    ("address", "public"),
    [
        *((address, True) for address in (PUBLIC, "1.1.1.1", "223.255.255.255", "172.32.0.1", "100.128.0.1")),
        *((address, True) for address in ("2606:4700::6810:84e5", "2a00:1450:4001:80b::200e", "2001:200::1")),
        *((address, True) for address in ("::ffff:1.1.1.1", "64:ff9b::101:101")),
        *((address, False) for address in ("0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.9.9.9")),
        *((address, False) for address in ("169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.192")),
        *((address, False) for address in ("192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.19.255.255")),
        *((address, False) for address in ("198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255")),
        *((address, False) for address in ("168.63.129.16", "::", "::1", "::127.0.0.1", "::1.1.1.1")),
        *((address, False) for address in ("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:0:127.0.0.1")),
        *((address, False) for address in ("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::7f00:1", "100::1")),
        *((address, False) for address in ("2001::1", "2001:0:7f00:1::", "2001:0:101:101::80ff:fffe")),  # Teredo
        *((address, False) for address in ("2002:7f00:1::", "2002:a00:1::", "2001:db8::1", "3fff::1", "5f00::1")),
        *((address, False) for address in ("fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1")),
        *((address, False) for address in ("ff02::1", "ff0e::1", "4000::1")),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


# Where it is sent on to


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("location", ["http://other.example/next", "//other.example/next"])
def test_redirects_are_followed(target: Path, status: int, location: str) -> None:
    site = get("http://public.example/", target, {"/": redirect(location, status), "/next": DOCUMENT})
    assert target.read_bytes() == b"document"
    assert site.connected == [(PUBLIC, 80), (SECOND, 80)]
    assert "Host: other.example\r\n" in site.requests[1]
    assert "public.example" not in site.requests[1]


@pytest.mark.parametrize(
    ("location", "match"),
    [
        ("http://127.0.0.1/", "public internet"),
        ("http://2130706433:8080/secret", "public internet"),
        ("//[::1]/", "public internet"),
        ("file:///etc/passwd", "http:// or https://"),
        ("http://user:secret@other.example/", "user name or password"),
        ("http://[", "no URL"),
        ("", "without saying where to"),
        ("/a\tb", "control character"),
        ("/" + "secret" * 1000, "longer than 4096"),
    ],
)
def test_redirects_are_checked_like_the_first_url(target: Path, location: str, match: str) -> None:
    site = refused(match, "http://public.example/", target, redirect(location))
    assert site.connected == [(PUBLIC, 80)]


def test_so_many_redirects_and_no_more(target: Path) -> None:
    chain: dict[str, Answer] = {f"/{i}": redirect(f"/{i + 1}") for i in range(6)}
    site = refused("more than 5 redirects", "http://public.example/0", target, {**chain, "/6": DOCUMENT})
    assert len(site.requests) == 6
    get("http://public.example/0", target, {**chain, "/5": DOCUMENT})
    assert target.read_bytes() == b"document"


def test_a_redirect_loop_ends(target: Path) -> None:
    loop: dict[str, Answer] = {"/": redirect("/back"), "/back": redirect("/")}
    assert len(refused("redirects", "http://public.example/", target, loop).requests) == 6


# What it may be sent


@pytest.mark.parametrize("status", [201, 204, 206, 300, 304, 401, 404, 500])
def test_only_200_is_a_document(target: Path, status: int) -> None:
    answer = f"HTTP/1.1 {status} secret\r\nContent-Length: 6\r\n\r\nsecret".encode()
    refused(f'^"public.example" answered {status} ', "http://public.example/", target, answer)


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "identity, br", "deflate"])
def test_packed_bodies_are_refused(target: Path, coding: str) -> None:
    answer = OK + f"Content-Encoding: {coding}\r\nContent-Length: 6\r\n\r\nsecret".encode()
    refused("packed", "http://public.example/", target, answer)
    get("http://public.example/", target, answer.replace(coding.encode(), b"Identity"))


async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(OK + b"Transfer-Encoding: chunked\r\n\r\n")
    for _ in range(2000):
        writer.write(b"2710\r\n" + b"x" * 10_000 + b"\r\n")
        await writer.drain()
    writer.write(b"0\r\n\r\n")


async def dripping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(OK + b"Content-Length: 200\r\n\r\n")
    for _ in range(200):
        writer.write(b"x")
        await asyncio.sleep(0.02)


async def listening(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while await reader.read(1000):
        pass


async def announcing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(OK + b"Content-Length: 100001\r\n\r\n")
    await listening(reader, writer)


@pytest.mark.parametrize("answer", [endless, announcing, OK + b"\r\n" + b"x" * 100_001])
def test_bodies_over_the_limit_are_refused(target: Path, answer: Answer) -> None:
    refused(r"larger than 0.1 MB", "http://public.example/", target, answer)


def test_a_body_of_the_limit_is_not(target: Path) -> None:
    get("http://public.example/", target, OK + b"\r\n" + b"x" * 100_000)
    assert target.stat().st_size == 100_000


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"Content-Length: 10\r\n\r\nshort",
        OK + b"Content-Length: -1\r\n\r\nsecret",
        OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nsecret",
        OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n",
        OK + b"Transfer-Encoding: gzip\r\n\r\nsecret",
        OK + b"X: " + b"x" * 200_000 + b"\r\n\r\nsecret",
        b"220 secret SMTP\r\n",
        b"",
    ],
)
def test_answers_that_break_off_or_are_no_http(target: Path, answer: bytes) -> None:
    refused("broke off", "http://public.example/", target, answer)


def test_nothing_beyond_the_announced_length_is_written(target: Path) -> None:
    get("http://public.example/", target, DOCUMENT + b"more")
    assert target.read_bytes() == b"document"


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([b"", OK, OK + b"Transfer-Encoding: chunked\r\n\r\n", OK + b"Content-Length: "]), st.binary())
def test_any_bytes_are_a_document_or_refused(
    tmp_path_factory: pytest.TempPathFactory, start: bytes, rest: bytes
) -> None:
    with suppress(InputError):
        get("http://public.example/", tmp_path_factory.mktemp("any") / "document", start + rest)


def test_others_have_the_event_loop_between_small_reads(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    read = httpcore2.AnyIOBackend.connect_tcp

    async def recorded(*args: object, **options: object) -> httpcore2.AsyncNetworkStream:
        stream = await read(*args, **options)  # type: ignore[arg-type]
        monkeypatch.setattr(stream, "read", recording(stream.read))
        return stream

    def recording(inner: Callable[[int, float | None], Awaitable[bytes]]) -> Callable[..., Awaitable[bytes]]:
        async def wrapped(max_bytes: int, timeout: float | None = None) -> bytes:
            asked.append(max_bytes)
            return await inner(max_bytes, timeout)

        return wrapped

    monkeypatch.setattr(httpcore2.AnyIOBackend, "connect_tcp", recorded)
    get(
        "http://public.example/",
        target,
        OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 9999 + b"0\r\n\r\n",
    )
    assert target.stat().st_size == 9999
    assert set(asked) == {READ_BYTES}


def test_slow_bodies_end_at_the_deadline(target: Path) -> None:
    refused("within 0.5 seconds", "http://public.example/", target, dripping, limits=FetchLimits(1000, seconds=0.5))


def test_slow_name_servers_end_at_the_deadline(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def slow(site: Site, host: str) -> list[str]:
        await asyncio.sleep(5)
        return [PUBLIC]

    monkeypatch.setattr(Site, "resolve", slow)
    refused("within 0.2 seconds", "http://public.example/", target, limits=FetchLimits(1000, seconds=0.2))


def test_the_deadline_closes_a_connection_in_its_handshake(target: Path) -> None:
    async def gone(site: Site) -> None:
        await asyncio.wait_for(site.closed.wait(), 20)

    limits = FetchLimits(1000, seconds=0.3)
    refused("within 0.3 seconds", "https://public.example/", target, {"*": listening}, limits=limits, after=gone)


def test_a_cancelled_fetch_leaves_nothing(target: Path) -> None:
    async def run() -> None:
        site = Site({"/": dripping}, NAMES)
        server = await asyncio.start_server(site.serve, "127.0.0.1", 0)
        site.port = server.sockets[0].getsockname()[1]
        task = asyncio.create_task(
            fetch("http://public.example/", target, LIMITS, PublicNetwork(site.resolve, site.connect))
        )
        while not list(target.parent.iterdir()):
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        server.close()

    asyncio.run(asyncio.wait_for(run(), 20))
    assert list(target.parent.iterdir()) == []


# Writing


def test_a_file_that_was_there_stays_until_the_new_one_is_whole(target: Path) -> None:
    target.write_bytes(b"old")
    with pytest.raises(InputError):
        get("http://public.example/", target, OK + b"Content-Length: 10\r\n\r\nshort")
    assert target.read_bytes() == b"old"
    get("http://public.example/", target)
    assert target.read_bytes() == b"document"


def test_a_folder_that_is_not_there_is_not_the_strangers_fault(target: Path) -> None:
    with pytest.raises(HyocrError, match="No such file") as info:
        get("http://public.example/", target / "deeper")
    assert not isinstance(info.value, InputError)


def test_a_full_disk_is_not_the_strangers_fault(target: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))  # the nearest to a full disk that needs no disk
    try:
        with pytest.raises(HyocrError, match="cannot be stored") as info:
            get("http://public.example/", target, OK + b"\r\n" + b"x" * 100_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not isinstance(info.value, InputError)
    assert not target.exists()


# https


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """For public.example alone, and its key."""
    if not shutil.which("openssl"):
        pytest.skip("openssl, which makes the certificate, is not here")
    folder = tmp_path_factory.mktemp("tls")
    made = "req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -days 2 -subj /CN=test"
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    names = ["-addext", "subjectAltName=DNS:public.example", "-addext", "keyUsage=digitalSignature,keyCertSign"]
    subprocess.run(["openssl", *made.split(), *files, *names], check=True, capture_output=True)
    return folder / "cert.pem", folder / "key.pem"


def contexts(certificate: tuple[Path, Path], asked: list[str | None]) -> dict[str, ssl.SSLContext]:
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(*certificate)
    server.sni_callback = lambda _, name, __: asked.append(name)
    return {"tls": ssl.create_default_context(cafile=certificate[0]), "server_tls": server}


def test_certificates_are_checked_for_the_name(target: Path, certificate: tuple[Path, Path]) -> None:
    asked: list[str | None] = []
    site = refused("valid certificate", "https://other.example/", target, **contexts(certificate, asked))
    assert site.requests == []
    refused("valid certificate", f"https://{PUBLIC}/", target, **contexts(certificate, asked))
    site = get("https://public.example./", target, **contexts(certificate, asked))
    assert target.read_bytes() == b"document"
    assert site.connected == [(PUBLIC, 443)]
    assert asked == ["other.example", None, "public.example"]


def test_certificates_nobody_vouches_for_are_refused(target: Path, certificate: tuple[Path, Path]) -> None:
    options = {**contexts(certificate, []), "tls": None}
    assert refused("valid certificate", "https://public.example/", target, **options).requests == []


def test_https_stays_https(target: Path, certificate: tuple[Path, Path]) -> None:
    tls = contexts(certificate, [])
    site = refused(
        "from https to http", "https://public.example/", target, redirect("http://public.example/next"), **tls
    )
    assert len(site.connected) == 1
    answers: dict[str, Answer] = {"/": redirect("/next"), "/next": DOCUMENT}
    assert get("https://public.example/", target, answers, **tls).connected == [(PUBLIC, 443)] * 2
