# SPDX-License-Identifier: MIT
"""What pre-commit is told to run can be run."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

HOOKS = {
    one["id"]: one
    for one in yaml.safe_load((Path(__file__).parents[2] / ".pre-commit-hooks.yaml").read_text())
}


def run(hook, folder, *words):
    program, *rest = [*shlex.split(HOOKS[hook]["entry"]), *words]
    assert program == "python"
    return subprocess.run(
        [sys.executable, *rest], cwd=folder, capture_output=True, text=True, check=False
    )


def test_each_names_its_stage_and_takes_no_file_names():
    assert {name: one["stages"] for name, one in HOOKS.items()} == {
        "leakcheck": ["pre-push"],
        "leakcheck-baseline": ["pre-commit"],
    }
    assert all(one["pass_filenames"] is False for one in HOOKS.values())


@pytest.mark.parametrize(
    ("text", "status"),
    [('{"leakcheck-baseline": 1\n}\n', 0), ('{"leakcheck-baseline": 1\n', 2)],
)
def test_the_list_is_checked(tmp_path, text, status):
    (tmp_path / ".leakcheck-baseline.json").write_text(text)
    done = run("leakcheck-baseline", tmp_path)
    assert done.returncode == status, done.stdout + done.stderr


def test_the_options_of_the_other_are_there(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    (option,) = HOOKS["leakcheck"]["args"]
    done = run("leakcheck", tmp_path, "-p", "leakcheck.plugin", option, "--help")
    assert done.returncode == 0
    assert option.partition("=")[0] in done.stdout
