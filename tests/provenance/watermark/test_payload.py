"""The code and the payload: what goes in comes out, and what did not go in does not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleardance.provenance.watermark.code import coded_length, decode, encode
from cleardance.provenance.watermark.payload import (
    CHECK_BITS,
    MAX_INDEX,
    MAX_READINGS,
    index_of,
    packed,
    payload_bits,
    unpacked,
)

KEYS = st.binary(min_size=32, max_size=32)
INDICES = st.integers(0, MAX_INDEX)


@given(KEYS, INDICES, st.sets(st.integers(0, 209), max_size=20), st.integers(0, 2**32))
def test_a_payload_survives_missing_bits_and_some_noise(key, index, missing, seed) -> None:
    soft = encode(payload_bits(key, index)).astype(np.float32)
    soft += np.random.default_rng(seed).normal(0, 0.4, soft.shape).astype(np.float32)
    soft[sorted(missing)] = 0
    assert index_of(key, decode(soft)) == index


@given(st.lists(st.integers(0, 1), min_size=1, max_size=80))
def test_messages_of_any_length_come_back(bits) -> None:
    coded = encode(np.array(bits, np.uint8))
    assert coded.shape == (coded_length(len(bits)),)
    assert decode(coded.astype(np.float32)).tolist() == bits


def test_many_messages_are_coded_as_each_alone() -> None:
    messages = np.random.default_rng(1).integers(0, 2, (5, 64)).astype(np.uint8)
    assert np.array_equal(encode(messages), np.stack([encode(bits) for bits in messages]))


@given(KEYS, KEYS, INDICES)
def test_another_key_does_not_accept_it(key, other, index) -> None:
    assert (index_of(other, payload_bits(key, index)) == index) == (key == other)


@given(KEYS, INDICES, st.integers(0, 63))
def test_a_changed_bit_is_not_accepted(key, index, place) -> None:
    bits = payload_bits(key, index)
    bits[place] ^= 1
    assert index_of(key, bits) is None


@given(st.integers(0, 2**64 - 1))
def test_numbers_are_packed_as_they_were_unpacked(value) -> None:
    assert packed(unpacked(value, 64)) == value


@pytest.mark.parametrize("index", [-1, MAX_INDEX + 1])
def test_an_index_that_does_not_fit_is_refused(index: int) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        payload_bits(bytes(32), index)


def test_all_readings_of_a_file_together_are_rarely_wrong() -> None:
    assert MAX_READINGS / 2**CHECK_BITS < 1e-9
