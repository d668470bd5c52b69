# SPDX-License-Identifier: MIT
"""Which lines of leakcheck the tests pass, counted without a tracer.

    python ci/lines.py count TREE           make the modules of TREE/leakcheck count from now on
    python ci/lines.py report TREE FLOOR    what was passed, by coverage.py's rules; fails below FLOOR %

A tracer would not see what has to be seen: leakcheck takes coverage's functions out of the
interpreter while it measures, and what a tracer keeps for each line would be counted as blocks.
So each statement is compiled with one more before it, `_passed[n] = 1`, where `_passed` is a
mapped file of one byte a line: it allocates nothing, holds in every thread and every child
process, also in those that are killed. The sources stay as they are. What Python would find in
__pycache__ is replaced by that compilation.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import marshal
import sys
from pathlib import Path
from typing import Final, TypeVar

from _pytest.assertion.rewrite import PYC_TAIL

PACKAGE: Final = "leakcheck"
COUNTERS: Final = "passed.bin"
LINES: Final = "passed.json"
HOLDER: Final = '''\
"""Written by ci/lines.py: a byte for each line that was passed, in a mapped file."""

import mmap
import sys

_options = {{"trackfd": False}} if sys.version_info >= (3, 13) else {{}}
with open({path!r}, "r+b") as _file:
    passed = mmap.mmap(_file.fileno(), 0, **_options)
'''
Node = TypeVar("Node", bound=ast.AST)


class Counting(ast.NodeTransformer):
    """Puts a statement that counts before each statement of a module.

    `lines` gets the line of each counter, in order, from `first` on.
    """

    def __init__(self, first: int) -> None:
        self.first = first
        self.lines: list[int] = []

    def _counter(self, line: int, at: ast.stmt) -> ast.stmt:
        text = f"_passed[{self.first + len(self.lines)}] = 1"
        self.lines.append(line)
        (made,) = ast.parse(text).body
        for node in ast.walk(made):
            ast.copy_location(node, at)
        return made

    def _counted(self, body: list[ast.stmt], *heads: int) -> list[ast.stmt]:
        """The statements with their counters; `heads`: lines that are passed on the way into them."""
        out: list[ast.stmt] = []
        for index, statement in enumerate(body):
            first = heads if index == 0 else ()
            counters = [self._counter(line, statement) for line in first]
            if not ((_is_text(statement) and index == 0) or _is_silent(statement)):
                counters += [self._counter(line, statement) for line in _lines_of(statement)]
            seen = self.visit(statement)
            out += [seen, *counters] if _comes_first(body, index) else [*counters, seen]
        return out

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Look into every list of statements, wherever it hangs."""
        for name in ("body", "orelse", "finalbody"):
            inside = getattr(node, name, None)
            if isinstance(inside, list) and inside:
                heads = (node.lineno,) if isinstance(node, ast.ExceptHandler) else ()
                if isinstance(node, ast.match_case):
                    heads = (node.pattern.lineno,)
                setattr(node, name, self._counted(inside, *heads))
        for name in ("handlers", "cases"):
            for inner in getattr(node, name, ()):
                self.generic_visit(inner)
        return node

    def module(self, tree: ast.Module) -> ast.Module:
        """A whole module: the import of the counters comes as early as it may."""
        self.generic_visit(tree)
        loading = ast.parse(f"from {PACKAGE}._passed import passed as _passed").body[0]
        firsts = [at for at in range(len(tree.body)) if _comes_first(tree.body, at)]
        tree.body.insert(firsts[-1] + 1 if firsts else 0, loading)
        return tree


def _is_text(statement: ast.stmt) -> bool:
    """A string that stands for itself; at the head of a body it is the docstring."""
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def _is_silent(statement: ast.stmt) -> bool:
    """A statement that no code is made for."""
    return isinstance(statement, ast.Global | ast.Nonlocal)


def _comes_first(body: list[ast.stmt], at: int) -> bool:
    """A docstring, or an import from __future__: nothing may stand before it."""
    statement = body[at]
    future = isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
    return future or (at == 0 and _is_text(statement))


def _lines_of(statement: ast.stmt) -> list[int]:
    """The lines that running a statement passes at its head: its own and those of its decorators."""
    decorators = getattr(statement, "decorator_list", [])
    return [*(one.lineno for one in decorators), statement.lineno]


def count(tree: Path) -> int:
    """Make every module of the package count; returns how many lines there are to pass."""
    (tree / "build").mkdir(exist_ok=True)
    every: list[tuple[str, int]] = []
    for path in sorted((tree / PACKAGE).rglob("*.py")):
        if path.name == "_passed.py":
            continue
        source = path.read_bytes()
        counting = Counting(len(every))
        module = ast.fix_missing_locations(counting.module(ast.parse(source, str(path))))
        code = compile(module, str(path), "exec", dont_inherit=True)
        every += [(str(path), line) for line in counting.lines]
        # PEP 552: valid for a source of this hash.
        head = importlib.util.MAGIC_NUMBER + (3).to_bytes(4, "little")
        cached = Path(importlib.util.cache_from_source(str(path)))
        cached.parent.mkdir(exist_ok=True)
        # pytest compiles plugins by itself, and keeps what it makes beside Python's own.
        for name in (cached, cached.with_name(path.stem + PYC_TAIL)):
            name.write_bytes(head + importlib.util.source_hash(source) + marshal.dumps(code))
    counters = tree / "build" / COUNTERS
    counters.write_bytes(bytes(len(every)))
    (tree / "build" / LINES).write_text(json.dumps(every), encoding="utf-8")
    holder = HOLDER.format(path=str(counters))
    (tree / PACKAGE / "_passed.py").write_text(holder, encoding="utf-8")
    return len(every)


def report(tree: Path, floor: float) -> int:
    """Print coverage.py's table of the lines not passed; 1 when fewer than `floor` per cent were."""
    import coverage

    passed = (tree / "build" / COUNTERS).read_bytes()
    every = json.loads((tree / "build" / LINES).read_text(encoding="utf-8"))
    seen: dict[str, list[int]] = {path: [] for path, _ in every}
    for byte, (path, line) in zip(passed, every, strict=True):
        if byte:
            seen[path].append(line)
    (tree / PACKAGE / "_passed.py").unlink(missing_ok=True)
    data = tree / "build" / "passed.coverage"
    data.unlink(missing_ok=True)
    kept = coverage.CoverageData(str(data))
    kept.add_lines(seen)
    kept.write()
    cover = coverage.Coverage(data_file=str(data), config_file=str(tree / "pyproject.toml"))
    cover.load()
    share = cover.report(show_missing=True, skip_covered=True)
    print(f"lines: {share:.2f}% of {PACKAGE}, {floor:g}% are asked for")
    return int(share < floor)


def main(arguments: list[str]) -> int:
    """Do what is asked; 2 when that is not understood."""
    match arguments:
        case ["count", tree]:
            print(f"{count(Path(tree).resolve())} lines count")
            return 0
        case ["report", tree, floor]:
            return report(Path(tree).resolve(), float(floor))
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
