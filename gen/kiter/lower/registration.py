# SPDX-License-Identifier: GPL-2.0-only
"""How the kfuncs are made known: their flags, and a set of their own where they have one."""

from __future__ import annotations

from kiter.lower import names
from kiter.lower.ctext import HARD, call, indented, width
from kiter.lower.scene import Scene


def ids(scene: Scene) -> tuple[str, ...]:
    """The three BTF_ID_FLAGS lines."""
    flags = {"new": _new_flags(scene), "next": "KF_ITER_NEXT | KF_RET_NULL", "destroy": "KF_ITER_DESTROY"}
    return tuple(
        line
        for what, value in flags.items()
        for line in _id(f"BTF_ID_FLAGS(func, {names.function(scene.it, what)}, {value})")
    )


def _id(line: str) -> tuple[str, ...]:
    """Sets read as tables, so a line may run to 100 columns before it breaks."""
    if width(line) <= HARD:
        return (line,)
    head, _, flags = line.rpartition(", ")
    return call("BTF_ID_FLAGS(", (*head.removeprefix("BTF_ID_FLAGS(").split(", "), flags[:-1]), ")")


def _new_flags(scene: Scene) -> str:
    flags = ["KF_ITER_NEW"]
    if scene.profile.trusted_flag and any(a.pointer for a in scene.it.arguments):
        flags.append(scene.profile.trusted_flag)
    if scene.it.rcu:
        flags.append("KF_RCU_PROTECTED")
    return " | ".join(flags)


def own_set(scene: Scene, programs: tuple[str, ...] = (), before: str = "") -> tuple[str, ...]:
    """The ids in a set of their own, and the function that registers it, calling `before` first."""
    stem = f"bpf_iter_{scene.it.name}"
    return (
        scene.profile.set_open.format(set=f"{stem}_ids"),
        *ids(scene),
        scene.profile.set_close.format(set=f"{stem}_ids"),
        "",
        f"static const struct btf_kfunc_id_set {stem}_set = {{",
        "\t.owner = THIS_MODULE,",
        f"\t.set = &{stem}_ids,",
        "};",
        "",
        f"static int __init {stem}_init(void)",
        "{",
        *_register(f"{stem}_set", programs or scene.it.programs, before),
        "}",
        f"late_initcall({stem}_init);",
    )


def _register(name: str, programs: tuple[str, ...], before: str) -> tuple[str, ...]:
    calls: list[tuple[str, tuple[str, ...]]] = [(f"{before}(", ())] * bool(before)
    calls += [("register_btf_kfunc_id_set(", (f"BPF_PROG_TYPE_{p.upper()}", f"&{name}")) for p in programs]
    if len(calls) == 1:
        return indented(_call("return ", *calls[0]))
    heads = ["ret = ", *["ret = ret ?: "] * (len(calls) - 1)]
    lines = (
        line for head, (name, given) in zip(heads, calls, strict=True) for line in _call(head, name, given)
    )
    return indented(("int ret;", "", *lines, "return ret;"))


def _call(head: str, function: str, arguments: tuple[str, ...]) -> tuple[str, ...]:
    """A table as well: on one line up to 100 columns."""
    line = f"{head}{function}{', '.join(arguments)});"
    return (line,) if width("\t" + line) <= HARD else call(head + function, arguments, ");", 1)
