# SPDX-License-Identifier: MIT
"""What the extension recorded of a body, asked by function name."""

from __future__ import annotations

from dataclasses import dataclass

from leakcheck.measure.raw import RawResult

RUNS = 24


@dataclass(frozen=True)
class Recorded:
    """The evidence of one fixed trace."""

    raw: RawResult

    def blocks(self, function: str) -> int:
        """Live blocks more at the last mark, over all sites allocated in `function`."""
        return sum(counts[-1] - counts[0] for leaf, counts, _ in self._sites() if leaf == function)

    def bytes(self, function: str) -> int:
        """The same in bytes."""
        return sum(sizes[-1] - sizes[0] for leaf, _, sizes in self._sites() if leaf == function)

    def stacks(self, function: str) -> list[list[str]]:
        """The function names of every stack whose leaf is `function`, outermost first."""
        frames = self.raw["frames"]
        names = [[frames[i][1] for i in path] for path, *_ in self.raw["sites"]]
        return [stack for stack in names if stack and stack[-1] == function]

    def net(self) -> int:
        """Growth of both books over the trace."""
        marks = len(self.raw["marks"])
        first, last = self.raw["readings"][-marks], self.raw["readings"][-1]
        return (last[2] - first[2]) + (last[3] - first[3])

    def _sites(self) -> list[tuple[str, list[int], list[int]]]:
        frames = self.raw["frames"]
        return [
            (frames[path[-1]][1] if path else "", counts, sizes)
            for path, _cut, _book, counts, sizes, *_ in self.raw["sites"]
        ]
