# SPDX-License-Identifier: MIT
from __future__ import annotations

from dataclasses import replace
from textwrap import dedent

import pytest

from leakcheck.model import Result, Verdict

INSTALLED = "/v/lib/python3.13/site-packages"
TAIL = """
  why        grew in each of 3 windows
  ruled out  a bounded structure of fewer than 112 entries
  reproduce  pytest --leakcheck x.py::t
  accept     @pytest.mark.no_leakcheck(reason="...")"""


def text(expected):
    return dedent(expected).strip("\n")


def test_a_leak_shows_line_parts_folded_stack_and_what_to_do(project):
    harness, library = project.harness, f"{INSTALLED}/starlette/routing.py"
    way = (*harness, project.test_first, project.frame(library, "Router.app", 7))
    result = project.leak(
        project.site(*way, project.made, blocks=10_000, size=10_570_000, rate=1.0),
        project.site(
            *way, project.stored, blocks=1, size=589_924, grows=False, exact=False, rate=0.01
        ),
        judged=10_000,
    )
    assert project.render(result) == text(
        """
        LEAK  x.py::t  +1 block/run, exact in 13 of 13 readings, N=10,000

        1. app/cache.py:6 in serve
               _CACHE[request_id] = bytes(1024)
                                    ^^^^^^^^^^^
           +10,001 blocks, +10,898.4 KiB on this line, of these:
             +10,000 blocks  +10,322.3 KiB  bytes(1024)  (1,057 B each)
               ▁▁▂▂▃▃▄▅▅▆▆▇█  0 → 10,000  follows the runs exactly: +1 block/run
             +1 block        +576.1 KiB     _CACHE[request_id] = ...
               ▁▁▁▁▁▁▁▁▁▁▁▃█  0 → 1  does not follow the runs by itself
           traceback, outermost call first
             ... 3 frames of unittest, pluggy, pytest
             tests/test_app.py:5 in test_first  cache.serve(1)
             ... 1 frame of starlette
             app/cache.py:6 in serve            _CACHE[request_id] = bytes(1024)

          why        grew in each of 3 windows
          ruled out  a bounded structure of fewer than 10,000 entries
          reproduce  pytest --leakcheck x.py::t
          accept     @pytest.mark.no_leakcheck(reason="...")
        """
    )


def test_two_ways_to_one_line_stand_apart_and_the_frame_that_differs_is_pointed_out(project):
    result = project.leak(
        project.site(project.test_first, project.made, blocks=224),
        project.site(project.test_second, project.made),
        rate=3.0,
    )
    assert (
        project.render(result)
        == text(
            """
        LEAK  x.py::t  +3 blocks/run, exact in 13 of 13 readings, N=112

        1. app/cache.py:6 in serve
               _CACHE[request_id] = bytes(1024)
                                    ^^^^^^^^^^^
           same line as 2, reached another way:
             here   tests/test_app.py:5 in test_first: cache.serve(1)
             there  tests/test_app.py:9 in test_second: cache.serve(2)
           +224 blocks  +21.9 KiB  (100 B each)
             ▁▁▂▂▃▃▄▅▅▆▆▇█  0 → 224  follows the runs exactly: +2 blocks/run
           traceback, outermost call first
             tests/test_app.py:5 in test_first  cache.serve(1)  <- differs from 2
             app/cache.py:6 in serve            _CACHE[request_id] = bytes(1024)

        2. app/cache.py:6 in serve
               _CACHE[request_id] = bytes(1024)
                                    ^^^^^^^^^^^
           same line as 1, reached another way:
             here   tests/test_app.py:9 in test_second: cache.serve(2)
             there  tests/test_app.py:5 in test_first: cache.serve(1)
           +112 blocks  +10.9 KiB  (100 B each)
             ▁▁▂▂▃▃▄▅▅▆▆▇█  0 → 112  follows the runs exactly: +1 block/run
           traceback, outermost call first
             tests/test_app.py:9 in test_second  cache.serve(2)  <- differs from 1
             app/cache.py:6 in serve             _CACHE[request_id] = bytes(1024)
        """
        )
        + "\n"
        + TAIL
    )


def test_a_library_leaf_comes_after_the_project_line_that_led_there(project):
    leaf = project.frame(f"{INSTALLED}/click/_compat.py", "func", 500, 500, 4, 10)
    result = project.leak(
        project.site(project.test_first, project.made, leaf, exact=False, rate=0.352),
        exact=False,
        rate=0.352,
    )
    assert project.render(result, unicode=False) == text(
        """
        LEAK  x.py::t  about +0.352 blocks/run, N=112

        1. app/cache.py:6 in serve
               _CACHE[request_id] = bytes(1024)
                                    ^^^^^^^^^^^
           allocated in  click/_compat.py:500 in func
               (source file not found)
           +112 blocks  +10.9 KiB  (100 B each)
             __..--=++**%#  0 -> 112  follows the runs: about +0.352 blocks/run
           traceback, outermost call first
             tests/test_app.py:5 in test_first  cache.serve(1)
             app/cache.py:6 in serve            _CACHE[request_id] = bytes(1024)
             click/_compat.py:500 in func

          why        grew in each of 3 windows
          ruled out  a bounded structure that is full within 112 runs
          reproduce  pytest --leakcheck x.py::t
          accept     @pytest.mark.no_leakcheck(reason="...")
        """
    )


