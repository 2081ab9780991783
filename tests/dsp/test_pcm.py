"""Stored samples and sound, against NumPy."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tonmeister.dsp import pcm
from tonmeister.dsp.pcm import Encoding


def reference(data: bytes, n_channels: int, width: int, encoding: Encoding, big_endian: bool) -> np.ndarray:
    """One sample after another, by Python's own integers."""
    values = []
    for at in range(0, len(data) - len(data) % (width * n_channels), width):
        part = data[at : at + width]
        order = "big" if big_endian else "little"
        if encoding is Encoding.FLOAT:
            values.append(struct.unpack((">" if big_endian else "<") + ("f" if width == 4 else "d"), part)[0])
        elif encoding is Encoding.UNSIGNED:
            values.append((int.from_bytes(part, order) - 2 ** (8 * width - 1)) / 2.0 ** (8 * width - 1))
        else:
            values.append(int.from_bytes(part, order, signed=True) / 2.0 ** (8 * width - 1))
    return np.array(values, np.float64).astype(np.float32).reshape(-1, n_channels).T


@settings(max_examples=150, deadline=None)
@given(
    data=st.binary(max_size=400),
    n_channels=st.integers(1, 8),
    width=st.integers(1, 8),
    encoding=st.sampled_from([Encoding.SIGNED, Encoding.UNSIGNED]),
    big_endian=st.booleans(),
)
def test_unpack_integers(data: bytes, n_channels: int, width: int, encoding: Encoding, big_endian: bool) -> None:
    sound = pcm.unpack(data, n_channels, width, encoding, big_endian=big_endian)
    np.testing.assert_array_equal(sound, reference(data, n_channels, width, encoding, big_endian))


@pytest.mark.parametrize("big_endian", [False, True])
@pytest.mark.parametrize("width", [4, 8])
def test_unpack_floats(width: int, big_endian: bool) -> None:
    values = np.random.default_rng(1).normal(0, 1, 60)
    data = values.astype((">" if big_endian else "<") + f"f{width}").tobytes()
    sound = pcm.unpack(data, 3, width, Encoding.FLOAT, big_endian=big_endian)
    np.testing.assert_array_equal(sound, reference(data, 3, width, Encoding.FLOAT, big_endian))


def test_companding_follows_g711() -> None:
    codes = bytes(range(256))
    a_law = pcm.unpack(codes, 1, 1, Encoding.A_LAW)[0] * 32768
    mu_law = pcm.unpack(codes, 1, 1, Encoding.MU_LAW)[0] * 32768
    # The ends and the middle of ITU-T G.711's tables 1a and 2a, scaled to 16 bits.
    assert [a_law[code] for code in (0xD5, 0x55, 0xAA, 0x2A)] == [8, -8, 32256, -32256]
    assert [mu_law[code] for code in (0xFF, 0x7F, 0x80, 0x00)] == [0, 0, 32124, -32124]
    assert len(np.unique(a_law)) == 256
    np.testing.assert_array_equal(np.sort(a_law), -np.sort(a_law)[::-1])
    np.testing.assert_array_equal(np.sort(mu_law), -np.sort(mu_law)[::-1])


@settings(max_examples=80, deadline=None)
@given(
    depth=st.sampled_from([16, 24, 32]),
    n_channels=st.integers(1, 8),
    n_samples=st.integers(0, 70),
    seed=st.integers(0, 99),
)
def test_pack_is_the_way_back(depth: int, n_channels: int, n_samples: int, seed: int) -> None:
    bound = 2 ** (depth - 1)
    random = np.random.default_rng(seed)
    whole = random.integers(-bound, bound, (n_channels, n_samples)).astype(np.int32)
    data = pcm.pack_int(whole, depth)
    expected = b"".join(int(value).to_bytes(depth // 8, "little", signed=True) for value in whole.T.ravel())
    assert data.tobytes() == expected
    if depth < 32:
        sound = pcm.unpack(data.data, n_channels, depth // 8, Encoding.SIGNED)
        np.testing.assert_array_equal((sound * bound).astype(np.int32), whole)


def test_views_are_packed_as_they_look() -> None:
    whole = np.arange(40, dtype=np.int32).reshape(2, 20)
    np.testing.assert_array_equal(pcm.pack_int(whole[:, 5:9], 16), pcm.pack_int(whole[:, 5:9].copy(), 16))
    sound = whole.astype(np.float32)
    np.testing.assert_array_equal(pcm.interleave(sound[:, 3:7]), sound[:, 3:7].T)
    np.testing.assert_array_equal(pcm.interleave(np.tile(sound, (3, 1))), np.tile(sound, (3, 1)).T)


@pytest.mark.parametrize("depth", [16, 24])
@pytest.mark.parametrize("value", [-1, 1])
def test_what_would_wrap_is_refused(depth: int, value: int) -> None:
    bound = 2 ** (depth - 1)
    over = np.array([[0, -bound - 1 if value < 0 else bound]], np.int32)
    with pytest.raises(ValueError, match="must lie within"):
        pcm.pack_int(over, depth)


def test_wrong_types_are_refused() -> None:
    with pytest.raises(ValueError, match="int32"):
        pcm.pack_int(np.zeros((1, 4), np.int64), 16)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="bit_depth"):
        pcm.pack_int(np.zeros((1, 4), np.int32), 20)
    with pytest.raises(ValueError, match="n_channels"):
        pcm.unpack(b"", 0, 2, Encoding.SIGNED)
    for width, encoding in ((9, Encoding.SIGNED), (2, Encoding.FLOAT), (2, Encoding.A_LAW)):
        with pytest.raises(ValueError, match="cannot have"):
            pcm.unpack(bytes(90), 1, width, encoding)


def test_sanitise_replaces_what_is_not_finite() -> None:
    sound = np.array([[0.5, np.nan, -0.75, np.inf], [0, -np.inf, 1e-42, -0.25]], np.float32)
    assert pcm.sanitise(sound) == (3, 0.75)
    np.testing.assert_array_equal(sound, np.array([[0.5, 0, -0.75, 0], [0, 0, 1e-42, -0.25]], np.float32))
    assert pcm.sanitise(np.zeros((2, 0), np.float32)) == (0, 0.0)
    frozen = np.zeros((1, 3), np.float32)
    frozen.flags.writeable = False
    with pytest.raises(ValueError, match="writable"):
        pcm.sanitise(frozen)


def test_crc16_has_its_check_value() -> None:
    assert pcm.crc16(b"123456789") == 0xBB3D
    assert pcm.crc16(b"6789", pcm.crc16(b"12345")) == 0xBB3D
    assert pcm.crc16(b"") == 0
