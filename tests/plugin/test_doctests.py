# SPDX-License-Identifier: MIT
"""Doctests are repeated with fresh names and fixtures, and leak at a line of their own file."""

import pytest

pytest_plugins = ["pytester"]

MODULE = '''
"""A module with examples.

>>> add(1, 2)
3
"""
import itertools
import pytest

KEPT, MORE = [], []
COUNT, OTHER = itertools.count(), itertools.count()


def add(a, b):
    """
    >>> print("out")
    out
    >>> if "seen" in globals():
    ...     raise ValueError("the names of the run before are still here")
    >>> seen = add(1, 1)
    >>> seen
    2
    """
    return a + b


def leaks():
    """
    A first line.

    >>> number = 1
    >>> for _ in range(2):
    ...     leaks()
    """
    KEPT.append(bytearray(9))


def keeps():
    """
    >>> text = "ab"
    >>> MORE.append([*text,
    ...     *text])
    """


def twice():
    """
    >>> next(COUNT) < 2
    True
    """


def raises_later():
    """
    >>> if next(OTHER) > 2: raise ValueError("too many")
    """


def skipped():
    """
    >>> 1 / 0  # doctest: +SKIP
    """


def raises():
    """
    >>> raises()
    Traceback (most recent call last):
    ...
    ValueError: expected
    """
    raise ValueError("expected")


def test_function(): pass
'''

CONFTEST = """
import pytest
UP = []

@pytest.fixture(autouse=True)
def each(doctest_namespace):
    doctest_namespace["given"] = len(UP)
    UP.append(1)
    yield
    UP.pop()

@pytest.fixture
def folder(tmp_path):
    return tmp_path
"""

TEXT = """
A guide
=======

>>> given
0
>>> folder = getfixture("folder")
>>> list(folder.iterdir())
[]
>>> folder.joinpath("file").touch()
"""

LEAKS = """
>>> import test_it
>>> def keep():
...     size = 9
...     test_it.KEPT.append(bytearray(size))
>>> keep()
"""


@pytest.fixture
def doctests(run, pytester):
    """Run pytest over the module and the texts above."""
    (pytester.path / "conftest.py").write_text(CONFTEST)
    (pytester.path / "guide.rst").write_text(TEXT)
    (pytester.path / "leaks.rst").write_text(LEAKS)

    def start(*options, module=MODULE, **how):
        return run(module, "--doctest-modules", "--doctest-glob=*.rst", *options, **how)

    return start


def line_of(text):
    """The line of the module in which `text` stands first."""
    return MODULE.strip()[: MODULE.strip().index(text)].count("\n") + 1


@pytest.mark.parametrize("option", [(), ("--doctest-continue-on-failure",)])
def test_are_measured_and_keep_their_outcome(doctests, option):
    plain = doctests("--doctest-ignore-import-errors", *option, flag=False)
    done = doctests("--leakcheck-iterations=60", *option)
    verdicts = {key.split("::")[1]: value["verdict"] for key, value in done.found.items()}
    clean = ("test_it", "test_it.add", "test_it.raises", "test_function", "guide.rst")
    leaking = ("test_it.leaks", "test_it.keeps", "leaks.rst")
    unmeasured = ("test_it.twice", "test_it.raises_later")
    assert verdicts == {
        **dict.fromkeys(clean, "clean"),
        **dict.fromkeys(leaking, "leak"),
        **dict.fromkeys(unmeasured, "not measured"),
    }
    before, after = plain.result.parseoutcomes(), done.result.parseoutcomes()
    assert after["failed"] == len(leaking)
    assert after["passed"] == before["passed"] - len(leaking)
    assert after["skipped"] == before["skipped"] == 1


def test_that_fail_when_repeated_say_which_example(doctests):
    done = doctests("--leakcheck-iterations=24")
    assert done.reason("test_it.twice") == (
        f"fails when repeated (run 2): line {line_of('next(COUNT)')}: expected True, got False"
    )
    assert done.reason("test_it.raises_later") == (
        f"fails when repeated (run 3): line {line_of('next(OTHER)')}: ValueError: too many"
    )


def test_that_leak_are_reported_at_their_own_line(doctests):
    done = doctests("--leakcheck-iterations=24")
    lines = done.out.splitlines()
    kept, example = done.result_of("leaks.rst"), done.result_of("test_it.keeps")
    (leaf,) = [site["frames"][-1] for site in kept["sites"] if site["grows"]]
    assert (leaf["file"].rsplit("/")[-1], leaf["line"]) == ("leaks.rst", 5)
    assert "1. leaks.rst:5 in <doctest keep>" in lines
    at = lines.index(f"1. test_it.py:{line_of('MORE.append([*text')} in <doctest>")
    assert lines[at + 1].strip() == ">>> MORE.append([*text,"
    assert lines[at + 3].strip() == "...     *text])"
    assert example["whose"]["name"] == "test_it.py"
    done.result.stdout.fnmatch_lines(
        [
            "  reproduce  python -m pytest test_it.py::test_it.keeps --doctest-modules --leakcheck*",
            "LEAK *",
        ]
    )
    assert "--doctest-glob=leaks.rst --leakcheck" in done.out
    assert "accept  " not in done.out


def test_are_compiled_by_their_own_module_again_afterwards(doctests):
    module = '''
        import doctest, itertools
        def first():
            """
            >>> 1
            1
            """
        def test_after():
            assert not hasattr(doctest, "compile")
        '''
    done = doctests(module=module)
    assert done.verdict("test_it.first") == "clean"
    assert done.verdict("test_after") == "clean"
