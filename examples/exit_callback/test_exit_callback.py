import atexit


class Connection:
    """Sends what it was given when it is closed, at the latest at exit."""

    def __init__(self) -> None:
        self.waiting: list[str] = []
        atexit.register(self.close)

    def send(self, text: str) -> None:
        self.waiting.append(text)

    def close(self) -> None:
        self.waiting.clear()
        atexit.unregister(self.close)


def test_what_is_sent_waits() -> None:
    connection = Connection()
    connection.send("hello")
    assert connection.waiting == ["hello"]


def test_a_closed_connection_has_sent_everything() -> None:
    connection = Connection()
    connection.send("hello")
    connection.close()
    assert connection.waiting == []
