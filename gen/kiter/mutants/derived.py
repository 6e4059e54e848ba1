# SPDX-License-Identifier: GPL-2.0-only
"""Bugs that every iterator can have, made of what its spec says: elements that are left out, come twice, late
or from another start, references that are lost or put twice, and flags that its kfuncs lack.

What is right stays as it is, below another name: the bug stands in a function around it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from kiter.btf.types import Function
from kiter.fixtures.fixture import COMPARABLE
from kiter.fixtures.known import expectations, fixture_of
from kiter.interface import Interface, Kfunc
from kiter.lower.ctext import declare, prototype
from kiter.lower.kernel.part import Part
from kiter.mutants import bugs
from kiter.mutants.mutant import NAME, Mutant, nameless
from kiter.mutants.statements import of_statements
from kiter.output import Rendered
from kiter.regex import regex
from kiter.render import render
from kiter.spec.model import Spec

STAYING = ("rcu", "static")  # lifetimes of elements that may be given later than they were found
_PUT = regex(r"(\w+)\(.*\)")

UNSEEN = "user space does not see what there is, so that nothing is compared"
FIRST_UNSEEN = "user space sees some elements alone, and the first is none of them"

ITERATOR = "KF_ITER_"  # how the flags begin that make three kfuncs an iterator
RETURNS_NULL = "KF_RET_NULL"


def derived(spec: str, it: Spec, rendered: Rendered) -> tuple[Mutant, ...]:
    """Those of one iterator, which is called `spec`, with these outputs."""
    return (
        *_of_elements(spec, it, rendered.interface),
        *_of_puts(spec, it),
        *of_statements(spec, rendered),
        *_of_flags(spec, rendered),
    )


def _of_elements(spec: str, it: Spec, interface: Interface) -> Iterator[Mutant]:
    new, following, destroy = (_nameless(kfunc.prototype, it.name) for kfunc in interface.kfuncs[:3])
    fixture, seen = fixture_of(it), it.lifetime == "state" or bool(expectations(it))
    made = partial(Mutant, spec, sound=True, excuse="" if seen else UNSEEN)
    pos, kept = declare(following.returns, "pos"), declare(following.returns, "given")
    forgets = (_head(destroy), render(bugs.Forgets.template, bugs.Forgets(_head(destroy))))
    yield made("skipped", "skipped", "every other element is left out", *_around(following, bugs.Skipped()))
    twice = _around(following, bugs.Twice(pos), kept=kept)
    yield made("twice", "given-twice", "each element comes twice", *twice, also=(forgets,))
    arguments = ", ".join(parameter.name for parameter in new.parameters)
    begun = _around(new, bugs.WrongStart(arguments, following.name), declared=following)
    second = made("wrong start", "second-first", "the walk begins with its second element", *begun)
    some = seen and fixture and COMPARABLE in fixture.user.names
    yield replace(second, excuse=FIRST_UNSEEN) if some else second
    if it.lifetime in STAYING and fixture and fixture.ordered and expectations(it):
        late = _around(following, bugs.Late(pos), kept=kept)
        yield made("late", "given-late", "the first element comes last", *late, also=(forgets,))


def _nameless(function: Function, name: str) -> Function:
    """With what stands for the iterator's name, which a prototype may have changed."""
    own, nameless = f"bpf_iter_{name}", f"bpf_iter_{NAME}"
    parameters = tuple(replace(p, type=p.type.replace(own, nameless)) for p in function.parameters)
    return replace(function, name=function.name.replace(own, nameless), parameters=parameters)


def _head(function: Function) -> str:
    return f"__bpf_kfunc {prototype(function)} {{"


def _around(
    function: Function, body: Part, kept: str = "", declared: Function | None = None
) -> tuple[str, str]:
    """The head of a kfunc, and what takes its place: one with that body, and the right one as right()."""
    head = _head(function)
    view = bugs.Around(head, replace(function, name="right"), body, kept, declared)
    return head, render(view.template, view)


def _of_puts(spec: str, it: Spec) -> Iterator[Mutant]:
    """A put that is a helper's is no single call: such are in the tables."""
    helpers = {helper.name for helper in it.helpers}
    given = [it.held.put, *(resource.put for resource in it.resources)]
    calls = (match[1] for put in given if put and (match := _PUT.fullmatch(put.text)))
    for put in dict.fromkeys(call for call in calls if call not in helpers):
        made = partial(Mutant, spec, old="", new="", sound=True)
        yield made("lost put", f"lost-{put}", f"{put}() is left out", head=_put(bugs.LostPut(put)))
        twice = _put(bugs.DoubledPut(put))
        yield made("doubled put", f"doubled-{put}", f"{put}() is called twice", head=twice, alone=True)


def _put(view: Part) -> str:
    return render(view.template, view).rstrip("\n")


def _of_flags(spec: str, rendered: Rendered) -> Iterator[Mutant]:
    """Each flag that a program can notice: those that make an iterator, it is not registered without.

    Whatever the flags of next() say, the verifier goes on with NULL first, and then with a pointer that is
    none: kernel/bpf/verifier.c, process_iter_next_call() of 6.12.
    """
    for kfunc in rendered.interface.kfuncs:
        silent = RETURNS_NULL if f"{ITERATOR}NEXT" in kfunc.flags else ""
        for flag in (f for f in kfunc.flags if not f.startswith(ITERATOR) and f != silent):
            without = replace(kfunc, flags=tuple(f for f in kfunc.flags if f != flag))
            function = kfunc.prototype.name
            word = function.removeprefix(f"bpf_iter_{rendered.iterator}_")
            right, wrong = (nameless(_listed(one), rendered) for one in (kfunc, without))
            yield Mutant(
                spec, "registration", f"{word}-{flag}", f"{function}() is without {flag}", right, wrong
            )


def _listed(kfunc: Kfunc) -> str:
    """The entry of a kfunc in its set."""
    flags = (" | ".join(kfunc.flags),) if kfunc.flags else ()
    return f"BTF_ID_FLAGS(func, {', '.join((kfunc.prototype.name, *flags))})"
