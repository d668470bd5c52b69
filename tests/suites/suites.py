# SPDX-License-Identifier: MIT
"""Which suites are run, at which version, and with what beside them."""

from __future__ import annotations

from dataclasses import dataclass

PYTEST = "9.2.0"


@dataclass(frozen=True, slots=True)
class Suite:
    """One package whose sdist holds its tests.

    Attributes:
        name: the package on the index.
        version: pinned release.
        needs: what its tests import or are run with, beside pytest.
        arguments: further arguments to pytest, with the reason in a comment beside them.
        folder: where in the sdist its tests are; empty: it comes with its tests installed.
        inside: where in the environment its tests have to lie to run, such as "lxml/tests"; empty:
            they run in the sdist. Its arguments that end in `.py` are files there.
        pytest: the release of pytest that it is run with.
        installed: the package is imported as it was installed, with its C extensions, and not from
            the sdist's folder of the same name.
    """

    name: str
    version: str
    needs: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    folder: str = "tests"
    inside: str = ""
    pytest: str = PYTEST
    installed: bool = False

    @property
    def requirements(self) -> tuple[str, ...]:
        """What to install for a run, apart from leakcheck."""
        return (f"{self.name}=={self.version}", f"pytest=={self.pytest}", *self.needs)


# Small ones first, so that a run that is cut off has most of them. Not here, each tried: idna,
# toolz and packaging (their sdists' tests don't collect with pytest alone), pyparsing (one test
# takes most of a minute), sqlalchemy and pydantic (need more than an index to run).
SUITES = (
    Suite("h11", "0.16.0", folder="h11/tests"),
    Suite("markupsafe", "3.0.4"),
    Suite("itsdangerous", "2.2.0", ("freezegun",)),
    Suite("cachetools", "8.0.1"),
    Suite("boltons", "26.2.0"),
    Suite("wtforms", "3.3.2", ("babel", "email-validator")),
    Suite("charset-normalizer", "3.5.2"),
    Suite("tomlkit", "0.15.2", ("pyyaml",)),
    Suite(
        "structlog",
        "26.1.0",
        ("freezegun", "pytest-asyncio", "simplejson", "time-machine"),
    ),
    Suite("marshmallow", "4.4.0", ("simplejson",)),
    Suite("parso", "0.8.7", folder="test"),
    Suite("more-itertools", "11.2.1"),
    Suite("attrs", "26.1.0", ("cloudpickle", "hypothesis", "pympler")),
    Suite("jinja2", "3.1.6", ("trio",)),
    # Without watchdog its own tests skip: file events are not seen in every container.
    Suite(
        "werkzeug",
        "3.1.9",
        ("cffi", "cryptography", "ephemeral-port-reserve", "pytest-timeout"),
    ),
    Suite("click", "8.5.1"),
)

PYTEST_INI = ("-c", "pytest.ini", "-o", "addopts=")
"""Their own settings, but for the options that ask for coverage and several processes."""

# Those of docs/results/suites-unseen.md: leakcheck was made without having seen them.
UNSEEN = (
    Suite("frozenlist", "1.8.0", (), PYTEST_INI, installed=True),
    Suite("pluggy", "1.7.0", ("pytest-benchmark",), ("-c", "tox.ini"), folder="testing"),
    Suite(
        "yarl", "1.25.1", ("hypothesis", "pydantic", "pytest-codspeed"), PYTEST_INI, installed=True
    ),
    # Without blockbuster, which has no wheel, its fixture of that name does nothing.
    Suite(
        "starlette",
        "1.10.0",
        (
            *("httpx", "httpx2[zstd]", "opentelemetry-sdk", "trio", "itsdangerous", "jinja2"),
            *("python-multipart", "pyyaml"),
        ),
        ("tests",),
    ),
    # Likewise. Left out: its benchmarks, and what drives a container.
    Suite(
        "aiohttp",
        "3.14.5",
        (
            *("coverage", "freezegun", "isal", "pkgconfig", "proxy.py>=2.4.4rc5"),
            *("pytest-codspeed", "pytest-mock", "pytest-timeout", "pytest-xdist"),
            *("trustme", "zlib_ng"),
        ),
        (
            *(*PYTEST_INI, "-m", "not dev_mode and not autobahn and not internal"),
            *("--ignore=tests/autobahn", "--ignore-glob=tests/test_benchmarks*"),
        ),
        installed=True,
    ),
)

# With C extensions that take memory from the C library by themselves, for --native.
NATIVE = (
    Suite(
        "pillow",
        "13.0.0",
        # Numpy and the like are asked for by single tests, which skip without.
        (),
        (
            *("Tests/test_file_jpeg.py", "Tests/test_file_png.py", "Tests/test_file_gif.py"),
            *("Tests/test_imagefont.py", "Tests/test_image_filter.py", "Tests/test_arrow.py"),
            *("Tests/test_image_convert.py", "Tests/test_image_resize.py"),
            *("Tests/test_imagecms.py", "Tests/test_imagedraw.py"),
        ),
        folder="Tests",
    ),
    Suite(
        "lxml",
        "6.1.3",
        (),
        # Left out: the classes that others inherit from, which can't run by themselves, and what
        # collects doctests of files that only a checkout has.
        (
            *("test_etree.py", "test_xslt.py", "test_xmlschema.py", "test_relaxng.py"),
            *("test_threading.py", "test_sax.py"),
            *("-k", "not _XIncludeTestCase and not test_suite"),
        ),
        folder="src/lxml/tests",
        inside="lxml/tests",
    ),
    Suite(
        "numpy",
        "2.5.5",
        ("hypothesis",),
        (
            *("linalg/tests/test_linalg.py", "linalg/tests/test_regression.py"),
            *("fft/tests/test_pocketfft.py", "fft/tests/test_helper.py", "lib/tests/test_io.py"),
            *("lib/tests/test_format.py", "lib/tests/test_shape_base.py"),
        ),
        folder="",
        inside="numpy",
    ),
)


def named(names: list[str], among: tuple[Suite, ...] = SUITES) -> list[Suite]:
    """The suites asked for, in the order of the table; all when none is named.

    Raises:
        LookupError: a name that is not in the table.
    """
    known = {suite.name: suite for suite in among}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise LookupError(
            f"no suite named {', '.join(unknown)}; there are {', '.join(known)}",
        )
    return [suite for suite in among if not names or suite.name in names]
