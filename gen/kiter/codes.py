# SPDX-License-Identifier: GPL-2.0-only
"""The codes of errors about a spec's text (S), the output (O) and the machine (E), each with its story."""

from __future__ import annotations

import importlib
import importlib.util

from kiter.errors import KiterError, environment
from kiter.value_class import value_class

# Where other parts of kiter keep their own tables: a module with a dict named CODES.
TABLES = (
    *("kiter.lint.codes", "kiter.kernel.codes", "kiter.vm.codes"),
    *("kiter.tree.codes", "kiter.sync.codes", "kiter.series.codes", "kiter.mutants.codes"),
)


@value_class
class Code:
    """One kind of error."""

    code: str  # never changes, and is not used again
    name: str  # the same in words, such as unused-argument
    title: str  # what it is about
    reason: str  # why it is an error
    hint: str = ""  # what to do about it
    fixable: bool = False  # whether `kiter lint --fix` does it, where there is one way only


_OWN = (
    Code(
        "S01",
        "unreadable-spec",
        "the spec cannot be read",
        "The file does not exist, is a directory, or may not be read.",
        "check the name, the directory and the permissions",
    ),
    Code(
        "S02",
        "not-text",
        "a file that is not text",
        "Specs and C are UTF-8. UTF-16, in a spec also a NUL byte or broken UTF-8, is something else.",
        "save the file as UTF-8, or name the right one",
    ),
    Code(
        "S03",
        "empty-spec",
        "the spec is empty",
        "There is nothing in the file but white space and comments.",
        "'kiter new NAME' writes a spec to start from",
    ),
    Code(
        "S04",
        "spec-too-large",
        "the spec is too large",
        "A spec has some dozens of lines. A file of more than 1 MiB is something else, and is not read.",
        "name the right file",
    ),
    Code(
        "S05",
        "invalid-yaml",
        "the spec is not valid YAML",
        "The YAML parser cannot make sense of the text from this place on.",
        "quote C that contains ': ', ' #', braces or brackets, or write it as a block that starts with '|'",
    ),
    Code(
        "S06",
        "tab-in-yaml",
        "a tab where YAML requires spaces",
        "YAML allows only spaces there: how far a tab indents depends on the editor.",
        "use spaces",
    ),
    Code(
        "S07",
        "duplicate-key",
        "a duplicate key",
        "A key can be given once; which of the two values was meant is anybody's guess.",
        "remove one of them",
    ),
    Code(
        "S08",
        "yaml-anchor",
        "anchors, aliases and merge keys",
        "A few nested aliases can expand to gigabytes, and '&' and '*' at the start of a value are mostly "
        "meant as C.",
        "quote the value if it is C; write it out if it was meant as an alias",
        fixable=True,
    ),
    Code(
        "S09",
        "yaml-tag",
        "YAML tags",
        "A tag asks for an object of some type; a spec is plain strings, numbers, lists and mappings.",
        "remove the tag; quote the value if it is C that starts with '!'",
    ),
    Code(
        "S10",
        "several-documents",
        "more than one YAML document",
        "One file describes one iterator; '---' starts another document.",
        "give each iterator a file of its own",
    ),
    Code(
        "S11",
        "nested-too-deeply",
        "nested too deeply",
        "A spec is some six levels deep. One of more than 64 is broken, or made to exhaust the stack.",
        "close the brackets",
    ),
    Code(
        "S12",
        "top-not-a-mapping",
        "the top level of the spec is not a mapping",
        "A spec is a mapping of keys such as 'iterator:', 'element:' and 'walk:'.",
        "'kiter new NAME' writes a spec to start from",
    ),
    Code(
        "S13",
        "key-not-a-string",
        "a key that is not a string",
        "YAML reads plain numbers, true, false and null as values of their own types, also as keys.",
        "quote the key",
        fixable=True,
    ),
    Code(
        "S14",
        "invalid-character",
        "a character that does not belong in source code",
        "Control characters break C and terminals; unusual line ends and characters that reorder text "
        "make code look different from what it is.",
        "remove the character, or retype it",
    ),
    Code(
        "S15",
        "comma-splits-value",
        "a comma that splits a value",
        "Inside { } and [ ] a comma ends a plain value, also inside the parentheses of a C call.",
        "quote the expression, or put it on a line of its own",
        fixable=True,
    ),
    Code(
        "S16",
        "output-as-spec",
        "generated output given as a spec",
        "The manifest of an output folder lists the file as one that kiter wrote.",
        "name the spec that it was generated from",
    ),
    Code(
        "S20",
        "unknown-key",
        "an unknown key",
        "kiter refuses what it does not know: a misspelt key would be ignored otherwise.",
        "'kiter schema' prints all keys",
        fixable=True,
    ),
    Code(
        "S21",
        "missing-key",
        "a missing key",
        "What must be said has no default, because there is no good one.",
        "add the key",
    ),
    Code(
        "S22",
        "wrong-value-type",
        "a value of the wrong type",
        "The key holds another type of value, such as a list where there must be a string.",
        "'kiter schema' prints what each key holds",
        fixable=True,
    ),
    Code(
        "S23",
        "invalid-value",
        "an invalid value",
        "The key takes one of a few fixed values.",
        "write one of these values",
        fixable=True,
    ),
    Code(
        "S24",
        "malformed-value",
        "a malformed value",
        "The text goes into C, a path or a Makefile as it is, so its form is checked first.",
        "'kiter schema' prints the form",
    ),
    Code(
        "S25",
        "wrong-count",
        "too few or too many",
        "The number of entries, or the length of the text, is not what it must be.",
        "'kiter schema' prints the limits",
        fixable=True,
    ),
    Code(
        "S26",
        "out-of-range",
        "a number out of range",
        "The number is smaller or larger than what makes sense there.",
        "'kiter schema' prints the limits",
    ),
    Code(
        "S29",
        "too-many-errors",
        "too many errors",
        "Only the first errors of a file are shown; the rest often follows from them.",
        "fix these first",
    ),
    Code(
        "S30",
        "renamed-key",
        "a renamed key",
        "The spec was written for an older kiter: what the key said is said in another way, as everywhere.",
        "'kiter lint --fix' writes it the new way; comments and layout stay",
        fixable=True,
    ),
    Code(
        "S31",
        "missing-companion-key",
        "a key that requires another",
        "What the key says is about what the other one says.",
        "add the other key, or take this one away",
    ),
    Code(
        "S32",
        "conflicting-keys",
        "conflicting keys",
        "They answer one question in two ways, or what the one asks for rules the other out.",
        "leave one of the two",
    ),
    Code(
        "S40",
        "patch-of-missing-file",
        "a patch to a file that does not exist",
        "What a patch changes must be in the tree that it is for, or be added by a patch before it.",
        "name the tree with --tree or --kernel, and give the whole series",
    ),
    Code(
        "S41",
        "patch-does-not-apply",
        "a patch that does not apply",
        "Iterators are judged as they are after the series, so each patch must fit the tree.",
        "name the tree that the series is for with --tree, or its release with --kernel",
    ),
    Code(
        "S42",
        "not-a-patch",
        "not a patch",
        "Nothing in it changes a file, as the hunks of a patch do.",
        "give a mail, a mailbox, or what git format-patch writes",
    ),
    Code(
        "O01",
        "foreign-file",
        "a file that kiter did not write is in the way",
        "The manifest of the output folder does not list it, so writing would lose somebody's file.",
        "move it away, choose another folder with -o, or overwrite it with --force",
    ),
    Code(
        "O02",
        "edited-output",
        "a generated file was edited",
        "It is no longer what kiter wrote, and rewriting it would lose the edit.",
        "bring the edit into the spec or the template, then overwrite the file with --force",
    ),
    Code(
        "O03",
        "existing-file",
        "the file exists already",
        "'kiter new' never writes over a file.",
        "choose another name, or another file with -o",
    ),
    Code(
        "E01",
        "unknown-code",
        "unknown error code",
        "There is no error with this code.",
        "'kiter explain' without a code lists them all",
    ),
    Code(
        "E02",
        "conflicting-options",
        "conflicting options",
        "A series, C files and specs are judged each by themselves; --tree, --kernel and --format mail are "
        "for a series.",
        "give either --patch, --range or --staged, or --kernel-source, or specs",
    ),
    Code(
        "E15",
        "clang-too-old",
        "clang is too old",
        "BPF programs are compiled by clang, 16 or later.",
        "apt-get install clang-19",
    ),
    Code(
        "E19",
        "missing-program",
        "a program is missing",
        "kiter runs the programs that kernel developers run.",
        "install the package that has it",
    ),
    Code(
        "E30",
        "unknown-target",
        "there is no such target",
        "What differs between kernels is kept in one profile per release.",
        "use one of those that the message names",
    ),
    Code(
        "E40",
        "unwritable-output",
        "the output folder cannot be written",
        "Nothing was changed: files are written beside their places first, and moved there together.",
        "choose another folder with -o, or fix its permissions",
    ),
    Code(
        "E50",
        "no-sphinx",
        "Sphinx is not installed",
        "The site is made by Sphinx, which nothing else of kiter needs.",
        "pip install 'kiter[docs]', or sphinx by itself",
    ),
    Code(
        "E51",
        "sphinx-warning",
        "Sphinx complains of a page",
        "A warning stops the build: what it is about would look wrong.",
        "look at the texts of the spec that the page is made from",
    ),
    Code(
        "E52",
        "no-pygls",
        "pygls is not installed",
        "It speaks the protocol of language servers, and nothing else of kiter needs it.",
        "pip install 'kiter[lsp]', or pygls by itself",
    ),
    Code(
        "E90",
        "system-error",
        "the system refused",
        "A file could not be written or read, the disk is full, or a program could not be started.",
        "fix what the message names, then run the command again: nothing is left half done",
    ),
    Code(
        "E91",
        "out-of-memory",
        "out of memory",
        "The process could not get the memory that it asked for.",
        "close other programs, or give fewer specs at once",
    ),
    Code(
        "E99",
        "internal-error",
        "internal error",
        "kiter itself has a bug.",
        "run again with KITER_DEBUG=1 in the environment, and report what it prints",
    ),
)

CODES = {code.code: code for code in _OWN}


def every_code() -> dict[str, Code]:
    """All codes by name, those of the other parts of kiter included, sorted."""
    merged = dict(CODES)
    for name in TABLES:
        if importlib.util.find_spec(name.rpartition(".")[0]) and importlib.util.find_spec(name):
            merged.update(importlib.import_module(name).CODES)
    return dict(sorted(merged.items()))


def lacking(code: Code, message: str = "", hint: str = "", file: str = "") -> KiterError:
    """An environment error in a code's own words, but for what is given."""
    return environment(code.code, message or code.title, code.reason, hint or code.hint, file)
