"""Any bytes are one valid message of their topic, or raise a MessageError with a reason."""

import struct

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.message_examples import any_message
from tests.support.value_or_error import value_or_error
from wire import codec
from wire.codec import ENVELOPE_BYTES, MAX_MESSAGE_BYTES, MessageError, decode, encode
from wire.messages import Command
from wire.topics import COMMAND, CUE, FRAME, TOPICS, Topic

REASONS = {"short", "oversize", "foreign", "version", "topic", "malformed"}
MESSAGE_TOPICS = [topic for topic in TOPICS if topic is not FRAME]
each_topic = pytest.mark.parametrize("topic", MESSAGE_TOPICS, ids=lambda topic: topic.name)
UNSIGNED = st.integers(0, 2**64 - 1)
PAUSE = Command("pause")


def message_of(topic: Topic) -> st.SearchStrategy[msgspec.Struct]:
    assert topic.message is not None
    return any_message(topic.message)


def refused(topic: Topic, packed: bytes) -> str:
    with pytest.raises(MessageError) as caught:
        decode(topic, packed)
    return caught.value.reason


def envelope(magic: bytes = codec.MAGIC, version: int = codec.VERSION, number: int = COMMAND.number) -> bytes:
    return struct.pack("<4sHHQQq", magic, version, number, 1, 1, 1)


@each_topic
@settings(max_examples=15)  # of each topic
@given(data=st.data())
def test_a_message_comes_back_the_same(topic: Topic, data: st.DataObject) -> None:
    message = data.draw(message_of(topic))
    epoch, seq, sent_ns = data.draw(UNSIGNED), data.draw(UNSIGNED), data.draw(st.integers(-(2**63), 2**63 - 1))
    assert decode(topic, encode(topic, epoch, seq, sent_ns, message)) == codec.Envelope(epoch, seq, sent_ns, message)


@each_topic
@settings(max_examples=15)  # of each topic
@given(body=st.binary(max_size=200))
def test_any_bytes_after_a_valid_header_are_a_message_or_malformed(topic: Topic, body: bytes) -> None:
    got = value_or_error(MessageError, decode, topic, envelope(number=topic.number) + body)
    if isinstance(got, MessageError):
        assert got.reason == "malformed"
    else:
        assert type(got.message) is topic.message


@each_topic
@settings(max_examples=15)  # of each topic
@given(data=st.data())
def test_an_altered_message_is_a_message_or_has_a_reason(topic: Topic, data: st.DataObject) -> None:
    packed = bytearray(encode(topic, 1, 2, 3, data.draw(message_of(topic))))
    for _ in range(data.draw(st.integers(1, 8))):
        packed[data.draw(st.integers(0, len(packed) - 1))] = data.draw(st.integers(0, 255))
    got = value_or_error(MessageError, decode, topic, bytes(packed))
    if isinstance(got, MessageError):
        assert got.reason in REASONS
    else:
        assert type(got.message) is topic.message


@each_topic
@settings(max_examples=15)  # of each topic
@given(data=st.data())
def test_a_truncated_message_is_refused(topic: Topic, data: st.DataObject) -> None:
    packed = encode(topic, 1, 2, 3, data.draw(message_of(topic)))
    end = data.draw(st.integers(0, len(packed) - 1))
    assert refused(topic, packed[:end]) == ("short" if end < ENVELOPE_BYTES else "malformed")


@given(st.binary(max_size=200))
def test_foreign_bytes_are_refused(packed: bytes) -> None:
    assert refused(COMMAND, packed) in {"short", "foreign"}


@pytest.mark.parametrize(
    ("packed", "reason"),
    [
        (b"", "short"),
        (envelope(magic=b"HTTP"), "foreign"),
        (envelope(version=2), "version"),
        (envelope(number=CUE.number), "topic"),
        (envelope(number=FRAME.number), "topic"),
        (envelope(), "malformed"),
        (envelope() + msgspec.msgpack.encode({"name": "explode"}), "malformed"),
        (envelope() + msgspec.msgpack.encode({"name": "pause", "more": 1}), "malformed"),
        (envelope() + msgspec.msgpack.encode({}), "malformed"),
        (envelope() + msgspec.msgpack.encode({"name": "pause"}) + b"\x00", "malformed"),
        (envelope() + b"\xc1", "malformed"),
        (envelope() + b"\x81\xa4name\xa2\xff\xfe", "malformed"),
        (envelope() + b"\x91" * 100_000, "malformed"),
        (envelope() + b"\xdf\xff\xff\xff\xff", "malformed"),
        (envelope() + b"\x00" * MAX_MESSAGE_BYTES, "oversize"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_reason_to_refuse(packed: bytes, reason: str) -> None:
    assert refused(COMMAND, packed) == reason


def test_a_message_of_another_topic_is_refused() -> None:
    assert refused(CUE, encode(COMMAND, 1, 1, 1, PAUSE)) == "topic"
