# SPDX-License-Identifier: GPL-2.0-only
"""I40 and on: what reviewers ask for, which fails no build."""

from __future__ import annotations

import re

from kiter.csource.nodes import Node, declared, named, text
from kiter.lint.rule import Hit
from kiter.lint.source.model import Trio
from kiter.lint.source.table import Found, rule
from kiter.lint.vocabulary import NARROW_FLAGS

STYLE = "Documentation/process/coding-style.rst"


@rule(
    "I40",
    "missing-kernel-doc",
    "kfuncs without kernel-doc",
    "the reference documentation is generated from it, and a program's author has nothing else",
    kernel="Documentation/bpf/kfuncs.rst; Documentation/doc-guide/kernel-doc.rst",
    hint="write a comment that begins with /** and has a 'Return:' section",
    severity="warning",
)
def undocumented(trio: Trio) -> Found:
    bare = [f for f in trio.kfuncs if not f.comment.startswith("/**")]
    if bare:
        names = ", ".join(f.name for f in bare)
        yield Hit(trio.source.at(bare[0].node), f"no kernel-doc on {names}")
    for function in (trio.new, trio.next):
        if function not in bare and "Return" not in function.comment:
            yield Hit(trio.source.at(function.node), f"the kernel-doc of '{function.name}' has no 'Return:'")


@rule(
    "I41",
    "flags-parameter-name",
    "the flag argument should be called 'flags'",
    "a name for one choice leaves no room for a further bit later, and neither does a char",
    hint="call it 'flags', of type unsigned int or u64",
    severity="warning",
)
def narrow_flag(trio: Trio) -> Found:
    for p in trio.new.parameters[1:]:
        if not p.pointer and (p.name in NARROW_FLAGS or p.type in {"char", "bool", "u8"}):
            yield Hit(trio.source.at(p.node), f"'{text(p.node)}' leaves no room for more")


@rule(
    "I42",
    "redundant-default-case",
    "a known case that is the default",
    "new() has rejected all other values, so default reads as unreachable",
    hint="name the case",
    severity="warning",
)
def default_case(trio: Trio) -> Found:
    for one in trio.next.all("case_statement"):
        if one.children and one.children[0].type == "default":
            does = [c for c in one.named_children if c.type not in {"break_statement", "comment"}]
            if does and not (does[0].type == "return_statement" and "NULL" in text(does[0])):
                yield Hit(trio.source.at(one), "'default:' does something")


@rule(
    "I43",
    "no-blank-line-after-declarations",
    "no blank line after declarations",
    "the kernel's style has one",
    kernel="scripts/checkpatch.pl, LINE_SPACING",
    hint="add one",
    severity="warning",
)
def crowded(trio: Trio) -> Found:
    for function in trio.kfuncs:
        last: Node | None = None
        for child in function.body.named_children:
            if child.type != "declaration":
                if last is not None and child.start_point[0] == last.end_point[0] + 1:
                    yield Hit(trio.source.at(child), "a statement right after declarations")
                break
            last = child


@rule(
    "I44",
    "goto-to-return",
    "a goto to a plain return",
    "there is nothing to clean up on the way",
    kernel=STYLE,
    hint="return",
    severity="warning",
)
def idle_goto(trio: Trio) -> Found:
    for function in trio.kfuncs:
        labels = {
            text(named(one, "label")): one.named_children[-1] for one in function.all("labeled_statement")
        }
        for one in function.all("goto_statement"):
            target = labels.get(text(one.named_children[0]) if one.named_children else "")
            if target is not None and target.type == "return_statement":
                yield Hit(trio.source.at(one), "the label only returns")


@rule(
    "I45",
    "unusual-state-name",
    "an unusual name for the state",
    "in every iterator the kernel's view of the struct is called kit",
    kernel="kernel/bpf/task_iter.c",
    hint="call it kit",
    severity="warning",
)
def unusual_name(trio: Trio) -> Found:
    for function in trio.kfuncs:
        for one in function.all("declaration"):
            if text(named(one, "type")) == f"struct bpf_iter_{trio.name}_kern":
                name = declared(named(one, "declarator"))
                if name != "kit" and len(name) == 1 and name not in {"s"}:
                    yield Hit(trio.source.at(one), f"the state is called '{name}'")


@rule(
    "I46",
    "sizeof-of-shorter-allocation",
    "sizeof() a struct that is allocated shorter",
    "sizeof(struct cpumask) is that of NR_CPUS bits, an allocated mask has fewer",
    kernel="include/linux/cpumask.h, cpumask_size()",
    hint="use cpumask_size()",
)
def cpumask(trio: Trio) -> Found:
    for function in trio.functions.values() if "struct cpumask" in trio.source.text else ():
        for one in function.all("sizeof_expression"):
            if re.search(r"struct cpumask\b", text(one)):
                yield Hit(trio.source.at(one), "sizeof(struct cpumask)")


@rule(
    "I47",
    "redundant-btf-type-emit",
    "BTF_TYPE_EMIT() of a type that BTF has anyway",
    "the struct is an argument's type of a kfunc, so it is in BTF without being asked for",
    kernel="include/linux/btf.h, BTF_TYPE_EMIT()",
    hint="remove it",
    severity="warning",
)
def needless_emit(trio: Trio) -> Found:
    needless = f"BTF_TYPE_EMIT(struct bpf_iter_{trio.name})"
    for function in trio.functions.values() if needless in trio.source.text else ():
        for one in function.all("call_expression", "macro_type_specifier"):
            if text(one) == needless:
                yield Hit(trio.source.at(one), "BTF_TYPE_EMIT() of the iterator's struct")
