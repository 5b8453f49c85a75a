"""Signed notes and checkpoints, against the specification's example and forgers."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from cleardance.errors import LedgerInvalid
from cleardance.ledger.note import Checkpoint, PublicKey, open_checkpoint, open_note, sign

NAME = "test.example/ledger"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = PublicKey(NAME, KEY.public_key().public_bytes_raw())
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
OTHER = PublicKey("witness.example/w1", OTHER_KEY.public_key().public_bytes_raw())
CHECKPOINT = Checkpoint(NAME, 42, bytes(range(32)))
NOTE = sign(CHECKPOINT.text(), NAME, KEY)

# The published key of Go's checksum database: https://sum.golang.org
GO_KEY = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"


def test_a_published_key_reads_and_writes() -> None:
    key = PublicKey.parse(GO_KEY)
    assert key.name == "sum.golang.org"
    assert key.key_id.hex() == "033de0ae"
    assert str(key) == GO_KEY


def test_shape_of_a_note() -> None:
    lines = NOTE.split("\n")
    assert lines[:4] == [NAME, "42", base64.b64encode(bytes(range(32))).decode(), ""]
    assert lines[4].startswith(f"\N{EM DASH} {NAME} ")
    assert lines[5:] == [""]


def test_signed_checkpoint_opens() -> None:
    assert open_checkpoint(NOTE, [OTHER, PUBLIC]) == CHECKPOINT


def test_signatures_of_strangers_are_passed_over() -> None:
    witnessed = NOTE + sign(CHECKPOINT.text(), OTHER.name, OTHER_KEY).split("\n\n")[1]
    assert open_checkpoint(witnessed, [PUBLIC]) == CHECKPOINT
    assert open_checkpoint(witnessed, [PUBLIC, OTHER]) == CHECKPOINT


def test_a_bad_signature_of_a_known_key_spoils_the_note() -> None:
    bad = sign("other text\n", OTHER.name, OTHER_KEY).split("\n\n")[1]
    assert open_checkpoint(NOTE + bad, [PUBLIC]) == CHECKPOINT
    with pytest.raises(LedgerInvalid, match="does not fit"):
        open_checkpoint(NOTE + bad, [PUBLIC, OTHER])


def test_a_witness_alone_does_not_make_a_checkpoint() -> None:
    with pytest.raises(LedgerInvalid, match="not signed by a key we trust"):
        open_checkpoint(sign(CHECKPOINT.text(), OTHER.name, OTHER_KEY), [OTHER, PUBLIC])


def test_same_name_with_another_key_is_a_stranger() -> None:
    with pytest.raises(LedgerInvalid, match="not signed by a key we trust"):
        open_checkpoint(sign(CHECKPOINT.text(), NAME, OTHER_KEY), [PUBLIC])


@given(st.integers(0, len(NOTE.encode()) * 8 - 1))
def test_any_flipped_bit_is_refused(bit: int) -> None:
    changed = bytearray(NOTE.encode())
    changed[bit // 8] ^= 1 << bit % 8
    with pytest.raises((LedgerInvalid, UnicodeDecodeError)):
        open_checkpoint(changed.decode(), [PUBLIC])


@given(st.text(max_size=300))
def test_rubbish_is_refused_in_our_own_words(text: str) -> None:
    with pytest.raises(LedgerInvalid):
        open_note(text, [PUBLIC])
    with pytest.raises(LedgerInvalid):
        Checkpoint.parse(text)
    with pytest.raises(LedgerInvalid):
        PublicKey.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "o\n042\n" + base64.b64encode(bytes(32)).decode() + "\n",
        "o\n+42\n" + base64.b64encode(bytes(32)).decode() + "\n",
        "o\n٤٢\n" + base64.b64encode(bytes(32)).decode() + "\n",
        "o\n42\n" + base64.b64encode(bytes(31)).decode() + "\n",
        "o\n42\n" + base64.b64encode(bytes(32)).decode()[:-2] + "B=\n",
        "o\n42\n" + base64.b64encode(bytes(32)).decode() + "\nextension\n",
        "o\n9999999999999999999\n" + base64.b64encode(bytes(32)).decode() + "\n",
        "o\n42\n" + base64.b64encode(bytes(32)).decode(),
    ],
)
def test_a_checkpoint_has_one_spelling(text: str) -> None:
    with pytest.raises(LedgerInvalid):
        Checkpoint.parse(text)


@given(st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32))
def test_checkpoints_read_as_written(size: int, root: bytes) -> None:
    checkpoint = Checkpoint(NAME, size, root)
    assert Checkpoint.parse(checkpoint.text()) == checkpoint


@pytest.mark.parametrize("name", ["", "with space", "with+plus", "with\nline", "with\u2003space"])
def test_names_that_would_break_a_note_are_refused(name: str) -> None:
    with pytest.raises(LedgerInvalid):
        PublicKey(name, bytes(32))


@pytest.mark.parametrize("text", ["no newline", "control \x07\n", ""])
def test_text_that_is_no_note_is_not_signed(text: str) -> None:
    with pytest.raises(ValueError, match="lines of text"):
        sign(text, NAME, KEY)


def test_key_with_the_id_of_another_is_refused() -> None:
    with pytest.raises(LedgerInvalid, match="id"):
        PublicKey.parse(GO_KEY.replace("033de0ae", "033de0af"))
