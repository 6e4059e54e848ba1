# SPDX-License-Identifier: GPL-2.0-only
"""Kernel C as a tree of syntax.

tree-sitter reads C that is not preprocessed, but not the kernel's annotations. Those are blanked out before,
byte for byte, so that every place stays what it is; so is what would only exhaust the parser.
"""

from __future__ import annotations

import re
from functools import cache

import tree_sitter
import tree_sitter_c

from kiter.regex import regex

LARGEST = 1 << 20  # bytes; verifier.c of Linux 6.12 has 0.7 MB, and nothing but tables of numbers has more
DEEPEST = 256  # brackets in each other, as a bracket that is open takes the parser kilobytes

ANNOTATION = (
    rb"\b(?:__(?:bpf_kfunc|init|exit|rcu|user|percpu|weak|ksym|always_inline|must_check|read_mostly"
    rb"|ro_after_init|aligned\([^()]*\)|printf\([^()]*\)|free\(\w+\))|noinline|asmlinkage)(?![\w(])"
)
_ANNOTATION = regex(ANNOTATION)
# a macro at the beginning of a line that takes no semicolon
ALONE = regex(rb"^[A-Z][A-Z0-9_]*\((?:[^(){};]++|\([^()]*+\))*+\);?[ \t]*$", re.MULTILINE)
# a macro inside a function that takes a statement: to the parser it is a loop
_LOOP = regex(
    rb"^([ \t]+(?:else )?)(\w*for_each\w*|scoped_(?:cond_)?guard)(?=[ \t]*\((?:[^(){};]++|\((?:[^(){};]++"
    rb"|\((?:[^(){};]++|\([^(){};]*+\))*+\))*+\))*+\)\s*(?:/\*.*?\*/\s*)?[\w{*(])",
    re.MULTILINE,
)
_OPENING, _CLOSING = b"([{", b")]}"
_NO_BRACKETS = bytes(sorted({*range(256)} - {*_OPENING, *_CLOSING}))
_LINE = regex(rb"[^\n]+")


@cache
def _parser() -> tree_sitter.Parser:
    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_c.language()))


def parse(data: bytes) -> tree_sitter.Tree:
    """A C file as a tree of syntax, without the kernel's annotations and the macros that stand alone.

    Macros that take a statement, such as list_for_each_entry() and scoped_guard(), are while loops in it.
    """
    plain = _LOOP.sub(_loop, ALONE.sub(_blank, _ANNOTATION.sub(_blank, data)))
    return _parser().parse(_shallow(plain))


def _loop(found: re.Match[bytes]) -> bytes:
    return found[1] + b"while".ljust(len(found[2]))


def _blank(found: re.Match[bytes]) -> bytes:
    return _LINE.sub(lambda line: b" " * len(line[0]), found[0])


def _shallow(data: bytes) -> bytes:
    """The text without the brackets that are nested deeper than in any code."""
    if _depth(data.translate(None, _NO_BRACKETS)) <= DEEPEST:
        return data
    kept, depth = bytearray(data), 0
    for at, byte in enumerate(data):
        depth += byte in _OPENING
        if depth > DEEPEST and (byte in _OPENING or byte in _CLOSING):
            kept[at] = ord(" ")
        depth -= byte in _CLOSING and depth > 0
    return bytes(kept)


def _depth(brackets: bytes) -> int:
    """How many brackets are open at once."""
    depth = deepest = 0
    for byte in brackets:
        if byte in _OPENING:
            depth += 1
            deepest = max(deepest, depth)
        elif depth:
            depth -= 1
    return deepest
