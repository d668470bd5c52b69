# SPDX-License-Identifier: MIT
"""Check one scenario file in this process and write what was found as JSON.

Run by file name in a fresh interpreter that may have nothing of the repository but the built
package on its path: `python -P child.py SCENARIO.py OUT.json RATE MAX_TIME [native]`. With `native`
the shim has to be preloaded, and native memory is counted too.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

SITES = 20


def load(path: Path) -> Any:
    """The scenario module, importable by the name `scenario` as its owner paths say."""
    spec = importlib.util.spec_from_file_location("scenario", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules["scenario"] = module
    spec.loader.exec_module(module)
    return module


def statement(file: str, line: int, end: int | None) -> str:
    """The text of the frame's lines, joined by blanks; empty when there is no source."""
    import linecache

    rows = [
        linecache.getline(file, n).strip() for n in range(line, min(end or line, line + 12) + 1)
    ]
    return " ".join(row for row in rows if row)


def reported(result: Any) -> list[str]:
    """The lines of the report as the terminal shows it."""
    import dataclasses

    from leakcheck.judge.whose import whose
    from leakcheck.report.terminal import Style, render

    if result.verdict.leaks:
        result = dataclasses.replace(result, whose=whose(result, Path.cwd()))
    text = render(
        result, test="scenario", root=Path.cwd(), reproduce="", style=Style(unicode=False)
    )
    return text.splitlines()


def place(frame: Any) -> dict[str, Any]:
    """A frame as plain data."""
    return {
        "file": frame.file,
        "function": frame.function,
        "line": frame.line,
        "text": statement(frame.file, frame.line, frame.end_line),
    }


def taken_by(site: Any) -> str:
    """The native function that took a site's blocks; empty where there is none."""
    from leakcheck.judge.takers import taker
    from leakcheck.report.native import in_words

    frame = taker(site.native_frames)
    return "" if frame is None else in_words(frame)


def described(result: Any, seconds: float) -> dict[str, Any]:
    """A result as plain data, with the source text that only this process can find."""
    sites = []
    for site in result.sites[:SITES]:
        sites.append(
            {
                "frames": [place(frame) for frame in site.frames],
                "blocks": site.blocks,
                "bytes": site.bytes,
                "series": list(site.series),
                "grows": site.grows,
                "exact": site.exact,
                "rate": site.rate,
                "taken_by": taken_by(site),
            }
        )
    return {
        "verdict": str(result.verdict.value),
        "reason": result.reason,
        "rate": result.rate,
        "exact": result.exact,
        "bound": result.bound,
        "judged": result.judged,
        "runs": result.runs,
        "seconds": round(seconds, 3),
        "marks": list(result.marks),
        "readings": [[str(r.phase.value), r.runs, r.blocks, r.raw] for r in result.readings],
        "dropped": result.dropped,
        "sites": sites,
        "counts": [place(count.frame) for count in result.counts if count.frame is not None],
        "more_sites": max(0, len(result.sites) - SITES),
        "report": reported(result),
    }


def main(arguments: list[str]) -> None:
    """Load, check, write."""
    scenario_file, out, rate, max_time, *kinds = arguments
    path = Path(scenario_file).resolve()
    os.chdir(path.parent)
    sys.path.insert(0, str(path.parent))
    from leakcheck.config import Settings
    from leakcheck.measure import protocol
    from leakcheck.probes.choosing import chosen

    body = load(path).scenario
    settings = Settings(rate=float(rate), max_time=float(max_time), probes=chosen("default"))
    if "native" in kinds:
        from leakcheck.probes.native import with_native
        from leakcheck.probes.preload import ensure_listening, hide

        hide(os.environ)
        ensure_listening()
        settings = with_native(settings)
    began = time.perf_counter()
    result = protocol.check_callable(body, settings)
    told = described(result, time.perf_counter() - began)
    scratch = Path(out + ".part")
    scratch.write_text(json.dumps(told), encoding="utf-8")
    scratch.replace(out)


if __name__ == "__main__":
    main(sys.argv[1:])
