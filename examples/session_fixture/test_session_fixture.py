import pytest


class EventLog:
    def __init__(self) -> None:
        self.events: list[bytes] = []

    def record(self, payload: bytes) -> None:
        self.events.append(bytes(payload))


@pytest.fixture(scope="session")
def log() -> EventLog:
    return EventLog()


def test_an_event_is_recorded(log: EventLog) -> None:
    log.record(bytearray(200))
    assert len(log.events[-1]) == 200


def test_the_log_can_be_read(log: EventLog) -> None:
    assert all(isinstance(event, bytes) for event in log.events)
