from collections.abc import Callable


class Settings:
    """Tells whoever wants to know when something changes."""

    def __init__(self) -> None:
        self.listeners: list[Callable[[str], None]] = []

    def subscribe(self, listener: Callable[[str], None]) -> None:
        self.listeners.append(listener)

    def change(self, name: str) -> None:
        for listener in self.listeners:
            listener(name)


SETTINGS = Settings()


class Window:
    """Draws itself again when a setting changes."""

    def __init__(self) -> None:
        self.stale: set[str] = set()
        SETTINGS.subscribe(self.changed)

    def changed(self, name: str) -> None:
        self.stale.add(name)

    def close(self) -> None:
        SETTINGS.listeners.remove(self.changed)


def test_a_window_is_told_of_a_change() -> None:
    window = Window()
    SETTINGS.change("font")
    assert window.stale == {"font"}


def test_a_closed_window_is_told_nothing() -> None:
    window = Window()
    window.close()
    SETTINGS.change("font")
    assert not window.stale
