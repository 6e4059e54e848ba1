# SPDX-License-Identifier: GPL-2.0-only
"""How words are laid out: comments of kernel-doc, pages, mails, sentences."""

from __future__ import annotations

import pytest

from kiter.prose import capital, fill, fitting, kernel_doc, listed, mail, sentence

COMMENT = """
f() - begin to walk over everything that there is, from the first of them to the last one
@start: where it begins, which is some way behind the first of all, and
may be NULL
@flags: the order

@flags is one of:

* %A: all of them, the first one first and the last one last, and what lies between them

A paragraph with @start, which is spelled otherwise, and *markup* that is none.
"""


def test_a_comment_of_kernel_doc():
    text = kernel_doc(COMMENT, {"start": "start__nullable"})
    assert text == (
        "/**\n"
        " * f() - begin to walk over everything that there is, from the first of them to\n"
        " *\tthe last one\n"
        " * @start__nullable: where it begins, which is some way behind the first of\n"
        " *\tall, and may be NULL\n"
        " * @flags: the order\n"
        " *\n"
        " * @flags is one of:\n"
        " *\n"
        " * * %A: all of them, the first one first and the last one last, and what lies\n"
        " *   between them\n"
        " *\n"
        " * A paragraph with @start__nullable, which is spelled otherwise, and \\*markup*\n"
        " * that is none.\n"
        " */\n"
    )


def test_a_comment_keeps_to_its_columns():
    lines = kernel_doc(f"f() - do\n@x: {'ab ' * 99}\n\n{'ab ' * 99}").expandtabs(8).split("\n")
    assert 75 < max(map(len, lines)) < 80


def test_what_is_not_said_leaves_no_empty_line():
    assert fill("One.\n\n\n\n\nTwo,\nwhich goes on.\n") == "One.\n\nTwo, which goes on.\n\n"
    assert kernel_doc("f() - do\n\n\n\n\nReturn: 0.\n") == "/**\n * f() - do\n *\n * Return: 0.\n */\n"


def test_a_mail_fills_words_and_leaves_code_alone():
    words = "word " * 20
    text = mail(f"{words}\n\n    code  as  it   is\n\n- {words}\n- two\n")
    prose, code, *items = text.rstrip("\n").split("\n\n")
    assert max(map(len, text.split("\n"))) <= 72 and len(prose.split("\n")) == 2
    assert code == "    code  as  it   is"
    assert [line[:6] for line in items[0].split("\n")] == ["- word", "  word", "- two"]


@pytest.mark.parametrize(("length", "chosen"), [(75, 0), (76, 1)])
def test_a_subject_that_is_too_long_gives_way(length, chosen):
    subjects = ["x" * length, "y"]
    assert fitting(subjects) == subjects[chosen]


def test_sentences():
    assert sentence("css_next_child() is called") == "css_next_child() is called."
    assert sentence("all of them") == "All of them."
    assert capital("``x`` is") == "``x`` is"
    assert listed(["a"]) == "a" and listed(["a", "b", "c"]) == "a, b and c"
