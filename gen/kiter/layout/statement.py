# SPDX-License-Identifier: GPL-2.0-only
"""One statement or comment that is too long for its line, broken as a kernel developer would."""

from __future__ import annotations

import re
from collections.abc import Callable

from kiter.layout.columns import COLUMNS, HARD, TAB, aligned, call, comment, fill, width
from kiter.regex import regex
from kiter.spec.expression import bracketed, breakable, choice, clauses, items, split_arguments, terms
from kiter.value_class import value_class


@value_class
class Widths:
    """The columns that statements and comments keep to, and those that a function's first line does.

    `hard` is what no line may pass: that of a statement which reads badly when it is broken.
    """

    statement: int = COLUMNS
    prototype: int = COLUMNS
    hard: int = HARD

    @property
    def least(self) -> int:
        """What every line may have."""
        return min(self.statement, self.prototype)


Lines = tuple[str, ...]
Break = Callable[[re.Match[str], int, Widths], Lines]


def broken(line: str, tabs: int, widths: Widths) -> Lines:
    """The lines of what stands behind so many tabs, without these; one line if there is nothing to break."""
    for kind, breaks in KINDS:
        if found := kind.fullmatch(line):
            return breaks(found, tabs, widths)
    return (line,)


def _fits(lines: Lines, tabs: int, columns: int) -> bool:
    return max(width("\t" * tabs + line) for line in lines) <= columns


def _comment(found: re.Match[str], tabs: int, widths: Widths) -> Lines:
    return comment(found["text"], tabs, widths.statement)


def _control(found: re.Match[str], tabs: int, widths: Widths) -> Lines:
    if _fits((found[0],), tabs, widths.statement):
        return (found[0],)
    inside = found["inside"]
    parts = clauses(inside) if found["head"].endswith("for (") else breakable(inside)
    return fill(found["head"], parts, found["end"], tabs)


def _value(head: str, value: str, tabs: int, columns: int, end: str = ";") -> Lines:
    """A value behind `head`, broken inside an outermost call or behind operators.

    What no break makes short enough is broken in the one argument of that call, or behind every operator.
    """
    line = f"{head}{value}{end}"
    if _fits((line,), tabs, columns):
        return (line,)
    if parts := split_arguments(value):
        name, arguments = parts
        lines = call(f"{head}{name}", arguments, f"){end}", tabs)
        if len(arguments) > 1 or _fits(lines, tabs, HARD):
            return lines
        return _value(f"{head}{name}", arguments[0], tabs, columns, f"){end}")
    lines = fill(head, breakable(value), end, tabs)
    return lines if _fits(lines, tabs, HARD) else fill(head, terms(value), end, tabs)


def _result(found: re.Match[str], tabs: int, widths: Widths) -> Lines:
    return _value(found["head"], found["value"], tabs, widths.hard)


def _assignment(found: re.Match[str], tabs: int, widths: Widths) -> Lines:
    target, sign, value = found["target"], found["sign"], found["value"]
    declares = " " in target
    if not declares and sign == "=" and (parts := choice(value)):
        return _choice(target, parts, tabs, widths.statement)
    return _value(f"{target} {sign} ", value, tabs, widths.hard if declares else widths.statement)


def _choice(target: str, parts: tuple[str, str, str], tabs: int, columns: int) -> Lines:
    """`target = condition ? then : other;`, or an if where that is too long for two lines."""
    condition, then, other = parts
    head = f"{target} = {condition} ? "
    margin = aligned(width("\t" * tabs + head) - tabs * TAB)
    for lines in ((f"{head}{then} : {other};",), (f"{head}{then} :", f"{margin}{other};")):
        if _fits(lines, tabs, HARD):
            return lines
    stored = (_value(f"{target} = ", value, tabs + 1, columns) for value in (then, other))
    yes, no = (tuple(f"\t{line}" for line in lines) for lines in stored)
    if len(yes) == len(no) == 1:
        return (f"if ({condition})", *yes, "else", *no)
    return (f"if ({condition}) {{", *yes, "} else {", *no, "}")


def _prototype(found: re.Match[str], tabs: int, widths: Widths) -> Lines:
    """A function's first lines, with the return type on a line of its own only where it must be."""
    ctype, name = found["type"], f"{found['name']}("
    parameters, end = bracketed(found["rest"])
    one = call(ctype + name, parameters, end, tabs, widths.prototype)
    if _fits(one, tabs, widths.hard):
        return one
    return (ctype.strip(), *call(name, parameters, end, tabs, widths.prototype))


def _call(found: re.Match[str], tabs: int, widths: Widths) -> Lines:
    """A call for its own sake: sets and their registration, too, which read as tables."""
    if _fits((found[0],), tabs, widths.hard):
        return (found[0],)
    inside, end = bracketed(found["rest"])
    return call(f"{found['head']}(", inside, end, tabs, min(COLUMNS, widths.hard))


def _item(found: re.Match[str], tabs: int, _: Widths) -> Lines:
    """An item of a table whose members are named: each on a line of its own where one line reads badly."""
    if _fits((found[0],), tabs, COLUMNS):
        return (found[0],)
    return ("{", *(f"\t{member}," for member in items(found["members"])), "},")


KINDS: tuple[tuple[re.Pattern[str], Break], ...] = (
    (regex(r"/\* (?P<text>.*) \*/"), _comment),
    (regex(r"\{ (?P<members>\.\w+ = .*) \},"), _item),
    (regex(r"(?P<head>.*\bregister_btf_kfunc_id_set)(?P<rest>\(.*)"), _call),
    (
        regex(r"(?P<head>(?:\} )?(?:else )?(?:if|while|for|switch) \()(?P<inside>.*)(?P<end>\)(?: \{)?)"),
        _control,
    ),
    (regex(r"(?P<head>return )(?P<value>.*);"), _result),
    (regex(r"(?P<target>[^=;\"'()]*[\w\])]) (?P<sign>[-+&|]?=) (?P<value>.*);"), _assignment),
    (regex(r"(?P<type>[A-Za-z_][\w\s]*?[\s*]+)(?P<name>\w+)(?P<rest>\(.*)"), _prototype),
    (regex(r"(?P<head>\w+)(?P<rest>\(.*)"), _call),
    (regex(r"(?P<head>)(?P<value>.*);"), _result),
)
