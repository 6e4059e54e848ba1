# SPDX-License-Identifier: GPL-2.0-only
"""The interface that the emitted C declares, read from its text: no headers, no compiler.

Only C as kiter emits it is understood; tests compare this with the BTF of the compiled module.
"""

from __future__ import annotations

import re

from kiter.sync import clike
from kiter.sync.interface import FLAGS_OF, Interface, explicit, flags_text, layout, prototype

_DOCUMENTED = re.compile(r"^ \* \* %([A-Z]\w+):", re.MULTILINE)


def read(unit: str, name: str) -> Interface:
    """The interface of the iterator `name` in C that holds its kfuncs and their ids."""
    code = clike.masked(unit)
    flags = _flags(code)
    facts: dict[str, str] = {}
    for function, _ in clike.kfuncs(code):
        facts[function.name] = prototype(explicit(function, flags.get(function.name, ())))
    facts |= {f"{FLAGS_OF}{function}": flags_text(given) for function, given in flags.items()}
    facts |= {f"struct {s.name}": layout(s) for s, _ in clike.structs(code) if s.name == f"bpf_iter_{name}"}
    defined = {key: str(value) for values, _ in clike.enums(code) for key, value in values.items()}
    used = {word for label in clike.labels(code) for word in label.split(" | ") if not word.isdigit()}
    used |= {f"struct bpf_iter_{name}", *_DOCUMENTED.findall(unit)}
    return Interface(facts | defined, frozenset(used) - facts.keys() - defined.keys())


def _flags(code: str) -> dict[str, frozenset[str]]:
    """The flags by function; it is the same in each set that holds it, or the kernel refuses them."""
    found: dict[str, frozenset[str]] = {}
    for function, flags, _ in clike.ids(code):
        assert found.setdefault(function, flags) == flags, f"{function} has different flags in two sets"
    return found
