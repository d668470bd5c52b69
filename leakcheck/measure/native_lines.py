# SPDX-License-Identifier: MIT
"""Functions and source lines of a library, read from its file by pyelftools.

The symbol table names functions that the library keeps to itself; DWARF has the lines, and which
functions were inlined into which. Both may be in a file of their own, found by the build id.
"""

from __future__ import annotations

import bisect
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from elftools.dwarf.descriptions import describe_form_class
from elftools.elf.elffile import ELFFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO, TypeAlias

DEBUG: Final = "/usr/lib/debug/.build-id"
"""Where systems put what they strip from libraries."""
_Unit: TypeAlias = Any  # pyelftools has no types
_Entry: TypeAlias = Any


@dataclass(frozen=True, slots=True)
class Place:
    """A function and a line in it.

    Attributes:
        function: as the linker has it, or as the source where it was inlined; empty if not known.
        file, line: empty and 0 likewise.
    """

    function: str
    file: str = ""
    line: int = 0


class Lines:
    """What the file of a library says of addresses in it.

    Args:
        library: its file.
        build_id: that the library in memory has; a file with another one says nothing.
        late: the time is up: what is known by now is the answer.
    """

    def __init__(self, library: str, build_id: str, late: Callable[[], bool]) -> None:
        self._late = late
        self._files: list[BinaryIO] = []
        self._symbols: tuple[list[int], list[tuple[int, str]]] = ([], [])
        self._dwarf: Any = None
        try:
            self._open(library, build_id)
        except Exception:  # What a damaged file makes pyelftools raise is anybody's guess.
            self.close()

    def _open(self, library: str, build_id: str) -> None:
        elf = self._file(library)
        if build_id and _build_id(elf) != build_id:
            return
        apart = Path(DEBUG, build_id[:2], f"{build_id[2:]}.debug")
        told = (
            [elf]
            if elf.has_dwarf_info(strict=True) or not apart.is_file()
            else [elf, self._file(str(apart))]
        )
        found = sorted({one for file in told for one in _functions(file)})
        self._symbols = ([start for start, _, _ in found], [(end, name) for _, end, name in found])
        if told[-1].has_dwarf_info(strict=True):
            self._dwarf = told[-1].get_dwarf_info()

    def _file(self, path: str) -> Any:
        stream = Path(path).open("rb")  # noqa: SIM115 - closed by close
        self._files.append(stream)
        return ELFFile(stream)

    def close(self) -> None:
        """Read no more. Idempotent."""
        while self._files:
            self._files.pop().close()
        self._dwarf = None

    def at(self, offset: int) -> tuple[Place, ...]:
        """The function at an offset and what was inlined there, outermost first; never empty."""
        function = self._function(offset)
        if self._dwarf is None:
            return (Place(function),)
        try:
            return self._written(offset, function)
        except Exception:  # As above.
            return (Place(function),)

    def _function(self, offset: int) -> str:
        starts, ends = self._symbols
        at = bisect.bisect_right(starts, offset) - 1
        return ends[at][1] if at >= 0 and offset < ends[at][0] else ""

    def _written(self, offset: int, function: str) -> tuple[Place, ...]:
        unit = self._unit(offset)
        if unit is None:
            return (Place(function),)
        program = self._dwarf.line_program_for_CU(unit)
        file, line = _line(unit, program, offset)
        chain = list(self._around(unit, offset))
        names = [_name(one) for one in chain] or [""]
        names[0] = function or names[0]
        # Each but the innermost stands at the line where the next one was inlined.
        calls = [_called_from(unit, program, one) for one in chain[1:]]
        return tuple(
            Place(name, *place) for name, place in zip(names, [*calls, (file, line)], strict=True)
        )

    def _unit(self, offset: int) -> _Unit | None:
        table = self._dwarf.get_aranges()
        start = table.cu_offset_at_addr(offset) if table is not None else None
        if start is not None:
            return self._dwarf.get_CU_at(start)
        for unit in self._dwarf.iter_CUs():
            if self._late():
                return None
            if self._covers(unit.get_top_DIE(), offset):
                return unit
        return None

    def _around(self, unit: _Unit, offset: int) -> Iterator[_Entry]:
        """The function that holds the offset, and those inlined at it, outermost first."""
        waiting = list(unit.get_top_DIE().iter_children())
        while waiting and not self._late():
            one = waiting.pop()
            kind = one.tag
            if kind in ("DW_TAG_namespace", "DW_TAG_module", "DW_TAG_class_type"):
                waiting += list(one.iter_children())
            elif kind in (
                "DW_TAG_subprogram",
                "DW_TAG_inlined_subroutine",
                "DW_TAG_lexical_block",
            ) and self._covers(one, offset):
                if kind != "DW_TAG_lexical_block":
                    yield one
                waiting = list(one.iter_children())

    def _covers(self, entry: _Entry, offset: int) -> bool:
        if "DW_AT_low_pc" in entry.attributes and "DW_AT_high_pc" in entry.attributes:
            low, high = (entry.attributes[f"DW_AT_{end}_pc"] for end in ("low", "high"))
            relative = describe_form_class(high.form) == "constant"
            end = low.value + high.value if relative else high.value
            return bool(low.value <= offset < end)
        if "DW_AT_ranges" not in entry.attributes:
            return False
        base = entry.cu.get_top_DIE().attributes.get("DW_AT_low_pc")
        start = base.value if base is not None else 0
        lists = self._dwarf.range_lists()
        for one in lists.get_range_list_at_offset(
            entry.attributes["DW_AT_ranges"].value, cu=entry.cu
        ):
            if hasattr(one, "base_address"):
                start = one.base_address
                continue
            added = 0 if getattr(one, "is_absolute", False) else start
            if added + one.begin_offset <= offset < added + one.end_offset:
                return True
        return False


