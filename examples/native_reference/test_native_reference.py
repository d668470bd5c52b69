import ctypes

_incref = ctypes.pythonapi.Py_IncRef
_decref = ctypes.pythonapi.Py_DecRef


class Buffer:
    """What a library in C takes a reference to while it works on it."""

    def __init__(self, size: int) -> None:
        self.parts = [size]


def lend(buffer: Buffer) -> None:
    _incref(ctypes.py_object(buffer))


def take_back(buffer: Buffer) -> None:
    _decref(ctypes.py_object(buffer))


def test_a_buffer_is_lent() -> None:
    buffer = Buffer(64)
    lend(buffer)
    assert buffer.parts == [64]


def test_a_buffer_is_taken_back() -> None:
    buffer = Buffer(64)
    lend(buffer)
    take_back(buffer)
    assert buffer.parts == [64]
