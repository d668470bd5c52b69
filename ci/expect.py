# SPDX-License-Identifier: MIT
"""Runs pytest --leakcheck over examples/ and says whether exactly the planted leaks were found.

python3 ci/expect.py [PYTHON]: exit status 0 when each planted leak failed its test and showed its
line, and every other test passed.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]

PLANTED: Final = {  # test: the statement that its report must show
    "cached_method.test_a_total_is_computed_once": "report = Report([1, 2, 3])",
    "exit_callback.test_what_is_sent_waits": "atexit.register(self.close)",
    "kept_error.test_a_failure_is_remembered": "return int(words[0])",
    "listener_never_removed.test_a_window_is_told_of_a_change": "SETTINGS.subscribe(self.changed)",
    "native_reference.test_a_buffer_is_lent": "buffer = Buffer(64)",
    "request_cache.test_serve_answers_the_next_request": "_CACHE[request_id] = bytes(1024)",
    "session_fixture.test_an_event_is_recorded": "self.events.append(bytes(payload))",
    "single_test.SubscriberTest.test_subscribing_is_remembered": "_subscriptions.append(Subscription(callback))",
    "two_call_sites.test_a_visit_is_audited": "_audit_trail.append(action.encode())",
}


def outcomes(report: Path) -> dict[str, str | None]:
    """Test -> the text of its failure, or None when it passed, from a JUnit file."""
    found: dict[str, str | None] = {}
    for case in ET.parse(report).getroot().iter("testcase"):
        parts = case.get("classname", "").split(".")
        short = [part for part in parts if part != "examples" and not part.startswith("test_")]
        name = ".".join([*short, case.get("name", "")])
        broken = [case.find(kind) for kind in ("failure", "error", "skipped")]
        texts = [
            (node.get("message") or "") + (node.text or "") for node in broken if node is not None
        ]
        found[name] = "\n".join(texts) if texts else None
    return found


def differences(found: dict[str, str | None]) -> list[str]:
    """One sentence for each test that did not end as planted."""
    said = [f"{name}: was not run" for name in PLANTED if name not in found]
    for name, failure in found.items():
        statement = PLANTED.get(name)
        if statement is None and failure is not None:
            said.append(f"{name}: should be clean, but: {failure.strip().splitlines()[0]}")
        elif statement is not None and failure is None:
            said.append(f"{name}: its leak was not found")
        elif statement is not None and failure is not None and statement not in failure:
            said.append(f"{name}: failed without showing `{statement}`")
    return said


def main(argv: list[str]) -> int:
    """Run, print, compare."""
    python = argv[0] if argv else sys.executable
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.xml")
        command = [python, "-m", "pytest", "--leakcheck", "examples/", f"--junitxml={report}"]
        status = subprocess.run(
            [*command, "-p", "no:cacheprovider"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            check=False,
        )
        print(status.stdout)
        if not report.is_file():
            print(f"ci/expect.py: pytest ended with status {status.returncode} and no report")
            return 1
        found = outcomes(report)
    wrong = differences(found)
    clean = len(found) - len(PLANTED)
    if f"{len(PLANTED)} leaking, {clean} clean" not in status.stdout:
        wrong.append(f"the closing line does not say {len(PLANTED)} leaking, {clean} clean")
    if status.returncode != 1:
        wrong.append(f"pytest's exit status was {status.returncode}, not 1")
    for sentence in wrong:
        print(f"ci/expect.py: {sentence}")
    if not wrong:
        print(f"demo: all {len(PLANTED)} planted leaks found, the other {clean} tests clean")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
