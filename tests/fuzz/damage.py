# SPDX-License-Identifier: MIT
"""Damage done to a file: to its bytes, or to one value of its JSON, which stays JSON."""

from __future__ import annotations

import json

PIECES = [b"null", b"1e999", b"[", b"]", b'"', b"-", b"{}", b"\xff", b"\\u0000", b",", b"9" * 60]
VALUES = [
    *(None, True, False, 0, -1, 1, 2**31, -(2**63), 10**30, 0.5, -0.0, 1e308, 5e-324, "", "x"),
    *("\x00\x1b[2J", "a\nb\r::error::", "\u202e\ud800", "<script>", "LC-0000000000", "9" * 50),
    *("leak", "clean", "not measured", "new", "known", "2026-02-30", "2026-12-31", "../../x"),
    *([], [[]], {}, {"": ""}, [0] * 50, [{}], {"a.py": {"1": "x"}}),
]


def bytes_of(raw, random):
    """A copy of the bytes with some places wrong."""
    data = bytearray(raw)
    for _ in range(random.randint(1, 4)):
        at = random.randrange(len(data) + 1)
        kind = random.random()
        if kind < 0.15:
            del data[at:]
        elif kind < 0.5:
            data[at : at + random.randint(0, 6)] = random.choice(PIECES)
        else:
            data[at : at + random.randint(0, 6)] = random.randbytes(random.randint(0, 4))
    return bytes(data)


def value_of(raw, random):
    """The JSON with one to three values put in place of others, or taken out."""
    value = json.loads(raw)
    for _ in range(random.randint(1, 3)):
        places = [*_places(value)]
        if not places:
            break
        into, key = random.choice(places)
        if random.random() < 0.1:
            del into[key]
        elif isinstance(into, dict) and random.random() < 0.1:
            into[random.choice(["", "more", "\n", "9"])] = random.choice(VALUES)
        else:
            # Mostly of the same kind, or little of it could be read.
            alike = [one for one in VALUES if type(one) is type(into[key])]
            into[key] = random.choice(alike if alike and random.random() < 0.8 else VALUES)
        value = json.loads(json.dumps(value))  # what was put in twice is two values
    return json.dumps(value).encode()


def _places(value):
    """(container, key) of each value below."""
    keys = value if isinstance(value, dict) else range(len(value)) if _is_list(value) else ()
    for key in keys:
        yield value, key
        if isinstance(value[key], (dict, list)):
            yield from _places(value[key])


def _is_list(value):
    return isinstance(value, list)
