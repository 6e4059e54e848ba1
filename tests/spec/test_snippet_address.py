# SPDX-License-Identifier: GPL-2.0-only
"""What becomes of a name in a snippet that is spelled as an address."""

from __future__ import annotations

import pytest

from kiter.spec.snippet import substitute


@pytest.mark.parametrize(
    ("written", "emitted"),
    [
        ("put(pos)", "put(&data->pos)"),
        ("put(pos->file)", "put(data->pos.file)"),
        ("put(pos->file->f, pos->mm)", "put(data->pos.file->f, data->pos.mm)"),
        ("put(other->pos->file, mm->file)", "put(other->pos->file, data->mm->file)"),
    ],
)
def test_a_member_of_an_address_is_one_of_the_thing_itself(written: str, emitted: str) -> None:
    assert substitute(written, {"pos": "&data->pos", "mm": "data->mm"}) == emitted
