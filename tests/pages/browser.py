"""Headless Chromium, driven through the DevTools protocol: what a page asks for, says and looks like."""

import json
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import websocket

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--remote-debugging-port=0",
    "--remote-allow-origins=*",
)
START_SECONDS = 30


def executable():
    """Return the browser's path, or None where none is installed."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@contextmanager
def chromium():
    """Start a browser with an empty profile; yield the address of its DevTools; end it."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [executable(), *FLAGS, f"--user-data-dir={profile}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            port_file, waited = Path(profile) / "DevToolsActivePort", time.monotonic()
            while not (port_file.exists() and len(port_file.read_text().splitlines()) == 2):
                assert process.poll() is None, "the browser ended at its start"
                assert time.monotonic() - waited < START_SECONDS, "the browser did not start"
                time.sleep(0.05)
            port, path = port_file.read_text().splitlines()
            yield f"ws://127.0.0.1:{port}{path}"
        finally:
            process.kill()
            process.wait()


class Page:
    """One open page: its requests, its console, its document."""

    def __init__(
        self, address, file, *, width=1200, height=900, dark=False, media="", scripts=True, first=""
    ):
        self._socket = websocket.create_connection(address, timeout=30)
        self._number, self._session, self.events = 0, None, []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Network", "Runtime", "Log", "Page"):
            self.call(f"{domain}.enable")
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 500,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", media=media, features=[scheme])
        if not scripts:
            self.call("Emulation.setScriptExecutionDisabled", value=True)
        if first:
            self.call("Page.addScriptToEvaluateOnNewDocument", source=first)
        self.url = Path(file).resolve().as_uri()
        self.events.clear()
        self.call("Page.navigate", url=self.url)
        self._wait_for("Page.loadEventFired")
        # whatever the page does after loading has time to show
        if scripts:
            self.evaluate("new Promise(done => setTimeout(done, 200))")
        else:
            time.sleep(0.2)

    def call(self, method, **params):
        """Send a command and return its result; events that come in between are kept."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        self._socket.send(json.dumps(message))
        while True:
            answer = json.loads(self._socket.recv())
            if answer.get("id") == self._number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return answer["result"]
            self.events.append(answer)

    def _wait_for(self, method):
        while not any(event.get("method") == method for event in self.events):
            self.events.append(json.loads(self._socket.recv()))

    def evaluate(self, script):
        """Return the value of a JavaScript expression."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def _params(self, method):
        return [event["params"] for event in self.events if event.get("method") == method]

    @property
    def requests(self):
        """Addresses asked for beyond the page and the files beside it; data: addresses leave nothing."""
        asked = [event["request"]["url"] for event in self._params("Network.requestWillBeSent")]
        beside = self.url.rpartition("/")[0] + "/"
        return [url for url in asked if not url.startswith((beside, "data:"))]

    @property
    def complaints(self):
        """Errors and warnings of the console, refused styles and failed loads among them."""
        logged = [event["entry"]["text"] for event in self._params("Log.entryAdded")]
        called = [str(event) for event in self._params("Runtime.consoleAPICalled")]
        thrown = [str(event) for event in self._params("Runtime.exceptionThrown")]
        return logged + called + thrown

    def close(self):
        self._socket.close()
