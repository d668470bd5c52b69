# SPDX-License-Identifier: MIT
"""A file is that of the distribution that installed it, also where several share a folder."""

from __future__ import annotations

from importlib import metadata
from typing import TYPE_CHECKING

import pytest

from leakcheck import distributions
from leakcheck.distributions import distribution_named
from leakcheck.judge.whose import distribution_or_package
from leakcheck.measure.native_names import distribution_of_library

if TYPE_CHECKING:
    from pathlib import Path

PYTEST = ("pytest", metadata.version("pytest"))
FILES = {
    "shared-api": ["shared/api/__init__.py", "shared/_api.so"],
    "shared-sdk": ["shared/sdk/__init__.py", "shared/sdk/_native.so"],
}


def ask(installed: str) -> tuple[str, str]:
    """What is answered, and not what was answered before."""
    return distributions.distribution_of.__wrapped__(installed)


@pytest.fixture
def packages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Two distributions whose files lie in one folder, the native ones of the second too."""
    folder = tmp_path / "site-packages"
    for name, files in FILES.items():
        info = folder / f"{name.replace('-', '_')}-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "RECORD").write_text("".join(f"{file},,\n" for file in files))
        for file in files:
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).touch()
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setattr(distributions, "_distributions", lambda: {"shared": list(FILES)})
    return folder


def test_a_package_is_named_by_the_distribution_that_installed_it() -> None:
    assert ask("_pytest") == PYTEST
    assert ask("py.py") == PYTEST  # one file
    assert ask("_pytest.cpython-313-x86_64-linux-gnu.so") == PYTEST
    assert ask("a_package_that_nobody_installed") == ("", "")


@pytest.mark.usefixtures("packages")
def test_of_distributions_that_share_a_namespace_the_one_that_lists_the_file_is_named() -> None:
    assert ask("shared/api/__init__.py") == ("shared-api", "1.0")
    assert ask("shared/sdk/__init__.py") == ("shared-sdk", "1.0")
    assert ask("shared/made_later.py") == ("shared-api", "1.0")


def test_sources_and_libraries_of_one_namespace_get_the_same_answer(packages: Path) -> None:
    assert distribution_or_package("shared/sdk/__init__.py") == ("shared-sdk", "1.0")
    assert distribution_of_library(f"{packages}/shared/sdk/_native.so") == ("shared-sdk", "1.0")
    assert distribution_of_library(f"{packages}/shared/_api.so") == ("shared-api", "1.0")


def test_a_distribution_whose_metadata_is_gone_is_passed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = {"half": ["taken-away", "pytest"], "gone": ["taken-away"]}
    monkeypatch.setattr(distributions, "_distributions", lambda: found)
    assert ask("half") == PYTEST
    assert ask("gone") == ("", "")


@pytest.mark.parametrize("name", ["", "taken-away"])
def test_a_name_that_no_distribution_has_has_no_version(name: str) -> None:
    assert distribution_named(name) == ("", "")
    assert distribution_named("PyTest") == PYTEST
