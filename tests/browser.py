"""A headless Chromium, spoken to over its own protocol: opens pages from the file system and tells what went wrong there."""

from __future__ import annotations

import base64
import contextlib
import itertools
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SECONDS = 30.0


MISSING = "no Chromium is installed (apt-get install chromium fonts-noto-cjk, or BAOGAO_CHROMIUM=its path)"


def site_data(site: Path, name: str) -> Any:
    """What the site's data file of that name holds."""
    text = (site / f"data/{name}.js").read_text(encoding="utf8")
    return json.loads(text[text.index(",") + 1 : -3])


def chromium() -> str | None:
    """The path of a Chromium, from ``BAOGAO_CHROMIUM`` or the search path; None where there is none."""
    return os.environ.get("BAOGAO_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


class Page:
    """One tab. ``problems`` are exceptions, console errors and violations of the content security policy; ``requests`` all addresses."""

    def __init__(self, socket: ClientConnection, session: str) -> None:
        self._socket, self._session, self._turns = socket, session, itertools.count(1)
        self.problems: list[str] = []
        self.requests: list[str] = []
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the protocol; what happens meanwhile is written down."""
        turn = next(self._turns)
        self._socket.send(json.dumps({"id": turn, "sessionId": self._session, "method": method, "params": parameters}))
        while True:
            said = json.loads(self._socket.recv(timeout=SECONDS))
            if said.get("id") == turn:
                if "error" in said:
                    raise RuntimeError(f"{method}: {said['error']}")
                return dict(said["result"])
            self._note(said)

    def _note(self, said: dict[str, Any]) -> None:
        method, what = said.get("method"), said.get("params", {})
        if method == "Network.requestWillBeSent":
            self.requests.append(what["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            details = what["exceptionDetails"]
            self.problems.append(f"{details['text']} {details.get('exception', {}).get('description', '')}")
        elif (method == "Log.entryAdded" and what["entry"]["level"] in ("error", "warning")) or (
            method == "Runtime.consoleAPICalled" and what["type"] in ("error", "warning", "assert")
        ):
            self.problems.append(json.dumps(what.get("entry", what), ensure_ascii=False)[:500])

    def open(self, path: Path, fragment: str = "") -> float:
        """Open a file and wait until it has loaded and drawn itself.

        Returns:
            Seconds from the start to the end of loading, as the page's own clock tells.
        """
        self.send("Page.navigate", url="about:blank")
        self.send("Page.navigate", url=path.resolve().as_uri() + fragment)
        self.until("location.protocol === 'file:' && document.readyState === 'complete'")
        self.run("new Promise(done => requestAnimationFrame(() => setTimeout(done, 0)))")
        return float(self.run("performance.getEntriesByType('navigation')[0].loadEventEnd")) / 1000

    def run(self, script: str) -> Any:
        """The value of a script, awaited where it is a promise."""
        done = self.send("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True, userGesture=True)
        if "exceptionDetails" in done:
            raise RuntimeError(f"{script}: {done['exceptionDetails'].get('exception', {}).get('description')}")
        return done["result"].get("value")

    def until(self, condition: str, seconds: float = SECONDS) -> None:
        """Wait until a script says true.

        Raises:
            TimeoutError: it does not.
        """
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with contextlib.suppress(RuntimeError):  # the page may just be changing
                if self.run(condition):
                    return
            time.sleep(0.02)
        raise TimeoutError(f"{condition}: not so after {seconds:.0f} s; {self.problems}")

    def key(self, key: str) -> None:
        """Press and release a key."""
        code = {"Enter": 13, "Escape": 27, "Tab": 9}.get(key, 0)
        text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
        for kind in ("keyDown", "keyUp"):
            parameters = {"text": text} if text and kind == "keyDown" else {}
            self.send("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code, **parameters)

    def size(self, width: int, height: int, *, phone: bool = False, scale: float = 1) -> None:
        """Show pages in a window of that many points."""
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=phone)

    def dark(self, dark: bool) -> None:
        """Have the system prefer dark colours."""
        self.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def picture(self, path: Path) -> None:
        """A PNG of what the window shows."""
        path.write_bytes(base64.b64decode(self.send("Page.captureScreenshot", format="png")["data"]))


@contextlib.contextmanager
def browser(folder: Path, language: str = "zh-CN") -> Iterator[Page]:
    """A page of a fresh Chromium whose profile is kept in ``folder``."""
    program = chromium()
    assert program, "no Chromium"
    arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions",
                 "--disable-background-networking", "--disable-component-update", "--hide-scrollbars", f"--lang={language}",
                 f"--accept-lang={language}", "--remote-debugging-port=0", f"--user-data-dir={folder}", "about:blank"]  # fmt: skip
    process = subprocess.Popen([program, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with connect(_address(folder, process), max_size=None, proxy=None, ping_interval=None) as socket:
            socket.send(json.dumps({"id": 0, "method": "Target.createTarget", "params": {"url": "about:blank"}}))
            target = _answer(socket, 0)["targetId"]
            socket.send(json.dumps({"id": 0, "method": "Target.attachToTarget", "params": {"targetId": target, "flatten": True}}))
            yield Page(socket, _answer(socket, 0)["sessionId"])
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _address(folder: Path, process: subprocess.Popen[bytes]) -> str:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError, IndexError):
            port, path = (folder / "DevToolsActivePort").read_text().split()[:2]
            return f"ws://127.0.0.1:{port}{path}"
        time.sleep(0.05)
    raise RuntimeError(f"Chromium did not start (exit code {process.poll()})")


def _answer(socket: ClientConnection, turn: int) -> dict[str, Any]:
    while True:
        said = json.loads(socket.recv(timeout=SECONDS))
        if said.get("id") == turn:
            return dict(said["result"])
