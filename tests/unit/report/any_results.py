# SPDX-License-Identifier: MIT
"""Results and frames that say anything at all, made by hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

from leakcheck.model import (
    Frame,
    Metric,
    NativeFrame,
    Opened,
    Phase,
    Probed,
    Reading,
    Result,
    Site,
    Verdict,
)

SOURCE = 'def f(größe):\n\treturn [größe, "名前"\n\t\t, 1]\n\x0c\nclass C:\n    x = y = z\n'

whole = st.integers(-(10**12), 10**12)
finite = st.floats(allow_nan=False, allow_infinity=False)
wild = st.text(st.characters(), max_size=12)
small = st.none() | st.integers(-3, 40)


def fill(root):
    """Put files to point at into a folder, and give it back."""
    (root / "good.py").write_text(SOURCE, encoding="utf-8")
    (root / "broken.py").write_text("def f(:\n  x\n", encoding="utf-8")
    (root / "binary.py").write_bytes(bytes(range(256)))
    (root / "long.py").write_text("x = '" + "é" * 5000 + "'\n", encoding="utf-8")
    return root


def frames(folder):
    files = st.sampled_from(
        [
            *(str(path) for path in folder.iterdir()),
            str(folder),
            "good.py",
            "",
            "<string>",
            "<frozen importlib._bootstrap>",
            "/v/lib/python3.13/site-packages/_pytest/python.py",
            "/v/lib/python3.13/unittest/case.py",
        ]
    )
    names = st.sampled_from(["f", "C", "<module>", "f.<locals>.g"]) | wild
    return st.builds(Frame, files | wild, names, st.integers(-2, 12), small, small, small)


def results(folder):
    native = st.builds(
        NativeFrame,
        *(st.sampled_from(["/v/lib/libc.so.6", "/v/a.so", ""]) | wild, whole),
        *(wild, wild, st.integers(-2, 12), wild, wild, wild),
    )
    site = st.builds(
        Site,
        frames=st.lists(frames(folder), min_size=1, max_size=6).map(tuple),
        truncated=st.booleans(),
        blocks=whole,
        bytes=whole,
        series=st.lists(whole, max_size=8).map(tuple),
        grows=st.booleans(),
        exact=st.booleans(),
        rate=finite,
        native=st.booleans(),
        native_frames=st.lists(native, max_size=3).map(tuple),
    )
    probes = st.none() | st.lists(whole, max_size=3).map(tuple)
    reading = st.builds(Reading, st.sampled_from(Phase), whole, whole, whole, probes=probes)
    probed = st.builds(Probed, st.sampled_from(["a", "b"]) | wild, wild, wild)
    stack = st.lists(frames(folder), max_size=3).map(tuple)
    some = st.lists(wild, max_size=3).map(tuple)
    opened = st.builds(Opened, st.sampled_from(["a", "b"]) | wild, whole, whole, stack, some)
    return st.builds(
        Result,
        verdict=st.sampled_from(Verdict),
        reason=wild,
        rate=finite,
        exact=st.booleans(),
        bound=st.none() | finite,
        judged=whole,
        runs=whole,
        readings=st.lists(reading, max_size=3).map(tuple),
        marks=st.lists(whole, max_size=8).map(tuple),
        sites=st.lists(site, max_size=7).map(tuple),
        dropped=whole,
        seconds=finite,
        seed=whole,
        emptied=st.lists(wild, max_size=5).map(tuple),
        metric=st.none() | st.sampled_from(Metric),
        probe=st.sampled_from(["", "a"]),
        probes=st.lists(probed, max_size=3).map(tuple),
        opened=st.lists(opened, max_size=3).map(tuple),
    )
