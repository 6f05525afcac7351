"""A publisher on 127.0.0.1: answers real HTTP requests as a test tells it to, faults included."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

REPLIES = Path(__file__).parent / "replies"


def documented(name: str) -> Any:
    """Return a reply in the publisher's documented form; the file says which page it follows."""
    content = json.loads((REPLIES / f"{name}.json").read_text(encoding="utf-8"))
    assert content["_documentation"].startswith("https://"), name
    return content["reply"]


#: A status that stands for headers which never end: an endless body is then sent as part of them.
HEAD_ONLY = 0


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    path: str
    params: tuple[tuple[str, str], ...]
    headers: dict[str, str]

    def __getitem__(self, name: str) -> str:
        return dict(self.params)[name]


@dataclass(frozen=True)
class Reply:
    """What is sent back.

    `sent` cuts the body after so many bytes though Content-Length promises all; `stall` says nothing at all
    until the test ends; `endless` repeats the body, `drip_s` seconds apart, until the other side has enough.
    """

    body: Any = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    sent: int | None = None
    stall: bool = False
    endless: bool = False
    drip_s: float = 0.0

    def content(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()


class Publisher:
    """The server: `answer` decides each reply, `asked` lists the requests."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answer: Callable[[Asked], Reply] = lambda _: Reply(status=404)
        self.url = ""
        self._ended = threading.Event()

    def replies(self, *replies: Reply) -> None:
        """Answer the requests one after the other; the last reply stays."""
        rest = list(replies)
        self.answer = lambda _: rest.pop(0) if len(rest) > 1 else rest[0]

    def handle(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        asked = Asked(
            parts.path,
            tuple(parse_qsl(parts.query, keep_blank_values=True)),
            {name.lower(): value for name, value in handler.headers.items()},
        )
        self.asked.append(asked)
        reply = self.answer(asked)
        if reply.stall:
            self._ended.wait(5)
            handler.close_connection = True
            return
        content = reply.content()
        if reply.endless:
            self._repeat(handler, reply, content)
            return
        handler.send_response(reply.status)
        for name, value in reply.headers.items():
            handler.send_header(name, value)
        if "Content-Length" not in reply.headers:
            handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content[: reply.sent])
        handler.close_connection = reply.sent is not None

    def _repeat(self, handler: BaseHTTPRequestHandler, reply: Reply, content: bytes) -> None:
        handler.close_connection = True
        head = b"HTTP/1.1 200 OK\r\n" + b"".join(
            f"{name}: {value}\r\n".encode() for name, value in reply.headers.items()
        )
        try:
            handler.wfile.write(head if reply.status == HEAD_ONLY else head + b"\r\n")
            while not self._ended.wait(reply.drip_s):
                handler.wfile.write(content)
                handler.wfile.flush()
        except OSError:  # the client has gone
            pass

    @contextmanager
    def running(self) -> Iterator[Publisher]:
        publisher = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # head and body in one packet: two would wait for each other

            def do_GET(self) -> None:
                publisher.handle(self)

            def log_message(self, *_: object) -> None:
                """Keep quiet."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        server.block_on_close = False
        thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True)
        thread.start()
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield self
        finally:
            self._ended.set()
            server.shutdown()
            server.server_close()
