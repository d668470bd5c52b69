# SPDX-License-Identifier: MIT
"""Reads damaged files by the thousand: python -m tests.fuzz [--count N] [--seed N].

Each is a session's file or a list of known leaks, damaged in its bytes or in its values. What can
be read is put through every form, judged and written. Exit status 1 with the first that ends in
anything but that or one line; the file is left for a look.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import traceback
from pathlib import Path

from tests.fuzz.damage import bytes_of, value_of
from tests.fuzz.readers import read_baseline, read_session
from tests.fuzz.whole import BASELINES, SESSIONS

KINDS = (
    *((read_session, one) for one in SESSIONS),
    *((read_baseline, one) for one in BASELINES),
)


def main(words=None):
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(words)
    folder = Path(tempfile.mkdtemp(prefix="leakcheck-fuzz-"))
    path = folder / "damaged.json"
    readable = 0
    for number in range(options.count):
        chance = random.Random(options.seed * 10**9 + number)
        reader, whole = chance.choice(KINDS)
        damaged = chance.choice((bytes_of, value_of))(whole, chance)
        path.write_bytes(damaged)
        try:
            readable += reader(path)
        except Exception:
            traceback.print_exc()
            path.write_bytes(damaged)
            print(f"input {number} of seed {options.seed}: {path}", file=sys.stderr)
            return 1
    path.unlink(missing_ok=True)
    folder.rmdir()
    print(f"{options.count:,} damaged files, {readable:,} of them readable: no traceback")
    return 0


if __name__ == "__main__":
    sys.exit(main())
