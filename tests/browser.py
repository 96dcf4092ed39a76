"""A headless Chromium that tests open a page in, type into and save files from, driven over its debugging pipe.

The protocol is Chrome's (chromedevtools.github.io/devtools-protocol): JSON objects that end in a zero byte, to file
descriptor 3 of the browser and from its descriptor 4. So it takes no port and no library.
"""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="no program chromium-headless-shell or chromium is installed"
)

SECONDS = 60.0
"""What the browser may take to answer."""

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-pipe",
)
LAUNCH = """
import fcntl, os, sys
pipes = [fcntl.fcntl(int(number), fcntl.F_DUPFD_CLOEXEC, 10) for number in sys.argv[1:3]]
for number, pipe in enumerate(pipes, 3):
    os.dup2(pipe, number)
os.execv(sys.argv[3], sys.argv[3:])
"""
CODES = {"Enter": 13, "Tab": 9, "Escape": 27, "Backspace": 8, "x": 88}
TEXTS = {"Enter": "\r", "Tab": "\t"}
MODIFIERS = {"alt": 1, "ctrl": 2, "meta": 4, "shift": 8}


class Page:
    """One open page. `console` holds what it complained of: errors, refusals of its policy; `dialogs` what it asked."""

    def __init__(self, to_browser: int, from_browser: int, downloads: Path) -> None:
        self.console: list[str] = []
        self.dialogs: list[str] = []
        self.requests: list[str] = []
        self.downloads = downloads
        self._to, self._from = to_browser, from_browser
        self._buffer = b""
        self._last = 0
        self._session: str | None = None
        self._saved: list[Path] = []
        self._loaded = 0
        self._name = ""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        place = {"behavior": "allow", "downloadPath": str(downloads), "eventsEnabled": True}
        self.call("Browser.setDownloadBehavior", **place)

    def call(self, method: str, **parameters: Any) -> Any:
        """The result of one command of the protocol. Raises AssertionError where the browser refuses it."""
        self._last += 1
        message: dict[str, Any] = {"id": self._last, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next(time.monotonic() + SECONDS)
            if answer.get("id") == message["id"]:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return answer["result"]

    def open(self, address: str) -> None:
        """Goes to an address and waits until all of it is loaded."""
        before = self._loaded
        self.call("Page.navigate", url=address)
        self._until(lambda: self._loaded > before)

    def reload(self) -> None:
        """Loads the page again; whether to leave it is answered with yes."""
        before = self._loaded
        self.call("Page.reload")
        self._until(lambda: self._loaded > before)

    def evaluate(self, script: str) -> Any:
        """The value of an expression, awaited if it is a promise. Raises AssertionError where it throws."""
        result = self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True, userGesture=True
        )
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def wait(self, script: str) -> None:
        """Waits until an expression is true."""
        self._until(lambda: bool(self.evaluate(script)))

    def type(self, text: str) -> None:
        """Types into what has the focus, as it comes from a keyboard."""
        self.call("Input.insertText", text=text)

    def press(self, key: str, *modifiers: str) -> None:
        """Presses one of CODES with some of MODIFIERS."""
        code = f"Key{key.upper()}" if len(key) == 1 else key
        stroke = {"key": key, "code": code, "windowsVirtualKeyCode": CODES[key]}
        stroke["modifiers"] = sum(MODIFIERS[name] for name in modifiers)
        down = {"type": "keyDown", "text": TEXTS[key]} if key in TEXTS else {"type": "rawKeyDown"}
        self.call("Input.dispatchKeyEvent", **down, **stroke)
        self.call("Input.dispatchKeyEvent", type="keyUp", **stroke)

    def click(self, selector: str) -> None:
        """Clicks with the mouse into the middle of the first element that a CSS selector finds."""
        spot = self.evaluate(
            f"(() => {{ const element = document.querySelector({json.dumps(selector)});"
            " element.scrollIntoView({ block: 'center' }); const box = element.getBoundingClientRect();"
            " return [box.x + box.width / 2, box.y + box.height / 2]; })()"
        )
        where = {"x": spot[0], "y": spot[1], "button": "left", "clickCount": 1}
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, **where)

    def download(self) -> Path:
        """Waits for the next file that the page saves."""
        self._until(lambda: bool(self._saved))
        return self._saved.pop(0)

    def screenshot(self, path: Path, width: int = 1200, height: int = 900, scheme: str = "light") -> Path:
        """A PNG of what is seen in a window of that size, in the colour scheme "light" or "dark"."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.call("Emulation.setDeviceMetricsOverride", **metrics)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.evaluate("new Promise((done) => setTimeout(done, 300))")
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot")["data"]))
        return path

    def close(self) -> None:
        """Ends the browser with all its processes: none of them writes to its profile any more."""
        self._session = None
        self.call("Browser.close")

    def _until(self, done: Callable[[], bool]) -> None:
        end = time.monotonic() + SECONDS
        while not done():
            assert time.monotonic() < end, f"the page did not get there; it complained of {self.console}"
            with suppress(TimeoutError):
                self._next(time.monotonic() + 0.05)

    def _next(self, end: float) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._from], [], [], max(0.0, end - time.monotonic()))
            if not ready:
                raise TimeoutError("the browser does not answer")
            data = os.read(self._from, 1 << 20)
            assert data, "the browser has ended"
            self._buffer += data
        line, self._buffer = self._buffer.split(b"\0", 1)
        message: dict[str, Any] = json.loads(line)
        self._hear(message.get("method", ""), message.get("params", {}))
        return message

    def _hear(self, method: str, told: dict[str, Any]) -> None:
        if method == "Page.loadEventFired":
            self._loaded += 1
        elif method == "Network.requestWillBeSent":
            self.requests.append(told["request"]["url"])
        elif method == "Log.entryAdded":
            self.console.append(told["entry"]["text"])
        elif method == "Runtime.exceptionThrown":
            self.console.append(told["exceptionDetails"].get("exception", {}).get("description", "an exception"))
        elif method == "Browser.downloadWillBegin":
            self._name = told["suggestedFilename"]
        elif method == "Browser.downloadProgress" and told["state"] == "completed":
            self._saved.append(Path(told.get("filePath") or self.downloads / self._name))
        elif method == "Page.javascriptDialogOpening":
            self.dialogs.append(told["type"])
            self._last += 1
            answer = {"id": self._last, "method": "Page.handleJavaScriptDialog", "params": {"accept": True}}
            os.write(self._to, json.dumps(answer | {"sessionId": self._session}).encode() + b"\0")


@contextmanager
def opened(folder: Path, address: str | None = None) -> Iterator[Page]:
    """A page of a new browser, whose profile and downloads lie in `folder`; it ends with the block."""
    downloads = folder / "downloads"
    downloads.mkdir(parents=True, exist_ok=True)
    theirs_in, ours_out = os.pipe()
    ours_in, theirs_out = os.pipe()
    command = [sys.executable, "-c", LAUNCH, str(theirs_in), str(theirs_out), str(CHROMIUM)]
    browser = subprocess.Popen(
        [*command, *FLAGS, f"--user-data-dir={folder / 'profile'}"],
        pass_fds=(theirs_in, theirs_out),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        os.close(theirs_in)
        os.close(theirs_out)
        page = Page(ours_out, ours_in, downloads)
        if address:
            page.open(address)
        yield page
        page.close()
        browser.wait(SECONDS)
    finally:
        browser.kill()
        browser.wait()
        os.close(ours_in)
        os.close(ours_out)
