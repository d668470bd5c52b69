# SPDX-License-Identifier: MIT
"""Objects that answer nothing as they should are leaked: they are counted, named, and not asked."""

import textwrap

import pytest

pytest_plugins = ["pytester"]

HOSTILE = {
    "an equality that raises": "def __eq__(self, other): raise ValueError\n__hash__ = None",
    "a hash that raises": "def __hash__(self): raise ValueError",
    "a repr that raises": "def __repr__(self): raise ValueError",
    "a repr that never ends": "def __repr__(self): return repr(self) + repr(self)",
    "a length that lies": "def __len__(self): return -1",
    "a truth that raises": "def __bool__(self): raise ValueError",
    "attributes that raise": "def __getattribute__(self, name): raise ValueError(name)",
    "a class that lies": "__class__ = property(lambda self: int)",
    "an end that raises": "def __del__(self): raise ValueError",
    "a size that raises": "def __sizeof__(self): raise ValueError",
    "a dir that raises": "def __dir__(self): raise ValueError",
    "a name that is no text": "__module__ = 5\n__qualname__ = 'x\\x1b[2J'",
    "slots": "__slots__ = ('one', '__weakref__')",
}
HOLDERS = {
    "a dict that lies": """
        class Kept(dict):
            def __len__(self): return 0
            def __iter__(self): raise ValueError
            def items(self): raise ValueError
            def keep(self, one): dict.__setitem__(self, id(one), one)
    """,
    "a list that lies": """
        class Kept(list):
            def __len__(self): return 0
            def __getitem__(self, at): raise ValueError
            def keep(self, one): list.append(self, one)
    """,
    "a module whose attributes raise": """
        import types
        class Kept(types.ModuleType):
            def __init__(self):
                super().__init__('kept')
                self.all = []
            def __getattr__(self, name): raise ValueError(name)
            def keep(self, one): self.all.append(one)
    """,
    "a class whose metaclass raises": """
        class Meta(type):
            def __instancecheck__(cls, one): raise ValueError
            def __getattribute__(cls, name): raise ValueError(name)
        class Held(metaclass=Meta):
            pass
        class Kept:
            def __init__(self):
                self.all = []
                type.__setattr__(Held, 'all', self.all)
            def keep(self, one): self.all.append(one)
    """,
}


@pytest.mark.parametrize("what", HOSTILE)
def test_objects_with(faulty, what):
    body = textwrap.indent(HOSTILE[what], "    ")
    source = f"class Odd:\n{body}\nKEPT = []\ndef test_it(): KEPT.append(Odd())\n"
    found = faulty(source)
    assert found.verdict("test_it") == "leak", found.out
    assert found.result_of("test_it")["containers"][0]["path"] == "test_it.KEPT"
    assert "\x1b[2J" not in found.out


@pytest.mark.parametrize("what", HOLDERS)
def test_held_by(faulty, what):
    source = textwrap.dedent(HOLDERS[what])
    source += "\nKEPT = Kept()\ndef test_it(): KEPT.keep(object())\n"
    found = faulty(source)
    assert found.verdict("test_it") == "leak", found.out
    sites = found.result_of("test_it")["sites"]
    assert any(one["grows"] for one in sites)
