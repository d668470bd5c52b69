# SPDX-License-Identifier: MIT
"""Runs a composite action as GitHub's runner does: conditions, env, outputs, and the files."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import yaml

ACTION = Path(__file__).parents[2] / "ci" / "action.yml"
_EXPRESSION = re.compile(r"\$\{\{ *(.*?) *\}\}")
_GIVEN = re.compile(r"always\(\) && steps\.([\w-]+)\.outputs\.([\w-]+) != ''")


@dataclass
class Job:
    """What a run of the action left.

    Attributes:
        status: of the step that failed first; 0 when none did.
        out: what each step printed, by its name.
        outputs: of the action.
        summary: of all steps.
        ran: the names of the steps that ran.
    """

    status: int = 0
    out: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    summary: str = ""

    @property
    def ran(self):
        return list(self.out)


def run_action(workspace, temp, path=None, **inputs):
    """The action on a folder.

    Args:
        workspace: the repository.
        temp: an empty folder for the runner's own files.
        path: of programs, in front of what there is.
        inputs: as `with` gives them, with underscores.
    """
    action = yaml.safe_load(ACTION.read_text())
    values = {name: one.get("default", "") for name, one in action["inputs"].items()}
    given = {name.replace("_", "-"): value for name, value in inputs.items()}
    assert given.keys() <= values.keys(), "the action has no such input"
    values |= given
    known = {f"inputs.{name}": value for name, value in values.items()}
    job = Job()
    for number, step in enumerate(action["runs"]["steps"]):
        if not _is_due(step, known, job):
            continue
        output, summary = temp / f"output{number}", temp / f"summary{number}"
        output.touch()
        summary.touch()
        env = {name: _filled(text, known) for name, text in step["env"].items()}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=workspace,
            env={
                **_environment(path),
                "GITHUB_ACTION_PATH": str(ACTION.parent),
                "GITHUB_WORKSPACE": str(workspace),
                "GITHUB_OUTPUT": str(output),
                "GITHUB_STEP_SUMMARY": str(summary),
                "RUNNER_TEMP": str(temp),
                **env,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=120,
            check=False,
        )
        job.out[step["name"]] = done.stdout.decode("utf-8", "backslashreplace")
        job.summary += summary.read_text(encoding="utf-8")
        job.status = job.status or done.returncode
        for line in output.read_text(encoding="utf-8").splitlines():
            name, equals, text = line.partition("=")
            assert equals, f"{line!r} is no output"
            known[f"steps.{step['id']}.outputs.{name}"] = text
    job.outputs = {name: _filled(one["value"], known) for name, one in action["outputs"].items()}
    return job


def commands(text):
    """The workflow commands in a step's output, as the runner would take them."""
    found, closed = [], ""
    for line in text.splitlines():
        if closed:
            closed = "" if line == f"::{closed}::" else closed
        elif line.startswith("::stop-commands::"):
            closed = line.removeprefix("::stop-commands::")
        elif line.startswith("::"):
            found.append(line)
    return found


def _is_due(step, known, job):
    condition = step.get("if")
    if condition is None:
        return job.status == 0
    asked = _GIVEN.fullmatch(condition)
    assert asked is not None, f"no such condition is known here: {condition}"
    return known.get("steps.{}.outputs.{}".format(*asked.groups()), "") != ""


def _filled(text, known):
    return _EXPRESSION.sub(lambda found: known.get(found.group(1), ""), text)


def _environment(path):
    """Ours without what would make its pytest a part of our session."""
    own = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTEST_", "GITHUB_", "LEAKCHECK_"))
    }
    # So that no other plugin of this environment takes part.
    own["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    own["PYTEST_PLUGINS"] = "leakcheck.plugin"
    if path is not None:
        own["PATH"] = f"{path}{os.pathsep}{own['PATH']}"
    return own
