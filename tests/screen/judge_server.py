"""A stand-in for a model server: speaks chat completions on the loopback, says what it is told."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[dict[str, Any]], object]
"""From the JSON that was asked (candidates, request) to what the model writes."""


@dataclass
class Model:
    """What it answers with, and what it was sent."""

    answer: Answer = field(default=lambda asked: nothing(asked))
    status: int = 200
    wait_s: float = 0.0
    body: object = None  # instead of a chat completion
    vectors: dict[str, list[float]] = field(default_factory=dict)  # of texts, and of "frame"
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    url: str = ""

    @property
    def asked(self) -> dict[str, Any]:
        """The newest question."""
        return _asked(self.requests[-1])

    @property
    def images(self) -> list[str]:
        """The data URLs of the newest question."""
        parts = self.requests[-1]["messages"][1]["content"]
        return [part["image_url"]["url"] for part in parts if part["type"] == "image_url"]


def nothing(asked: dict[str, Any], **scores: float) -> dict[str, Any]:
    """The answer of a model that recognises nothing; or candidates, by name, as ``scores``."""
    candidates = [
        {"id": one["id"], "score": scores.get(one["name"].replace(" ", "_"), 0.0), "frame": None}
        for one in asked["candidates"]
    ]
    return {"candidates": candidates, "recognised": []}


def _embeddings(model: Model, request: dict[str, Any]) -> dict[str, Any]:
    texts = request.get("input", ["frame"])
    data = [
        {"object": "embedding", "index": n, "embedding": model.vectors.get(text, [0.0, 0.0, 1.0])}
        for n, text in enumerate(texts)
    ]
    usage = {"prompt_tokens": 1, "total_tokens": 1}
    return {"object": "list", "data": data, "model": request["model"], "usage": usage}


def _asked(request: dict[str, Any]) -> dict[str, Any]:
    return dict(json.loads(request["messages"][1]["content"][0]["text"]))


@contextmanager
def model_server() -> Iterator[Model]:
    """Serve a model until the end of the block."""
    model = Model()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            model.requests.append({**request, "path": self.path})
            model.keys.append(self.headers["Authorization"])
            time.sleep(model.wait_s)
            if self.path.endswith("/embeddings"):
                self._send(model.body or _embeddings(model, request))
                return
            written = model.answer(_asked(request))
            text = written if isinstance(written, str) or written is None else json.dumps(written)
            completion = {
                "id": "chatcmpl-1",
                "object": "chat.completion",
                "created": 1,
                "model": request["model"],
                "choices": [
                    {
                        "index": 0,
                        "finish_reason": "stop",
                        "message": {"role": "assistant", "content": text},
                    }
                ],
            }
            self._send(model.body or completion)

        def _send(self, body: object) -> None:
            sent = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(model.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign] # who timed out is gone
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    model.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield model
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
