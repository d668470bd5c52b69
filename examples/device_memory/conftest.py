import sys
from pathlib import Path

import leakcheck

sys.path.insert(0, str(Path(__file__).parent))

import device


def pytest_leakcheck_probes(config):
    return [
        leakcheck.Probe(
            name="device-memory",
            unit="page of device memory",
            units="pages of device memory",
            read=device.memory_allocated,
            scale=512,  # bytes of a page
        )
    ]
