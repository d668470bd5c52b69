# SPDX-License-Identifier: MIT
"""Native memory is counted where it can be, and who insists is told why it can't."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, NoReturn

import pytest

from leakcheck.errors import BlindError, UsageError
from leakcheck.probes import preload
from leakcheck.probes.choosing import DEFAULT
from leakcheck.probes.preload import Obstacle
from leakcheck.target import Target
from leakcheck.verbs import measuring

if TYPE_CHECKING:
    from collections.abc import Callable

    from leakcheck.config import Settings

JEMALLOC = Obstacle("jemalloc stands in the place of the C library's malloc", "run without it")


def given(*words: str, typed: bool = True) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    measuring.add_settings(parser)
    options = parser.parse_args(words)
    options.typed = typed
    measuring.given(options)
    return options


def raising(error: BaseException) -> Callable[..., NoReturn]:
    def fail(*_: object) -> NoReturn:
        raise error

    return fail


@pytest.fixture
def unheard(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr(preload, "listening", lambda: False)
    monkeypatch.setattr(preload, "start_again", lambda _: JEMALLOC)
    monkeypatch.setattr(preload, "debugged", lambda: False)
    return monkeypatch


def test_what_is_in_the_way_is_said_and_the_rest_is_measured(
    unheard: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert given().native is False
    said = f"leakcheck: native memory is not counted: {JEMALLOC.why}\n"
    assert capsys.readouterr().err == said
    with pytest.raises(UsageError, match=r"jemalloc .*; run without it, or leave out .*--native"):
        given("--native")
    assert given("--no-native").native is False
    assert capsys.readouterr().err == ""


def test_a_program_that_calls_us_is_never_started_again(unheard: pytest.MonkeyPatch) -> None:
    unheard.setattr(preload, "start_again", raising(AssertionError()))
    assert given(typed=False).native is False
    with pytest.raises(UsageError, match="run it as a command"):
        given("--native", typed=False)


def test_a_debugger_is_shaken_off_only_by_who_insists(unheard: pytest.MonkeyPatch) -> None:
    unheard.setattr(preload, "debugged", lambda: True)
    unheard.setattr(preload, "start_again", raising(SystemExit()))
    assert given().native is False
    with pytest.raises(SystemExit):
        given("--native")


def test_without_memory_to_listen_with_who_insists_is_told(
    unheard: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    unheard.setattr(preload, "listening", raising(BlindError("no memory left")))
    assert given().native is False
    assert "not counted: no memory left" in capsys.readouterr().err
    with pytest.raises(BlindError, match="no memory left"):
        given("--native")


def test_the_command_line_wins_over_the_decorator_and_that_over_the_defaults(
    unheard: pytest.MonkeyPatch,
) -> None:
    def names(settings: Settings) -> list[str]:
        return [one.name for one in settings.probes]

    def target(**settings: object) -> Target:
        return Target("app:serve", lambda: None, settings, None)

    threads = measuring.chosen("threads")
    options = given()
    assert names(measuring.settled(target(), {}, options)) == list(DEFAULT)
    assert names(measuring.settled(target(probes=threads), {}, options)) == ["threads"]
    told = {"probes": measuring.chosen("garbage")}
    assert names(measuring.settled(target(probes=threads), told, options)) == ["garbage"]
    options.native = True  # as where it is heard
    assert names(measuring.settled(target(probes=threads), {}, options)) == ["threads", "native"]
