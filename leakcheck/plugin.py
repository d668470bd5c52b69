# SPDX-License-Identifier: MIT
"""The pytest plugin's thin skin: options, ini values, markers.

Everything else is imported only when a test is to be checked, so a session without
`--leakcheck` and without a marked test pays for this file alone.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from leakcheck.gate.standing import Rules
    from leakcheck.probe import Probe
    from leakcheck.pytest_plugin.checks import Checks

ASKED_FOR: Final = ("leakcheck", "__leakcheck_settings__")
"""What an item's keywords hold when the test itself asks for a check: the marker's name, and
the attribute that the decorator sets."""

_FILES: Final = ("leakcheck_json", "leakcheck_html")
"""Options that name a file to write when the session ends."""

_VALUES: Final = (
    (
        "rate",
        "R",
        "smallest leak that matters, in blocks a run: 0.75 (default, quick), 0.3, 0.1, 0.01",
    ),
    ("max-time", "SECONDS", "time that the check of one test may take (default 10)"),
    ("iterations", "N", "judge exactly N runs of each test instead of as many as needed"),
    ("seed", "N", "seed of the order of batches (default 1)"),
    (
        "probes",
        "NAMES",
        (
            "what is counted beside memory, with commas between: descriptors, sockets, threads, "
            "native-threads, children, temp-files, tasks, garbage, shared-memory; all, none, "
            "default (threads, garbage, descriptors, native-threads)"
        ),
    ),
)


class Hooks:
    """What other plugins and conftest.py files may add."""

    @pytest.hookspec
    def pytest_leakcheck_probes(self, config: pytest.Config) -> Sequence[Probe]:  # type: ignore[empty-body]
        """Probes of a project, each a `leakcheck.Probe`, to be chosen by name.

        Asked when the session begins, so a conftest.py has to be that of the root folder or of
        one that the command line names.
        """


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Tell pytest of our hook."""
    pluginmanager.add_hookspecs(Hooks)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --leakcheck and its companions, each with an ini value of the same name."""
    group = parser.getgroup("leakcheck", "memory leaks (leakcheck)")
    group.addoption(
        "--leakcheck",
        action="store_true",
        help="run each passing test again in this process and fail it when it leaks",
    )
    parser.addini("leakcheck", "check every test, as --leakcheck does", type="bool", default=False)
    for name, metavar, text in _VALUES:
        key = f"leakcheck_{name.replace('-', '_')}"
        group.addoption(f"--leakcheck-{name}", metavar=metavar, dest=key, default=None, help=text)
        parser.addini(key, text, default=None)
    strict = "fail a test also when nothing could be decided (INCONCLUSIVE)"
    group.addoption("--leakcheck-strict", action="store_true", help=strict)
    parser.addini("leakcheck_strict", strict, type="bool", default=False)
    confirm = (
        "measure each leak again, alone in a fresh process, and fail only what leaks there too"
    )
    group.addoption("--leakcheck-confirm", action="store_true", help=confirm)
    parser.addini("leakcheck_confirm", confirm, type="bool", default=False)
    native = (
        "count the native memory that libraries take, too, or end: pytest is started once more for "
        "it, with a shim preloaded (glibc); by default it is counted where it can be"
    )
    flag: dict[str, Any] = {"dest": "leakcheck_native", "action": "store_const", "default": None}
    group.addoption("--leakcheck-native", **flag, const=True, help=native)
    group.addoption(
        "--leakcheck-no-native", **flag, const=False, help="leave native memory out; start once"
    )
    parser.addini("leakcheck_native", native, type="bool", default=None)
    group.addoption(
        "--leakcheck-json",
        metavar="PATH",
        default=None,
        help="write what was measured of each test to this file, as JSON, series included",
    )
    group.addoption(
        "--leakcheck-html",
        metavar="PATH",
        default=None,
        help="write a page to this file that shows each leak: its growth, its holder, its code and "
        "its stacks (needs pytest-leakcheck[html])",
    )
    group.addoption(
        "--leakcheck-baseline",
        metavar="PATH",
        default=None,
        help="the leaks that are known (default: .leakcheck-baseline.json in the root folder, when "
        "it is there)",
    )
    parser.addini("leakcheck_baseline", "the file of known leaks, from the root folder", default="")
    parser.addini(
        "leakcheck_ignore",
        "leaks not to hear of, a line each: KIND PATTERN because REASON, where KIND is "
        "fingerprint, module, site, holder or probe",
        type="linelist",
    )
    group.addoption(
        "--leakcheck-changed-since",
        metavar="REF",
        default=None,
        help="run only the tests whose file, conftest.py or imports changed since this branch left "
        "REF, by git",
    )
    # What that process is told: where to leave its result.
    group.addoption("--leakcheck-result", metavar="FILE", default=None, help=argparse.SUPPRESS)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config,
) -> Generator[None, object, object]:
    """Start again with the shim where native memory is to be heard, before output is captured."""
    options = early_config.known_args_namespace
    if not options.help:
        asked = _native_wish(early_config, options)
        every = options.leakcheck or _ini(early_config, "leakcheck")
        if asked or (every and asked is None):
            from leakcheck.pytest_plugin.idle import is_idle
            from leakcheck.pytest_plugin.native import prepare

            if asked or not is_idle(options):
                prepare(early_config, options, asked=bool(asked))
    return (yield)


def pytest_configure(config: pytest.Config) -> None:
    """Name the markers; get ready when every test is to be checked."""
    config.addinivalue_line(
        "markers",
        "leakcheck(rate, max_time, iterations, probes, strict, known, reason): run this test again and fail "
        "it when it leaks; works without --leakcheck; a leak whose fingerprint is known is let be",
    )
    config.addinivalue_line("markers", "no_leakcheck(reason): never check this test for leaks")
    since = config.getoption("leakcheck_changed_since")
    if since is not None and not config.option.help:
        from leakcheck.pytest_plugin.since import Since

        config.pluginmanager.register(Since(config, since), "leakcheck-since")
    if _wants_all(config) and not config.option.help:
        _get_ready(config)
    elif _is_controller(config) or any(config.getoption(one) for one in _FILES):
        # Workers find marked tests; the controller learns of them from reports.
        _listen(config, _rules(config))


def _wants_all(config: pytest.Config) -> bool:
    ini = _ini(config, "leakcheck")  # Read in any case: a wrong word in it is always said.
    return bool(config.getoption("leakcheck")) or bool(ini)


def _native_wish(config: pytest.Config, options: argparse.Namespace) -> bool | None:
    """Whether native memory is to be counted; None where that is left to what can be done here.

    Raises:
        pytest.UsageError: the ini file's word can't be used.
    """
    given: bool | None = options.leakcheck_native
    return _ini(config, "leakcheck_native") if given is None else given


def _ini(config: pytest.Config, name: str) -> bool | None:
    try:
        word: bool | None = config.getini(name)
    except (ValueError, pytest.UsageError):
        raise pytest.UsageError(f"{name} in the ini file must be true or false") from None
    return word


def _is_controller(config: pytest.Config) -> bool:
    """pytest-xdist's controller, which runs no test itself."""
    return config.getoption("dist", "no") != "no" and not hasattr(config, "workerinput")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Get ready when a test asks for a check by itself."""
    if config.pluginmanager.hasplugin("leakcheck-checks"):
        return
    for item in items:
        keywords = item.keywords
        if ASKED_FOR[0] in keywords or ASKED_FOR[1] in keywords:
            _get_ready(config).pytest_collection_modifyitems(items)
            return


def _listen(config: pytest.Config, rules: Rules) -> None:
    """Where reports arrive: count, record, hold against what is known."""
    from leakcheck import __version__
    from leakcheck.pytest_plugin.gating import Gating
    from leakcheck.pytest_plugin.record import Record
    from leakcheck.pytest_plugin.recordfile import record_files
    from leakcheck.pytest_plugin.select import read_wishes
    from leakcheck.pytest_plugin.summary import Summary

    wishes = read_wishes(config)
    record = Record(config, wishes, rules, __version__)
    gating = Gating(record, rules, strict=wishes.strict)
    plugins: dict[str, object] = {"summary": Summary(__version__, wishes, gating)}
    if not hasattr(config, "workerinput"):
        plugins |= {"record": record, "gating": gating}
        plugins |= record_files(record, config)
    for name, plugin in plugins.items():
        config.pluginmanager.register(plugin, f"leakcheck-{name}")


def _rules(config: pytest.Config) -> Rules:
    from leakcheck.pytest_plugin.known import read_rules

    return read_rules(config)


def _get_ready(config: pytest.Config) -> Checks:
    from leakcheck.errors import BlindError
    from leakcheck.measure.able import refuse_others

    try:
        refuse_others()
    except BlindError as error:
        raise pytest.UsageError(str(error)) from None
    from leakcheck.canaries import ensure_seeing
    from leakcheck.pytest_plugin.checks import Checks
    from leakcheck.pytest_plugin.select import read_wishes

    wishes = read_wishes(config)
    rules = _rules(config)
    Checks.refuse_unless_fit()
    blind = ""
    if wishes.enabled and not wishes.off:
        try:
            ensure_seeing(probes=bool(wishes.settings.probes), native=wishes.native)
        except BlindError as error:
            if not hasattr(config, "workerinput"):
                raise pytest.UsageError(str(error)) from None
            # A pytest-xdist worker that ends here would take its sentence with it.
            blind = str(error)
    checks = Checks(config, wishes, rules, blind)
    config.pluginmanager.register(checks, "leakcheck-checks")
    if not config.pluginmanager.hasplugin("leakcheck-summary"):
        _listen(config, rules)
    return checks
