"""A browser without a window, driven over two pipes by the Chrome DevTools Protocol."""

import base64
import fcntl
import itertools
import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any, Self

PROGRAM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
"""None where there is no browser."""

KEYS = {"Enter": 13, "ArrowLeft": 37, "ArrowRight": 39, "ArrowUp": 38, "ArrowDown": 40, "Tab": 9, "Escape": 27}


class Browser:
    """One page; everything that it logs as an error is in `problems`."""

    def __init__(self, profile: Path, width: int = 1280, height: int = 800, dark: bool = False) -> None:
        assert PROGRAM is not None
        told, self._write = os.pipe()
        self._read, answers = os.pipe()
        ends = [fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (told, answers)]

        def place() -> None:  # the browser reads from 3 and writes to 4
            os.dup2(ends[0], 3)
            os.dup2(ends[1], 4)

        words = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--remote-debugging-pipe",
            "--disable-dev-shm-usage",
        ]
        self._process = subprocess.Popen(
            [PROGRAM, *words, f"--user-data-dir={profile}", "about:blank"],
            pass_fds=(3, 4),
            preexec_fn=place,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for end in (told, answers, *ends):
            os.close(end)
        self._numbers, self._rest, self.problems = itertools.count(1), b"", list[str]()
        self._session, self._loads = "", 0
        (page,) = (one for one in self._ask("Target.getTargets")["targetInfos"] if one["type"] == "page")
        self._session = self._ask("Target.attachToTarget", targetId=page["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self._ask(f"{domain}.enable")
        self._ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        theme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._ask("Emulation.setEmulatedMedia", features=[theme])

    def open(self, url: str) -> None:
        """Load a page."""
        self._load("Page.navigate", url=url)

    def reload(self) -> None:
        """Load the page again."""
        self._load("Page.reload")

    def value(self, script: str) -> Any:
        """What an expression is."""
        reply = self._ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in reply, reply["exceptionDetails"]
        return reply["result"].get("value")

    def wait(self, script: str, seconds: float = 60) -> None:
        """Until an expression is true."""
        end = time.monotonic() + seconds
        while not self.value(script):
            assert time.monotonic() < end, (script, self.value("document.body.innerText"), self.problems)
            time.sleep(0.02)

    def press(self, *keys: str) -> None:
        """Keys by their names, other text letter by letter."""
        for key in keys:
            for one in [key] if key in KEYS else key:
                event = {"key": one, "windowsVirtualKeyCode": KEYS.get(one, 0)}
                typed = {"text": "\r"} if one == "Enter" else {} if one in KEYS else {"text": one}
                self._ask("Input.dispatchKeyEvent", type="keyDown", **event, **typed)
                self._ask("Input.dispatchKeyEvent", type="keyUp", **event)

    def picture(self, path: Path) -> None:
        """What is seen, as PNG."""
        path.write_bytes(base64.b64decode(self._ask("Page.captureScreenshot", format="png")["data"]))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._process.terminate()
        self._process.wait(30)
        for end in (self._write, self._read):
            os.close(end)

    def _ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters}
        session = {"sessionId": self._session} if self._session else {}
        os.write(self._write, json.dumps(message | session).encode() + b"\0")
        while True:
            reply = self._next()
            if reply.get("id") == number:
                assert "error" not in reply, (method, reply["error"])
                result: dict[str, Any] = reply["result"]
                return result
            self._note(reply)

    def _load(self, method: str, **parameters: Any) -> None:
        before = self._loads
        self._ask(method, **parameters)
        while self._loads == before:
            self._note(self._next())

    def _note(self, event: dict[str, Any]) -> None:
        self._loads += event.get("method") == "Page.loadEventFired"
        entry = event.get("params", {}).get("entry", {})
        if event.get("method") == "Runtime.exceptionThrown" or entry.get("level") == "error":
            self.problems.append(json.dumps(event["params"]))

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            part = os.read(self._read, 1 << 16)
            assert part, "the browser is gone"
            self._rest += part
        whole, _, self._rest = self._rest.partition(b"\0")
        message: dict[str, Any] = json.loads(whole)
        return message
