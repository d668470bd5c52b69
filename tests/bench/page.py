# SPDX-License-Identifier: MIT
"""The page of results: a section for each interpreter, a part for each question.

A new answer takes the place of the old one to the same question on the same interpreter; all else
on the page stays as it is, so that a page grows from several commands.
"""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """\
# What leakcheck costs

Written by `python -m tests.bench QUESTION --markdown FILE`; see `tests/bench`. Ratios are of times
from one process run, repeated in fresh processes: median (least to most). The machine does other
work at the same time, so single repeats stray.
"""

Page = dict[str, dict[str, str]]  # interpreter -> question -> text


def parse(text: str) -> Page:
    """What a page holds; its head is not kept."""
    found: Page = {}
    for section in text.split("\n## ")[1:]:
        title, _, body = section.partition("\n")
        found[title.strip()] = {
            part.partition("\n")[0].strip(): part.partition("\n")[2].strip()
            for part in ("\n" + body).split("\n### ")[1:]
        }
    return found


def render(page: Page) -> str:
    """The page's text, interpreters and questions in order of name."""
    out = [HEAD]
    for title in sorted(page):
        out.append(f"## {title}\n")
        for question in sorted(page[title]):
            out.append(f"### {question}\n\n{page[title][question]}\n")
    return "\n".join(out)


def put(file: Path, question: str, command: str, texts: list[str]) -> None:
    """Write the answer into the page, which is made when it is not there."""
    page = parse(file.read_text(encoding="utf-8")) if file.is_file() else {}
    day = datetime.now(UTC).date().isoformat()
    cores = os.cpu_count() or 1
    build = platform.python_compiler()
    where = f"{day}, `{command}`, {cores} shared cores, {platform.machine()}, {build}."
    title = f"{platform.python_implementation()} {platform.python_version()}"
    page.setdefault(title, {})[question] = "\n\n".join([where, *texts])
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(render(page), encoding="utf-8")
