# SPDX-License-Identifier: GPL-2.0-only
"""What counts as a step: the tests of hostile input rest on it."""

from __future__ import annotations

from functools import cache

from steps import growth, steps


def each_with_each(size: int) -> int:
    return sum(1 for one in range(size) for other in range(size) if one == other)


@cache
def once(size: int) -> int:
    return each_with_each(size)


def test_the_square_is_told_from_what_grows_evenly():
    assert growth(lambda size: [len(str(n)) for n in range(size)], 100) < 2.1
    assert growth(each_with_each, 100) > 3.5


def test_the_same_work_takes_the_same_steps():
    assert steps(lambda: each_with_each(10)) == steps(lambda: each_with_each(10))


def test_what_is_done_once_does_not_count():
    assert steps(lambda: once(100)) < 10
