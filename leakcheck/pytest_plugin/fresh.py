# SPDX-License-Identifier: MIT
"""`--leakcheck-confirm`: a leak is measured again, alone, in a fresh process.

A leak that shows only after the tests before it is not the test's own. The second process is
pytest once more, over the one test, with what this session was given: its rootdir, ini file,
plugins and other options, but for those that choose tests, spread them over processes or write
files. It leaves its result in a folder that is removed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from leakcheck.model import Verdict
from leakcheck.probes.native import NAME as NATIVE
from leakcheck.pytest_plugin.select import known_names
from leakcheck.report.jsonfile import from_dict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pytest

    from leakcheck.model import Result
    from leakcheck.pytest_plugin.select import Choice

CONFIRMED: Final = "confirmed alone in a fresh process"
RESULT_OPTION: Final = "--leakcheck-result"
START_SECONDS: Final = 30.0
"""What a process may take besides the check: to start, to import, to run the test once."""
CHECKS: Final = 2
"""Times the max time of a check that the process may take."""

_WITH_VALUE: Final = (
    # which tests, where, and when to stop
    *("-k", "-m", "--deselect", "--maxfail", "--basetemp", "--rootdir", "-c", "--config-file"),
    # several processes
    *("-n", "--numprocesses", "--maxprocesses", "--dist", "--tx", "--px", "--rsyncdir"),
    *("--rsyncignore", "--testrunuid", "--max-worker-restart"),
    # files of results
    *("--junitxml", "--junit-xml", "--log-file", "--report-log", "--html", "--cov"),
    *("--cov-report", "--cov-config", "--cov-context", "--cov-fail-under"),
    *(
        f"--leakcheck-{name}"
        for name in (
            "rate",
            "max-time",
            "iterations",
            "seed",
            "probes",
            "result",
            "json",
            "changed-since",
        )
    ),
)
_FLAGS: Final = (
    *("-d", "--lf", "--last-failed", "--ff", "--failed-first", "--nf", "--new-first", "--sw"),
    *("--stepwise", "--sw-skip", "--stepwise-skip", "--cache-clear", "--cov-append"),
    *("--cov-branch", "--no-cov-on-fail", "--leakcheck", "--leakcheck-confirm"),
    *("--leakcheck-native", "--leakcheck-no-native"),
)
_FILES: Final = (  # dest of an option that writes a file, perhaps given in the ini file: its name
    ("xmlpath", "--junitxml"),
    ("log_file", "--log-file"),
    ("report_log", "--report-log"),
    ("htmlpath", "--html"),
)
_NOT_OURS: Final = ("PYTEST_CURRENT_TEST", "PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT")


class Fresh:
    """The leaks that a session has confirmed; tests that share one need no process each."""

    def __init__(self) -> None:
        self._confirmed: set[str] = set()

    def confirmed(
        self, item: pytest.Item, result: Result, choice: Choice, seconds: float | None
    ) -> Result:
        """The leak with what a fresh process says of it.

        Args:
            item: the test.
            result: a leak that fails the test.
            choice: how the test is checked.
            seconds: what is left of the time that another plugin gives the test; None: no limit.

        Returns:
            The result, INCONCLUSIVE where the test does not leak when it is alone.
        """
        if result.cause and result.cause in self._confirmed:
            return replace(result, fresh=f"{CONFIRMED}, in {result.first_in}")
        limit = CHECKS * choice.settings.max_time + START_SECONDS
        if seconds is not None:
            limit = min(limit, seconds)
        alone, why = measured_alone(item, choice, limit)
        if alone is not None and alone.verdict in (Verdict.NOT_MEASURED, Verdict.INCONCLUSIVE):
            why = f"there it is {alone.verdict}: {alone.reason}"
        if alone is None or why:
            return replace(result, fresh=f"not confirmed in a fresh process: {why}")
        if alone.verdict.leaks:
            self._confirmed.add(result.cause)
            return replace(result, fresh=CONFIRMED)
        return replace(
            result,
            verdict=Verdict.INCONCLUSIVE,
            reason=(
                "it leaks only after the tests before it: alone in a fresh process it is "
                f"{alone.verdict} ({alone.reason})"
            ),
            whose=None,
            cause="",
            fingerprint=None,
            first_in="",
            cache="",
        )


def measured_alone(item: pytest.Item, choice: Choice, limit: float) -> tuple[Result | None, str]:
    """What the fresh process found, or None and why it found nothing.

    Raises:
        BaseException: Ctrl-C or another plugin's time limit; the process is gone by then.
    """
    if limit <= 0:
        return None, "the time limit of another plugin leaves no time"
    environment = {key: value for key, value in os.environ.items() if key not in _NOT_OURS}
    with tempfile.TemporaryDirectory(prefix="leakcheck-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        # Files, because what the test leaves running would keep a pipe open.
        with (folder / "output").open("wb") as output:
            try:
                done = subprocess.run(  # noqa: S603 - this pytest again
                    command(item, choice, folder),
                    cwd=item.config.invocation_params.dir,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    timeout=limit,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                return None, f"it took longer than {limit:.0f} s"
            except OSError as error:
                return None, f"it could not be started: {error}"
        return _read(folder, done.returncode)


def _read(folder: Path, status: int) -> tuple[Result | None, str]:
    try:
        told = json.loads((folder / "result").read_text(encoding="utf-8"))
        return from_dict(told), ""
    except (OSError, ValueError):
        text = (folder / "output").read_text(encoding="utf-8", errors="replace")
        last = next((line for line in reversed(text.splitlines()) if line.strip()), "no output")
        return None, f"it ended with status {status} and without a result: {last.strip('= ')}"


def leave_result(config: pytest.Config, found: dict[str, Any]) -> None:
    """In the fresh process: leave the result where it was asked for."""
    path = config.getoption("leakcheck_result")
    if path:
        Path(path).write_text(json.dumps(found), encoding="utf-8")


def command(item: pytest.Item, choice: Choice, folder: Path) -> list[str]:
    """What runs the one test again.

    Args:
        item: the test.
        choice: how it is checked.
        folder: where everything that the process writes goes.
    """
    config = item.config
    path, *inside = item.nodeid.split("::")
    words = [sys.executable, *_of_interpreter(), "-m", "pytest"]
    words += kept(_given(config), config.option.file_or_dir or ())
    words += [f"--rootdir={config.rootpath}", f"--basetemp={folder / 'temp'}"]
    if config.inipath is not None:
        words += ["-c", str(config.inipath)]
    # Also against what the ini file adds to the command line.
    words += ["-k", "", "-m", "", "-o", f"cache_dir={folder / 'cache'}"]
    option = config.option
    words += ["-n0"] * hasattr(option, "numprocesses") + ["--no-cov"] * hasattr(option, "no_cov")
    words += [f"{name}={folder / key}" for key, name in _FILES if getattr(option, key, None)]
    words += ["--leakcheck", f"{RESULT_OPTION}={folder / 'result'}"]
    settings = choice.settings
    words += [f"--leakcheck-rate={settings.rate!r}", f"--leakcheck-seed={settings.seed}"]
    words += [f"--leakcheck-max-time={settings.max_time!r}"]
    words += [f"--leakcheck-probes={known_names(config, settings.probes)}"]
    heard = any(one.name == NATIVE for one in settings.probes)
    words += ["--leakcheck-native" if heard else "--leakcheck-no-native"]
    if settings.iterations is not None:
        words += [f"--leakcheck-iterations={settings.iterations}"]
    return [*words, "::".join([str(config.rootpath / path), *inside])]


def _of_interpreter() -> Iterator[str]:
    """Options of this interpreter that change what code does."""
    yield from ["-O"] * sys.flags.optimize
    for name, value in sys._xoptions.items():  # noqa: SLF001 - documented for CPython
        yield f"-X{name}" if value is True else f"-X{name}={value}"
    for text in sys.warnoptions:
        yield f"-W{text}"


def _given(config: pytest.Config) -> list[str]:
    """The command line of the session; a pytest-xdist worker is told that of its controller."""
    worker: dict[str, Any] | None = getattr(config, "workerinput", None)
    if worker is not None:
        return [str(word) for word in worker.get("mainargv", [""])[1:]]
    return [os.fspath(word) for word in config.invocation_params.args]


def kept(words: Sequence[str], positional: Sequence[str]) -> list[str]:
    """The options of a command line that a process with one test needs too.

    Args:
        words: the command line.
        positional: what of it is a path or a node id.
    """
    rest: list[str] = []
    places = list(positional)
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word in _WITH_VALUE:
            skip = word != "--cov"  # whose value is optional
        elif word in places:
            places.remove(word)
        elif not (word in _FLAGS or _begins(word)):
            rest.append(word)
    return rest


def _begins(word: str) -> bool:
    """An option with its value in the same word, such as -n4 or --dist=load."""
    test: Callable[[str], bool] = word.startswith
    return any(test(name if len(name) == 2 else f"{name}=") for name in _WITH_VALUE)  # noqa: PLR2004
