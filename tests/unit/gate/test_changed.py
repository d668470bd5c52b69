# SPDX-License-Identifier: MIT
"""Which tests a change touches: their file, their conftest.py, what they import."""

import subprocess

import pytest

from leakcheck.errors import UsageError
from leakcheck.gate.changed import changed_since, touched

FILES = {
    "src/app/__init__.py": "",
    "src/app/bus.py": "from . import names\n",
    "src/app/names.py": "",
    "src/app/lonely.py": "",
    "tests/conftest.py": "",
    "tests/test_bus.py": "def test_it():\n    from app import bus\n",
    "tests/test_names.py": "import app.names as n\n",
    "tests/test_none.py": "import os\n",
    "tests/broken.py": "import (",
    "other/test_far.py": "import os\n",
}


@pytest.fixture
def tree(tmp_path):
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    ("changed", "names"),
    [
        ("tests/test_none.py", {"test_none"}),
        ("tests/conftest.py", {"test_bus", "test_names", "test_none", "broken"}),
        ("src/app/bus.py", {"test_bus"}),
        ("src/app/names.py", {"test_bus", "test_names"}),
        ("src/app/__init__.py", {"test_bus", "test_names"}),
        ("src/app/lonely.py", set()),
        ("README.md", set()),
    ],
)
def test_a_change_touches_what_reaches_it_by_imports(tree, changed, names):
    files = [*tree.glob("tests/[!c]*.py"), tree / "other/test_far.py"]
    found = touched(files, frozenset({(tree / changed).resolve()}))
    assert {one.stem for one in found} == names


def git(folder, *words):
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", *words]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tree):
    git(tree, "init", "-q", "-b", "main")
    git(tree, "add", "-A")
    git(tree, "commit", "-qm", "start")
    git(tree, "checkout", "-qb", "work")
    return tree


def test_a_change_is_what_this_branch_did_committed_or_not(repository):
    (repository / "tests/test_none.py").write_text("import sys\n")
    git(repository, "commit", "-qam", "change")
    (repository / "src/app/bus.py").write_text("")
    (repository / "tests/test_größe 1.py").write_text("")
    git(repository, "checkout", "-q", "main")
    (repository / "other/test_far.py").write_text("import re\n")
    git(repository, "commit", "-qm", "of another", "other")
    git(repository, "checkout", "-q", "work")
    found = {one.name for one in changed_since("main", repository / "tests")}
    assert found == {"test_none.py", "bus.py", "test_größe 1.py"}


@pytest.mark.parametrize("ref", ["", "--output=x", "nothing"])
def test_a_ref_that_git_does_not_know_is_refused(repository, ref):
    with pytest.raises(UsageError, match="--leakcheck-changed-since"):
        changed_since(ref, repository)


def test_a_folder_without_git_is_refused(tree):
    with pytest.raises(UsageError, match="git rev-parse says"):
        changed_since("main", tree)
