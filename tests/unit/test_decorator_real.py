# SPDX-License-Identifier: MIT
"""`@leakcheck` with the real sampler, under no runner, unittest and pytest without the plugin."""

import asyncio
import functools
import os
import re
import subprocess
import sys
import unittest
from pathlib import Path

import pytest

import leakcheck as package
from leakcheck import LeakError, leakcheck

_kept: list[bytes] = []


def test_a_real_leak_fails_and_its_report_names_the_line() -> None:
    @leakcheck
    def test() -> None:
        _kept.append(bytes(300))

    with pytest.raises(LeakError, match=r"_kept\.append\(bytes\(300\)\)"):
        test()
    _kept.clear()


def test_a_real_leak_of_a_coroutine_fails() -> None:
    @leakcheck
    async def test() -> None:
        await asyncio.sleep(0)
        _kept.append(bytes(300))

    with pytest.raises(LeakError, match=r"_kept\.append\(bytes\(300\)\)"):
        asyncio.run(test())
    _kept.clear()


def test_a_real_case_with_cleanups_is_clean() -> None:
    class Case(unittest.TestCase):
        def setUp(self) -> None:
            self.addCleanup(functools.partial(int))

        @leakcheck(strict=True)
        def test_it(self) -> None:
            self.state = bytes(300)

    result = unittest.TestResult()
    unittest.TestSuite([Case("test_it")]).run(result)
    assert result.wasSuccessful(), result.failures + result.errors


CONCURRENT = """
import asyncio
from leakcheck import leakcheck

@leakcheck
async def one(): await asyncio.sleep(0)

@leakcheck
async def other(): await asyncio.sleep(0)

async def main():
    return await asyncio.gather(one(), other(), return_exceptions=True)

print(asyncio.run(main()))
"""


def test_two_at_once_are_refused_not_passed_unmeasured() -> None:
    done = _python("-c", CONCURRENT)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("[None, RuntimeError(")
    assert "already running" in done.stdout


ASYNC_TESTS = """
import asyncio
import pytest
from leakcheck import leakcheck

kept = []

@pytest.mark.asyncio
@leakcheck
async def test_asyncio_leak():
    await asyncio.sleep(0)
    kept.append(bytes(100))

@pytest.mark.asyncio
@leakcheck(strict=True)
async def test_asyncio_clean():
    await asyncio.gather(asyncio.sleep(0), asyncio.sleep(0))

@pytest.mark.anyio
@leakcheck
async def test_anyio_leak(anyio_backend):
    kept.append(bytes(100))

@pytest.mark.anyio
@leakcheck(strict=True)
async def test_anyio_clean(anyio_backend):
    import anyio
    async with anyio.create_task_group() as group:
        group.start_soon(anyio.sleep, 0)
"""


def test_async_tests_are_measured_without_the_plugin(tmp_path: Path) -> None:
    for plugin in ("pytest_asyncio", "anyio", "trio"):
        pytest.importorskip(plugin)
    file = tmp_path / "test_async.py"
    file.write_text(ASYNC_TESTS)
    done = _python(
        *("-m", "pytest", "-q", "-rf", "-p", "no:leakcheck", "-p", "no:cacheprovider"),
        *("-c", os.devnull, str(file)),
    )
    failed = sorted(re.findall(r"^FAILED .*::(\S+)", done.stdout, re.MULTILINE))
    assert failed == ["test_anyio_leak[asyncio]", "test_anyio_leak[trio]", "test_asyncio_leak"]
    assert done.stdout.count("LeakError: LEAK") >= 3


def test_pytest_shows_no_frame_of_the_decorator(tmp_path: Path) -> None:
    file = tmp_path / "test_hidden.py"
    file.write_text(
        "from leakcheck import leakcheck\nkept = []\n@leakcheck\ndef test_leak():\n"
        "    kept.append(bytes(100))\n@leakcheck\ndef test_fails():\n    assert kept is None\n"
    )
    done = _python(
        *("-m", "pytest", "-q", "-p", "no:leakcheck", "-p", "no:cacheprovider"),
        *("-c", os.devnull, str(file)),
    )
    assert "2 failed" in done.stdout
    assert "kept.append(bytes(100))" in done.stdout
    assert "in wrapper" not in done.stdout
    assert "def wrapper" not in done.stdout


def _python(*arguments: str) -> subprocess.CompletedProcess[str]:
    root = Path(package.__file__).parent.parent
    return subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
