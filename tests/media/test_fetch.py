"""Fetching from a real server on the loopback, and everything that a hostile one may try."""

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleardance.errors import (
    AddressRefused,
    CleardanceError,
    MediaTooLarge,
    UnreachableMedia,
    UnreadableMedia,
)
from cleardance.media.addresses import is_public
from cleardance.media.fetch import FetchLimits, fetch

PNG = b"\x89PNG\r\n\x1a\n" + bytes(5000)
Answer = Callable[[BaseHTTPRequestHandler], None]


def send(
    handler: BaseHTTPRequestHandler, status: int = 200, body: bytes = PNG, **more: str
) -> None:
    handler.send_response(status)
    for name, value in ({"Content-Length": str(len(body))} | more).items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


@contextmanager
def serving(answer: Answer) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def do_GET(self) -> None:
            with suppress(BrokenPipeError, ConnectionResetError):  # whoever asked has hung up
                answer(self)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_file_comes_whole(tmp_path: Path) -> None:
    with serving(send) as url:
        fetch(f"{url}/a.png?size=1", tmp_path / "a", private=True)
    assert (tmp_path / "a").read_bytes() == PNG
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600


def test_this_machine_is_not_asked_unless_allowed(tmp_path: Path) -> None:
    asked = []
    with serving(asked.append) as url:
        for host in ("127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "0.0.0.0"):
            with pytest.raises(AddressRefused, match="not a public address"):
                fetch(url.replace("127.0.0.1", host), tmp_path / "a")
    assert asked == []
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "240.0.0.1",
        "198.18.0.1",
        "192.0.2.1",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "fec0::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::127.0.0.1",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
        "64:ff9b:1::7f00:1",
        "2001:db8::1",
        "2001:0:4136:e378:8000:63bf:80ff:fffe",
    ],
)  # the last is Teredo's form of 127.0.0.1
def test_addresses_inside_are_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@given(st.ip_addresses(v=4))
def test_no_disguise_makes_an_address_public(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    for disguise in (number | 0x2002 << 112, number | 0xFFFF << 32, number | 0x64FF9B << 96):
        six = ipaddress.IPv6Address(disguise)
        assert is_public(address) or not is_public(six)
    assert is_public(ipaddress.IPv6Address(0x64FF9B << 96 | number)) == is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/a.png",
        "file:///etc/passwd",
        "gopher://127.0.0.1:70/_",
        "http://",
        "http://[::1",
        "http://example.org:99999/",
        "http://example.org:0/",
        "http://example.org/a b",
        "http://example.org/\u202e",
        "http://exämple.org/",
        "http://example.org/a\r\nHost: b",
        "http://example.org/" + "a" * 9000,
    ],
)
def test_what_is_no_web_address_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(AddressRefused):
        fetch(url, tmp_path / "a", private=True)


def test_passwords_are_neither_sent_nor_shown(tmp_path: Path) -> None:
    with serving(send) as url, pytest.raises(AddressRefused) as caught:
        fetch(url.replace("//", "//me:secret@"), tmp_path / "a", private=True)
    assert "secret" not in caught.value.diagnostics()
    with pytest.raises(AddressRefused) as caught:
        fetch("ftp://me:secret@example.org/?token=secret", tmp_path / "a")
    assert "secret" not in caught.value.diagnostics()


