# SPDX-License-Identifier: MIT
"""What people found out about the LEAK verdicts of the suites: real or false, and whose.

Each was looked into by a plain loop outside leakcheck, on every interpreter named in the
finding: the body alone, windows of equal length, three full collections and a cleared type
cache before each reading of `sys.getallocatedblocks()`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Known:
    """One explanation.

    Attributes:
        suite: the package whose suite shows it.
        marks: texts, one of which the place, a frame or a test of the finding holds.
        real: memory does grow without bound.
        finding: whose it is, who holds it, and what the plain loop showed.
    """

    suite: str
    marks: tuple[str, ...]
    real: bool
    finding: str


KNOWN = (
    Known(
        "h11",
        ("Sentinel.__new__", "test_make_sentinel"),
        real=True,
        finding=(
            "h11 itself and the interpreter: `Sentinel.__new__` makes each class its own type "
            "(`v.__class__ = v`), and the collector does not see that reference, so such a class is "
            "never freed; the test makes two in each run, the package a fixed number at import. Plain "
            "loop of one class: 5.0 blocks a run in each of five windows of 100 runs on 3.11.7, 3.12.1 "
            "and 3.13.0"
        ),
    ),
    Known(
        "attrs",
        ("test_inheritance_from_slots", "test_bare_inheritance_from_slots"),
        real=True,
        finding=(
            "a test dependency, pympler: `asizeof` keeps every class it has sized in its module "
            "dicts `_typedefs` and `_claskeys`, and with it the class that each run makes. Plain "
            "loop: 241 and 374 blocks a run on 3.13.0, 247 and 382 on 3.12.1, 245 and 378 on "
            "3.11.7, the same in each of four windows of 60 runs; clearing both dicts gives them "
            "back"
        ),
    ),
    Known(
        "attrs",
        ("test_recurse_property", "structural_coverage"),
        real=True,
        finding=(
            "a test dependency, hypothesis: its module dict `STRUCTURAL_COVERAGE_CACHE` gains 7 or 8 "
            "entries with each run of a test that makes its strategies anew, and is never emptied. "
            "Plain loop of the property with 10 examples: 16 blocks a run, the same in each of the "
            "last six windows of 40 runs, on 3.13.0 and 3.12.1, the dict 320 entries longer in each"
        ),
    ),
    Known(
        "more-itertools",
        ("test_repeated_zero_cache_peek_has_bounded_memory",),
        real=True,
        finding=(
            "the interpreter (CPython's gh-121390): on 3.11.7 and 3.12.1 tracemalloc, which this test "
            "starts and stops, leaves one raw block of 24 bytes behind each time; 3.13.0 does not. Plain "
            "loop: `mallinfo2` in use grows by 32 bytes a pair, the same in each of five windows "
            "of 50 pairs"
        ),
    ),
    Known(
        "jinja2",
        ("test_dump_stream",),
        real=True,
        finding=(
            "the interpreter: on 3.12.1 interned strings are immortal, and `pathlib` interns the "
            "parts of every path, here of a temporary folder with a new random name each run. "
            "Plain loop: 1.01 blocks a run on 3.12.1 in each of four windows of 100 runs, 0.01 "
            "on 3.11.7 and 3.13.0"
        ),
    ),
    Known(
        "click",
        ("click/testing.py",),
        real=True,
        finding=(
            "click itself: `CliRunner.invoke` leaves its output stream in a WeakKeyDictionary of "
            "`click/_compat.py` whose value is its own key, so that no entry ever dies. Plain "
            "loop of one command that echoes: 16.01 blocks an invoke on 3.13.0, 18.01 on 3.12.1 "
            "and 3.11.7 in each of four windows of 100; clearing that dictionary gives them back"
        ),
    ),
    Known(
        "click",
        ("_pytest/capture.py",),
        real=True,
        finding=(
            "click itself, the same dictionary: `click.echo` puts the stream that stands in for "
            "`sys.stdout` there, here one that pytest's capture fixture made. Plain loop with a "
            "new stream each time: 10.01 blocks a run on 3.13.0, 13.01 on 3.12.1, in each of "
            "three windows of 100; clearing that dictionary gives them back"
        ),
    ),
    Known(
        "jinja2",
        ("TestModuleLoader",),
        real=True,
        finding=(
            "the standard library's `sys.path_importer_cache`, which has no limit: the fixture "
            "compiles templates into a new temporary folder or archive each run, and importing "
            "from it leaves an entry for that path. Plain loop: one entry and 14 (3.13.0) or 15 "
            "(3.12.1) blocks a run for a folder, in each of five windows of 100 runs; clearing "
            "the cache gives them back"
        ),
    ),
    Known(
        "starlette",
        ("opentelemetry/sdk/trace/__init__.py", "functions to call in a forked process"),
        real=True,
        finding=(
            "a test dependency, opentelemetry-sdk 1.45.2: each `TracerProvider` registers a function "
            "by `os.register_at_fork`, which can't be taken back, also by its `shutdown`. Plain loop "
            "of `TracerProvider().shutdown()`: 10.0 blocks a run on 3.13.0 in each of four windows of "
            "100 runs"
        ),
    ),
    Known(
        "starlette",
        ("test_accessing_context_from_threaded_sync_endpoint",),
        real=True,
        finding=(
            "the test makes a `ContextVar` and sets it in the context that it runs in, which holds "
            "it from then on: so `contextvars` says in its documentation. Plain loop of the two lines: "
            "1.2, 1.2, 1.9 and 1.5 blocks a run on 3.13.0 in windows of 100 runs"
        ),
    ),
    Known(
        "lxml",
        ("test_proxy_collect_siblings", "c1.addnext"),
        real=True,
        finding=(
            "lxml itself: of two elements that have no parent but stand side by side, only the one "
            "whose proxy dies last is freed. Plain loop on 3.13.0 without leakcheck: `mallinfo2` in "
            "use grows by 128 bytes a run, and by 288 where they have tails, in each of four windows "
            "of 500 runs"
        ),
    ),
    Known(
        "lxml",
        ("test_parser_target_feed_exception",),
        real=True,
        finding=(
            "lxml itself: what a parser had read when its target raised is not freed. Plain loop on "
            "3.13.0 without leakcheck: `mallinfo2` in use grows by 362 to 363 bytes a run in each of "
            "four windows of 500 runs"
        ),
    ),
    Known(
        "lxml",
        ("test_findall_syntax_error", "c14n2", "test_python3_problem"),
        real=True,
        finding=(
            "Cython, by which lxml is made: a function that is made anew in each call leaves a "
            "reference to its type, `cython_function_or_method`, behind; no memory grows. Plain loop "
            "on 3.13.0: 2.0 references for each `etree.tostring(method='c14n2')` and 1.0 for each run "
            "of `test_findall_syntax_error`, in each of four windows"
        ),
    ),
)


def explained(suite: str, texts: tuple[str, ...]) -> Known | None:
    """The explanation that fits a finding of this suite, or None."""
    for known in KNOWN:
        if known.suite == suite and any(mark in text for mark in known.marks for text in texts):
            return known
    return None
