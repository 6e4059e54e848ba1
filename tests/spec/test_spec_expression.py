# SPDX-License-Identifier: GPL-2.0-only
"""Expressions that an author wrote, as parts of others."""

from __future__ import annotations

import pytest

from kiter.spec.expression import compared, terms


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("pos->pid", "pos->pid"),
        ("a + (b | c) * d", "a + (b | c) * d"),
        ("&pos->node", "&pos->node"),
        ("a | b", "(a | b)"),
        ("a ? b : c", "(a ? b : c)"),
        ("a == b", "(a == b)"),
    ],
)
def test_one_side_of_a_comparison_keeps_its_meaning(text, side):
    assert compared(text) == side


@pytest.mark.parametrize("text", ["a + b->c * (d + e)", "*p - -q", "f(a, b) | ~c", "x->y"])
def test_terms_are_the_text_in_pieces(text):
    assert " ".join(terms(text)) == text
    assert terms("a + b->c * (d + e)") == ("a +", "b->c *", "(d + e)")
