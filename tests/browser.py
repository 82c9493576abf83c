"""A real browser for tests: headless Chromium, controlled through a pair of pipes by its own protocol."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
import time
from base64 import b64decode
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import pytest

#: How often Chromium is started before a test fails, and the seconds in which it must answer a call.
TRIES = 3
PATIENCE = 180.0
KEYS = {"Tab": 9, "Enter": 13, " ": 32}
#: Starts a program with two given descriptors as 3 and 4, where Chromium expects its pipes.
LAUNCH = """
import fcntl, os, sys
ends = [fcntl.fcntl(int(end), fcntl.F_DUPFD, 10) for end in sys.argv[1:3]]
for number, end in enumerate(ends, 3):
    os.dup2(end, number)
os.execv(sys.argv[3], sys.argv[3:])
"""


def chromium() -> str:
    """Give the program; without it the test is skipped, unless XLSXEVAL_REQUIRE_CHROMIUM=1."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        assert os.environ.get("XLSXEVAL_REQUIRE_CHROMIUM") != "1", "no Chromium"
        pytest.skip("no Chromium")
    return found


class BrowserError(Exception):
    """Chromium ended or did not answer in time."""


def start_browser(folder: Path) -> Browser:
    """Start Chromium, with a fresh profile for each of three tries.

    Args:
        folder: where the profiles are made.

    Raises:
        BrowserError: it did not start; the text says what it printed at each try.
    """
    program, failures = chromium(), []
    for number in range(1, TRIES + 1):
        profile = folder / f"profile{number}"
        profile.mkdir()
        browser = Browser(program, profile)
        try:
            browser.start()
        except BrowserError as error:
            browser.stop()
            failures.append(f"try {number}: {error}")
        else:
            return browser
    raise BrowserError("\n".join(failures))


class Browser:
    """One page of a browser, which tests control and read."""

    def __init__(self, program: str, folder: Path) -> None:
        """Start the process; ``start`` must be called next."""
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        options = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage")
        command = [program, *options, f"--user-data-dir={folder}", "--remote-debugging-pipe", "about:blank"]
        ends = (theirs_in, theirs_out)
        launch = [sys.executable, "-c", LAUNCH, *map(str, ends), *command]
        self.log = folder / "printed.txt"
        with self.log.open("wb") as printed:
            self.process = subprocess.Popen(launch, pass_fds=ends, stdout=printed, stderr=printed)
        os.close(theirs_in)
        os.close(theirs_out)
        self.out, self.into = os.fdopen(ours_out, "wb"), os.fdopen(ours_in, "rb")
        self.number, self.session, self.rest = 0, "", b""
        self.events: list[dict[str, object]] = []

    def start(self) -> None:
        """Open an empty page and switch on its events."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = str(self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"])
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")
        self.call("Page.setLifecycleEventsEnabled", enabled=True)

    def close(self) -> None:
        """End the browser in order."""
        self.session = ""
        try:
            self.call("Browser.close")
            self.process.wait(PATIENCE)
        finally:
            self.stop()

    def stop(self) -> None:
        """End the browser at once. Its children end when their pipes to it are closed."""
        self.process.kill()
        self.process.wait()
        self.into.close()
        with suppress(BrokenPipeError):
            self.out.close()

    def printed(self) -> str:
        """Give the end of what the browser printed."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-2000:]

    def call(self, method: str, **params: object) -> Mapping[str, object]:
        """Call a method of the protocol and give its result; events that arrive before it are kept."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        try:
            self.out.write(json.dumps(message).encode() + b"\0")
            self.out.flush()
        except BrokenPipeError as error:
            raise self._ended() from error
        deadline = time.monotonic() + PATIENCE
        while True:
            answer = self._next(deadline)
            if answer.get("id") == self.number:
                assert "error" not in answer, answer["error"]
                return answer["result"]  # type: ignore[return-value]  # an object
            self.events.append(answer)

    def _ended(self) -> BrowserError:
        self.process.wait(PATIENCE)
        return BrowserError(f"the browser ended\n{self.printed()}")

    def _next(self, deadline: float) -> dict[str, object]:
        while b"\0" not in self.rest:
            ready, _, _ = select.select([self.into], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise BrowserError(f"no answer in {PATIENCE:g} s\n{self.printed()}")
            read = os.read(self.into.fileno(), 1 << 16)
            if not read:
                raise self._ended()
            self.rest += read
        message, _, self.rest = self.rest.partition(b"\0")
        return json.loads(message)  # type: ignore[no-any-return]  # an object

    def open(self, address: str) -> None:
        """Load a page anew and wait until it is there."""
        self._load("about:blank")
        self.events.clear()
        self._load(address)

    def _load(self, address: str) -> None:
        loader = self.call("Page.navigate", url=address)["loaderId"]
        deadline = time.monotonic() + PATIENCE
        while not any(_tells_loaded(event, loader) for event in self.events):
            self.events.append(self._next(deadline))

    def ask(self, expression: str) -> object:
        """Evaluate an expression in the page and give its value."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")  # type: ignore[attr-defined]  # an object

    def texts(self, selector: str) -> list[str]:
        """Give the text of every element that fits, exactly as it stands."""
        found = self.ask(f"Array.from(document.querySelectorAll({json.dumps(selector)}), (one) => one.textContent)")
        assert isinstance(found, list)
        return found

    def press(self, key: str) -> None:
        """Press and release a key, as a person does."""
        code = {"key": key, "code": "Space" if key == " " else key, "windowsVirtualKeyCode": KEYS[key]}
        text = {"Enter": "\r", " ": " "}.get(key, "")
        self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **code)
        self.call("Input.dispatchKeyEvent", type="keyUp", **code)

    def type(self, text: str) -> None:
        """Type a text into what has the focus."""
        self.call("Input.insertText", text=text)

    def requests(self) -> list[str]:
        """Give every address that the page requested since it was opened."""
        sent = [event["params"] for event in self.events if event["method"] == "Network.requestWillBeSent"]
        return [str(request["request"]["url"]) for request in sent]  # type: ignore[index]  # objects

    def complaints(self) -> list[object]:
        """Give what was logged since the page was opened: errors, warnings, what its security policy refused."""
        kinds = {
            "Log.entryAdded",
            "Runtime.exceptionThrown",
            "Runtime.consoleAPICalled",
            "Page.javascriptDialogOpening",
        }
        return [event["params"] for event in self.events if event["method"] in kinds]

    def size(self, width: int, height: int) -> None:
        """Give the window a size."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def picture(self) -> bytes:
        """Give a PNG of the whole page."""
        return b64decode(str(self.call("Page.captureScreenshot", captureBeyondViewport=True)["data"]))

    def pdf(self) -> bytes:
        """Print to PDF, on the paper size that the page sets."""
        return b64decode(str(self.call("Page.printToPDF", preferCSSPageSize=True, printBackground=False)["data"]))


def _tells_loaded(event: Mapping[str, object], loader: object) -> bool:
    params: Mapping[str, object] = event["params"]  # type: ignore[assignment]  # an object
    return event["method"] == "Page.lifecycleEvent" and params["name"] == "load" and params["loaderId"] == loader
