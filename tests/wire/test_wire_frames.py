"""Any bytes are one complete frame, or raise a FrameError with a reason."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tests.support.value_or_error import value_or_error
from wire.frames import frame as frames
from wire.frames.frame import (
    HEADER_BYTES,
    MAX_SIDE_PX,
    TIME_SOURCES,
    Frame,
    FrameError,
    Image,
    RingPosition,
    pack_frame,
    pack_header,
)

REASONS = {"short", "foreign", "version", "size", "length", "time-source", "position"}
UNSIGNED = st.integers(0, 2**64 - 1)
SIGNED = st.integers(-(2**63), 2**63 - 1)
IMAGES = hnp.arrays(np.uint8, st.tuples(st.integers(1, 12), st.integers(1, 12), st.just(3)))
FRAMES = st.builds(
    Frame,
    epoch=UNSIGNED,
    seq=UNSIGNED,
    index=UNSIGNED,
    capture_ns=SIGNED,
    read_ns=SIGNED,
    published_ns=SIGNED,
    time_source=st.sampled_from(TIME_SOURCES),
    image=IMAGES,
)


def frame(width_px: int = 4, height_px: int = 3) -> Frame:
    image = np.arange(width_px * height_px * 3, dtype=np.uint8).reshape(height_px, width_px, 3)
    return Frame(7, 1, 2, 30, 40, 50, "driver", image)


def unpack_frame(packed: bytes | bytearray | memoryview) -> Frame:
    """Without shared memory."""

    def read(_position: RingPosition, _size_bytes: int) -> Image:
        raise FrameError("position")

    return frames.unpack_frame(packed, read)


def refused(packed: bytes | bytearray | memoryview) -> str:
    with pytest.raises(FrameError) as caught:
        unpack_frame(packed)
    return caught.value.reason


@given(FRAMES)
def test_a_packed_frame_comes_back_the_same(sent: Frame) -> None:
    got = unpack_frame(pack_frame(sent))
    np.testing.assert_array_equal(got.image, sent.image)
    for name in ("epoch", "seq", "index", "capture_ns", "read_ns", "published_ns", "time_source", "width_px", "height_px"):
        assert getattr(got, name) == getattr(sent, name)


def test_a_crop_of_a_larger_picture_comes_back_the_same() -> None:
    whole = np.random.default_rng(1).integers(0, 255, (20, 30, 3), dtype=np.uint8)
    cut = whole[5:15, 10:20]
    got = unpack_frame(pack_frame(Frame(1, 1, 1, 1, 1, 1, "file", cut)))
    np.testing.assert_array_equal(got.image, cut)


def test_the_image_is_a_view_of_the_bytes() -> None:
    packed = pack_frame(frame())
    image = unpack_frame(packed).image
    packed[HEADER_BYTES] = 200
    assert image[0, 0, 0] == 200


@given(FRAMES, st.builds(RingPosition, *(st.integers(0, 2**bits - 1) for bits in (32, 32, 64, 64))))
def test_a_header_alone_names_the_position_of_its_pixels(sent: Frame, position: RingPosition) -> None:
    asked: list[tuple[RingPosition, int]] = []

    def read(position: RingPosition, size_bytes: int) -> Image:
        asked.append((position, size_bytes))
        return sent.image.reshape(-1)

    got = frames.unpack_frame(pack_header(sent, position), read)
    assert asked == [(position, sent.image.size)]
    np.testing.assert_array_equal(got.image, sent.image)
    for name in ("epoch", "seq", "index", "capture_ns", "read_ns", "published_ns", "time_source"):
        assert getattr(got, name) == getattr(sent, name)


@given(FRAMES, st.data())
def test_a_truncated_frame_is_refused(sent: Frame, data: st.DataObject) -> None:
    packed = pack_frame(sent)
    end = data.draw(st.integers(0, len(packed) - 1))
    # A header alone means that the pixels are in shared memory.
    assert refused(bytes(packed[:end])) == ("short" if end < HEADER_BYTES else "position" if end == HEADER_BYTES else "length")


@given(FRAMES, st.binary(min_size=1, max_size=9))
def test_a_frame_with_trailing_bytes_is_refused(sent: Frame, more: bytes) -> None:
    assert refused(bytes(pack_frame(sent)) + more) == "length"


@given(st.binary(max_size=200))
def test_foreign_bytes_are_refused(packed: bytes) -> None:
    assert refused(packed) in {"short", "foreign"}


@given(FRAMES, st.lists(st.tuples(st.integers(0, HEADER_BYTES - 1), st.integers(0, 255)), min_size=1, max_size=6))
def test_an_altered_header_gives_a_complete_frame_or_a_reason(sent: Frame, changes: list[tuple[int, int]]) -> None:
    packed = pack_frame(sent)
    for at, value in changes:
        packed[at] = value
    got = value_or_error(FrameError, unpack_frame, packed)
    if isinstance(got, FrameError):
        assert got.reason in REASONS
    else:
        assert got.image.size == sent.image.size
        assert got.time_source in TIME_SOURCES


@pytest.mark.parametrize(
    ("at", "value", "reason"),
    [(0, b"X", "foreign"), (4, b"\x09", "version"), (6, b"\x09", "time-source")],
)
def test_each_field_of_the_header_is_checked(at: int, value: bytes, reason: str) -> None:
    packed = pack_frame(frame())
    packed[at : at + 1] = value
    assert refused(packed) == reason


@pytest.mark.parametrize(("width_px", "height_px"), [(MAX_SIDE_PX + 1, 1), (1, MAX_SIDE_PX + 1), (0, 1), (1, 0)])
def test_an_empty_or_impossibly_large_picture_is_refused(width_px: int, height_px: int) -> None:
    image = np.zeros((height_px, width_px, 3), np.uint8)
    packed = pack_frame(Frame(1, 1, 1, 1, 1, 1, "read", image))
    assert refused(packed) == "size"
