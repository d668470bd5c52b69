# SPDX-License-Identifier: MIT
"""The mutants of a C file that clang-format has laid out: binary operators stand between blanks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.mutation.mutants import Mutant, numbered

CHANGED: dict[str, tuple[str, ...]] = {
    "<": ("<=", ">="),
    "<=": ("<", ">"),
    ">": (">=", "<="),
    ">=": (">", "<"),
    "==": ("!=",),
    "!=": ("==",),
    "+": ("-",),
    "-": ("+",),
    "*": ("/",),
    "/": ("*",),
    "%": ("*",),
    "<<": (">>",),
    ">>": ("<<",),
    "^": ("|",),
    "&": ("|",),
    "|": ("&",),
    "+=": ("-=",),
    "-=": ("+=",),
    "*=": ("/=",),
    "/=": ("*=",),
    "&&": ("||",),
    "||": ("&&",),
    "++": ("--",),
    "--": ("++",),
    "!": ("",),
    "true": ("false",),
    "false": ("true",),
}
HIDDEN = re.compile(
    r'/\*.*?\*/|//[^\n]*|"(?:[^"\\\n]|\\.)*"|^[ ]*#(?:[^\n\\]|\\.|\\\n)*', re.DOTALL | re.MULTILINE
)
TOKEN = re.compile(
    r"(?P<float>\b\d+\.\d*(?:e-?\d+)?|\b\d+e-?\d+)|(?P<hex>\b0x[0-9A-Fa-f]+)|(?P<int>\b\d+\b)"
    r"|(?P<word>[A-Za-z_]\w*)|(?P<step>\+\+|--)"
    r"|(?P<operator>(?<=\s)(?:[<>=!+*/-]=|<<|>>|&&|\|\||[<>+*/%^&|-])(?=\s))|(?P<not>!(?=[\w(]))"
)
DECLARES = re.compile(
    r"(?!return\b|case\b|goto\b|else\b)[A-Za-z_]\w*\s[\s*]*(?:const\s)?[A-Za-z_]\w*"
)
STATEMENT = re.compile(r"(?<=[;{}:])\s*(?P<body>[A-Za-z_*(][^;{}]*;)")
OPENS = re.compile(r"(?:if|for|while|switch|case|default|do|else|struct|enum)\b")


def mutants_of(source: str, file: str) -> list[Mutant]:
    """Each change of an operator, a constant, a truth or a statement, in the order of the file."""
    shown = HIDDEN.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), source)
    lines = source.splitlines()
    found = sorted({*_tokens(shown), *_deleted(shown)})
    return numbered(
        Mutant(
            file=file,
            line=(line := source.count("\n", 0, start) + 1),
            start=start,
            end=end,
            before=" ".join(source[start:end].split()),
            after=after,
            context=" ".join(lines[line - 1].split()),
        )
        for start, end, after in found
    )


def changed(source: str, mutant: Mutant) -> str:
    """The file with the mutant in it."""
    return source[: mutant.start] + mutant.after + source[mutant.end :]


def _tokens(shown: str) -> Iterator[tuple[int, int, str]]:
    for token in TOKEN.finditer(shown):
        start, end = token.span()
        text = token[0]
        for after in _replacements(token.lastgroup or "", text):
            yield start, end, after


def _replacements(kind: str, text: str) -> tuple[str, ...]:
    if kind == "int":
        number = int(text)
        return (str(number + 1), *([str(number - 1)] if number > 0 else []))
    if kind == "hex":
        return (hex(int(text, 16) ^ 1),)
    if kind == "float":
        value = float(text)
        return (repr(value * 2), repr(value / 2)) if value else ("1.0",)
    return CHANGED.get(text, ())


def _deleted(shown: str) -> Iterator[tuple[int, int, str]]:
    """Statements that can be left out: no declaration, and nothing outside of functions."""
    for found in STATEMENT.finditer(shown):
        start, end = found.span("body")
        body = found["body"]
        if not OPENS.match(body) and not DECLARES.match(body) and _is_code(shown, start):
            yield start, end, ";"


def _is_code(shown: str, start: int) -> bool:
    """Whether a place lies in a function: not in an enum, an initialiser or the head of a `for`."""
    head = shown[max(shown.rfind("{", 0, start), shown.rfind("}", 0, start)) + 1 : start]
    if head.count("(") != head.count(")"):
        return False
    depth = 0
    for at in range(start - 1, -1, -1):
        if shown[at] == "}":
            depth += 1
        elif shown[at] == "{":
            depth -= 1
            if depth < 0:
                before = shown[:at].rstrip()
                return before.endswith((")", "else", "do", ":", ";", "{", "}"))
    return False
