# SPDX-License-Identifier: MIT
"""The mutants of a Python file, made in its syntax tree: functions, and tables of modules too."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.mutation.mutants import Mutant, numbered

COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
COUNTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
LEFT_OUT = (ast.AugAssign, ast.Assign, ast.Return, ast.Expr, ast.Raise, ast.Continue, ast.Break)
"""Statements that can be left out."""


def mutants_of(source: str, file: str) -> list[Mutant]:
    """Each change, in the order of the file; `start` and `end` count nodes and their changes."""
    tree = ast.parse(source)
    lines = source.splitlines()
    found = []
    for at, node in enumerate(_nodes(tree)):
        for way, (before, after) in enumerate(_changes(node)):
            context = " ".join(lines[node.lineno - 1].split())
            found.append(Mutant(file, node.lineno, at, way, _shown(before), _shown(after), context))
    return numbered(found)


def changed(source: str, mutant: Mutant) -> ast.Module:
    """The module with the mutant in it."""
    tree = ast.parse(source)
    nodes = list(_nodes(tree))
    target = nodes[mutant.start]
    _, replacement = list(_changes(target))[mutant.end]
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is target:
                setattr(parent, name, replacement)
            elif isinstance(value, list) and any(one is target for one in value):
                setattr(parent, name, [replacement if one is target else one for one in value])
    return ast.fix_missing_locations(tree)


def _nodes(tree: ast.Module) -> Iterator[ast.expr | ast.stmt]:
    """What may be changed: no docstring, annotation or import, and no text inside an f-string."""

    def visit(node: ast.AST) -> Iterator[ast.expr | ast.stmt]:
        if isinstance(node, ast.Import | ast.ImportFrom):
            return
        if isinstance(node, ast.If) and _shown(node.test) == "TYPE_CHECKING":
            return
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            return  # A docstring.
        if isinstance(node, ast.expr | ast.stmt):
            yield node
        for name, value in ast.iter_fields(node):
            if name in {"annotation", "returns", "decorator_list", "format_spec", "type_params"}:
                continue
            for one in value if isinstance(value, list) else [value]:
                inside = isinstance(node, ast.JoinedStr) and isinstance(one, ast.Constant)
                if isinstance(one, ast.AST) and not inside:
                    yield from visit(one)

    yield from visit(tree)


def _shown(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())


def _like(node: ast.expr, **fields: object) -> ast.AST:
    """The node with other fields, at its place."""
    kept = dict(ast.iter_fields(node))
    return ast.copy_location(type(node)(**kept | fields), node)


def _changes(node: ast.expr | ast.stmt) -> Iterator[tuple[ast.AST, ast.AST]]:
    """(what is replaced, by what) of the node itself."""
    if isinstance(node, LEFT_OUT):
        yield node, ast.copy_location(ast.Pass(), node)
    if isinstance(node, ast.expr):
        for other in _others(node):
            yield node, ast.copy_location(other, node)


def _others(node: ast.expr) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(ops=[operator]):
            yield from (_like(node, ops=[other()]) for other in COMPARED[type(operator)])
        case ast.BoolOp(op=operator):
            yield _like(node, op=ast.Or() if isinstance(operator, ast.And) else ast.And())
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield operand
        case ast.BinOp(op=operator) if type(operator) in COUNTED:
            yield _like(node, op=COUNTED[type(operator)]())
        case ast.IfExp(body=body, orelse=orelse):
            yield _like(node, body=orelse, orelse=body)
        case ast.Constant(value=value):
            yield from map(ast.Constant, _constants(value))


def _constants(value: object) -> tuple[object, ...]:
    if isinstance(value, bool):
        return (not value,)
    if isinstance(value, int):
        return (value + 1, value - 1)
    if isinstance(value, float):
        return (value * 2, value / 2) if value else (1.0,)
    if isinstance(value, str):
        return (f"XX{value}XX",) if value else ("XX",)
    return ()
