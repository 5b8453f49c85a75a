"""Time stamps: OpenSSL reads ours; a down, a lying or a foreign authority never passes."""

import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleardance.errors import SealInvalid, TimeStampUnavailable
from cleardance.provenance import Authority, UnsealedParts, prove, seal, sign, verify_signed
from cleardance.provenance.tsa import MAX_QUERY_BYTES, TimeStamper, served
from tests.provenance.conftest import make_parts

NOBODY = "http://127.0.0.1:9/"  # the discard port: nothing listens


@pytest.fixture(scope="session")
def stamper(authority: Authority) -> TimeStamper:
    assert isinstance(authority.time_stamps, TimeStamper)
    return authority.time_stamps


@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
@pytest.mark.parametrize("options", [["-cert"], ["-cert", "-no_nonce"], ["-tspolicy", "1.2.3"]])
def test_openssl_verifies_our_stamps(
    stamper: TimeStamper, authority: Authority, tmp_path: Path, digest: str, options: list[str]
) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("OpenSSL's command is not installed")
    (tmp_path / "data").write_bytes(b"a signature")
    (tmp_path / "root.pem").write_text(authority.root_pem)
    (tmp_path / "tsa.pem").write_text(stamper.certificate_pem)

    def run(*arguments: str) -> str:
        command = [openssl, "ts", *arguments]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("-query", "-data", "data", f"-{digest}", *options, "-out", "q.tsq")
    (tmp_path / "r.tsr").write_bytes(stamper.answer((tmp_path / "q.tsq").read_bytes()))
    check = ["-verify", "-in", "r.tsr", "-CAfile", "root.pem", "-untrusted", "tsa.pem"]
    assert "OK" in run(*check, "-queryfile", "q.tsq")
    assert "OK" in run(*check, "-data", "data")


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=100))
def test_rubbish_is_refused_politely(stamper: TimeStamper, query: bytes) -> None:
    # SEQUENCE { SEQUENCE { INTEGER 2 (rejection), BIT STRING with bit 2 (bad request) } }
    assert stamper.answer(query).hex() == "3009300702010203020520"


def test_a_broken_digest_algorithm_is_refused(stamper: TimeStamper) -> None:
    sha1 = bytes.fromhex("3027020101301f300706052b0e03021a0414") + bytes(20) + b"\x01\x01\xff"
    assert stamper.answer(sha1).hex() == "3009300702010203020780"


def test_it_answers_over_http_and_refuses_floods(stamper: TimeStamper) -> None:
    with served(stamper) as url:
        with urlopen(Request(url, b"rubbish")) as reply:
            assert reply.headers["Content-Type"] == "application/timestamp-reply"
            assert reply.read() == stamper.answer(b"rubbish")
        with pytest.raises(HTTPError, match="413"):
            urlopen(Request(url, bytes(MAX_QUERY_BYTES + 1)))
    with pytest.raises(OSError, match="refused"):
        urlopen(url, timeout=2)


def test_a_proxy_in_the_environment_does_not_see_it(
    unsigned: Path, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, NOBODY)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "intranet.example")
    assert sign(unsigned, tmp_path / "o.mp4", make_parts(), authority).time_stamp == "own"


def test_the_key_is_not_in_the_repr(stamper: TimeStamper) -> None:
    assert "PRIVATE" not in repr(stamper)


def test_a_down_authority_holds_the_release(
    unsigned: Path, authority: Authority, tmp_path: Path
) -> None:
    down = replace(authority, time_stamps=NOBODY)
    with pytest.raises(TimeStampUnavailable, match=NOBODY) as caught:
        sign(unsigned, tmp_path / "out.mp4", make_parts(), down)
    assert "tsa_policy" in caught.value.diagnostics()
    assert list(tmp_path.iterdir()) == []


def test_a_down_authority_may_be_skipped_and_the_record_says_so(
    raw: Path, authority: Authority, tmp_path: Path
) -> None:
    lenient = replace(authority, time_stamps=NOBODY, stamps_required=False)
    sealed = seal(UnsealedParts(raw, make_parts()), tmp_path, lenient)
    facts = verify_signed(sealed.path, authority.root_pem)
    assert facts.record is not None
    assert (facts.record.time_stamp, facts.signed_at) == ("none", None)
    assert prove(sealed.path, UnsealedParts(raw, make_parts()), lenient).sha256 == sealed.sha256


def test_an_outside_authority_stamps(raw: Path, authority: Authority, tmp_path: Path) -> None:
    with served(authority.time_stamps) as url:  # as good an outsider as any
        outside = replace(authority, time_stamps=url)
        sealed = seal(UnsealedParts(raw, make_parts()), tmp_path, outside)
    facts = verify_signed(sealed.path, authority.root_pem)
    assert facts.record is not None
    assert facts.record.time_stamp == "outside"
    assert facts.signed_at is not None


def test_a_stamp_of_a_stranger_does_not_seal(
    raw: Path, authority: Authority, stranger: Authority, tmp_path: Path
) -> None:
    with served(stranger.time_stamps) as url, pytest.raises(SealInvalid, match="no time stamp"):
        seal(UnsealedParts(raw, make_parts()), tmp_path, replace(authority, time_stamps=url))
    assert list(tmp_path.iterdir()) == []


def test_a_stamp_from_after_the_certificate_does_not_help(
    unsigned: Path, authority: Authority, stamper: TimeStamper, tmp_path: Path
) -> None:
    late = replace(stamper, clock=lambda: datetime.now(UTC) + timedelta(days=100))
    path = tmp_path / "late.mp4"
    sign(unsigned, path, make_parts(), replace(authority, time_stamps=late))
    with pytest.raises(SealInvalid):
        verify_signed(path, authority.root_pem)


@contextmanager
def _answering(status: int, body: bytes):
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.mark.parametrize(
    ("status", "body"),
    [(500, b""), (200, b""), (200, b"<html>captive portal</html>"), (404, b"gone")],
    ids=["error", "empty", "a web page", "gone"],
)
def test_an_authority_that_talks_nonsense_holds_the_release(
    unsigned: Path, authority: Authority, tmp_path: Path, status: int, body: bytes
) -> None:
    with _answering(status, body) as url, pytest.raises(TimeStampUnavailable):
        sign(unsigned, tmp_path / "o.mp4", make_parts(), replace(authority, time_stamps=url))
    assert list(tmp_path.iterdir()) == []


def test_a_replayed_stamp_is_not_taken(
    unsigned: Path, authority: Authority, stamper: TimeStamper, tmp_path: Path
) -> None:
    seen: list[bytes] = []

    class Recording(TimeStamper):
        def answer(self, query: bytes) -> bytes:
            seen.append(super().answer(query))
            return seen[0]

    replaying = Recording(stamper.certificate_pem, stamper.key_pem)
    path = tmp_path / "o.mp4"
    with served(replaying) as url:
        sign(unsigned, path, make_parts(), replace(authority, time_stamps=url))
        with pytest.raises(TimeStampUnavailable):
            sign(unsigned, path, make_parts(), replace(authority, time_stamps=url))
