# SPDX-License-Identifier: MIT
"""Which statement of a parsed file a frame is in."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leakcheck.model import Frame


def defines(tree: ast.Module, frame: Frame) -> bool:
    """Whether the file still has the frame's function at the frame's line."""
    name = frame.function.rsplit(".", 1)[-1]
    if not name.isidentifier():  # <module>, <lambda>, <listcomp>, ...: nothing to compare
        return True
    return any(
        isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        and node.name == name
        for node in _nodes_at(tree, frame.line)
    )


def enclosing(tree: ast.Module, line: int) -> ast.stmt | None:
    """The innermost statement that covers the line and has the line in its head.

    None for a line of a docstring, whose lines (of a doctest) stand for themselves.
    """
    found: ast.stmt | None = None
    for node in _nodes_at(tree, line):
        if isinstance(node, ast.stmt):
            found = node
    if found is None or _is_text(found):
        return None
    first, last = head(found)
    return found if first <= line <= last else None


def head(node: ast.stmt) -> tuple[int, int]:
    """The lines of a statement; of a compound one, those before its first inner statement."""
    first, last = _first_line(node), node.end_lineno or node.lineno
    inner: list[ast.AST] = getattr(node, "body", None) or getattr(node, "cases", None) or []
    if inner:
        body = inner[0]
        start = body.pattern.lineno if isinstance(body, ast.match_case) else None
        if isinstance(body, ast.stmt):
            start = _first_line(body)
        if start is not None:
            last = max(node.lineno, start - 1)
    return first, last


def assigns_to(node: ast.stmt, frame: Frame) -> bool:
    """Whether the frame's expression is what the statement assigns to."""
    if isinstance(node, ast.Assign):
        waiting: list[ast.expr] = list(node.targets)
    elif isinstance(node, ast.AnnAssign):
        waiting = [node.target]
    else:
        return False
    spot = (frame.line, frame.end_line, frame.column, frame.end_column)
    while waiting:
        target = waiting.pop()
        if (target.lineno, target.end_lineno, target.col_offset, target.end_col_offset) == spot:
            return True
        if isinstance(target, (ast.Tuple, ast.List)):
            waiting.extend(target.elts)
    return False


def _is_text(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _nodes_at(tree: ast.Module, line: int) -> list[ast.AST]:
    """Every statement-like node that covers the line, outer before inner."""
    found: list[ast.AST] = []
    waiting: list[ast.AST] = list(reversed(tree.body))
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.stmt, ast.excepthandler)):
            first, last = _first_line(node), node.end_lineno or node.lineno
            if not first <= line <= last:
                continue
            found.append(node)
        elif not isinstance(node, ast.match_case):
            continue  # statements stand in no expression
        waiting.extend(reversed(list(ast.iter_child_nodes(node))))
    return found


def _first_line(node: ast.stmt | ast.excepthandler) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])
