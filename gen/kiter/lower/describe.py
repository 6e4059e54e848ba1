# SPDX-License-Identifier: GPL-2.0-only
"""What the C says about itself: kernel-doc of the three kfuncs and of an enum defined here."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kiter.lower import names
from kiter.lower.ctext import kernel_doc, paragraph
from kiter.lower.scene import Scene
from kiter.spec.snippet import text_on

RCU = "Call it inside an RCU read-side critical section, which must last until the iterator is destroyed."


def failures(scene: Scene) -> tuple[tuple[str, str], ...]:
    """(errno, condition) of everything that new() refuses, in the order of the code."""
    found = [(refusal.errno, refusal.doc) for refusal in scene.it.refusals]
    if scene.it.select:
        found.append(("EINVAL", f"@{scene.it.select} is {_no_value(scene)}"))
    for case in scene.cases:
        found += [("EINVAL", f"@{name} is NULL{_with(scene, case.flag)}") for name in case.requires]
        found += [(refusal.errno, refusal.doc) for refusal in case.refusals]
        if start := scene.start(case):
            found.append((start.errno, f"the element to start at has left the ring{_with(scene, case.flag)}"))
    return tuple(dict.fromkeys(found))


def _no_value(scene: Scene) -> str:
    selector = scene.selector
    if selector and selector.defines.startswith("enum "):
        return f"no {selector.defines}"
    return "none of these values"


def _with(scene: Scene, flag: str) -> str:
    return f" and @{scene.it.select} is %{flag}" if flag else ""


def arguments_spelled(scene: Scene, text: str) -> str:
    """Text with @argument as the prototype spells it."""
    spelled = {a.name: names.parameter(a, scene.profile) for a in scene.it.arguments}
    return re.sub(r"@(\w+)", lambda m: "@" + spelled.get(m.group(1), m.group(1)), text)


def _doc(scene: Scene, text: str) -> tuple[str, ...]:
    return paragraph(arguments_spelled(scene, text))


def _item(scene: Scene, head: str, text: str) -> tuple[str, ...]:
    return paragraph(f"{head} {arguments_spelled(scene, text)}", first=" * ", rest=" *\t")


def _bullet(scene: Scene, flag: str, text: str) -> tuple[str, ...]:
    return paragraph(f"%{flag}: {arguments_spelled(scene, text)}", first=" * * ", rest=" *   ")


def new_doc(scene: Scene) -> tuple[str, ...]:
    """The comment on new()."""
    it = scene.it
    title = paragraph(f"bpf_iter_{it.name}_new() - begin to {it.summary}", rest=" *\t")
    described = [_item(scene, "@it:", "the iterator, on the BPF program's stack")]
    for a in it.arguments:
        kind = f", an enum {_enum_name(scene, a.name)}" if _enum_name(scene, a.name) else ""
        nullable = ", or NULL" if a.nullable else ""
        described.append(_item(scene, f"@{names.parameter(a, scene.profile)}:", a.doc + nullable + kind))
    params = tuple(line for item in described for line in item)
    return kernel_doc(
        (*title, *params),
        _values(scene),
        *(_doc(scene, p) for p in paragraphs(scene)),
        *(_doc(scene, p) for p in rings(scene)),
        _doc(scene, RCU) if it.rcu else (),
        _doc(scene, returns(scene)),
    )


def _enum_name(scene: Scene, argument: str) -> str:
    found = scene.it.argument(argument)
    if found is None:
        return ""
    return found.enum or found.defines.removeprefix("enum").strip()


def _values(scene: Scene) -> tuple[str, ...]:
    """The flag values as a list, unless the comment on an enum defined here has it."""
    selector = scene.selector
    if selector is None or selector.defines.startswith("enum "):
        return ()
    items = [_bullet(scene, case.flag, case.doc) for case in scene.cases]
    return (f" * @{selector.name} selects what is visited:", " *", *(line for i in items for line in i))


def paragraphs(scene: Scene) -> Iterable[str]:
    """The author's text, a paragraph at a time."""
    text = text_on(scene.it.docs, scene.profile.number)
    return [part for part in re.split(r"\n\s*\n", text.strip()) if part]


def rings(scene: Scene) -> Iterable[str]:
    """What a user must know of a ring that starts elsewhere than at its anchor."""
    for case in scene.cases:
        if scene.start(case):
            where = f"With %{case.flag}, should" if case.flag else "Should"
            yield (
                f"{where} the first element leave the ring during the walk, the walk goes on to the "
                "end of the ring, and some elements may come twice."
            )


def returns(scene: Scene) -> str:
    """The Return: section of new()."""
    found = failures(scene)
    if not found:
        return "Return: 0."
    by_errno: dict[str, list[str]] = {}
    for errno, reason in found:
        by_errno.setdefault(errno, []).append(reason)
    listed = ", ".join(f"-{errno} if {' or if '.join(reasons)}" for errno, reasons in by_errno.items())
    empty = f"After an error the iterator is empty: bpf_iter_{scene.it.name}_next() returns NULL."
    return f"Return: 0 on success, {listed}. {empty}"


def next_doc(scene: Scene) -> tuple[str, ...]:
    """The comment on next()."""
    it = scene.it
    element = it.element.rstrip(" *")
    end = "until the RCU critical section ends" if it.lifetime == "rcu" else "until the next call"
    return kernel_doc(
        (f" * bpf_iter_{it.name}_next() - get the next element", *_item(scene, "@it:", "the iterator")),
        paragraph(
            f"Return: the next &{element}, valid {end}, or NULL at the end. "
            "Once it has returned NULL, it always does."
        ),
    )


def destroy_doc(scene: Scene) -> tuple[str, ...]:
    """The comment on destroy()."""
    it = scene.it
    return kernel_doc(
        (f" * bpf_iter_{it.name}_destroy() - end the walk", *_item(scene, "@it:", "the iterator")),
        _doc(scene, "To be called on every iterator, also when new() has failed."),
        (" * Return: nothing.",),
    )


def enum(scene: Scene) -> tuple[str, ...]:
    """The enum that the iterator brings along, if it does."""
    selector = scene.selector
    if selector is None or not selector.defines:
        return ()
    members = [_member(case.flag, case.value) for case in scene.cases]
    body = (f"{selector.defines} {{", *(f"\t{m}" for m in members), "};")
    if selector.defines == "enum":
        return body
    about = arguments_spelled(scene, selector.doc)
    title = f" * {selector.defines} - {about}, for bpf_iter_{scene.it.name}_new()"
    items = [_item(scene, f"@{case.flag}:", _plain(case.doc)) for case in scene.cases]
    return (*kernel_doc((title, *(line for i in items for line in i))), *body)


def _plain(text: str) -> str:
    """Text for a comment where @ would name a member."""
    return text.replace("@", "")


def _member(flag: str, value: int | None) -> str:
    return f"{flag}," if value is None else f"{flag} = {value},"
