"""A server that speaks Ark's API and does what servers do on bad days, as the prompt asks it to."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any
from urllib.parse import unquote

from tests.media.clips import mp4

TASKS = "/api/v3/contents/generations/tasks"


@dataclass(frozen=True)
class Begun:
    """One create."""

    prompt: str
    idempotency_key: str | None
    body: dict[str, Any]


@dataclass
class Strange:
    """The server: where it is, and what it was asked."""

    url: str
    files: dict[str, bytes]
    begun: list[Begun] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)


@contextmanager
def strange_server() -> Iterator[Strange]:
    with TemporaryDirectory() as folder:
        films = {
            "/film.mp4": mp4(Path(folder)).read_bytes(),
            "/whole.mp4": mp4(Path(folder), 96).read_bytes(),
        }
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    strange = Strange(f"http://127.0.0.1:{server.server_port}", films)
    server.strange = strange  # type: ignore[attr-defined]
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield strange
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    @property
    def strange(self) -> Strange:
        found: Strange = self.server.strange  # type: ignore[attr-defined]
        return found

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Be quiet."""

    def answer(self, status: int, body: object, kind: str = "application/json") -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        prompt = body["content"][0]["text"]
        if self.headers["Authorization"] != "Bearer the-key-of-odd":
            self.answer(401, {"error": {"code": "AuthenticationError", "message": "who?"}})
            return
        tried = any(one.prompt == prompt for one in self.strange.begun)
        self.strange.begun.append(Begun(prompt, self.headers["Idempotency-Key"], body))
        match prompt:
            case "plain text":
                self.answer(200, b"hello", "text/plain")
            case "a redirect":
                self.send_response(302)
                self.send_header("Location", "http://127.0.0.1:9/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()
            case "without end":
                self.answer(200, b" " * (5 * 2**20))
            case "no id":
                self.answer(200, {"created": True})
            case "out of order":
                self.answer(500, {"error": {"message": "boom"}})
            case "busy at first" if not tried:
                self.answer(429, {"error": {"code": "ServerOverloaded", "message": "later"}})
            case _:
                self.answer(200, {"id": prompt})

    def do_GET(self) -> None:
        name = unquote(self.path.removeprefix(TASKS + "/"))
        urls = {
            "a video elsewhere inside": "http://127.0.0.1:9/film.mp4",
            "a page instead": f"{self.strange.url}/page",
            "a short video": f"{self.strange.url}/film.mp4",
        }
        if name.startswith("@Image1"):
            urls[name] = f"{self.strange.url}/whole.mp4"
        if self.path == "/inside":
            self.send_response(302)
            self.send_header("Location", "file:///etc/passwd")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif self.path in self.strange.files:
            self.answer(200, self.strange.files[self.path], "application/octet-stream")
        elif self.path == "/page":
            self.answer(200, b"<!doctype html><title>a page</title>", "text/html")
        elif name in urls:
            self.answer(200, {"status": "succeeded", "content": {"video_url": urls[name]}})
        elif name == "refused later":
            error = {"code": "OutputVideoSensitiveContentDetected", "message": "too much blood"}
            self.answer(200, {"status": "failed", "error": error})
        elif name == "ended":
            self.answer(200, {"status": "expired", "error": None})
        elif name.startswith("never done"):
            self.answer(200, {"status": "running"})
        else:
            self.answer(404, {"error": {"code": "NotFound", "message": "what task?"}})

    def do_DELETE(self) -> None:
        self.strange.deleted.append(unquote(self.path.removeprefix(TASKS + "/")))
        self.answer(200, {})
