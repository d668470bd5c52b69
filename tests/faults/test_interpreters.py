# SPDX-License-Identifier: MIT
"""Interpreters started in every odd way: measured rightly, or refused in one sentence."""

import sys
import zipfile

import pytest

pytest_plugins = ["pytester"]

BODY = """
KEPT = []
def test_it(): KEPT.append(object())
"""
STARTED = {
    "-O": (("-O",), {}),
    "-OO": (("-OO",), {}),
    "-X dev": (("-X", "dev"), {}),
    "-X importtime": (("-X", "importtime"), {}),
    "-X faulthandler": (("-X", "faulthandler"), {}),
    "-X utf8=0": (("-X", "utf8=0"), {"LC_ALL": "C"}),
    "-B -s": (("-B", "-s"), {}),
    "-W error": (("-W", "error"), {}),
    "-X no_debug_ranges": (("-X", "no_debug_ranges"), {}),
    "PYTHONMALLOC=debug": ((), {"PYTHONMALLOC": "debug"}),
    "PYTHONMALLOC=pymalloc_debug": ((), {"PYTHONMALLOC": "pymalloc_debug"}),
    "PYTHONHASHSEED=0": ((), {"PYTHONHASHSEED": "0"}),
    "PYTHONASYNCIODEBUG=1": ((), {"PYTHONASYNCIODEBUG": "1"}),
    "a terminal that knows nothing": ((), {"TERM": "dumb", "NO_COLOR": "1", "COLUMNS": "20"}),
}
REFUSED = {
    "PYTHONMALLOC=malloc": ({"PYTHONMALLOC": "malloc"}, "PYTHONMALLOC"),
    "PYTHONTRACEMALLOC=5": ({"PYTHONTRACEMALLOC": "5"}, "tracemalloc"),
}


@pytest.mark.parametrize("how", STARTED)
def test_an_interpreter_started_with(faulty, how):
    python, env = STARTED[how]
    found = faulty(BODY, python=python, env=env)
    assert found.verdict("test_it") == "leak", found.out
    assert found.status == 1


@pytest.mark.parametrize("how", REFUSED)
def test_an_interpreter_refused(faulty, how):
    env, says = REFUSED[how]
    found = faulty(BODY, env=env, ends=True)
    assert found.status == 4
    assert says in found.err + found.out
    assert found.found == {}


def test_a_package_in_a_zip_file_is_named_with_its_lines(faulty, pytester):
    with zipfile.ZipFile(pytester.path / "app.zip", "w") as file:
        file.writestr("zipped.py", "KEPT = []\n\n\ndef keep():\n    KEPT.append(object())\n")
    found = faulty(
        "import sys\nsys.path.insert(0, 'app.zip')\nimport zipped\ndef test_it(): zipped.keep()\n"
    )
    assert found.verdict("test_it") == "leak"
    assert found.result_of("test_it")["containers"][0]["path"] == "zipped.KEPT"
    leaf = found.result_of("test_it")["sites"][0]["frames"][-1]
    assert (leaf["function"], leaf["line"]) == ("keep", 5)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="their own interpreter lock since 3.12")
def test_another_interpreter_in_the_process_is_left_alone(faulty):
    found = faulty("""
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
KEPT = []
def test_it():
    one = interpreters.create()
    interpreters.run_string(one, "kept = [object() for _ in range(100)]")
    interpreters.destroy(one)
def test_leaks():
    one = interpreters.create()
    interpreters.run_string(one, "x = 1")
    interpreters.destroy(one)
    KEPT.append(object())
""")
    assert found.verdict("test_it") in ("clean", "inconclusive", "not measured"), found.out
    assert found.verdict("test_leaks") != "clean", found.out
