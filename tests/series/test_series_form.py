# SPDX-License-Identifier: GPL-2.0-only
"""What the mails say of SEC("iter/...") where a spec asks for it."""

from __future__ import annotations

import pytest
from series_support import ROOT

from kiter import frontend
from kiter.output import Kind
from kiter.series import messages
from kiter.series.steps import Step
from kiter.target.profile import profile

TARGET = profile("7.3")
WITH, WITHOUT = (frontend.model(ROOT / f"specs/{name}.yaml", TARGET) for name in ("dmabuf", "num"))


def kernel(it, *, by_hand=False):
    return messages.message(it, TARGET, Step.KERNEL, by_hand=by_hand)


def test_the_patch_of_the_kfuncs_names_the_target():
    assert 'SEC("iter/dmabuf") makes the same walk' in kernel(WITH)
    assert "SEC(" not in kernel(WITHOUT)


def test_one_that_keeps_the_form_of_the_kernel_does_not():
    assert "SEC(" not in kernel(WITH, by_hand=True)


@pytest.mark.parametrize("kinds", [set(Kind), set(Kind) - {Kind.SEQ_TEST}], ids=["with", "without"])
def test_the_patch_of_the_tests_names_the_test_that_it_has(kinds):
    said = messages.message(WITH, TARGET, Step.SELFTESTS, tests=kinds)
    assert ("prog_tests/dmabuf_iter_seq.c" in said) == (Kind.SEQ_TEST in kinds)


def test_the_cover_letter_says_it_once_of_each():
    letter = messages.of_cover([WITH, WITHOUT], TARGET, (), (), messages.Known())
    assert letter.count("makes the same walk when a file is read") == 1
