"""The topic table says who sends what, and says it once."""

import msgspec
import pytest

from wire.topics import BY_NUMBER, CONSOLE, FOLLOW, FRAME, PROCESSES, SHARE, SUPERVISOR, TOPICS, Topic


def test_numbers_and_names_are_unique() -> None:
    assert len({topic.number for topic in TOPICS}) == len(TOPICS)
    assert len({topic.name for topic in TOPICS}) == len(TOPICS)
    assert {topic.number: topic for topic in TOPICS} == BY_NUMBER


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
class TestEveryTopic:
    def test_is_produced_by_known_processes(self, topic: Topic) -> None:
        assert topic.producers
        assert set(topic.producers) <= {*PROCESSES, SUPERVISOR, SHARE, FOLLOW, CONSOLE}

    def test_carries_a_typed_message_unless_it_is_a_frame(self, topic: Topic) -> None:
        if topic is FRAME:
            assert topic.message is None
        else:
            assert topic.message is not None
            assert issubclass(topic.message, msgspec.Struct)
