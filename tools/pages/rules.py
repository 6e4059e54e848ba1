# SPDX-License-Identifier: GPL-2.0-only
"""docs/rules.md: every code with its story, from the tables of codes."""

from __future__ import annotations

import re

from kiter.codes import Code, every_code
from kiter.lint import examples
from kiter.lint.codes import RULES

HEAD = """\
<!-- SPDX-License-Identifier: GPL-2.0-only -->
<!-- Made by `make docs` from the tables in gen/kiter. -->
# Rules and error codes

Every error has a code, which never changes, and a name; `kiter explain` takes either and prints what stands
here, and `# kiter: allow` takes either, too. Rules marked *advice* are
warnings: they do not fail a build. Each rule has an example that breaks it and one that keeps it, and
both are tested. What begins with *Errors* or *Findings* is no rule about what a spec means: a command
raises it that cannot go on, or that found a difference, and passes where it does its work.
"""

FAMILIES = {
    "K": ("Rules: names, types and places", "What C, the registration of kfuncs and the verifier demand."),
    "W": ("Rules: the walk", "How a walk is put together."),
    "X": ("Rules: the context", "Where a program may use the iterator, and what contradicts it."),
    "P": ("Rules: arguments", "What the verifier is told of them, and the flags that they may have."),
    "H": ("Rules: resources, helpers, companions", "What the iterator brings along beside its walk."),
    "Q": ("Questions: the design", "What a reviewer may ask; said only by `kiter lint --design`."),
    "I": (
        "Rules: iterators in C",
        "What is said of iterators that are hand-written; they are given with --kernel-source.",
    ),
    "C": ("Rules: the contract", "What next() may use, what keeps it alive, and what a snippet may hold."),
    "V": ("Rules: kernel versions", "Kernels that a spec, or a part of it, is not for."),
    "T": ("Rules: the tests", "What the selftests need to know."),
    "L": ("Rules: advice", "Names and texts."),
    "S": ("Errors: the spec's text", "YAML, and what the schema knows."),
    "B": ("Errors: compiling", "What a compiler says about the generated code."),
    "R": ("Errors: running", "What happens in the virtual machine."),
    "D": ("Errors: drift", "Where a kernel's iterators are not those of the specs."),
    "N": ("Findings: breaking changes", "What BPF programs would notice between two revisions of a spec."),
    "O": ("Errors: writing", "What is in the way of the output."),
    "A": ("Errors: kernel trees", "What keeps outputs out of a kernel tree."),
    "M": ("Errors: series", "What keeps a patch series from being made."),
    "E": ("Errors: the machine", "What kiter lacks to do its work; the exit code is 2."),
}


def page() -> str:
    """All codes with their stories."""
    known = every_code()
    blocks = [HEAD]
    families = list(dict.fromkeys(code[0] for code in known))
    for letter in sorted(families, key=lambda f: list(FAMILIES).index(f) if f in FAMILIES else len(FAMILIES)):
        title, about = FAMILIES.get(letter, (f"Codes {letter}", ""))
        blocks += [f"## {title}\n", *([f"{about}\n"] if about else [])]
        blocks += [_story(code, known[code]) for code in known if code[0] == letter]
    return "\n".join(blocks)


def _story(name: str, code: Code) -> str:
    rule = RULES.get(name)
    advice = " (advice)" if rule and rule.severity == "warning" else ""
    reason = rule.reason if rule else code.reason
    lines = [
        f"### {name}: {_plain(code.title)}{advice}\n",
        f"`{code.name}`\n",
        f"{_sentence(_plain(reason))}\n",
    ]
    if rule and rule.kernel:
        lines.append(f"Kernel: {_plain(rule.kernel)}\n")
    if code.hint:
        lines.append(f"Hint: {_plain(code.hint)}\n")
    if code.fixable:
        lines.append("`kiter lint --fix` does it where there is one way only.\n")
    return "\n".join([*lines, *_examples(name)])


def _examples(name: str) -> list[str]:
    """What breaks a rule and what keeps it."""
    lines = []
    for title, example in (("Bad", examples.bad(name)), ("Good", examples.good(name))):
        if example is not None:
            kind = "c" if name.startswith("I") else "text"
            lines.append(f"{title}:\n\n```{kind}\n{example.text}\n```\n")
    return lines


def _plain(text: str) -> str:
    """Text in which Markdown finds nothing of its own."""
    text = re.sub(r"([*<`|])", r"\\\1", text)
    return re.sub(r"\b_+|_+\b", lambda found: found.group().replace("_", "\\_"), text)


def _sentence(text: str) -> str:
    upper = text[:1] if re.match(r"\w+[(_]", text) else text[:1].upper()
    return upper + text[1:] + ("" if text.endswith((".", ")")) else ".")
