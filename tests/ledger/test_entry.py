"""What a leaf commits to, and what it never holds."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from cleardance.errors import LedgerInvalid
from cleardance.ledger import entry
from cleardance.ledger.entry import Entry, EntryKind

GOLDEN = "8d40d0104c976c0ad3822e5e49abe15b7c63b1b9014bd4ad803db9449b02bc68"
AT = "2026-02-17T09:00:00.000000Z"


def test_leaf_is_golden() -> None:
    leaf = entry.leaf_bytes("asked", "task-1", {"b": 1.0, "a": "é"}, AT)
    expected = f'{{"body":{{"a":"é","b":1}},"created_at":"{AT}","kind":"asked","task_id":"task-1"}}'
    assert leaf == expected.encode()
    hashed = entry.leaf_hash("asked", "task-1", {"b": 1.0, "a": "é"}, AT)
    assert hashed.hex() == GOLDEN


@pytest.mark.parametrize(
    "body",
    [{"n": math.nan}, {"n": 2**53}, {"n": {1, 2}}, {"n": b"bytes"}, {1: "key"}, {"n": "\ud800"}],
)
def test_what_has_no_canonical_form_is_refused(body: dict[str, object]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the library words it
        entry.leaf_hash("asked", None, body, AT)


_NUMBERS = st.integers() | st.floats() | st.sampled_from([4.0, -0.0, -7.0, 1e15, 1e16, 1e-5, 1e21])
_TEXTS = st.text() | st.text('"\\\\:,.[]{}-0123456789eEN') | st.just(":4.0,")
_KEYS = st.text(max_size=4) | st.sampled_from(["score", "b\\\\", ":4.0,", "a:1.0"])


@given(
    st.recursive(
        st.none() | st.booleans() | _NUMBERS | _TEXTS,
        lambda part: st.lists(part, max_size=4) | st.dictionaries(_KEYS, part, max_size=4),
        max_leaves=10,
    )
)
def test_the_short_way_to_canonical_json_leads_to_the_same(value: object) -> None:
    def or_none(write: Callable[[Any], bytes]) -> bytes | None:
        try:
            return write(value)
        except ValueError:
            return None

    assert or_none(entry.canonical) == or_none(rfc8785.dumps)


def test_leaf_too_long_for_a_tile_is_refused() -> None:
    entry.leaf_bytes("asked", None, {"a": "x" * 65_000}, AT)
    with pytest.raises(ValueError, match="longer than"):
        entry.leaf_bytes("asked", None, {"a": "x" * 65_500}, AT)


@pytest.mark.parametrize("body", ["", "{", '{"a": NaN}', '{"a": 1e999}', "[" * 100_000])
def test_stored_body_that_is_not_ours_is_invalid(body: str) -> None:
    with pytest.raises(LedgerInvalid, match="Entry 7"):
        Entry(7, "asked", None, body, AT, bytes(32)).leaf()


def test_every_kind_says_what_it_is() -> None:
    for kind in EntryKind:
        assert kind == kind.value
        assert len(kind.summary) > 10
        assert EntryKind(kind.value) is kind


@given(st.text(), st.binary(min_size=16, max_size=64), st.binary(min_size=16, max_size=64))
def test_commitment_needs_its_salt(text: str, salt: bytes, other: bytes) -> None:
    commitment = entry.personal(text, salt)
    assert commitment == entry.personal(text, salt)
    assert (commitment == entry.personal(text, other)) == (
        salt.ljust(64, b"\0") == other.ljust(64, b"\0")
    )
    assert len(commitment) == len("hmac-sha256:") + 64


def test_commitment_is_golden() -> None:
    # RFC 4231, test case 1: HMAC-SHA-256 of "Hi There" under twenty bytes 0x0b.
    expected = "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    assert entry.personal("Hi There", b"\x0b" * 20) == f"hmac-sha256:{expected}"


def test_short_salt_is_refused() -> None:
    with pytest.raises(ValueError, match="16"):
        entry.personal("a prompt", bytes(15))


def test_digest_is_of_the_canonical_form() -> None:
    assert entry.digest({"b": 1, "a": 2.0}) == entry.digest({"a": 2, "b": 1})
    assert entry.digest({}) == (
        "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    )
