# SPDX-License-Identifier: MIT
"""JSON files of ours: read with a bound and a sentence for what is wrong, written all or not."""

from __future__ import annotations

import json
import os
import secrets
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

from leakcheck.errors import UsageError
from leakcheck.report.text import cut, safe

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_BYTES: Final = 128 * 1024 * 1024
"""A larger file is refused before it is read."""
_LONGEST: Final = 700


class StoredError(UsageError):
    """A file can't be read or written; the message names it, the position and what to do.

    The message may quote the file, so it is made one line, and not a long one.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(cut(safe(sentence), _LONGEST))


def read(path: Path) -> str:
    """The file's text.

    Raises:
        StoredError: it is missing, too large, no regular file or not UTF-8.
    """
    try:
        with path.open("rb") as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise StoredError(f"{path} is not a regular file")
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise StoredError(f"{path} can't be read: {error.strerror or error}") from None
    if len(data) > MAX_BYTES:
        raise StoredError(
            f"{path} goes on after byte {MAX_BYTES:,}, the most that is read; is it a file of "
            "leakcheck's? Shards of a large suite can be read one by one"
        )
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise StoredError(f"{path} is not UTF-8 text: byte {error.start:,} is wrong") from None


def parse(
    text: str, path: Path, *, pairs: Callable[[list[tuple[str, object]]], object] | None = None
) -> object:
    """The JSON value in a text.

    Args:
        text: as `read` gave it.
        path: for messages.
        pairs: makes an object of its fields; the default refuses a field that comes twice.

    Raises:
        StoredError: it is no JSON; the message says at which line and column.
    """
    try:
        return json.loads(
            text, object_pairs_hook=pairs or _once, parse_constant=_no_number, parse_int=_whole
        )
    except json.JSONDecodeError as error:
        ends = error.pos >= len(text.rstrip())
        why = "it ends too early; was it cut off?" if ends else f"{error.msg}"
        raise StoredError(
            f"{path} is no JSON: {why} (line {error.lineno}, column {error.colno})"
        ) from None
    except RecursionError:
        raise StoredError(f"{path} is nested too deeply to be a file of leakcheck's") from None
    except ValueError as error:
        raise StoredError(f"{path} can't be used: {error}") from None


def write(path: Path, text: str) -> None:
    """Put the text in place of the file, all of it or nothing.

    It is written to a new file in the same folder, forced to the disk and renamed, so that
    whoever dies on the way leaves the old file as it was. A device or a pipe is written to.

    Raises:
        StoredError: it can't be written; what was there is untouched.
    """
    data = text.encode("utf-8", "backslashreplace")
    target = Path(os.path.realpath(path))  # a link stays a link
    try:
        mode = _mode(target)
        if mode is not None and not stat.S_ISREG(mode):
            target.write_bytes(data)
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f".{target.name[:100]}.{secrets.token_hex(4)}.tmp")
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        try:
            _fill(handle, data, mode)
            beside.replace(target)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)
    except OSError as error:
        raise StoredError(f"{path} can't be written: {error.strerror or error}") from None


def _mode(path: Path) -> int | None:
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


def _fill(handle: int, data: bytes, mode: int | None) -> None:
    try:
        if mode is not None:
            os.fchmod(handle, stat.S_IMODE(mode))
        view = memoryview(data)
        while view:
            view = view[os.write(handle, view) :]
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync_folder(folder: Path) -> None:
    """So that the new name survives a loss of power too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise ValueError(f"the field {twice[:40]!r} comes twice in one object")
    return found


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number that JSON knows")


def _whole(digits: str) -> int:
    if len(digits) > 40:  # noqa: PLR2004 - none of our numbers comes near
        raise ValueError(f"a number of {len(digits):,} digits, which begins with {digits[:12]}")
    return int(digits)