def _build_id(elf: Any) -> str:
    for section in elf.iter_sections("SHT_NOTE"):
        for note in section.iter_notes():
            if note["n_type"] == "NT_GNU_BUILD_ID":
                return str(note["n_desc"])
    return ""


def _functions(elf: Any) -> Iterator[tuple[int, int, str]]:
    """(start, end, name) of each function that a table of symbols has."""
    for name in (".symtab", ".dynsym"):
        table = elf.get_section_by_name(name)
        if table is None or table["sh_type"] == "SHT_NOBITS":
            continue
        for one in table.iter_symbols():
            if one["st_info"]["type"] == "STT_FUNC" and one["st_size"]:
                yield one["st_value"], one["st_value"] + one["st_size"], one.name


def _line(unit: _Unit, program: Any, offset: int) -> tuple[str, int]:
    """The line that the instruction at the offset was made of."""
    before = None
    for entry in program.get_entries():
        state = entry.state
        if state is None:
            continue
        if before is not None and before.address <= offset < state.address:
            return _file(unit, program, before.file), before.line
        before = None if state.end_sequence else state
    return "", 0


def _file(unit: _Unit, program: Any, index: int) -> str:
    header = program.header
    first = 0 if header.version >= 5 else 1  # noqa: PLR2004 - DWARF 5 counts from 0
    entry = header.file_entry[index - first]
    folder = entry.dir_index
    name = _text(entry.name)
    own = unit.get_top_DIE().attributes.get("DW_AT_comp_dir")
    root = _text(own.value) if own is not None else ""
    if header.version < 5 and folder == 0:  # noqa: PLR2004 - likewise
        return str(Path(root, name))
    return str(Path(root, _text(header.include_directory[folder - first]), name))


def _called_from(unit: _Unit, program: Any, inlined: _Entry) -> tuple[str, int]:
    found = inlined.attributes
    if "DW_AT_call_line" not in found or "DW_AT_call_file" not in found:
        return "", 0
    return _file(unit, program, found["DW_AT_call_file"].value), found["DW_AT_call_line"].value


def _name(entry: _Entry) -> str:
    """The name that the linker or the source has for a function."""
    for _ in range(4):  # what it was inlined from, and what that was declared as
        for name in ("DW_AT_linkage_name", "DW_AT_name"):
            if name in entry.attributes:
                return _text(entry.attributes[name].value)
        origin = next(
            (
                one
                for one in ("DW_AT_abstract_origin", "DW_AT_specification")
                if one in entry.attributes
            ),
            None,
        )
        if origin is None:
            break
        entry = entry.get_DIE_from_attribute(origin)
    return ""


def _text(value: bytes | str) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
