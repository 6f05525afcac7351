"""Headless Firefox, driven through WebDriver BiDi: whether a page does there what it does in Chromium."""

import json
import re
import shutil
import subprocess
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path

import websocket

NAMES = ("firefox-esr", "firefox")


def executable():
    """Return the browser's path, or None where none is installed."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@contextmanager
def firefox():
    """Start a browser with an empty profile; yield a function that opens a page; end it."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [executable(), "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port=0"],
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )
        try:
            address = next(
                found[0] for line in process.stderr if (found := re.search(r"ws://127\.0\.0\.1:\d+", line))
            )
            # a pipe nobody reads would stop the browser
            threading.Thread(target=process.stderr.read, daemon=True).start()
            yield Session(f"{address}/session")
        finally:
            process.kill()
            process.wait()


class Session:
    """One session with one page."""

    def __init__(self, address):
        self._socket = websocket.create_connection(address, timeout=60, suppress_origin=True)
        self._number = 0
        self._call("session.new", capabilities={})
        self._context = self._call("browsingContext.create", type="tab")["context"]

    def _call(self, method, **params):
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": params}))
        while True:
            answer = json.loads(self._socket.recv())
            if answer.get("id") == self._number:
                assert answer["type"] == "success", answer
                return answer["result"]

    def open(self, file):
        """Open a file and wait until it is loaded."""
        url = Path(file).resolve().as_uri()
        self._call("browsingContext.navigate", context=self._context, url=url, wait="complete")

    def evaluate(self, script):
        """Return the value of a JavaScript expression, by way of JSON."""
        answer = self._call(
            "script.evaluate",
            expression=f"Promise.resolve({script}).then(JSON.stringify)",
            target={"context": self._context},
            awaitPromise=True,
        )
        assert answer["type"] == "success", answer
        return json.loads(answer["result"].get("value") or "null")