def test_a_project_line_that_leads_to_several_lines_is_spelled_out_once(project):
    leaves = [project.frame(f"{INSTALLED}/click/core.py", "func", line) for line in (1, 2)]
    shown = project.render(project.leak(*(project.site(project.made, leaf) for leaf in leaves)))
    assert shown.count("^^^^^^^^^^^") == 1
    assert "\n2. app/cache.py:6 in serve  (as 1)\n   allocated in  click/core.py:2 in" in shown


def test_at_most_five_lines_are_shown_and_the_rest_counted(project):
    frames = [project.frame("<string>", f"made_{n}", n) for n in range(1, 9)]
    quiet = project.site(project.made, blocks=3, grows=False)
    shown = project.render(project.leak(*map(project.site, frames), quiet))
    assert shown.count("(generated code, no source file)") == 5
    assert "\n  and 3 more: +336 blocks, +32.8 KiB\n" in shown
    assert "\n  1 other line grew without following the runs: +3 blocks, +300 B\n" in shown
    assert "made_8" not in shown
    assert "made_8" in project.render(project.leak(*map(project.site, frames)), verbose=True)


def test_verbose_shows_every_frame_whole_paths_and_the_quiet_lines(project):
    result = project.leak(
        project.site(*project.harness, project.made),
        project.site(project.test_first, blocks=3, grows=False),
    )
    shown = project.render(result, verbose=True)
    assert f"     {INSTALLED}/pluggy/_hooks.py:512 in HookCaller.__call__\n" in shown
    assert "  grew       +3 blocks, +300 B  tests/test_app.py:5 in test_first  cache.se" in shown


def test_a_leak_that_only_the_sum_shows_names_the_largest_lines(project):
    shown = project.render(project.leak(project.site(project.made, grows=False)))
    assert "\n  no line follows the runs by itself, only their sum does; the largest:\n" in shown
    assert "\n1. app/cache.py:6 in serve\n" in shown


def test_a_leak_without_sites_says_that_no_line_is_known(project):
    assert (
        project.render(project.leak())
        == text(
            """
        LEAK  x.py::t  +1 block/run, exact in 13 of 13 readings, N=112

          no line known: what grew was not allocated while the tracer could see it
        """
        )
        + "\n"
        + TAIL
    )


def test_a_leak_found_with_gaps_counts_the_gaps(project):
    assert "\n  blind      the tracer could not record 1 allocation\n" in project.render(
        project.leak(dropped=1)
    )


def test_without_a_command_no_reproduce_line_is_printed(project):
    shown = project.render(project.leak(), reproduce="")
    assert "reproduce" not in shown


def test_a_clean_result_is_one_line_with_its_bound(project):
    result = Result(Verdict.CLEAN, "nothing grew in any batch.", bound=3 / 43, judged=43, runs=45)
    assert project.render(result) == (
        "CLEAN  x.py::t  nothing grew in any batch; at most 0.0698 leaks/run (95 %), N=43"
    )


def test_a_test_that_was_not_measured_is_one_line_with_the_reason(project):
    result = Result(Verdict.NOT_MEASURED, "a doctest can't be run again")
    assert project.render(result) == "NOT MEASURED  x.py::t  a doctest can't be run again"


def test_an_inconclusive_result_says_why_and_what_to_do_next(project):
    site = project.site(project.test_first, project.made, blocks=10)
    result = Result(
        Verdict.INCONCLUSIVE,
        "still growing, ever more slowly",
        rate=0.35,
        judged=112,
        runs=145,
        seconds=10.02,
        sites=(site,),
    )
    assert project.render(result) == text(
        """
        INCONCLUSIVE  x.py::t  about +0.35 blocks/run, N=112
          why        still growing, ever more slowly
          grew       +10 blocks, +1,000 B  app/cache.py:6 in serve  _CACHE[request_id] = bytes(1024)
          next       more time: --leakcheck-max-time=41 (this took 10.0 s)
                     more runs: --leakcheck-iterations=580, or a smaller --leakcheck-rate
                     less noise: let every run do the same work (fixed seed, same input)
          reproduce  pytest --leakcheck x.py::t
        """
    )


