# SPDX-License-Identifier: MIT
"""The package can be built from its source distribution, and refuses what can't work in a sentence."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SWITCHES = (
    "LEAKCHECK_COVERAGE",
    "LEAKCHECK_SANITIZE",
    "LEAKCHECK_WERROR",
    "LD_PRELOAD",
    "PYTHONPATH",
)


def run(*command: str, cwd: Path, **extra: str) -> subprocess.CompletedProcess[str]:
    """Run a command away from the tree's flavour switches."""
    environment = {name: value for name, value in os.environ.items() if name not in SWITCHES}
    return subprocess.run(
        command,
        cwd=cwd,
        env=environment | extra,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def copy_of_the_sources(target: Path) -> Path:
    """What a fresh checkout holds, so that nothing is written into this tree."""
    skip = shutil.ignore_patterns(
        "build", "dist", ".*", "*.so", "*.egg-info", "__pycache__", "docs"
    )
    shutil.copytree(ROOT, target, ignore=skip)
    return target


def build_ext(tree: Path, prelude: str = "", **extra: str) -> subprocess.CompletedProcess[str]:
    """Build the sampler after some lines that make the interpreter look like another one."""
    script = f"{prelude}\nimport sys\nsys.argv = ['setup.py', '-q', 'build_ext', '--inplace']\n"
    script += "exec(compile(open('setup.py').read(), 'setup.py', 'exec'))\n"
    script = f"__file__ = {str(tree / 'setup.py')!r}\n{script}"
    return run(sys.executable, "-c", script, cwd=tree, **extra)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of_the_sources(tmp_path_factory.mktemp("packaging") / "tree")


def unpacked_sdist(tree: Path, folder: Path) -> Path:
    """The tree as its source distribution holds it, unpacked in the folder."""
    made = run(sys.executable, "setup.py", "-q", "sdist", "--dist-dir", str(folder), cwd=tree)
    assert made.returncode == 0, made.stderr
    (archive,) = folder.glob("pytest_leakcheck-*.tar.gz")
    (folder / "unpacked").mkdir()
    unpacking = run("tar", "-xf", str(archive), cwd=folder / "unpacked")
    assert unpacking.returncode == 0, unpacking.stderr
    (unpacked,) = (folder / "unpacked").iterdir()
    return unpacked


@pytest.mark.slow
def test_the_source_distribution_builds_and_tests_itself(tree: Path, tmp_path: Path) -> None:
    unpacked = unpacked_sdist(tree, tmp_path)
    built = build_ext(unpacked)
    assert built.returncode == 0, built.stderr
    in_c = run(sys.executable, "tests/c/run.py", "blocks", "ledger", "pairs", cwd=unpacked)
    assert in_c.returncode == 0, in_c.stdout
    command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    tests = ("tests/unit/test_config.py", "tests/unit/measure/test_able.py")
    done = run(*command, *tests, cwd=unpacked, PYTHONPATH=str(unpacked))
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout


@pytest.mark.slow
def test_the_source_distribution_makes_a_wheel_that_works_away_from_the_tree(
    tree: Path, tmp_path: Path
) -> None:
    unpacked = unpacked_sdist(tree, tmp_path)
    wheel_command = (sys.executable, "setup.py", "-q", "bdist_wheel", "--dist-dir", str(tmp_path))
    made = run(*wheel_command, cwd=unpacked)
    assert made.returncode == 0, made.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        listed = set(packed.namelist())
        packed.extractall(tmp_path / "site")
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    assert {"leakcheck/py.typed", "leakcheck/_core.pyi", f"leakcheck/_core{suffix}"} <= listed
    for name in (ROOT / "leakcheck/html/templates").iterdir():
        assert f"leakcheck/html/templates/{name.name}" in listed
    assert not [name for name in listed if name.startswith(("tests", "csrc", "examples", "ci"))]
    (entry,) = [name for name in listed if name.endswith("entry_points.txt")]
    assert "leakcheck = leakcheck.plugin" in (tmp_path / "site" / entry).read_text()

    # -I: neither the working folder nor an editable installation of this tree comes first.
    script = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r})\n"
        "import leakcheck\nfrom leakcheck import _core\n"
        "print(leakcheck.__file__, _core.self_test(), sep='|')"
    )
    seen = run(sys.executable, "-I", "-c", script, cwd=tmp_path)
    assert seen.stdout.strip() == f"{tmp_path / 'site' / 'leakcheck' / '__init__.py'}|", seen.stderr


FAKE = (
    "import collections, sys; sys.version_info = collections.namedtuple('V', 'major minor micro')"
)
REFUSALS = {
    "no compiler": ("", {"CC": "no-such-compiler"}, "install GCC or Clang"),
    "too old": (f"{FAKE}(3, 10, 4)", {}, "CPython 3.11 to 3.15"),
    "too new": (f"{FAKE}(3, 16, 0)", {}, "CPython 3.11 to 3.15"),
    "other interpreter": ("import sys; sys.implementation.name = 'pypy'", {}, "this is pypy"),
    "free-threaded": (
        "import sysconfig; sysconfig.get_config_vars()['Py_GIL_DISABLED'] = 1",
        {},
        "free-threaded",
    ),
    "no headers": (
        "import sysconfig; sysconfig.get_path = lambda *a, **k: '/nowhere'",
        {},
        "apt-get install python3-dev",
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_cannot_work_is_refused_in_one_sentence(case: str, tree: Path) -> None:
    prelude, environment, said = REFUSALS[case]
    refused = build_ext(tree, f"import setuptools, sysconfig\n{prelude}", **environment)
    assert refused.returncode == 1
    last = refused.stderr.strip().splitlines()[-1]
    assert last.startswith("error: leakcheck")
    assert said in last
    assert not list(tree.glob("leakcheck/*.so"))


@pytest.mark.slow
def test_a_change_in_the_core_reaches_the_next_build(tmp_path: Path) -> None:
    tree = copy_of_the_sources(tmp_path / "tree")
    assert build_ext(tree).returncode == 0
    with (tree / "csrc" / "core" / "mem.c").open("a", encoding="utf-8") as source:
        source.write('__attribute__((used)) const char lc_mem_planted[] = "planted here";\n')
    assert build_ext(tree).returncode == 0
    (built,) = tree.glob("leakcheck/_core*.so")
    assert b"planted here" in built.read_bytes()


def test_every_source_file_is_built_for_some_version() -> None:
    text = (ROOT / "setup.py").read_text(encoding="utf-8")
    for path in ROOT.glob("csrc/*/*.c"):
        stem, _, version = path.stem.partition("_3")
        listed = f'"{stem}": (' if path.parent.name == "py" and version else f'"{path.stem}"'
        assert listed in text or f"csrc/os/{path.name}" in text, f"{path} is in no source list"
