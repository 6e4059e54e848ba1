# SPDX-License-Identifier: GPL-2.0-only
"""A spec resolved for one kernel: what that kernel has, each text where it stands in the file."""

from __future__ import annotations

from kiter.spec.load import parse
from kiter.spec.model import Spec
from kiter.spec.resolve import resolve
from kiter.spec.walk import Cursor

TEXT = """\
iterator: x
summary: walk over processes
kernels: 6.7-
placement: {file: {-6.12: kernel/old.c, 6.13-: kernel/new.c}}
element: {type: struct task_struct *, lifetime: rcu}
context: {rcu: true, perfmon: {7.3-: true}}
arguments:
  flags:
    type: u32
    doc: which
    values:
      OLD: {doc: one, kernels: -6.12, cursor: {next: f(pos)}}
      BOTH:
        doc: another
        cursor:
          next:
            -6.12: old(pos)
            6.13-6.19: |

              middle(pos,
                     1)
      NEW: {doc: the last, kernels: 6.13-, cursor: {next: f(pos)}}
  later: {type: int, doc: more, kernels: 6.13-}
docs: {6.13-: Words.}
"""


def on(major: int, minor: int) -> Spec:
    return resolve(parse(TEXT, "x.yaml"), (major, minor))


def walk(it: Spec, flag: str) -> Cursor:
    (found,) = (case.walk for case in it.cases if case.flag == flag)
    assert isinstance(found, Cursor)
    return found


def test_what_other_kernels_have_is_not_there():
    old, new = on(6, 12), on(6, 13)
    assert [case.flag for case in old.cases] == ["OLD", "BOTH"]
    assert [case.flag for case in new.cases] == ["BOTH", "NEW"]
    assert [a.name for a in old.arguments] == ["flags"]
    assert [a.name for a in new.arguments] == ["flags", "later"]
    assert (old.file, old.docs) == ("kernel/old.c", "")
    assert (new.file, new.docs) == ("kernel/new.c", "Words.")
    assert [on(7, minor).context.perfmon for minor in (2, 3)] == [False, True]


def test_a_case_begins_with_the_iterator_or_later():
    assert [case.since for case in on(6, 13).cases] == [(6, 7), (6, 13)]


def test_a_snippet_is_the_text_of_its_kernel_at_its_own_place():
    old = walk(on(6, 12), "BOTH").next
    assert (old.text, old.at.line, old.at.column) == ("old(pos)", 17, 20)
    new = walk(on(6, 13), "BOTH").next
    assert new.text == "middle(pos,\n       1)"
    assert (new.at.line, new.at.column, new.source) == (20, 15, "              middle(pos,")
    assert [(at.line, source) for at, source in new.rows] == [(21, "                     1)")]


def test_a_snippet_without_a_text_for_the_kernel_is_empty_and_stands_at_its_key():
    none = walk(on(7, 3), "BOTH").next
    assert (none.text, none.at.line, none.at.column) == ("", 16, 11)


def test_a_snippet_knows_its_texts_for_all_kernels():
    snippet = walk(on(6, 12), "BOTH").next
    assert [text.text for _, _, text in snippet.versions] == ["old(pos)", "middle(pos,\n       1)"]
    assert [(str(item.path[-1])) for _, item, _ in snippet.versions] == ["-6.12", "6.13-6.19"]
