# SPDX-License-Identifier: MIT
"""The action on examples/ci/project, run as GitHub runs it."""

import json
import os
import re
import shutil
import sys
from pathlib import Path

import pytest
import yaml

from tests.ci.github import ACTION, commands, run_action

PROJECT = Path(__file__).parents[2] / "examples" / "ci" / "project"
NEW, KNOWN, FIXED = "LC-0f7386c34a", "LC-ce749d1e62", "LC-7999dfdb68"
TESTS, REPORT, LAST = "Run the tests", "Report", "Pass or fail"
LEAKY_PRICES = """
_PRICES = {}

def price(item):
    _PRICES[len(_PRICES)] = [item, 1]
    return 1
"""


@pytest.fixture
def repository(tmp_path):
    """The example in a folder of a repository."""
    shutil.copytree(PROJECT, tmp_path / "repository" / "shop")
    return tmp_path / "repository"


@pytest.fixture
def act(repository, tmp_path):
    def run(**inputs):
        temp = tmp_path / "runner"
        temp.mkdir(exist_ok=True)
        usual = {"python": sys.executable, "install": "", "working_directory": "shop"}
        return run_action(repository, temp, **(usual | inputs))

    return run


def test_only_the_new_leak_fails_and_its_line_is_marked(act, repository):
    job = act()
    assert (job.status, job.ran[-1]) == (1, LAST)
    assert commands(job.out[TESTS]) == []
    error, warning, notice = commands(job.out[REPORT])
    assert error.startswith("::error file=shop/shop/audit.py,line=7,title=leakcheck%3A ")
    assert NEW in error
    assert FIXED in warning
    assert notice.startswith("::notice file=shop/shop/orders.py,line=7,")
    assert job.summary.startswith("## leakcheck: 1 leak\n")
    assert (job.outputs["status"], job.outputs["leaks"], job.outputs["new-leaks"]) == (
        *("1", "2"),
        "1",
    )
    result = json.loads(Path(job.outputs["result"]).read_text())
    assert result["root"] == str(repository / "shop")
    sarif = json.loads(Path(job.outputs["sarif"]).read_text())
    assert {
        one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for one in sarif["runs"][0]["results"]
    } == {"shop/shop/audit.py", "shop/shop/orders.py"}


def test_without_the_new_leak_it_passes_and_strict_wants_the_fixed_one_off_the_list(
    act, repository
):
    (repository / "shop/shop/audit.py").write_text("def record(event):\n    pass\n")
    assert act().status == 0
    job = act(strict="true")
    assert job.status == 1
    (error,) = [one for one in commands(job.out[REPORT]) if one.startswith("::error")]
    assert FIXED in error


def test_the_list_of_the_example_is_what_its_code_leaked_before(act, repository):
    listed = json.loads((PROJECT / ".leakcheck-baseline.json").read_text())
    assert listed.keys() == {"leakcheck-baseline", KNOWN, FIXED}
    (repository / "shop/shop/prices.py").write_text(LEAKY_PRICES)
    job = act(pytest_args="-k 'not event'", strict="true")
    assert (job.status, job.outputs["leaks"], job.outputs["new-leaks"]) == (0, "2", "0")


def test_never_lets_leaks_pass_but_no_other_failure(act, repository):
    assert act(fail_on="never").status == 0
    with (repository / "shop/tests/test_shop.py").open("a") as file:
        file.write("\ndef test_fails():\n    assert 0\n")
    assert act(fail_on="never").status == 1


def test_options_are_split_as_a_shell_does_and_nothing_in_them_is_run(act, repository):
    hostile = "$(touch a) `touch b` ; touch c; ${{ github.token }}"
    job = act(pytest_args=f"""-k 'not event' -o "markers=x: {hostile}" """, changed_since="")
    assert job.status == 0
    assert {one.name for one in repository.iterdir()} == {"shop"}
    names = {one.name for one in (repository / "shop").iterdir()}
    assert names.isdisjoint("abc")


@pytest.mark.parametrize(
    ("inputs", "told"),
    [
        (
            {"pytest_args": "-k 'open"},
            "pytest-args can't be split into words: .*No closing quotation",
        ),
        ({"install": "'"}, "install can't be split into words"),
        ({"fail_on": "sometimes"}, "fail-on must be new or never"),
    ],
)
def test_an_input_that_cannot_be_used_is_status_2_and_said(act, inputs, told):
    job = act(**inputs)
    assert job.status == 2
    assert re.search(f"::error title=leakcheck::{told}", "".join(job.out.values()))


def test_what_a_test_prints_is_no_command(act, repository):
    test = repository / "shop/tests/test_print.py"
    test.write_text('def test_it():\n    print("\\n::error::from a test\\n::notice::x")\n')
    job = act(pytest_args="-s tests/test_print.py")
    assert "::error::from a test" in job.out[TESTS]
    assert commands(job.out[TESTS]) == []


def test_a_process_that_dies_is_no_pass(act, repository):
    (repository / "shop/tests/test_dies.py").write_text(
        "import os\ndef test_it():\n    os._exit(0)\n"
    )
    job = act(pytest_args="tests/test_dies.py", fail_on="never")
    assert REPORT not in job.ran
    assert job.status == 2
    assert "no result" in job.out[LAST]


def test_what_is_to_be_installed_goes_to_pip(act, tmp_path):
    fake = tmp_path / "python"
    fake.write_text(
        f'#!/bin/bash\n[ "$2" = pip ] || exec "{sys.executable}" "$@"\nprintf "<%s>" "$@"\nexit 9\n'
    )
    fake.chmod(0o755)
    job = act(python=str(fake), install="pytest-leakcheck -e '.[a b]'")
    assert (job.status, job.ran) == (9, ["Install leakcheck"])
    assert job.out["Install leakcheck"].endswith("<pytest-leakcheck><-e><.[a b]>")


def test_no_expression_stands_in_a_script():
    for step in yaml.safe_load(ACTION.read_text())["runs"]["steps"]:
        assert "${{" not in step["run"], step["name"]
        assert step["shell"] == "bash"


def test_the_workflows_name_inputs_and_outputs_that_there_are():
    action = yaml.safe_load(ACTION.read_text())
    seen = 0
    for path in sorted((PROJECT.parent / "workflows").glob("*.yml")):
        text = path.read_text()
        for job in yaml.safe_load(text)["jobs"].values():
            for step in job["steps"]:
                if step.get("uses", "").startswith("OWNER/REPOSITORY/ci@"):
                    assert step["with"].keys() <= action["inputs"].keys(), path.name
                    seen += 1
        asked = set(re.findall(r"steps\.leakcheck\.outputs\.([\w-]+)", text))
        assert asked <= action["outputs"].keys(), path.name
    assert seen == 3
    assert os.access(ACTION.parent / "action.sh", os.R_OK)
