# SPDX-License-Identifier: MIT
"""The rules of layers.py hold here, and each of them catches a seeded violation."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.house import layers

ROOT = Path(__file__).resolve().parents[2]
Rule = Callable[[Path], list[str]]


@pytest.mark.parametrize("rule", layers.RULES, ids=lambda rule: rule.__name__)
def test_this_repository_keeps(rule: Rule) -> None:
    assert rule(ROOT) == []


CLEAN = {
    "csrc/core/status.h": "/* SPDX-License-Identifier: MIT */\n#include <stdint.h>\n",
    "csrc/core/mem.h": '/* SPDX-License-Identifier: MIT */\n#include "status.h"\n',
    "csrc/core/mem.c": (
        '/* SPDX-License-Identifier: MIT */\n#include "mem.h"\n'
        "static int\nprobe(void)\n{\n}\n\nvoid *\nlc_mem_take(void)\n{\n}\n"
    ),
    "csrc/os/heap.h": '/* SPDX-License-Identifier: MIT */\n#include "../core/mem.h"\n',
    "csrc/os/heap.c": '/* SPDX-License-Identifier: MIT */\n#include "heap.h"\n#include <unistd.h>\n',
    "csrc/py/pyframe.h": "/* SPDX-License-Identifier: MIT */\n#include <Python.h>\n",
    "csrc/py/pyframe_312.c": (
        '/* SPDX-License-Identifier: MIT */\n#include "pyframe.h"\n'
        '#include "internal/pycore_frame.h"\n#include "../os/heap.h"\nint\nlc_pyframe_walk(void)\n{\n}\n'
    ),
    "leakcheck/__init__.py": "# SPDX-License-Identifier: MIT\nfrom leakcheck.api import check\n",
    "leakcheck/model.py": "# SPDX-License-Identifier: MIT\nimport enum\n",
    "leakcheck/errors.py": "# SPDX-License-Identifier: MIT\nfrom leakcheck.model import Result\n",
    "leakcheck/config.py": "# SPDX-License-Identifier: MIT\nfrom .errors import UsageError\n",
    "leakcheck/measure/protocol.py": (
        "# SPDX-License-Identifier: MIT\nfrom leakcheck import _core, config\n"
        "from leakcheck.measure.raw import Raw\n"
    ),
    "leakcheck/report/terminal.py": "# SPDX-License-Identifier: MIT\nimport leakcheck.model\n",
    "leakcheck/api.py": "# SPDX-License-Identifier: MIT\nfrom leakcheck.measure import protocol\n",
    "leakcheck/plugin.py": (
        "# SPDX-License-Identifier: MIT\nimport pytest\nfrom leakcheck.pytest_plugin import rerun\n"
    ),
    "leakcheck/pytest_plugin/_private.py": "# SPDX-License-Identifier: MIT\nimport _pytest.runner\n",
}


def plant(root: Path, tree: dict[str, str]) -> Path:
    """Write a tree of files and return its root."""
    for name, text in tree.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


@pytest.mark.parametrize("rule", layers.RULES, ids=lambda rule: rule.__name__)
def test_a_tree_that_keeps_the_rules_is_let_alone(rule: Rule, tmp_path: Path) -> None:
    assert rule(plant(tmp_path, CLEAN)) == []


SPDX_PY = "# SPDX-License-Identifier: MIT\n"
SPDX_C = "/* SPDX-License-Identifier: MIT */\n"
SEEDS = [
    ("c_direction", "csrc/core/mem.c", "#include <Python.h>\n", "only csrc/py sees"),
    ("c_direction", "csrc/os/heap.c", '#include "internal/pycore_frame.h"\n', "only csrc/py sees"),
    ("c_direction", "csrc/core/mem.c", '#include "../os/heap.h"\n', "it may include ['core']"),
    ("c_direction", "csrc/core/mem.c", "#include <unistd.h>\n", "C11 and its library"),
    ("c_direction", "csrc/os/heap.c", '#include "../py/pyframe.h"\n', "os may not include"),
    ("c_direction", "csrc/core/mem.c", '#include "gone.h"\n', "no such file"),
    ("c_direction", "csrc/vendored/x.c", "", "no folder vendored"),
    ("c_cycles", "csrc/core/status.h", '#include "mem.h"\n', "in a circle"),
    ("c_names", "csrc/core/mem.c", "int\ntake(void)\n{\n}\n", "lc_mem_<verb>"),
    ("c_names", "csrc/py/pyframe_312.c", "int\nlc_pyframe_312_x(void)\n{\n}\n", None),
    ("c_names", "csrc/py/pyframe_312.c", "int\nlc_frame_walk(void)\n{\n}\n", "lc_pyframe_<verb>"),
    ("python_direction", "leakcheck/model.py", "from leakcheck import config\n", "model may not"),
    ("python_direction", "leakcheck/judge/p.py", "import leakcheck.report.x\n", "judge may not"),
    ("python_direction", "leakcheck/judge/p.py", "from ..measure import x\n", "judge may not"),
    ("python_direction", "leakcheck/api.py", "from leakcheck import cli\n", "api may not"),
    ("python_direction", "leakcheck/api.py", "import leakcheck\n", "the facade"),
    (
        "python_direction",
        "leakcheck/api.py",
        "def f():\n    from leakcheck import cli\n",
        "api may",
    ),
    ("python_direction", "leakcheck/stray.py", "", "stands in no layer"),
    ("third_parties", "leakcheck/report/terminal.py", "import pytest\n", "pytest is imported only"),
    (
        "third_parties",
        "leakcheck/plugin.py",
        "from _pytest import main\n",
        "only in pytest_plugin/",
    ),
    ("third_parties", "leakcheck/api.py", "from leakcheck import _core\n", "only in measure/"),
    (
        "third_parties",
        "leakcheck/api.py",
        "from leakcheck._core import Check\n",
        "only in measure/",
    ),
    ("third_parties", "leakcheck/config.py", "import attrs\n", "not a dependency"),
    ("names", "leakcheck/utils.py", "", "named utils"),
    ("sizes", "leakcheck/api.py", "x = 1\n" * 300, "at most 300"),
    ("sizes", "csrc/core/mem.h", "\n" * 150, "at most 150"),
    ("licences", "leakcheck/extra.py", None, "first line"),
    ("words", "leakcheck/api.py", "PATH = '/wo" + "rk/main'\n", "a path"),
    ("words", "ci/x.sh", "cd /t" + "mp\n", "a path"),
    ("words", "README.md", "see issue" + " 3\n", "a word"),
]


@pytest.mark.parametrize(
    ("rule", "name", "text", "said"), SEEDS, ids=[f"{s[0]}-{n}" for n, s in enumerate(SEEDS)]
)
def test_a_seeded_violation_is_named(
    rule: str, name: str, text: str | None, said: str | None, tmp_path: Path
) -> None:
    licence = SPDX_C if name.endswith((".c", ".h")) else SPDX_PY
    seeded = "x = 1\n" if text is None else CLEAN.get(name, licence) + text
    broken = getattr(layers, rule)(plant(tmp_path, CLEAN | {name: seeded}))
    if said is None:
        assert broken == []
    else:
        assert len(broken) == 1
        assert said in broken[0]
        assert broken[0].startswith(name) or rule == "c_cycles"


def test_an_exception_from_the_size_limit_needs_its_excess(tmp_path: Path) -> None:
    root = plant(tmp_path, CLEAN | {"leakcheck/api.py": SPDX_PY + "x = 1\n" * 320})
    assert layers.sizes(root, {"leakcheck/api.py": (330, "why")}) == []
    assert "at most 310" in layers.sizes(root, {"leakcheck/api.py": (310, "why")})[0]
    stale = {"leakcheck/api.py": (330, "why"), "leakcheck/config.py": (330, "why")}
    assert "not needed" in layers.sizes(root, stale)[0]


def test_every_size_exception_has_a_reason() -> None:
    assert all(reason for _, reason in layers.TOO_LONG.values())


def test_the_extension_exports_nothing_but_its_init_function() -> None:
    core = pytest.importorskip("leakcheck._core")
    nm = shutil.which("nm")
    if nm is None:
        pytest.skip("nm is not installed")
    listed = subprocess.run(
        [nm, "-D", "--defined-only", core.__file__], capture_output=True, text=True, check=True
    ).stdout
    exported = {line.split()[-1] for line in listed.splitlines()}
    assert exported - {"_init", "_fini"} == {"PyInit__core"}
