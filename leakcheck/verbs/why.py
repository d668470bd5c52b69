# SPDX-License-Identifier: MIT
"""`python -m leakcheck why TARGET`: who holds what grows, the objects of a type, or one object."""

from __future__ import annotations

import argparse
import contextlib
import functools
import inspect
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from leakcheck.api import held_by
from leakcheck.errors import UsageError
from leakcheck.locate import did_you_mean, locate
from leakcheck.target import as_target
from leakcheck.verbs.measuring import add_settings, as_json, given, headed, measured, settled, style
from leakcheck.verbs.statuses import CLEAN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leakcheck.locate import Place
    from leakcheck.model import Holding

_EPILOG: Final = """examples:
  why app.py::serve                 run serve, and say who holds what grows
  why app.py::serve --type Session  run it, and say who holds the objects of app.Session
  why app.models:Session            import the module, and say who holds its Sessions
  why "app.models:CACHE['user']"    say who holds this object

exit status:
  0  it was answered, whether something leaks or not: to gate on leaks use run
  2  what to look at is missing, wrong, or raised
  3  leakcheck itself failed
  4  this interpreter can't be measured now
  130  interrupted
"""
_LOOKED_AT: Final = 1_000


class Found(NamedTuple):
    """The objects that were asked for."""

    what: str
    alive: int
    held: tuple[Holding, ...]


def add(verbs: Any) -> None:
    """Declare the verb's arguments."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "why",
        help="who holds what grows, or the objects of a type",
        description="Runs a function again and again, as `run` does, and says who holds what grows. "
        "Of a class it says who holds its objects, of any other object who holds that.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "target",
        metavar="TARGET",
        help="FILE.py::NAME or module:NAME; in the place of a name may stand an expression over "
        "the module's names",
    )
    parser.add_argument(
        "--type",
        metavar="NAME",
        help="after running the function, who holds the objects of this type: a class's name, "
        "with or without its module",
    )
    add_settings(parser)
    parser.set_defaults(action=run)


def run(options: argparse.Namespace) -> int:
    """Find what was asked for and print who holds it."""
    wishes = given(options)
    with contextlib.redirect_stdout(sys.stderr) if options.json else contextlib.nullcontext():
        place = locate(options.target)
        text = _of_run(place, wishes, options) if _runs(place) else _of_place(place, options)
    sys.stdout.write(text)
    sys.stdout.flush()
    return CLEAN


def _runs(place: Place) -> bool:
    """It is a function of some kind; an object that can be called is still an object."""
    value = place.value
    return (
        inspect.isroutine(value)
        or isinstance(value, functools.partial)
        or hasattr(type(value), "__wrapped__")
        or callable(inspect.getattr_static(value, "__wrapped__", None))
    )


def _of_run(place: Place, wishes: dict[str, Any], options: argparse.Namespace) -> str:
    """Who holds what grew, or after the runs the objects of a type."""
    target = as_target(place)
    target.settings.pop("strict", None)
    result = measured(target, settled(target, wishes, options))
    if options.type is not None:
        return _said(_of_type_named(options.type, target.name), target.name, options)
    if options.json:
        return as_json(result, target.name)
    from leakcheck.report.why import of_run

    said = of_run(result, target=target.name, root=Path.cwd(), style=style(options))
    return f"{said}\n"


def _of_place(place: Place, options: argparse.Namespace) -> str:
    """Who holds an object, or the objects of a class."""
    if options.type is not None:
        kind = "a class" if inspect.isclass(place.value) else "an object"
        raise UsageError(
            f"--type goes with a function to run, and {place.name} is {kind}; "
            "leave --type out, or name a function"
        )
    if inspect.isclass(place.value):
        from leakcheck.measure.living import can_be_known, living

        objects = living(place.value)
        if not objects and not can_be_known(place.value):
            raise UsageError(
                f"the cycle collector knows no objects of {place.name}, so they can't be listed; "
                "name one object, or the class that keeps them"
            )
        return _said(_found(place.name, objects), place.name, options)
    return _said(Found(place.name, 1, held_by([place.value])), place.name, options)


def _of_type_named(name: str, target: str) -> Found:
    """The objects of all types with this name."""
    from leakcheck.measure.living import living, types

    known = types()
    wanted = name.replace(":", ".")
    fitting = [full for full in known if full == wanted or full.endswith(f".{wanted}")]
    if not fitting:
        short = {full.rpartition(".")[2] for full in known}
        near = did_you_mean(wanted, sorted(short if "." not in wanted else known))
        raise UsageError(f"after the runs of {target} there is no type called {name!r}{near}")
    objects = [one for full in fitting for kind in known[full] for one in living(kind)]
    return _found(name if len(fitting) > 1 else fitting[0], _each_once(objects))


def _each_once(objects: Iterable[object]) -> list[object]:
    return list({id(one): one for one in objects}.values())


def _found(what: str, objects: list[object]) -> Found:
    """All of them, or the oldest and the newest half of those that are looked at."""
    half = _LOOKED_AT // 2
    some = objects if len(objects) <= _LOOKED_AT else objects[:half] + objects[-half:]
    return Found(what, len(objects), held_by(some))


def _said(found: Found, target: str, options: argparse.Namespace) -> str:
    if options.json:
        holders = [asdict(one) for one in found.held]
        data = headed(target) | {"what": found.what, "alive": found.alive, "holders": holders}
        return json.dumps(data, indent=2) + "\n"
    from leakcheck.report.why import of_objects

    said = of_objects(
        found.held, what=found.what, alive=found.alive, root=Path.cwd(), style=style(options)
    )
    return f"{said}\n"
