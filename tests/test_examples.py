# SPDX-License-Identifier: MIT
"""Every example does what its README says, and prints its expected.txt.

`UPDATE_EXPECTED=1 python -m pytest tests/test_examples.py` writes the expected.txt files.
"""

import importlib.metadata
import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"

# In a checkout that is not installed, no entry point loads the plugin.
INSTALLED = any(
    point.name == "leakcheck" for point in importlib.metadata.entry_points(group="pytest11")
)
PYTEST = (sys.executable, "-m", "pytest", *(() if INSTALLED else ("-p", "leakcheck.plugin")))
QUIET = ("-p", "no:cacheprovider", "-q")

COMMANDS = {
    "request_cache": (
        *(sys.executable, "-m", "leakcheck", "run", "examples/request_cache/leak.py::serve"),
        *("--iterations", "10000"),
    ),
    "gc_cycle": (*PYTEST, *QUIET, "--leakcheck", "examples/gc_cycle"),
    "session_fixture": (*PYTEST, *QUIET, "--leakcheck", "examples/session_fixture"),
    "bounded_cache": (*PYTEST, *QUIET, "--leakcheck", "examples/bounded_cache"),
    "two_call_sites": (*PYTEST, *QUIET, "--leakcheck", "examples/two_call_sites"),
    "single_test": (sys.executable, "-m", "unittest", "test_single_test"),
}
PROBED = "device_memory"  # Leaks only what its own probe counts, which has to be asked for.
COMMANDS[PROBED] = (
    *(*PYTEST, *QUIET, "--leakcheck", "--leakcheck-probes=device-memory"),
    f"examples/{PROBED}",
)
HOLDERS = {  # an example of each kind of holder: its leaking test, and what holds what it leaks
    "listener_never_removed": ("test_a_window_is_told_of_a_change", "SETTINGS.listeners: list"),
    "cached_method": ("test_a_total_is_computed_once", "Report.total.<cache>: dict"),
    "kept_error": ("test_a_failure_is_remembered", "kept_error.FAILED: list"),
    "exit_callback": ("test_what_is_sent_waits", "atexit callback.__self__: "),
    "native_reference": ("test_a_buffer_is_lent", "Buffer held by native code"),
}
COMMANDS |= {
    name: (sys.executable, "-m", "leakcheck", "why", f"examples/{name}/test_{name}.py::{test}")
    for name, (test, _) in HOLDERS.items()
}
LEAKING = {
    "request_cache": "examples/request_cache/test_request_cache.py::"
    "test_serve_answers_the_next_request",
    "session_fixture": "examples/session_fixture/test_session_fixture.py::"
    "test_an_event_is_recorded",
    "two_call_sites": "examples/two_call_sites/test_two_call_sites.py::test_a_visit_is_audited",
    "single_test": "examples/single_test/test_single_test.py::SubscriberTest::"
    "test_subscribing_is_remembered",
    **{name: f"examples/{name}/test_{name}.py::{test}" for name, (test, _) in HOLDERS.items()},
}
LINES = {
    "request_cache": "_CACHE[request_id] = bytes(1024)",
    "session_fixture": "self.events.append(bytes(payload))",
    "two_call_sites": "_audit_trail.append(action.encode())",
    "single_test": "_subscriptions.append(Subscription(callback))",
    "listener_never_removed": "SETTINGS.subscribe(self.changed)",
    "cached_method": "report = Report([1, 2, 3])",
    "kept_error": "return int(words[0])",
    "exit_callback": "atexit.register(self.close)",
    "native_reference": "buffer = Buffer(64)",
}


def run(
    *command: str, cwd: Path = ROOT, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    plain = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PY_"))
    }
    return subprocess.run(
        command,
        cwd=cwd,
        env={
            **plain,
            "PYTHONPATH": str(ROOT),
            "COLUMNS": "100",
            "NO_COLOR": "1",
            "PYTHONIOENCODING": "utf-8",
            **(env or {}),
        },
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )


def shown(done: subprocess.CompletedProcess[str]) -> str:
    """What the user sees, on whichever machine: paths from the project's root."""
    text = (done.stdout + done.stderr).replace(f"{ROOT}{os.sep}", "")
    return "\n".join(line.rstrip() for line in text.strip().splitlines()) + "\n"


def comparable(text: str) -> str:
    """The text without times, sizes, which object is shown, and what depends on the version of pytest."""
    text = re.sub(r"\n  \d+ other lines? grew without following the runs: .*\n", "", text)
    text = re.sub(r"\nslowest checks: .*", "", text)  # Said where checks take more than a second.
    text = re.sub(r"\.\.\. \d+ frames? of .*", "... <frames>", text)
    text = re.sub(r"\(such as .*?\)(?=[,;\n])", "(such as <one>)", text)
    # Since CPython 3.14 one of the numbers was made before the first reading.
    text = text.replace("10,001 int ", "10,002 int ")
    text = re.sub(r"\b\d+(\.\d+)? ?s\b", "<time>", text)
    text = re.sub(r"[\d,]+(\.\d+)? (B|KiB|MiB)\b", r"<size>", text)
    return re.sub(r"([-=_ ])\1+", r"\1", text)


