# SPDX-License-Identifier: GPL-2.0-only
"""Expressions that an author wrote, as parts of others."""

from __future__ import annotations

import pytest

from kiter.spec.expression import terms


@pytest.mark.parametrize("text", ["a + b->c * (d + e)", "*p - -q", "f(a, b) | ~c", "x->y"])
def test_terms_are_the_text_in_pieces(text):
    assert " ".join(terms(text)) == text
    assert terms("a + b->c * (d + e)") == ("a +", "b->c *", "(d + e)")
