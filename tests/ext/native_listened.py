# SPDX-License-Identifier: MIT
"""Run with the shim preloaded: checks bodies of native_body.c, and prints what was found.

`python native_listened.py LIBRARY BODY...`; each body is checked as it keeps its memory, and as it
gives it back, with the interpreter lock held and without. One line of JSON for each check.
"""

from __future__ import annotations

import ctypes
import json
import sys

from leakcheck import _core

NATIVE = 2
"""The book of a site that is native."""
SETTINGS = {"max_seconds": 60.0, "probes": (_core.native_blocks,)}


def named(place: tuple[str, int, str, bytes] | None) -> str:
    return "" if place is None else place[2]


def main(library: str, names: list[str]) -> None:
    if not _core.native_listen():
        raise SystemExit("the shim is not preloaded")
    for held, kind in ((True, ctypes.PyDLL), (False, ctypes.CDLL)):
        loaded = kind(library)
        for name in names:
            call = getattr(loaded, f"body_{name}")
            for keep in (1, 0):

                def body() -> None:
                    call(keep)  # noqa: B023

                check = _core.Check(**SETTINGS)  # type: ignore[arg-type]
                check.drive(body)
                found = check.result()
                grown = [
                    (path, native)
                    for path, _, book, blocks, _, native in found["sites"]
                    if book == NATIVE and blocks[-1] - blocks[0] == found["marks"][-1]
                ]
                sites = [[found["frames"][one][1:3] for one in path] for path, _ in grown]
                calls = [[named(one) for one in _core.native_places(native)] for _, native in grown]
                told = {
                    "body": name,
                    "held": held,
                    "keep": bool(keep),
                    "verdict": found["verdict"],
                    "metric": found["metric"],
                    "exact": found["exact"],
                    "dropped": found["dropped"],
                    "sites": sites,
                    "calls": calls,
                    "sound": found["native_sound"],
                    "line": body.__code__.co_firstlineno + 1,
                }
                sys.stdout.write(json.dumps(told) + "\n")


main(sys.argv[1], sys.argv[2:])
