# SPDX-License-Identifier: MIT
"""What probes counted, and what was opened, as JSON and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakcheck.model import Opened, Probed
from leakcheck.report.jsonheld import frame_fields, read_frame

if TYPE_CHECKING:
    from leakcheck.report.fields import Fields, Json


def probed_fields(one: Probed) -> dict[str, Json]:
    """A probe in basic types."""
    return {"name": one.name, "unit": one.unit, "units": one.units}


def opened_fields(one: Opened) -> dict[str, Json]:
    """What was opened, likewise."""
    return {
        "probe": one.probe,
        "count": one.count,
        "runs": one.runs,
        "frames": [frame_fields(frame) for frame in one.frames],
        "what": list(one.what),
    }


def read_probed(data: Fields) -> Probed:
    """The probe that `probed_fields` was given."""
    probed = Probed(name=data.text("name"), unit=data.text("unit"), units=data.text("units"))
    data.done()
    return probed


def read_opened(data: Fields) -> Opened:
    """What was opened, likewise."""
    opened = Opened(
        probe=data.text("probe"),
        count=data.integer("count"),
        runs=data.integer("runs"),
        frames=tuple(read_frame(one) for one in data.records("frames")),
        what=data.texts("what"),
    )
    data.done()
    return opened
