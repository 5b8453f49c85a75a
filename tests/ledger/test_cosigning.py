"""Asking witnesses over HTTP: what they sign is kept once it is checked, and the quorum counts."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cleardance.errors import LedgerInvalid, WitnessUnavailable
from cleardance.ledger import log, witness
from cleardance.ledger.cosigning import KnownWitness, gather
from cleardance.ledger.keys import Keys
from cleardance.ledger.witness import Witness
from cleardance.store import Store
from tests.ledger.ledger_samples import append_some
from tests.ledger.witness_server import served
from tests.media.test_fetch import send, serving

NOBODY = "http://127.0.0.1:9"


def a_witness(keys: Keys, name: str = "witness.example/w") -> Witness:
    return Witness(name, Ed25519PrivateKey.generate(), keys.public)


def test_a_witness_signs_as_the_ledger_grows(full: Store, keys: Keys) -> None:
    one = a_witness(keys)
    with served(one) as url:
        known = [KnownWitness.parse(f"{one.public} {url}/")]
        for last in (21, 22, 30):
            append_some(full, last - 1 if last == 22 else 22, last)
            signed = gather(full, log.checkpoint(full, keys), known, 1)
            assert len(witness.require(signed, [one.public], 1)) == 1
            assert one.size == last
        assert gather(full, signed, known, 1) == signed  # who has signed is not asked again
    with full.read() as connection:
        assert log.count(connection) == 30
    assert log.checkpoint(full, keys) == signed  # and it is kept


def test_one_that_has_seen_more_than_we_remember_is_asked_from_there(
    full: Store, keys: Keys
) -> None:
    one = a_witness(keys)
    with full.read() as connection:
        path = log.prove_consistency(connection, 0, 21).path
    one.add(witness.request_body(0, path, log.checkpoint(full, keys)), 1_771_318_800)
    append_some(full, 21, 25)
    with served(one) as url:
        gather(full, log.checkpoint(full, keys), [KnownWitness(one.public, url)], 1)
    assert one.size == 25


def test_the_quorum_counts_and_who_is_missing_is_named(full: Store, keys: Keys) -> None:
    one, other = a_witness(keys), a_witness(keys, "down.example/w")
    by_hand = a_witness(keys, "by-hand.example/w")
    with served(one) as url:
        known = [
            KnownWitness(one.public, url),
            KnownWitness(other.public, NOBODY),
            KnownWitness(by_hand.public, None),
        ]
        signed = log.checkpoint(full, keys)
        with pytest.raises(WitnessUnavailable, match=r"1 of the 2 .*down\.example/w: it cannot"):
            gather(full, signed, known, 2)
        assert gather(full, log.checkpoint(full, keys), known, 1) != signed  # hers was kept


def test_a_ledger_rolled_back_is_found_out(full: Store, keys: Keys) -> None:
    one = a_witness(keys)
    with served(one) as url:
        known = [KnownWitness(one.public, url)]
        append_some(full, 21, 25)
        gather(full, log.checkpoint(full, keys), known, 1)
        with full.begin() as connection:  # as a restored backup would
            for statement in (
                'DELETE FROM ledger_entry WHERE "index" >= 21',
                'DELETE FROM ledger_node WHERE ("index" + 1) << level > 21',
                "DELETE FROM ledger_checkpoint WHERE size > 21",
                "UPDATE meta SET value = 21 WHERE key = 'ledger_size'",
            ):
                connection.exec_driver_sql(statement)
        with pytest.raises(WitnessUnavailable, match="seen 25 entries, and there are only 21"):
            gather(full, log.checkpoint(full, keys), known, 1)


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (200, b"", "no cosignature of its key"),
        (200, "\N{EM DASH} witness.example/w AAAA\n".encode(), "no cosignature|malformed"),
        (200, b"\xff\xfe", "not text"),
        (200, b"x" * 100_000, "too long"),
        (200, b"lines\n", "malformed"),
        (404, b"", "answered 404"),
        (409, b"many\n", "answered 409"),
        (409, b"99999999999999\n", "has seen"),
        (409, b"7\n", "answered 409"),
        (500, b"", "answered 500"),
        (302, b"", "answered 302"),
    ],
)
def test_a_witness_that_talks_nonsense_does_not_count(
    full: Store, keys: Keys, status: int, body: bytes, said: str
) -> None:
    before = log.checkpoint(full, keys)
    with (
        serving(lambda handler: send(handler, status, body)) as url,
        pytest.raises(WitnessUnavailable, match=said),
    ):
        gather(full, before, [KnownWitness(a_witness(keys).public, url)], 1)
    assert log.checkpoint(full, keys) == before


def test_a_forged_cosignature_is_not_kept(full: Store, keys: Keys) -> None:
    before = log.checkpoint(full, keys)
    real, forger = a_witness(keys), a_witness(keys)
    with (
        served(forger) as url,
        pytest.raises(WitnessUnavailable, match="no cosignature of its key"),
    ):
        gather(full, before, [KnownWitness(real.public, url)], 1)
    assert log.checkpoint(full, keys) == before


@pytest.mark.parametrize("text", ["", "x", "a+b+c", "http://127.0.0.1"])
def test_what_is_no_key_is_named(text: str) -> None:
    with pytest.raises(LedgerInvalid):
        KnownWitness.parse(text)
