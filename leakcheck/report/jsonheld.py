# SPDX-License-Identifier: MIT
"""Frames, and what holds a leak, as JSON and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakcheck.model import Container, Count, Frame, NativeFrame, Survivor

if TYPE_CHECKING:
    from leakcheck.report.fields import Fields, Json


def frame_fields(frame: Frame) -> dict[str, Json]:
    """A frame in basic types."""
    return {
        "file": frame.file,
        "function": frame.function,
        "line": frame.line,
        "end_line": frame.end_line,
        "column": frame.column,
        "end_column": frame.end_column,
    }


def native_fields(frame: NativeFrame) -> dict[str, Json]:
    """A native frame likewise."""
    return {
        "library": frame.library,
        "offset": frame.offset,
        "function": frame.function,
        "file": frame.file,
        "line": frame.line,
        "build_id": frame.build_id,
        "distribution": frame.distribution,
        "version": frame.version,
    }


def container_fields(one: Container) -> dict[str, Json]:
    """A container likewise."""
    return {
        "type": one.type,
        "path": one.path,
        "module": one.module,
        "before": one.before,
        "after": one.after,
        "frame": None if one.frame is None else frame_fields(one.frame),
        "runs": one.runs,
        "key": one.key,
        "share": one.share,
    }


def count_fields(one: Count) -> dict[str, Json]:
    """A count likewise."""
    return {
        "type": one.type,
        "path": one.path,
        "module": one.module,
        "before": one.before,
        "after": one.after,
        "runs": one.runs,
        "frame": None if one.frame is None else frame_fields(one.frame),
    }


def survivor_fields(one: Survivor) -> dict[str, Json]:
    """Survivors likewise."""
    return {
        "type": one.type,
        "count": one.count,
        "runs": one.runs,
        "path": one.path,
        "module": one.module,
        "native": one.native,
        "frame": None if one.frame is None else frame_fields(one.frame),
        "listed": one.listed,
        "ring": one.ring,
        "by": one.by,
        "example": one.example,
    }


def read_frame(data: Fields) -> Frame:
    """The frame that `frame_fields` was given."""
    frame = Frame(
        file=data.text("file"),
        function=data.text("function"),
        line=data.integer("line"),
        end_line=data.optional_integer("end_line"),
        column=data.optional_integer("column"),
        end_column=data.optional_integer("end_column"),
    )
    data.done()
    return frame


def read_native(data: Fields) -> NativeFrame:
    """The native frame likewise."""
    frame = NativeFrame(
        library=data.text("library"),
        offset=data.integer("offset"),
        function=data.text("function"),
        file=data.text("file"),
        line=data.integer("line"),
        build_id=data.text("build_id"),
        distribution=data.text("distribution"),
        version=data.text("version"),
    )
    data.done()
    return frame


def read_container(data: Fields) -> Container:
    """The container likewise."""
    container = Container(
        type=data.text("type"),
        path=data.text("path"),
        module=data.text("module"),
        before=data.integer("before"),
        after=data.integer("after"),
        frame=read_frame(data.record("frame")) if data.present("frame") else None,
        runs=data.integer("runs"),
        key=data.text("key"),
        share=data.number("share"),
    )
    data.done()
    return container


def read_count(data: Fields) -> Count:
    """The count likewise."""
    count = Count(
        type=data.text("type"),
        path=data.text("path"),
        module=data.text("module"),
        before=data.integer("before"),
        after=data.integer("after"),
        runs=data.integer("runs"),
        frame=read_frame(data.record("frame")) if data.present("frame") else None,
    )
    data.done()
    return count


def read_survivor(data: Fields) -> Survivor:
    """The survivors likewise."""
    survivor = Survivor(
        type=data.text("type"),
        count=data.integer("count"),
        runs=data.integer("runs"),
        path=data.text("path"),
        module=data.text("module"),
        native=data.optional_integer("native"),
        frame=read_frame(data.record("frame")) if data.present("frame") else None,
        listed=data.flag("listed"),
        ring=data.flag("ring"),
        by=data.text("by"),
        example=data.text("example"),
    )
    data.done()
    return survivor
