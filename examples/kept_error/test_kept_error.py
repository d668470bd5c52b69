FAILED: list[Exception] = []
LAST: dict[str, str] = {}


def parse(text: str) -> int:
    words = text.split()
    return int(words[0])


def remember(text: str) -> None:
    try:
        parse(text)
    except ValueError as error:
        FAILED.append(error)


def note(text: str) -> None:
    try:
        parse(text)
    except ValueError as error:
        LAST["error"] = str(error)


def test_a_failure_is_remembered() -> None:
    remember("one two three")
    assert "one" in str(FAILED[-1])


def test_a_failure_is_noted() -> None:
    note("one two three")
    assert "one" in LAST["error"]
