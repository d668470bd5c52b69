# SPDX-License-Identifier: MIT
"""A sampler that was built with mem_failing.c, loaded in a process of its own."""

from __future__ import annotations

import ctypes
import importlib.util
from typing import Any

EVER = 2**62
"""More requests than a process makes."""


def load(path: str) -> Any:
    """The sampler of that file."""
    spec = importlib.util.spec_from_file_location("leakcheck._core", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def controls(path: str) -> ctypes.CDLL:
    """What mem_failing.c exports, of the sampler of that file."""
    library = ctypes.CDLL(path)
    library.lc_mem_failing_set.argtypes = [ctypes.c_size_t, ctypes.c_size_t]
    library.lc_mem_failing_set.restype = None
    library.lc_mem_failing_failed.restype = ctypes.c_size_t
    library.lc_mem_failing_outstanding.restype = ctypes.c_size_t
    return library
