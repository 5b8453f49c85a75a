"""What is said to an upstream server, in OpenAI's words and in Ark's (docs/reference/http.md)."""

import base64
import json
import math
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from cleardance.engines import Upstream
from cleardance.errors import UpstreamFailed
from cleardance.generate.backends.upstream.door import Body, Door, refused, told
from cleardance.media.sniff import HEAD_BYTES, sniff
from cleardance.request import Request

_MIN_EXPIRY_S, _MAX_EXPIRY_S = 3_600, 259_200


class Dialect(Protocol):
    """How a server is asked. All raise as ``Door.ask``."""

    @property
    def door(self) -> Door:
        """The server."""
        ...

    def begin(self, request: Request, idempotency_key: str) -> str:
        """Ask for a video; return what it is called there."""
        ...

    def made(self, remote_id: str) -> str | None:
        """Return where the video can be fetched, None if it is not done; raise why it failed."""
        ...

    def forget(self, remote_id: str) -> None:
        """Have it ended, and what is kept of it deleted."""
        ...


def dialect_of(engine: Upstream) -> Dialect:
    """Return how a server of the settings is asked."""
    return (Ark if engine.dialect == "ark" else Videos)(Door(engine))


@dataclass(frozen=True)
class Videos:
    """``/v1/videos``: the prompt, a size, whole seconds, and perhaps a first frame."""

    door: Door

    def begin(self, request: Request, idempotency_key: str) -> str:
        """``POST /videos``, as a form: servers that take only one kind of body take this."""
        width_px, height_px = request.size
        fields = {
            "model": self.door.engine.model,
            "prompt": request.prompt,
            "seconds": str(math.ceil(request.duration_s)),
            "size": f"{width_px}x{height_px}",
            "seed": str(request.seed),
        }
        files = [("input_reference", one.path) for one in request.references]
        said = self.door.ask("POST", "/videos", _form(fields, files), idempotency_key)
        return _id(self.door, said)

    def made(self, remote_id: str) -> str | None:
        """``GET /videos/{id}``; what is done is at ``/videos/{id}/content``."""
        said = self.door.ask("GET", f"/videos/{quote(remote_id, safe='')}")
        match said.get("status"):
            case "completed":
                return f"{self.door.engine.url}/videos/{quote(remote_id, safe='')}/content"
            case "queued" | "in_progress":
                return None
            case _:
                raise _failed(self.door, said)

    def forget(self, remote_id: str) -> None:
        """``DELETE /videos/{id}``."""
        self.door.ask("DELETE", f"/videos/{quote(remote_id, safe='')}")


@dataclass(frozen=True)
class Ark:
    """Tasks of Ark's API: all that a request can say, with its references."""

    door: Door

    def begin(self, request: Request, idempotency_key: str) -> str:
        """``POST /contents/generations/tasks``."""
        wait_s = min(max(self.door.engine.timeout_s, _MIN_EXPIRY_S), _MAX_EXPIRY_S)
        body = {
            "model": self.door.engine.model,
            "content": [{"type": "text", "text": request.prompt}, *map(_item, request.references)],
            "resolution": request.resolution.value,
            "ratio": request.ratio.value,
            "duration": math.ceil(request.duration_s),
            "seed": request.seed,
            "generate_audio": request.audio,
            "watermark": False,  # the label, if there is to be one, is drawn here
            "camera_fixed": request.camera_fixed,
            "execution_expires_after": math.ceil(wait_s),
        }
        return _id(self.door, self.door.ask("POST", _TASKS, _json(body), idempotency_key))

    def made(self, remote_id: str) -> str | None:
        """``GET /contents/generations/tasks/{id}``; what is done has a signed address."""
        said = self.door.ask("GET", f"{_TASKS}/{quote(remote_id, safe='')}")
        match said.get("status"):
            case "succeeded":
                content = said.get("content")
                url = content.get("video_url") if isinstance(content, dict) else None
                if not isinstance(url, str):
                    raise UpstreamFailed(f"{self.door.name} names no video.")
                return url
            case "queued" | "running":
                return None
            case _:
                raise _failed(self.door, said)

    def forget(self, remote_id: str) -> None:
        """``DELETE /contents/generations/tasks/{id}``."""
        self.door.ask("DELETE", f"{_TASKS}/{quote(remote_id, safe='')}", _json({}))


_TASKS = "/contents/generations/tasks"


def _item(reference: Any) -> dict[str, Any]:
    kind = f"{reference.media}_url"
    return {"type": kind, kind: {"url": _data_url(reference.path)}, "role": reference.role}


def _data_url(path: Path) -> str:
    data = path.read_bytes()
    return f"data:{_mime(data)};base64,{base64.b64encode(data).decode()}"


def _mime(data: bytes) -> str:
    found = sniff(data[:HEAD_BYTES])
    name = "octet-stream" if found is None else found.name
    if found is not None and found.image:
        return f"image/{name}"
    return f"audio/{name}" if name in ("wav", "flac", "ogg", "mp3") else f"video/{name}"


def _id(door: Door, said: dict[str, Any]) -> str:
    found = said.get("id")
    if not isinstance(found, str) or not 1 <= len(found) <= 256:
        raise UpstreamFailed(f"{door.name} took it in without saying what it calls it.")
    return found


def _failed(door: Door, said: dict[str, Any]) -> Exception:
    status, (code, words) = str(said.get("status"))[:32], told(said)
    if "Sensitive" in code or "moderation" in code or "policy" in code.lower():
        return refused(door.name, code, words)
    problem = f": {words} [{code}]" if words else ""
    return UpstreamFailed(f"{door.name} ended it as {status}{problem}.")


def _json(body: dict[str, Any]) -> Body:
    return Body(json.dumps(body, ensure_ascii=False).encode(), "application/json")


def _form(fields: dict[str, str], files: list[tuple[str, Path]]) -> Body:
    """Return a form (RFC 7578); its boundary is in none of its parts, by all odds."""
    boundary = secrets.token_hex(16)
    data = b""
    for name, text in fields.items():
        head = f'Content-Disposition: form-data; name="{name}"'
        data += f"--{boundary}\r\n{head}\r\n\r\n{text}\r\n".encode()
    for name, path in files:
        content = path.read_bytes()
        head = f'Content-Disposition: form-data; name="{name}"; filename="{name}"'
        kind = f"Content-Type: {_mime(content)}"
        data += f"--{boundary}\r\n{head}\r\n{kind}\r\n\r\n".encode() + content + b"\r\n"
    return Body(data + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}")
