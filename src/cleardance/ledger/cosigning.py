"""Having checkpoints cosigned by witnesses over HTTP: C2SP ``tlog-witness``, ``add-checkpoint``."""

from collections.abc import Sequence
from dataclasses import dataclass

import httpcore

from cleardance.errors import CleardanceError, LedgerInvalid, WitnessUnavailable
from cleardance.ledger import log, note, witness
from cleardance.ledger.verify import read_checkpoints
from cleardance.store import Store

_TIMEOUT_S = 10.0
_TIMEOUTS = {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), _TIMEOUT_S)}
_MAX_ANSWER_BYTES = 65_536


@dataclass(frozen=True)
class KnownWitness:
    """A witness that the operator names: its key, and where it can be asked, if it can."""

    key: note.PublicKey
    url: str | None

    @classmethod
    def parse(cls, text: str) -> "KnownWitness":
        """Return the witness written as ``name+id+base64`` or ``name+id+base64 URL``."""
        key, _, url = text.partition(" ")
        return cls(note.PublicKey.parse(key), url.rstrip("/") or None)


def gather(store: Store, signed: str, known: Sequence[KnownWitness], quorum: int) -> str:
    """Ask those who have not cosigned our checkpoint ``signed``; return it with what it has now.

    Every cosignature is checked before it is kept. Raises WitnessUnavailable, naming what each
    said, unless it then has those of ``quorum`` witnesses.
    """
    problems = []
    there = {found.witness for found in witness.cosignatures(signed, [one.key for one in known])}
    for one in known:
        if one.key not in there and one.url is not None:
            try:
                signed = _ask(store, signed, one.key, one.url)
            except CleardanceError as error:
                problems.append(f"{one.key.name}: {error.message}")
    try:
        witness.require(signed, [one.key for one in known], quorum)
    except LedgerInvalid as error:
        raise WitnessUnavailable(
            "; ".join([error.message.rstrip("."), *problems]),
            hint="Run `cleardance ledger cosign` when they answer again.",
        ) from error
    return signed


def _ask(store: Store, signed: str, key: note.PublicKey, url: str) -> str:
    size = note.Checkpoint.parse(note.split(signed)[0]).size
    status, answer = _post(url, _request(store, signed, _last_seen(store, key, size), size))
    if status == 409 and answer.strip().isdecimal():  # it has seen another size than we thought
        seen = int(answer)
        if seen > size:
            raise LedgerInvalid(f"it has seen {seen} entries, and there are only {size}")
        status, answer = _post(url, _request(store, signed, seen, size))
    if status != 200:
        raise WitnessUnavailable(f"it answered {status}")
    lines = signed + answer
    if not witness.cosignatures(lines, [key]):
        raise LedgerInvalid("its answer holds no cosignature of its key")
    return log.add_cosignatures(store, lines, [key])


def _request(store: Store, signed: str, old: int, size: int) -> bytes:
    with store.read() as connection:
        path = log.prove_consistency(connection, old, size).path
    return witness.request_body(old, path, signed).encode()


def _last_seen(store: Store, key: note.PublicKey, size: int) -> int:
    with store.read() as connection:
        for row in reversed(read_checkpoints(connection)):
            if row.size <= size and witness.cosignatures(row.note, [key]):
                return row.size
    return 0


def _post(url: str, body: bytes) -> tuple[int, str]:
    try:
        with (
            httpcore.ConnectionPool() as pool,
            pool.stream(
                "POST", f"{url}/add-checkpoint", content=body, extensions=_TIMEOUTS
            ) as answer,
        ):
            data = b""
            for block in answer.iter_stream():
                data += block
                if len(data) > _MAX_ANSWER_BYTES:
                    raise WitnessUnavailable("its answer is too long")
            return answer.status, data.decode("utf-8")
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
        raise WitnessUnavailable(f"it cannot be reached ({error})") from error
    except (UnicodeDecodeError, httpcore.UnsupportedProtocol) as error:
        raise WitnessUnavailable("its answer is not text") from error
