# SPDX-License-Identifier: GPL-2.0-only
"""The kfuncs' file, or the fragment that joins one: state, helpers, the three kfuncs and companions.

The contract is kept in new.py, next.py and destroy.py, whatever the spec says.
"""

from __future__ import annotations

from dataclasses import dataclass

from kiter.analysis.state import Field
from kiter.layout.columns import comment
from kiter.lower import names
from kiter.lower.context import LoweringContext
from kiter.lower.ctext import declare
from kiter.lower.kernel import companions, destroy, helpers, includes, new, next, registration, release
from kiter.lower.kernel.enum import Enum, enum
from kiter.lower.kernel.function import Function, Kfunc


@dataclass(frozen=True, slots=True)
class View:
    """What the template prints, in order; `structs` and `defines` are finished lines.

    `static` are the helpers, `release` the function that gives everything back, if there is one.
    """

    place: tuple[str, ...]
    includes: tuple[str, ...]
    private: tuple[str, ...]
    guard: str
    structs: tuple[tuple[str, ...], ...]
    defines: tuple[str, ...]
    enum: Enum | None
    open: str
    close: str
    static: tuple[Function, ...]
    release: tuple[str, ...]
    functions: tuple[Kfunc, ...]
    registration: tuple[str, ...]


def view(ctx: LoweringContext, alone: bool = False) -> View:
    """The kfuncs; `alone` when nothing stands in another file, as in a module."""
    it = ctx.it
    own = not it.file
    return View(
        place=() if own else comment(f"Joins {it.file}, at its end."),
        includes=includes.public(ctx, _always(ctx)) if own else (),
        private=includes.private(ctx) if own else (),
        guard=ctx.guard,
        structs=tuple(structs(ctx, alone)),
        defines=_defines(ctx),
        enum=enum(ctx),
        open=ctx.profile.kfuncs_open,
        close=ctx.profile.kfuncs_close,
        static=helpers.functions(ctx),
        release=release.release(ctx),
        functions=(
            new.function(ctx),
            next.function(ctx),
            destroy.function(ctx),
            *companions.functions(ctx),
        ),
        registration=registration.own_set(ctx) if own and it.programs else (),
    )


def _always(ctx: LoweringContext) -> set[str]:
    """The headers that every file of its own has."""
    ids = {"linux/btf_ids.h", "linux/init.h", "linux/module.h"} if ctx.it.programs else set()
    return {"linux/bpf.h", "linux/btf.h"} | ids


def opaque(ctx: LoweringContext, attribute: str = "__aligned(8)") -> tuple[str, ...]:
    """The struct that BPF programs see."""
    head = f"struct bpf_iter_{ctx.it.name} {{"
    if ctx.it.place.open:
        return (head, *members(ctx.state.fields), "};")
    return (head, f"\t__u64 __opaque[{ctx.state.words}];", f"}} {attribute};")


def structs(ctx: LoweringContext, alone: bool) -> list[tuple[str, ...]]:
    """The structs that stand beside the kfuncs."""
    it, memory = ctx.it, ctx.state.memory
    found = [opaque(ctx)] if alone or not it.place.header else []
    if it.place.open:
        return found
    if memory is None:
        inside = members(ctx.state.fields)
    else:
        inside = (f"\t{declare(memory.pointer, memory.name)};",)
        if not memory.whole:
            found.append((f"{memory.type} {{", *members(ctx.state.fields), "};"))
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


def _defines(ctx: LoweringContext) -> tuple[str, ...]:
    """What stands for "not begun" where the cursor is all the state there is."""
    if ctx.it.lifetime != "held":
        return ()
    return (
        "/* the walk has not begun; NULL is its end */",
        f"#define {names.start(ctx.it)} (({ctx.it.element})1L)",
    )
