# SPDX-License-Identifier: MIT
"""A Result as JSON and back, so that a machine can read it or judge the series again."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeAlias

from leakcheck.model import (
    Frame,
    Metric,
    Owner,
    Phase,
    Reading,
    Result,
    Site,
    Verdict,
    Whose,
)
from leakcheck.report.fields import Fields, choice
from leakcheck.report.jsonheld import (
    container_fields,
    count_fields,
    frame_fields,
    native_fields,
    read_container,
    read_count,
    read_frame,
    read_native,
    read_survivor,
    survivor_fields,
)
from leakcheck.report.jsonprobes import (
    opened_fields,
    probed_fields,
    read_opened,
    read_probed,
)

if TYPE_CHECKING:
    from leakcheck.report.fields import Json

SCHEMA: Final = 3
"""Version of the layout."""

SourceLookup: TypeAlias = Callable[[Frame], str | None]


def to_dict(result: Result, *, source: SourceLookup | None = None) -> dict[str, Json]:
    """The result in basic types.

    Args:
        result: what a check found.
        source: gives the statement of a frame or None; with it every site also has a
            `statement`, that of its allocating frame.
    """
    return {
        "schema": SCHEMA,
        "verdict": str(result.verdict),
        "reason": result.reason,
        "rate": result.rate,
        "exact": result.exact,
        "bound": result.bound,
        "judged": result.judged,
        "runs": result.runs,
        "readings": [
            {
                "phase": str(one.phase),
                "runs": one.runs,
                "blocks": one.blocks,
                "raw": one.raw,
                "objects": one.objects,
                "references": one.references,
                "counts": one.counts,
                "probes": None if one.probes is None else list(one.probes),
            }
            for one in result.readings
        ],
        "marks": list(result.marks),
        "sites": [_site(site, source) for site in result.sites],
        "dropped": result.dropped,
        "seconds": result.seconds,
        "seed": result.seed,
        "metric": None if result.metric is None else str(result.metric),
        "probe": result.probe,
        "probes": [probed_fields(one) for one in result.probes],
        "opened": [opened_fields(one) for one in result.opened],
        "containers": [container_fields(one) for one in result.containers],
        "survivors": [survivor_fields(one) for one in result.survivors],
        "unowned": result.unowned,
        "counts": [count_fields(one) for one in result.counts],
        "interned": result.interned,
        "cache": result.cache,
        "emptied": list(result.emptied),
        "input_keyed": result.input_keyed,
        "without_body": result.without_body,
        "fresh": result.fresh,
        "unexplained": list(result.unexplained),
        "whose": None if result.whose is None else _whose(result.whose),
        "cause": result.cause,
        "fingerprint": result.fingerprint,
        "first_in": result.first_in,
    }


def dumps(result: Result, *, source: SourceLookup | None = None) -> str:
    """`to_dict` as indented JSON in ASCII.

    Raises:
        ValueError: a number of the result is not finite.
    """
    return json.dumps(to_dict(result, source=source), indent=2, allow_nan=False)


def from_dict(data: object, path: str = "result") -> Result:
    """The result that `to_dict` was given; statements are not part of a Result.

    Args:
        data: basic types.
        path: names the result in messages.

    Raises:
        ValueError: a field is missing, unknown or of the wrong kind; the message names it.
    """
    top = Fields(data, path)
    schema = top.integer("schema")
    if schema != SCHEMA:
        raise ValueError(
            f"{path}.schema is {schema}, this version reads {SCHEMA}; "
            "read it with the leakcheck that wrote it"
        )
    result = Result(
        verdict=choice(top, "verdict", Verdict),
        reason=top.text("reason"),
        rate=top.number("rate"),
        exact=top.flag("exact"),
        bound=top.optional_number("bound"),
        judged=top.integer("judged"),
        runs=top.integer("runs"),
        readings=tuple(_read_reading(one) for one in top.records("readings")),
        marks=top.integers("marks"),
        sites=tuple(_read_site(one) for one in top.records("sites")),
        dropped=top.integer("dropped"),
        seconds=top.number("seconds"),
        seed=top.integer("seed"),
        metric=choice(top, "metric", Metric) if top.present("metric") else None,
        probe=top.text("probe"),
        probes=tuple(read_probed(one) for one in top.records("probes")),
        opened=tuple(read_opened(one) for one in top.records("opened")),
        containers=tuple(read_container(one) for one in top.records("containers")),
        survivors=tuple(read_survivor(one) for one in top.records("survivors")),
        unowned=top.integer("unowned"),
        counts=tuple(read_count(one) for one in top.records("counts")),
        interned=top.number("interned"),
        cache=top.text("cache"),
        emptied=top.texts("emptied"),
        input_keyed=top.flag("input_keyed") if top.present("input_keyed") else None,
        without_body=top.optional_number("without_body"),
        fresh=top.text("fresh"),
        unexplained=top.texts("unexplained"),
        whose=_read_whose(top.record("whose")) if top.present("whose") else None,
        cause=top.text("cause"),
        fingerprint=top.text("fingerprint") if top.present("fingerprint") else None,
        first_in=top.text("first_in"),
    )
    top.done()
    return result


def _site(site: Site, source: SourceLookup | None) -> dict[str, Json]:
    fields: dict[str, Json] = {
        "frames": [frame_fields(frame) for frame in site.frames],
        "truncated": site.truncated,
        "blocks": site.blocks,
        "bytes": site.bytes,
        "series": list(site.series),
        "grows": site.grows,
        "exact": site.exact,
        "rate": site.rate,
        "native": site.native,
        "native_frames": [native_fields(one) for one in site.native_frames],
    }
    if source is not None:
        fields["statement"] = source(site.leaf)
    return fields


def _whose(one: Whose) -> dict[str, Json]:
    return {
        "owner": str(one.owner),
        "name": one.name,
        "version": one.version,
        "scope": one.scope,
        "known": one.known,
    }


def _read_whose(data: Fields) -> Whose:
    whose = Whose(
        owner=choice(data, "owner", Owner),
        name=data.text("name"),
        version=data.text("version"),
        scope=data.text("scope"),
        known=data.text("known"),
    )
    data.done()
    return whose


def _read_reading(data: Fields) -> Reading:
    reading = Reading(
        phase=choice(data, "phase", Phase),
        runs=data.integer("runs"),
        blocks=data.integer("blocks"),
        raw=data.integer("raw"),
        objects=data.optional_integer("objects"),
        references=data.optional_integer("references"),
        counts=data.optional_integer("counts"),
        probes=data.integers("probes") if data.present("probes") else None,
    )
    data.done()
    return reading


def _read_site(data: Fields) -> Site:
    frames = tuple(read_frame(one) for one in data.records("frames"))
    if not frames:
        raise ValueError(f"{data.path}.frames must not be empty")
    site = Site(
        frames=frames,
        truncated=data.flag("truncated"),
        blocks=data.integer("blocks"),
        bytes=data.integer("bytes"),
        series=data.integers("series"),
        grows=data.flag("grows"),
        exact=data.flag("exact"),
        rate=data.number("rate"),
        native=data.flag("native"),
        native_frames=tuple(read_native(one) for one in data.records("native_frames")),
    )
    data.optional_text("statement")
    data.done()
    return site