def test_a_tracer_that_missed_allocations_is_not_answered_with_more_time(project):
    result = Result(Verdict.INCONCLUSIVE, "12 allocations were missed", judged=9, dropped=12)
    assert project.render(result) == text(
        """
        INCONCLUSIVE  x.py::t  N=9
          why        12 allocations were missed
          next       check a part of this test alone, so that fewer blocks are alive at once
          reproduce  pytest --leakcheck x.py::t
        """
    )


def test_carets_stand_under_the_expression_after_wide_and_accented_characters(project):
    line = '    _NAMES.append({"名前": größe, "é": str(größe)})'
    start = len(line[: line.index("str(")].encode())
    end = start + len("str(größe)".encode())
    site = project.site(project.frame("app/cache.py", "grüße", 10, 10, start, end))
    shown = project.render(project.leak(site)).splitlines()
    assert shown[2] == "1. app/cache.py:10 in grüße"
    assert shown[3] == '       _NAMES.append({"名前": größe, "é": str(größe)})'
    assert shown[4] == "       " + " " * 35 + "^" * 10  # the two wide ones take two columns each


def test_without_unicode_the_carets_follow_the_escapes(project):
    line = '    _NAMES.append({"名前": größe, "é": str(größe)})'
    start = len(line[: line.index("größe")].encode())
    site = project.site(
        project.frame("app/cache.py", "grüße", 10, 10, start, start + len("größe".encode()))
    )
    shown = project.render(project.leak(site), unicode=False)
    assert shown.isascii()
    source, carets = shown.splitlines()[3:5]
    at = source.index(r"gr\xf6\xdfe")
    assert carets == " " * at + "^" * len(r"gr\xf6\xdfe")


def test_a_frame_that_calls_itself_stands_once_with_its_count(project):
    site = project.site(*[project.test_first] * 50, project.made)
    assert "test_first (50 times)  cache.serve(1)\n" in project.render(project.leak(site))


def test_very_long_stacks_lose_their_middle(project):
    frames = [project.frame("tests/test_app.py", f"f{n}", 1000 + n) for n in range(200)]
    shown = project.render(project.leak(project.site(*frames, project.made)))
    assert "     ... 161 more rows\n" in shown
    assert shown.count(" in f") == 39


def test_a_stack_that_was_cut_says_so(project):
    shown = project.render(project.leak(project.site(project.made, truncated=True)))
    assert "     ... outer frames cut off: the stack was deeper\n" in shown


def test_a_stack_that_is_the_inner_part_of_another_comes_straight_from_the_loop(project):
    result = project.leak(
        project.site(project.made), project.site(project.test_first, project.made)
    )
    assert (
        "reached another way:\n     here   straight from the loop\n     there  tests/te"
        in project.render(result)
    )


def test_a_site_without_python_stack_is_said_to_have_none(project):
    shown = project.render(project.leak(project.site(project.frame("", "", 0))))
    assert "1. (no Python stack)\n" in shown
    assert "   (no frame of the project in this stack)\n" in shown


def test_colours_add_nothing_but_escape_sequences(project):
    result = project.leak(project.site(*project.harness, project.test_first, project.made))
    coloured = project.render(result, color=True)
    assert coloured.startswith("\x1b[31;1mLEAK\x1b[0m  ")
    for code in ("31;1", "1", "31", "2", "0"):
        coloured = coloured.replace(f"\x1b[{code}m", "")
    assert coloured == project.render(result)


@pytest.mark.parametrize("name", ["a\nb", "a\x1b[2J", "\u202eabc", "\udc80", "a\rb\x85\u2028"])
def test_names_can_not_break_a_line_or_move_the_cursor(project, name):
    frame = replace(project.made, file=f"/{name}.py", function=name)
    shown = project.render(project.leak(project.site(frame)))
    assert all(line.isprintable() for line in shown.split("\n"))
    assert shown.count("\n") == project.render(
        project.leak(project.site(replace(frame, file="/x.py", function="x")))
    ).count("\n")


def test_the_projects_lines_come_before_larger_ones_of_what_runs_the_tests(project):
    result = project.leak(
        project.site(*project.harness, blocks=1120, rate=10.0),
        project.site(project.test_first, project.made),
    )
    shown = project.render(result)
    first, second = (shown.index(f"\n{number}. ") for number in (1, 2))
    assert shown[first:].startswith("\n1. app/cache.py:6 in serve\n")
    assert "(no frame of the project in this stack)" in shown[second:]


def test_caches_that_were_emptied_in_vain_are_ruled_out_by_name(project):
    names = ("re._cache", "linecache.cache", "encodings._cache", "filecmp._cache")
    made = project.leak(project.site(project.test_first, project.made), emptied=names)
    assert project.render(made).count(
        "             emptying 4 caches did not help: re._cache, linecache.cache, "
        "encodings._cache and 1 more\n"
    )
