# SPDX-License-Identifier: GPL-2.0-only
"""The kfuncs' file, or the fragment that joins one: state, helpers, the three kfuncs and companions.

The contract is kept in new.py, next.py and destroy.py, whatever the spec says.
"""

from __future__ import annotations

from dataclasses import dataclass

from kiter.lower import companions, describe, destroy, give_back, helpers, names, new, next, registration
from kiter.lower.ctext import comment, declare
from kiter.lower.function import Function
from kiter.lower.scene import Scene
from kiter.lower.state import Field


@dataclass(frozen=True, slots=True)
class View:
    """What the template prints, in order; `structs`, `defines` and `enum` are finished lines.

    `static` are the helpers, `release` the function that gives everything back, if there is one.
    """

    place: tuple[str, ...]
    includes: tuple[str, ...]
    private: tuple[str, ...]
    guard: str
    structs: tuple[tuple[str, ...], ...]
    defines: tuple[str, ...]
    enum: tuple[str, ...]
    open: str
    close: str
    static: tuple[Function, ...]
    release: tuple[str, ...]
    functions: tuple[Function, ...]
    registration: tuple[str, ...]


def view(scene: Scene, alone: bool = False) -> View:
    """The kfuncs; `alone` when nothing stands in another file, as in a module."""
    it = scene.it
    own = not it.file
    return View(
        place=() if own else comment(f"Joins {it.file}, at its end."),
        includes=includes(scene) if own else (),
        private=private(scene) if own else (),
        guard=scene.guard,
        structs=tuple(structs(scene, alone)),
        defines=_defines(scene),
        enum=describe.enum(scene),
        open=scene.profile.kfuncs_open,
        close=scene.profile.kfuncs_close,
        static=helpers.functions(scene),
        release=give_back.release(scene),
        functions=(
            new.function(scene),
            next.function(scene),
            destroy.function(scene),
            *companions.functions(scene),
        ),
        registration=registration.own_set(scene) if own and it.programs else (),
    )


def includes(scene: Scene) -> tuple[str, ...]:
    """The headers of a file of its own, sorted as the kernel likes them."""
    always = {"linux/bpf.h", "linux/btf.h"}
    ids = {"linux/btf_ids.h", "linux/init.h", "linux/module.h"} if scene.it.programs else set()
    return tuple(sorted(always | ids | {i for i in scene.it.includes if not i.startswith("../")}))


def private(scene: Scene) -> tuple[str, ...]:
    """The headers that are no part of the kernel's interface, as the iterator's file sees them."""
    return tuple(i for i in scene.it.includes if i.startswith("../"))


def opaque(scene: Scene, attribute: str = "__aligned(8)") -> tuple[str, ...]:
    """The struct that BPF programs see."""
    head = f"struct bpf_iter_{scene.it.name} {{"
    if scene.it.place.open:
        return (head, *members(scene.state.fields), "};")
    return (head, f"\t__u64 __opaque[{scene.state.words}];", f"}} {attribute};")


def structs(scene: Scene, alone: bool) -> list[tuple[str, ...]]:
    """The structs that stand beside the kfuncs."""
    it, memory = scene.it, scene.state.memory
    found = [opaque(scene)] if alone or not it.place.header else []
    if it.place.open:
        return found
    if memory is None:
        inside = members(scene.state.fields)
    else:
        inside = (f"\t{declare(memory.pointer, memory.name)};",)
        if not memory.whole:
            found.append((f"{memory.type} {{", *members(scene.state.fields), "};"))
    return [*found, (f"struct bpf_iter_{it.name}_kern {{", *inside, "} __aligned(8);")]


def members(fields: tuple[Field, ...]) -> tuple[str, ...]:
    """Fields as lines; a buffer that may stand in the state shares the place of the pointer to it."""
    lines: list[str] = []
    for field in fields:
        pointer = f"{declare(field.type, field.name)};"
        if not field.inline:
            lines.append(f"\t{pointer}")
            continue
        size = f"[{field.inline}]" if field.inline > 1 else ""
        here = f"{field.item} {names.inline(field.name)}{size};"
        lines += ["\tunion {", f"\t\t{pointer}", f"\t\t{here}", "\t};"]
    return tuple(lines)


def _defines(scene: Scene) -> tuple[str, ...]:
    """What stands for "not begun" where the cursor is all the state there is."""
    if scene.it.lifetime != "held":
        return ()
    return (
        "/* the walk has not begun; NULL is its end */",
        f"#define {names.start(scene.it)} (({scene.it.element})1L)",
    )
