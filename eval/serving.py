"""Our servers and commands for as long as a measurement or a test needs them: started, waited for, always stopped.

Linux only: processes and their memory are read from /proc (proc(5)).
"""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from hyocr.errors import EngineError

HOST = "127.0.0.1"
START_SECONDS = 300.0
STOP_SECONDS = 30.0
"""How long the server may take to end by itself; then it is killed."""

TAIL_LINES = 30
"""Of the log, shown when the server does not come up."""


@dataclass(frozen=True)
class Started:
    """A running command, which leads a session, and the file that its output goes to."""

    process: subprocess.Popen[bytes]
    log: Path

    def rss_mib(self) -> float:
        """Resident memory of all its processes in MiB; pages that they share count once for each."""
        return sum(_rss(pid) for pid in _members(self.process.pid)) / 2**20


@dataclass(frozen=True)
class Served(Started):
    """A running server: its first process is the API server, listening on `port`."""

    port: int

    @property
    def url(self) -> str:
        """Of the API, as `ServerEngine` and OpenAI's clients want it."""
        return f"http://{HOST}:{self.port}/v1"

    def pids(self) -> dict[str, int]:
        """The server's living processes by name: "api_server", then what vLLM calls the others ("EngineCore", ...)."""
        named: dict[str, int] = {}
        for pid in _members(self.process.pid):
            name = "api_server" if pid == self.process.pid else _name(pid)
            named[name if name not in named else f"{name}_{pid}"] = pid
        return named


@contextmanager
def served(
    model: str = "nano",
    port: int | None = None,
    extra: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
    verb: str = "serve",
) -> Iterator[Served]:
    """Serves a checkpoint on this machine alone while the block runs, on a free port if `port` is None.

    `verb` is "serve" or "api", `extra` are further flags of it, `env` further environment variables. Raises EngineError
    with the end of the log where the server does not come up. The log stays where the block raises.
    """
    port = port or _free_port()
    if _healthy(port):
        raise EngineError(f"Something else answers on port {port} already; choose another one.")
    arguments = [verb, "--model", model, "--host", HOST, "--port", str(port), *extra]
    with started(arguments, env) as command:
        _wait(command.process, port, command.log)
        yield Served(command.process, command.log, port)


@contextmanager
def started(arguments: Sequence[str], env: Mapping[str, str] | None = None) -> Iterator[Started]:
    """Runs `hyocr` with these arguments while the block runs. The log stays where the block raises."""
    descriptor, name = tempfile.mkstemp(prefix=f"hyocr-{arguments[0]}-", suffix=".log")
    log = Path(name)
    try:
        # In a session of its own, Ctrl-C does not reach it: it is stopped here, after what waits for its answers.
        with (
            open(descriptor, "wb") as output,
            subprocess.Popen(
                [sys.executable, "-m", "hyocr", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})},
                start_new_session=True,
            ) as process,
        ):
            try:
                yield Started(process, log)
            finally:
                _stop(process)
    except BaseException:
        print(f"The log of hyocr {arguments[0]} is kept at {log}.", file=sys.stderr)
        raise
    log.unlink()


def leave_blocks_on_sigterm() -> None:
    """For programs that serve: a Python that is told to end does not leave its blocks, and the server would go on."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Until the server says that it is well."""
    started = said = time.monotonic()
    print(f"Starting a server on port {port} ...", file=sys.stderr, flush=True)
    while not _healthy(port):
        now = time.monotonic()
        if process.poll() is not None:
            raise EngineError(f"The server ended with exit code {process.returncode}; its log ends:\n{_tail(log)}")
        if now - started > START_SECONDS:
            raise EngineError(f"The server did not come up in {now - started:.0f} s; its log ends:\n{_tail(log)}")
        if now - said >= 15:
            said = now
            print(f"... {now - started:.0f} s", file=sys.stderr, flush=True)
        time.sleep(0.5)
    print(f"... it took {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)


def _healthy(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)  # unlike urllib, it heeds no proxy
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Asks the first process to end, which ends the others; kills what is left after a grace."""
    try:
        process.terminate()
        _wait_for_the_end(process, STOP_SECONDS)
    finally:  # also when somebody who waits presses Ctrl-C again
        for pid in _members(process.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        _wait_for_the_end(process, STOP_SECONDS)


def _wait_for_the_end(process: subprocess.Popen[bytes], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while (process.poll() is None or _members(process.pid)) and time.monotonic() < deadline:
        time.sleep(0.05)


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-TAIL_LINES:])


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind((HOST, 0))
        port: int = trial.getsockname()[1]
        return port


def _members(root: int) -> list[int]:
    """The living processes of the session that `root` leads and all that they started, oldest first.

    Zombies are dead, whoever forgot to bury them.
    """
    parents: dict[int, int] = {}
    ages: dict[int, int] = {}
    found = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended meanwhile
            # After the name, in brackets, which may hold any: state, parent, group, session; 20th is the start time.
            fields = path.read_text(errors="replace").rpartition(")")[2].split()
            if fields[0] not in ("Z", "X"):
                pid = int(path.parent.name)
                parents[pid], ages[pid] = int(fields[1]), int(fields[19])
                found |= {pid} if int(fields[3]) == root else set()
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return sorted(found, key=lambda pid: ages[pid])


def _name(pid: int) -> str:
    """What a process of vLLM's calls itself ("VLLM::EngineCore"), else the start of its command line."""
    try:
        title = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return "ended"
    if title.startswith("VLLM::"):
        return title.removeprefix("VLLM::")
    return "resource_tracker" if "resource_tracker" in title else title[:40]


def _rss(pid: int) -> int:
    """Resident bytes; 0 if the process has ended."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0
