# SPDX-License-Identifier: MIT
"""Async tests run whole under pytest-asyncio and anyio: their bodies are awaited each run."""

import importlib.util

import pytest

pytest_plugins = ["pytester"]

KEEPS = """
import asyncio
KEPT = []
"""
WIDE = """
import anyio, pytest
pytestmark = pytest.mark.anyio
@pytest.fixture(scope="module", params=["asyncio", "trio"])
def anyio_backend(request): return request.param
"""
"""A loop for a whole module, on each backend."""


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


LOOPS = """
import asyncio, pytest, pytest_asyncio
KEPT = []

@pytest_asyncio.fixture
async def ready():
    await asyncio.sleep(0)
    yield 1

@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def queue():
    yield asyncio.Queue()

@pytest.mark.asyncio
async def test_clean_own_loop(ready):
    await asyncio.gather(asyncio.sleep(0), asyncio.sleep(0))

@pytest.mark.asyncio(loop_scope="module")
async def test_clean_loop_of_the_module(queue):
    await asyncio.create_task(queue.put(1))
    await queue.get()

@pytest.mark.asyncio(loop_scope="class")
class TestIt:
    async def test_clean_loop_of_the_class(self, ready):
        await asyncio.sleep(0)

@pytest.mark.asyncio
@pytest.mark.leakcheck(iterations=24)
async def test_leaks_own_loop():
    KEPT.append(object())

@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.leakcheck(iterations=24)
async def test_leaks_into_the_loop_of_the_module(queue):
    await queue.put(object())
"""


@needs("pytest_asyncio")
@pytest.mark.parametrize("mode", ["auto", "strict"])
def test_pytest_asyncio_with_loops_of_every_scope(run, mode):
    options = (f"--asyncio-mode={mode}", "--leakcheck-iterations=300", "--leakcheck-max-time=60")
    ini = "asyncio_default_fixture_loop_scope = function"
    done = run(LOOPS, *options, plugins=["pytest_asyncio.plugin"], ini=ini)
    verdicts = {key.rpartition("::")[2]: value["verdict"] for key, value in done.found.items()}
    assert {name for name, verdict in verdicts.items() if verdict == "clean"} == {
        "test_clean_own_loop",
        "test_clean_loop_of_the_module",
        "test_clean_loop_of_the_class",
    }
    assert {name for name, verdict in verdicts.items() if verdict == "leak"} == {
        "test_leaks_own_loop",
        "test_leaks_into_the_loop_of_the_module",
    }
    done.result.assert_outcomes(passed=3, failed=2)


@needs("pytest_trio")
def test_pytest_trio(run):
    source = """
        import pytest, trio
        pytestmark = pytest.mark.trio
        KEPT = []
        @pytest.fixture
        async def channel():
            sender, receiver = trio.open_memory_channel(1)
            yield sender, receiver
        async def test_clean(channel, nursery, autojump_clock):
            nursery.start_soon(channel[0].send, 1)
            assert await channel[1].receive() == 1
            await trio.sleep(5)
        @pytest.mark.leakcheck(iterations=24)
        async def test_leaks():
            await trio.lowlevel.checkpoint()
            KEPT.append(object())
        """
    options = ("-W", "ignore", "--leakcheck-iterations=100", "--leakcheck-max-time=60")
    done = run(source, *options, plugins=["pytest_trio.plugin"])
    assert done.verdict("test_clean") == "clean"
    assert done.verdict("test_leaks") == "leak"
    done.result.assert_outcomes(passed=1, failed=1)


@needs("anyio")
@needs("trio")
def test_anyio_with_task_groups_threads_and_wider_fixtures(run):
    source = (
        WIDE
        + """
@pytest.fixture(scope="module")
async def group(anyio_backend):
    async with anyio.create_task_group() as group: yield group
@pytest.fixture
async def ready():
    await anyio.sleep(0)
    return 1
@pytest.mark.parametrize("number", [1, 2])
async def test_group(group, ready, number):
    group.start_soon(anyio.sleep, 0)
    await anyio.wait_all_tasks_blocked()  # else the scheduler says what is left
async def test_thread():
    assert await anyio.to_thread.run_sync(len, "x") == 1
"""
    )
    done = run(source, "--leakcheck-max-time=60", plugins=["anyio.pytest_plugin"])
    assert {value["verdict"] for value in done.found.values()} == {"clean"}
    done.result.assert_outcomes(passed=6)


@needs("anyio")
@needs("trio")
def test_anyio_with_a_generator_in_a_wider_loop_is_no_leak(run):
    """Nor quite clean on trio: AsyncGenerators.foreign keeps the address of each that it never ran.

    Addresses come again, so the set grows ever more slowly; whether a trace sees its end is chance.
    """
    source = (
        WIDE
        + """
@pytest.fixture(scope="module")
async def wider(anyio_backend):
    return 1
@pytest.fixture
async def ready():
    await anyio.sleep(0)
    yield 1
async def test_ready(wider, ready):
    assert wider == ready
"""
    )
    done = run(source, "--leakcheck-max-time=60", plugins=["anyio.pytest_plugin"])
    assert done.verdict("test_ready[asyncio]") == "clean"
    assert done.verdict("test_ready[trio]") in {"clean", "inconclusive"}
    done.result.assert_outcomes(passed=2)


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