def told(text: str) -> str:
    """Who holds what, without how many blocks an object takes and which of many was looked at."""
    text = re.sub(r"\+\d+ blocks/run", "<rate>", text)
    text = re.sub(r"such as '\w+'", "such as <one>", text)
    return re.sub(r"\[\d+\]", "[<place>]", text)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_output_is_the_expected_one(name: str) -> None:
    done = run(*COMMANDS[name], cwd=EXAMPLES / name if name == "single_test" else ROOT)
    expected = EXAMPLES / name / "expected.txt"
    if sys.version_info >= (3, 14) and expected.with_stem("expected-since-3.14").is_file():
        expected = expected.with_stem("expected-since-3.14")
    if os.environ.get("UPDATE_EXPECTED"):
        expected.write_text(shown(done), encoding="utf-8")
    if name in HOLDERS:
        assert done.returncode == 0, shown(done)
        assert told(shown(done)) == told(expected.read_text(encoding="utf-8"))
        return
    assert done.returncode == (name in {*LEAKING, PROBED}), shown(done)
    assert comparable(shown(done)) == comparable(expected.read_text(encoding="utf-8"))


def test_the_plugin_names_the_holder_too_and_knows_the_leak_by_the_same_fingerprint() -> None:
    tests = [LEAKING[name] for name in HOLDERS]
    done = run(*PYTEST, *QUIET, "--leakcheck", *tests)
    assert [holder for _, holder in HOLDERS.values() if holder not in done.stdout] == []
    for name in HOLDERS:
        expected = (EXAMPLES / name / "expected.txt").read_text(encoding="utf-8")
        known = re.search(r"LC-\w+", expected)
        assert known is not None
        assert f"  fingerprint {known[0]}\n" in done.stdout


def failed(done: subprocess.CompletedProcess[str]) -> set[str]:
    """The tests that pytest's short summary lists."""
    return set(re.findall(r"^(?:FAILED|ERROR|LEAKED) (\S+)", done.stdout, re.MULTILINE))


def test_exactly_the_leaking_tests_fail_and_each_report_names_the_line() -> None:
    done = run(*PYTEST, *QUIET, "-rfE", "--leakcheck", "examples")
    assert done.returncode == 1, done.stdout + done.stderr
    assert failed(done) == set(LEAKING.values())
    assert [line for line in LINES.values() if line not in done.stdout] == []


def test_without_the_option_everything_passes_but_the_decorated_leak() -> None:
    done = run(*PYTEST, *QUIET, "-rfE", "examples")
    assert done.returncode == 1, done.stdout + done.stderr
    assert failed(done) == {LEAKING["single_test"]}
    assert LINES["single_test"] in done.stdout


def test_the_decorator_works_without_the_plugin() -> None:
    command = [word for word in PYTEST if word not in ("-p", "leakcheck.plugin")]
    done = run(*command, *QUIET, "-rfE", "-p", "no:leakcheck", "examples/single_test")
    assert done.returncode == 1, done.stdout + done.stderr
    assert failed(done) == {LEAKING["single_test"]}
    assert LINES["single_test"] in done.stdout


def test_a_probe_of_a_conftest_fails_the_test_that_keeps_what_it_counts() -> None:
    done = run(*COMMANDS[PROBED], "-rfE")
    assert failed(done) == {
        f"examples/{PROBED}/test_device_memory.py::test_a_prediction_has_a_size"
    }
    assert "result = device.Tensor(512)" in done.stdout


def test_a_call_site_is_shown_apart_from_the_other() -> None:
    done = run(*COMMANDS["two_call_sites"])
    report = done.stdout
    assert "log_in(" in report
    assert "log_out(" in report
    assert report.count(LINES["two_call_sites"]) >= 2


TRACEMALLOC = """
import gc, itertools, json, sys, tracemalloc
sys.path.insert(0, "examples/request_cache")
from leak import serve
before, runs = int(sys.argv[1]), int(sys.argv[2])
tracemalloc.start(1)
for _ in itertools.repeat(None, before):
    serve()
gc.collect()
first = tracemalloc.take_snapshot()
for _ in itertools.repeat(None, runs):
    serve()
gc.collect()
second = tracemalloc.take_snapshot()
print(json.dumps([
    [each.traceback[0].lineno, each.count_diff, each.size_diff]
    for each in second.compare_to(first, "lineno")
    if each.traceback[0].filename.endswith("leak.py") and (each.count_diff or each.size_diff)
]))
"""


def test_counts_and_sizes_agree_line_by_line_with_tracemalloc() -> None:
    done = run(*COMMANDS["request_cache"], "--json")
    result = json.loads(done.stdout)["result"]
    blocks: Counter[int] = Counter()
    sizes: Counter[int] = Counter()
    by_statement: dict[str, list[tuple[int, int]]] = {}
    for site in result["sites"]:
        leaf = site["frames"][-1]
        if leaf["file"].endswith("leak.py"):
            blocks[leaf["line"]] += site["blocks"]
            sizes[leaf["line"]] += site["bytes"]
            by_statement.setdefault(site["statement"], []).append((site["blocks"], site["bytes"]))
    runs = result["marks"][-1]
    assert runs == 10_000
    # The same number of runs before: warm-up, and the trial that precedes every check.
    before = result["readings"][-len(result["marks"])]["runs"] + 1
    other = run(sys.executable, "-c", TRACEMALLOC, str(before), str(runs))
    assert other.returncode == 0, other.stderr
    theirs = {line: (count, size) for line, count, size in json.loads(other.stdout)}
    ours = {line: (blocks[line], sizes[line]) for line in blocks if blocks[line] or sizes[line]}
    assert ours == theirs
    # bytes(1024) is one block a run; the dict that grows is another expression of that line.
    assert (10_000, 10_000 * 1_057) in by_statement[LINES["request_cache"]]
