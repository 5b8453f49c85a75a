"""Witnesses: what they sign, what they refuse, and how many must have signed."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cleardance.errors import LedgerInvalid, NotFound
from cleardance.ledger import log, note, witness
from cleardance.ledger.check_export import check_export
from cleardance.ledger.export import export
from cleardance.ledger.keys import Keys, load_or_make
from cleardance.ledger.verify import verify
from cleardance.store import Store
from tests.ledger.ledger_samples import ORIGIN, append_some

NOW_S = 1_771_318_800


def _witness(keys: Keys, number: int) -> witness.Witness:
    key = Ed25519PrivateKey.from_private_bytes(bytes([number] * 32))
    return witness.Witness(f"witness.example/w{number}", key, keys.public)


def _request(store: Store, keys: Keys, old: int) -> str:
    signed = log.checkpoint(store, keys)
    size = note.Checkpoint.parse(note.split(signed)[0]).size
    with store.read() as connection:
        path = log.prove_consistency(connection, old, size).path
    return witness.request_body(old, path, signed)


def test_witnesses_sign_what_grows_and_the_quorum_counts(
    full: Store, keys: Keys, tmp_path: Path
) -> None:
    witnesses = [_witness(keys, n) for n in (1, 2, 3)]
    publics = [one.public for one in witnesses]
    lines = [one.add(_request(full, keys, 0), NOW_S) for one in witnesses[:2]]
    signed = log.add_cosignatures(full, log.checkpoint(full, keys) + "".join(lines), publics)
    assert [found.witness for found in witness.require(signed, publics, 2)] == publics[:2]
    with pytest.raises(LedgerInvalid, match="2 of the 3 cosignatures"):
        witness.require(signed, publics, 3)
    assert verify(full, [keys.public]).size == 21
    export(full, keys, tmp_path / "out")
    assert check_export(tmp_path / "out", [keys.public], (), publics, 2).size == 21
    with pytest.raises(LedgerInvalid, match="2 of the 3"):
        check_export(tmp_path / "out", [keys.public], (), publics, 3)
    append_some(full, 21, 40)
    assert witnesses[0].add(_request(full, keys, 21), NOW_S + 60)
    assert witnesses[0].size == 40


def test_an_outside_verifier_agrees(full: Store, keys: Keys) -> None:
    signing = pytest.importorskip("tlog_scales.signing")
    tlog = pytest.importorskip("tlog_scales.tlog")
    one = _witness(keys, 1)
    line = one.add(_request(full, keys, 0), NOW_S)
    signed = log.add_cosignatures(full, log.checkpoint(full, keys) + line, [one.public])
    checkpoint = tlog.Checkpoint.from_text(signed)
    checkpoint.verify(signing.Vkey.from_string(str(keys.public)))
    checkpoint.verify(signing.Vkey.from_string(str(one.public)))


def test_the_same_cosignature_is_kept_once(full: Store, keys: Keys) -> None:
    one = _witness(keys, 1)
    line = one.add(_request(full, keys, 0), NOW_S)
    signed = log.checkpoint(full, keys) + line
    assert log.add_cosignatures(full, signed, [one.public]) == signed
    assert log.add_cosignatures(full, signed, [one.public]) == signed
    assert log.checkpoint(full, keys) == signed


def test_one_witness_counts_once_however_often_it_signs(full: Store, keys: Keys) -> None:
    one = _witness(keys, 1)
    text = note.split(log.checkpoint(full, keys))[0]
    key = Ed25519PrivateKey.from_private_bytes(bytes([1] * 32))
    lines = "".join(witness.cosign(text, one.public.name, key, NOW_S + n) for n in range(3))
    with pytest.raises(LedgerInvalid, match="1 of the 2"):
        witness.require(log.checkpoint(full, keys) + lines, [one.public], 2)


def test_a_witness_refuses_a_ledger_that_was_rewritten(
    full: Store, store: Store, keys: Keys
) -> None:
    one = _witness(keys, 1)
    one.add(_request(full, keys, 0), NOW_S)
    append_some(store, 1, 31)  # another history, signed by the same key
    with pytest.raises(LedgerInvalid, match="does not continue"):
        one.add(_request(store, keys, 21), NOW_S)
    with pytest.raises(LedgerInvalid, match="knows 21 entries, not 0"):
        one.add(_request(store, keys, 0), NOW_S)
    assert one.size == 21


def test_a_witness_refuses_another_signer(full: Store, keys: Keys) -> None:
    stranger = load_or_make(full.home.work, "other.example/ledger")
    with pytest.raises(LedgerInvalid, match="not signed by a key we trust"):
        _witness(keys, 1).add(_request_signed_by(full, stranger), NOW_S)


def _request_signed_by(store: Store, keys: Keys) -> str:
    with store.read() as connection:
        root = log.root_at(connection, 21)
    return witness.request_body(0, (), keys.sign(note.Checkpoint(keys.origin, 21, root).text()))


@pytest.mark.parametrize("body", ["", "old\n\n", "old -1\n\nx", "old 1²\n\nx", "new 1\n\nx"])
def test_rubbish_requests_are_refused(keys: Keys, body: str) -> None:
    with pytest.raises(LedgerInvalid):
        _witness(keys, 1).add(body, NOW_S)


def test_forged_cosignatures_are_named(full: Store, keys: Keys) -> None:
    one = _witness(keys, 1)
    good = one.add(_request(full, keys, 0), NOW_S)
    signed = log.checkpoint(full, keys)
    text = note.split(signed)[0]
    key = Ed25519PrivateKey.from_private_bytes(bytes([1] * 32))
    other_time = note.split(signed + good)[1][-1].blob
    blob = other_time[:4] + (NOW_S + 1).to_bytes(8, "big") + other_time[12:]
    forged = note.signature_line(one.public.name, blob)
    with pytest.raises(LedgerInvalid, match=r"cosignature of witness\.example/w1 does not fit"):
        log.add_cosignatures(full, signed + forged, [one.public])
    short = note.signature_line(one.public.name, other_time[:40])
    with pytest.raises(LedgerInvalid, match="does not fit"):
        witness.cosignatures(signed + short, [one.public])
    plain = note.sign(text, one.public.name, key).split("\n\n")[1]  # a log's kind of signature
    assert witness.cosignatures(signed + plain, [one.public]) == []


def test_cosignatures_on_somebody_elses_checkpoint_are_not_kept(full: Store, keys: Keys) -> None:
    foreign = keys.sign(note.Checkpoint(ORIGIN, 21, bytes(32)).text())
    with pytest.raises(NotFound, match="no such checkpoint"):
        log.add_cosignatures(full, foreign, [])


def test_a_witness_key_signs_no_checkpoint(full: Store, keys: Keys) -> None:
    """The two kinds of key have different ids, so that neither passes for the other."""
    as_witness = note.PublicKey(ORIGIN, keys.public.raw, note.COSIGNATURE)
    assert note.PublicKey.parse(str(as_witness)) == as_witness
    with pytest.raises(LedgerInvalid, match="not signed by a key we trust"):
        note.open_checkpoint(log.checkpoint(full, keys), [as_witness])
