# SPDX-License-Identifier: MIT
"""Async tests run whole under pytest-asyncio and anyio: their bodies are awaited each run."""

import importlib.util

import pytest

pytest_plugins = ["pytester"]

KEEPS = """
import asyncio
KEPT = []
"""


def needs(module):
    missing = importlib.util.find_spec(module) is None
    return pytest.mark.skipif(missing, reason=f"{module} is not installed")


@needs("pytest_asyncio")
def test_pytest_asyncio(run):
    source = KEEPS + (
        "import pytest, pytest_asyncio\n"
        "@pytest_asyncio.fixture\n"
        "async def ready():\n"
        "    await asyncio.sleep(0)\n"
        "    yield 1\n"
        "async def test_clean(ready):\n"
        "    await asyncio.sleep(0)\n"
        "@pytest.mark.leakcheck(iterations=24)\n"
        "async def test_leaks():\n"
        "    await asyncio.sleep(0)\n"
        "    KEPT.append(bytearray(9))\n"
    )
    ini = "asyncio_mode = auto\nasyncio_default_fixture_loop_scope = function"
    done = run(source, "--leakcheck-max-time=30", plugins=["pytest_asyncio.plugin"], ini=ini)
    assert done.verdict("test_clean") == "clean"
    assert done.verdict("test_leaks") == "leak"
    done.result.stdout.fnmatch_lines(["*KEPT.append(bytearray(9))*"])


@needs("anyio")
@needs("trio")
def test_anyio_on_both_backends(run):
    source = KEEPS + (
        "import anyio, pytest\n"
        "pytestmark = pytest.mark.anyio\n"
        "@pytest.fixture(params=['asyncio', 'trio'])\n"
        "def anyio_backend(request):\n"
        "    return request.param\n"
        "async def test_clean(anyio_backend):\n"
        "    await anyio.sleep(0)\n"
        "@pytest.mark.leakcheck(iterations=24)\n"
        "async def test_leaks(anyio_backend):\n"
        "    await anyio.sleep(0)\n"
        "    KEPT.append(bytearray(9))\n"
    )
    done = run(source, plugins=["anyio.pytest_plugin"])
    for backend in ("asyncio", "trio"):
        assert done.verdict(f"test_clean[{backend}]") == "clean"
        assert done.verdict(f"test_leaks[{backend}]") == "leak"
