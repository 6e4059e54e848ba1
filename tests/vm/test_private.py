# SPDX-License-Identifier: GPL-2.0-only
"""What is private to a file of the kernel, as a module comes by it."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiter import frontend
from kiter.cache.store import Cache
from kiter.errors import KiterError
from kiter.kernel import kernels
from kiter.target.profile import nearest
from kiter.vm.prototype import confined, prototypes

SPEC = Path(__file__).parents[1] / "generate/specs/hidden.yaml"


def test_a_member_that_the_kernel_does_not_have_is_told_at_its_place(tmp_path):
    kernel = kernels.find("6.12")
    path = tmp_path / "hidden.yaml"
    path.write_text(
        SPEC.read_text().replace("struct workqueue_struct: {list:", "struct workqueue_struct: {lisp:")
    )
    read = frontend.read([path], nearest(kernel.release))
    with pytest.raises(KiterError) as caught:
        prototypes(read.iterators, nearest(kernel.release), kernel, Cache())
    (found,) = caught.value.diagnostics
    assert (found.code, found.at.line) == ("R46", 8) and "'lisp'" in found.message


def test_code_that_names_what_is_private_can_be_a_module():
    (it,) = frontend.read([SPEC], nearest("6.12")).iterators
    assert it.place.inside and not it.confined and confined([it]) == ()