def test_a_name_that_changes_its_mind_is_resolved_once_and_that_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: public when it is checked, the loopback when it is connected to."""
    answers = iter(["93.184.216.34", "127.0.0.1", "127.0.0.1"])
    connected = []

    def resolve(host: str, port: int, **_: object) -> list[tuple]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    def connect(_: object, host: str, *__: object) -> None:
        connected.append(host)
        raise httpcore.ConnectError("nobody is there")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    with pytest.raises(UnreachableMedia):
        fetch("http://rebind.example/a.png", tmp_path / "a")
    assert connected == ["93.184.216.34"]


def test_one_address_inside_among_public_ones_is_enough_to_refuse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def resolve(host: str, port: int, **_: object) -> list[tuple]:
        both = ("93.184.216.34", "10.0.0.7")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in both]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(AddressRefused, match=r"10\.0\.0\.7"):
        fetch("http://both.example/a.png", tmp_path / "a")


def test_proxies_of_the_environment_are_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with serving(send) as url:
        fetch(url, tmp_path / "a", private=True)


def redirects(count: int, last: str | None = None) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        at = int(handler.path.strip("/") or 0)
        if at < count:
            send(handler, 302, b"", Location=f"/{at + 1}")
        elif last:
            send(handler, 302, b"", Location=last)
        else:
            send(handler)

    return answer


def test_three_redirects_are_followed_and_no_more(tmp_path: Path) -> None:
    with serving(redirects(3)) as url:
        fetch(url, tmp_path / "a", private=True)
    with serving(redirects(4)) as url, pytest.raises(UnreachableMedia, match="more than 3"):
        fetch(url, tmp_path / "b", private=True)


@pytest.mark.parametrize(
    "last", ["file:///etc/passwd", "http://me:secret@127.0.0.1/", "ftp://127.0.0.1/a", "//["]
)
def test_each_redirect_is_checked_like_the_first(last: str, tmp_path: Path) -> None:
    with serving(redirects(1, last)) as url, pytest.raises((AddressRefused, UnreachableMedia)):
        fetch(url, tmp_path / "a", private=True)


def test_a_redirect_inside_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first host counts as public here; where it sends us does not."""
    monkeypatch.setattr(
        "cleardance.media.addresses.is_public", lambda address: str(address) == "127.0.0.1"
    )
    with (
        serving(redirects(0, "http://127.0.0.2:9/latest/meta-data")) as url,
        pytest.raises(AddressRefused, match=r"127\.0\.0\.2"),
    ):
        fetch(url, tmp_path / "a")


@pytest.mark.parametrize("declared", [True, False])
def test_a_file_that_is_too_large_is_not_kept(declared: bool, tmp_path: Path) -> None:
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        if declared:
            handler.send_header("Content-Length", str(10**12))
        handler.end_headers()
        while True:
            handler.wfile.write(PNG)

    with serving(endless) as url, pytest.raises(MediaTooLarge):
        fetch(url, tmp_path / "a", private=True, limits=FetchLimits(max_bytes=100_000))
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("part", ["head", "body"])
def test_a_server_that_drips_is_left(part: str, tmp_path: Path) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + (b"\r\n" + PNG) * (part == "body"))
        for _ in range(100):
            handler.wfile.write(b"a")
            time.sleep(0.05)

    start = time.monotonic()
    with serving(drip) as url, pytest.raises(UnreachableMedia):
        fetch(url, tmp_path / "a", private=True, limits=FetchLimits(max_time_s=0.5))
    assert time.monotonic() - start < 5.0
    assert not (tmp_path / "a").exists()


def test_a_compressed_answer_is_not_unpacked(tmp_path: Path) -> None:
    """A bomb: a few kilobytes that become gigabytes."""
    with (
        serving(lambda handler: send(handler, Content_Encoding="gzip")) as url,
        pytest.raises(UnreachableMedia, match="compressed"),
    ):
        fetch(url, tmp_path / "a", private=True)


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"<html>" * 100, b"#EXTM3U\nfile:///etc/passwd\n"]
)
def test_what_is_no_media_is_not_kept(body: bytes, tmp_path: Path) -> None:
    with (
        serving(lambda handler: send(handler, body=body, Content_Type="image/png")) as url,
        pytest.raises(UnreadableMedia),
    ):
        fetch(url, tmp_path / "a", private=True)
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("status", [204, 206, 304, 404, 500])
def test_other_answers_are_named(status: int, tmp_path: Path) -> None:
    with (
        serving(lambda handler: send(handler, status, b"")) as url,
        pytest.raises(UnreachableMedia, match=str(status)),
    ):
        fetch(url, tmp_path / "a", private=True)


def test_a_file_cut_short_is_not_kept(tmp_path: Path) -> None:
    def cut(handler: BaseHTTPRequestHandler) -> None:
        send(handler, Content_Length=str(len(PNG) + 1))

    with serving(cut) as url, pytest.raises(UnreachableMedia):
        fetch(url, tmp_path / "a", private=True)
    assert not (tmp_path / "a").exists()


@given(st.text(max_size=60))
def test_any_text_is_refused_or_unreachable(text: str) -> None:
    with pytest.raises(CleardanceError):
        fetch(f"http://127.0.0.1:9/{text}\n", Path("/nowhere"))
