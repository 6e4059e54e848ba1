# SPDX-License-Identifier: GPL-2.0-only
"""What the verifier must know of an iterator: who may call new(), and what else an element keeps valid."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass

from kiter.fragment import Anchor, Fragment
from kiter.layout.columns import HARD, call, comment, fill
from kiter.lower import names
from kiter.lower.context import LoweringContext
from kiter.lower.ctext import declare, indented
from kiter.lower.placement import Placement
from kiter.lower.statement import Statement
from kiter.markup import plain
from kiter.prose import listed, sentence
from kiter.spec.element import Pointer
from kiter.spec.model import Spec

# What is asked of a program, by the kind of program that is let in. BPF_TRACE_ITER is a type of attachment,
# which only programs for tracing have. A syscall program must be sleepable: bpf_check_attach_target(),
# kernel/bpf/verifier.c.
_TESTS = {
    "lsm": ("prog_type == BPF_PROG_TYPE_LSM",),
    "iter": ("prog_type == BPF_PROG_TYPE_TRACING &&", "env->prog->expected_attach_type == BPF_TRACE_ITER"),
    "syscall": ("prog_type == BPF_PROG_TYPE_SYSCALL",),
    "struct_ops": ("prog_type == BPF_PROG_TYPE_STRUCT_OPS",),
    "sleepable": ("in_sleepable(env)",),
}
_SPELLED = {"lsm": "bpf_lsm", "iter": "bpf_iter"}


@dataclass(frozen=True, slots=True)
class View:
    """The lines for one place."""

    lines: tuple[str, ...]


def placed(ctx: LoweringContext) -> Iterator[Placement]:
    """Nothing for an iterator that all programs may use, and whose elements lead nowhere else."""
    yield from _trusted(ctx)
    if ctx.it.context.allow:
        yield from _allowed(ctx)


def news(ctx: LoweringContext, gained: Container[str]) -> Iterator[Statement]:
    """What a patch that adds these lines to the file does there: sentences/news.j2 has the words."""
    new = names.function(ctx.it, "new")
    if f"\tKF_{new}," in gained:
        yield Statement("allowlist", (_name(ctx), new, ctx.it.context.allow_doc))
    for null in (False, True):
        found = [p for p in ctx.it.held.trusted if p.nullable == null and _field(p) in gained]
        if found:
            reasons = tuple(p.doc for p in found if p.doc)
            yield Statement("trusted", (tuple(p.name for p in found), _macro(ctx.it, null), reasons))


def programs(ctx: LoweringContext) -> str:
    """The programs that are let in, as the verifier's message has them; "" for all."""
    kinds = _kinds(ctx)
    return listed([_SPELLED.get(kind, kind) for kind in kinds]) if kinds else ""


def _kinds(ctx: LoweringContext) -> tuple[str, ...]:
    """Those on the list, without what goes without saying."""
    allow = ctx.it.context.allow
    return tuple(kind for kind in allow if kind != "syscall" or "sleepable" not in allow)


def _placed(
    ctx: LoweringContext, anchor: Anchor, lines: Iterable[str], where: str = "", of: tuple[str, ...] = ()
) -> Placement:
    fragment = Fragment(ctx.profile.verifier, anchor, (), where=where, names=of)
    return Placement(fragment, View(tuple(lines)), lines="kernel/verifier.c.j2")


def _trusted(ctx: LoweringContext) -> Iterator[Placement]:
    """Fields that point to what is valid in the RCU critical section, or as long as the element is."""
    for null in (False, True):
        fields = [_field(p) for p in ctx.it.held.trusted if p.nullable == null]
        if fields:
            kind, listed_as = _safe(ctx.it, null), _macro(ctx.it, null)
            whole = (f"{listed_as} {{", *fields, "};")
            yield _placed(ctx, Anchor.SAFE_TYPE, whole, kind, (_struct(ctx.it),))
            yield _placed(ctx, Anchor.SAFE_EMIT, (f"\tBTF_TYPE_EMIT({listed_as});",), kind)


def _field(pointer: Pointer) -> str:
    """The line that lists a pointer."""
    return f"\t{declare(pointer.type, pointer.name)};"


def _macro(it: Spec, nullable: bool) -> str:
    """What makes the name of the struct that lists the pointers."""
    return f"BTF_TYPE_SAFE_{_safe(it, nullable)}({_struct(it)})"


def _safe(it: Spec, nullable: bool) -> str:
    """How fields that may be NULL, or not, are safe."""
    return f"{'RCU' if it.rcu else 'TRUSTED'}{'_OR_NULL' if nullable else ''}"


def _struct(it: Spec) -> str:
    """What the elements are, with its keyword."""
    return it.element.removeprefix("const ").removesuffix("*").strip()


def listing(it: Spec, nullable: bool) -> str:
    """The struct of the kernel's BTF that has the fields that the verifier trusts, without its keyword.

    BTF_TYPE_SAFE_RCU() and its like make the name, kernel/bpf/verifier.c.
    """
    return f"{_struct(it).removeprefix('struct ')}__safe_{_safe(it, nullable).lower()}"


def _allowed(ctx: LoweringContext) -> Iterator[Placement]:
    new = names.function(ctx.it, "new")
    yield _placed(ctx, Anchor.KFUNC_ENUM, (f"\tKF_{new},",))
    yield _placed(ctx, Anchor.KFUNC_LIST, _id(new, ctx.it.guard))
    yield _placed(ctx, Anchor.BEFORE_ARGUMENTS, _function(ctx))
    yield _placed(ctx, Anchor.IN_ARGUMENTS, indented(_call(ctx), 3))


def _id(new: str, guard: str) -> tuple[str, ...]:
    """The id, for which there must be something in the list without the option too."""
    own = f"BTF_ID(func, {new})"
    return (f"#ifdef {guard}", own, "#else", "BTF_ID_UNUSED", "#endif") if guard else (own,)


def _name(ctx: LoweringContext) -> str:
    return f"check_{ctx.it.name}_iter_allowlist"


def _function(ctx: LoweringContext) -> Iterator[str]:
    tests = [_TESTS[kind] for kind in _kinds(ctx)]
    if ctx.it.context.allow_doc:
        yield from comment(sentence(plain(ctx.it.context.allow_doc)))
    parameters = ("struct bpf_verifier_env *env", "const char *func_name")
    yield from call(f"static int {_name(ctx)}(", parameters, ")", columns=HARD)
    yield "{"
    if any("prog_type" in test[0] for test in tests):
        yield from ("\tenum bpf_prog_type prog_type = resolve_prog_type(env->prog);", "")
    for test in tests:
        yield from indented((*fill("if (", test, ")", 1), "\treturn 0;"))
    said = ctx.profile.messages["not_allowed"].format(programs=programs(ctx))
    yield from indented(call("verbose(", ("env", f'"%s {said}\\n"', "func_name"), ");", 1, HARD))
    yield from ("\treturn -EINVAL;", "}")


def _call(ctx: LoweringContext) -> Iterator[str]:
    id_of = f"special_kfunc_list[KF_{names.function(ctx.it, 'new')}]"
    yield from fill("if (", ("meta->func_id ==", id_of), ") {", 3, HARD)
    yield from (f"\tret = {_name(ctx)}(env, func_name);", "\tif (ret)", "\t\treturn ret;", "}")
