# SPDX-License-Identifier: MIT
"""A file of ours is read with a sentence for all that is wrong with it, and written all or not."""

import json
import os
import stat
import subprocess
import sys

import pytest

from leakcheck.gate import stored
from leakcheck.gate.stored import StoredError, parse, read, write


def refusal(path):
    with pytest.raises(StoredError) as caught:
        parse(read(path), path)
    assert str(path) in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b'{"a": [1, 2', "it ends too early; was it cut off? (line 1, column"),
        (b"", "it ends too early"),
        (b'{"a": 1,\n  b}', "(line 2, column 3)"),
        (b'{"a": "\xff"}', "is not UTF-8 text: byte 7 is wrong"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"a": NaN}', "NaN is no number that JSON knows"),
        (b'{"a": -Infinity}', "-Infinity is no number"),
        (b'{"a": ' + b"9" * 10_000 + b"}", "a number of 10,000 digits"),
        (b'{"a": 1, "a": 2}', "the field 'a' comes twice"),
        (b"\xef\xbb\xbf{}", "line 1, column 1"),
    ],
)
def test_what_is_no_json_is_refused_with_its_position(tmp_path, data, says):
    path = tmp_path / "file.json"
    path.write_bytes(data)
    assert says in refusal(path)


def test_a_file_that_is_too_large_is_refused_before_it_is_parsed(tmp_path):
    path = tmp_path / "file.json"
    with path.open("wb") as stream:
        stream.truncate(200 * 1024 * 1024)  # sparse: nothing is on the disk
    assert "goes on after byte 134,217,728" in refusal(path)


def test_what_is_missing_or_no_file_is_refused(tmp_path):
    assert "No such file" in refusal(tmp_path / "none.json")
    assert "Is a directory" in refusal(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    held = os.open(tmp_path / "pipe", os.O_RDWR)  # or opening it would wait for a writer
    assert "is not a regular file" in refusal(tmp_path / "pipe")
    os.close(held)


def test_a_new_file_appears_with_its_folders(tmp_path):
    write(tmp_path / "a" / "b.json", "grüße\n")
    assert (tmp_path / "a" / "b.json").read_text("utf-8") == "grüße\n"
    assert [one.name for one in (tmp_path / "a").iterdir()] == ["b.json"]


def test_the_mode_and_a_link_of_the_old_file_stay(tmp_path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "real").chmod(0o600)
    (tmp_path / "link").symlink_to("real")
    write(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"
    assert stat.S_IMODE((tmp_path / "real").stat().st_mode) == 0o600


def test_a_device_is_written_to_and_not_replaced():
    write(stored.Path(os.devnull), "text")
    assert stat.S_ISCHR(stored.Path(os.devnull).stat().st_mode)


def test_half_a_surrogate_is_written_as_an_escape(tmp_path):
    write(tmp_path / "x", "a\udc80")
    assert (tmp_path / "x").read_text() == "a\\udc80"


def test_a_folder_that_is_no_folder_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoredError, match="can't be written"):
        write(tmp_path / "file" / "x", "")


STEPS = ("open", "fchmod", "write", "fsync", "close", "rename", "done")
DYING = """
import os, sys
from pathlib import Path
from leakcheck.gate.stored import write
wanted, path = sys.argv[1], Path(sys.argv[2])
def deadly(name, call):
    def die(*arguments, **more):
        if name == wanted:
            if name == "write":  # half of it
                call(arguments[0], arguments[1][: len(arguments[1]) // 2])
            os._exit(9)
        return call(*arguments, **more)
    return die
for name in ("open", "fchmod", "write", "fsync", "close", "rename"):
    setattr(os, name, deadly(name, getattr(os, name)))
os.replace = deadly("rename", os.replace)
write(path, "new" * 1000)
"""


@pytest.mark.parametrize("step", STEPS)
def test_who_dies_while_writing_leaves_the_old_file_whole(tmp_path, step):
    path = tmp_path / "file.json"
    path.write_text("old")
    command = [sys.executable, "-c", DYING, step, str(path)]
    done = subprocess.run(command, check=False, timeout=60)
    if step == "done":
        assert (done.returncode, path.read_text()) == (0, "new" * 1000)
    else:
        assert (done.returncode, path.read_text()) == (9, "old")
    # What the dead left behind does not disturb who comes after.
    write(path, json.dumps([1]))
    assert path.read_text() == "[1]"


@pytest.mark.parametrize("step", ["fchmod", "write", "fsync"])
def test_a_disk_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, step):
    def fail(*_):
        raise OSError(28, "No space left on device")

    path = tmp_path / "file.json"
    path.write_text("old")
    monkeypatch.setattr(os, step, fail)
    with pytest.raises(StoredError, match="No space left on device"):
        write(path, "new")
    monkeypatch.undo()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
