"""Processes of our own, both ends: started without touching `__main__`, stopped at once, never outliving the driver.

Messages are those of `multiprocessing.connection` over a pipe that only the two processes hold.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing.connection import Connection, Pipe
from queue import SimpleQueue
from threading import Thread
from typing import Any

_START = "import sys; sys.path[:] = sys.argv[2:]; from hyocr.corpus.worker import {0}; {0}(int(sys.argv[1]))"


class Child:
    """A process that runs a function of `hyocr.corpus.worker`, and the connection to it, which ends when it dies.

    It leads a group of its own: Ctrl-C does not reach it, and killing it kills what it started, such as vLLM.
    """

    def __init__(self, function: str, environment: Mapping[str, str] | None = None) -> None:
        self.connection, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", _START.format(function), str(theirs.fileno()), *sys.path],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=2,  # results go to files; whatever a library prints belongs with the messages
                env={**os.environ, **(environment or {})},
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def dead(self) -> bool:
        return self._process.poll() is not None

    def send(self, message: object) -> None:
        """Does nothing when the process has died: reading from the connection tells."""
        with suppress(OSError):
            self.connection.send(message)

    def kill(self) -> str:
        """Ends it at once, if it still runs, and says how it ended."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        code = self._process.wait()
        self.connection.close()
        return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def inbox(connection: Connection) -> SimpleQueue[Any]:
    """In the child: what the driver sends, in order. When the driver is gone, this process and its group end."""
    os.set_inheritable(connection.fileno(), False)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the driver decides; it kills, or dies and closes the pipe
    messages: SimpleQueue[Any] = SimpleQueue()

    def receive() -> None:
        try:
            while True:
                messages.put(connection.recv())
        except (EOFError, OSError):
            os.killpg(os.getpid(), signal.SIGKILL)

    Thread(target=receive, daemon=True).start()
    return messages
